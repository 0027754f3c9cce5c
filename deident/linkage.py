"""Recognising the same value again without keeping it: keyed tags.

A bare hash of an eleven-digit number is undone by counting (trap T5), so a tag is an HMAC under a key that stays with the
agency: from DEIDENT_KEY, or a file made on first use that only its owner may read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from deident.errors import OutputError

LENGTH = 12  # hex characters: 48 bits, enough to tell the values of one site apart


def tag(key: bytes, value: bytes) -> str:
    """The tag of a folded value."""
    return hmac.new(key, value, hashlib.sha256).hexdigest()[:LENGTH]


def key_file() -> Path:
    """Where the key lies unless DEIDENT_KEY or DEIDENT_KEY_FILE says otherwise."""
    chosen = os.environ.get("DEIDENT_KEY_FILE")
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(chosen) if chosen else Path(base) / "deident" / "key"


def load_key() -> bytes:
    """The agency's key; made on first use with mode 0600.  Raises OutputError when it cannot be made."""
    if given := os.environ.get("DEIDENT_KEY"):
        return given.encode()
    path = key_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_bytes().strip()
        with os.fdopen(handle, "wb") as file:
            made = secrets.token_hex(32).encode()
            file.write(made)
        return made
    except OSError as problem:
        raise OutputError(f"{path}: the key for tags cannot be made ({problem.strerror}); set DEIDENT_KEY or DEIDENT_KEY_FILE") from None
