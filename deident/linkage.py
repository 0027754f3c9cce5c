"""Recognising the same value again without keeping it: keyed tags, and what repeats on the pages of a site.

A bare hash of an eleven-digit number is undone by counting (trap T5), so a tag is an HMAC under a key that stays with the
agency: from DEIDENT_KEY, or a file made on first use that only its owner may read.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from deident.errors import OutputError

LENGTH = 12  # hex characters: 48 bits, enough to tell the values of one site apart
FEWEST, SHARE = 5, 0.02  # files, and share of the files of a run, from which on a contact is that of the site
CONTACTS = ("phone", "email")


def tag(key: bytes, value: bytes) -> str:
    """The tag of a folded value."""
    return hmac.new(key, value, hashlib.sha256).hexdigest()[:LENGTH]


def repeated(files: Iterable[Iterable[tuple[str, str, str]]]) -> dict[str, int]:
    """Contacts that stand for review on many pages of a site and are masked on none: tag → number of files.

    files   for each file of a run the (category, action, tag) of its findings; a finding without a tag does not count
    """
    waiting: Counter[str] = Counter()
    masked: set[str] = set()
    total = 0
    for findings in files:
        total += 1
        rows = [(action, tag) for category, action, tag in findings if tag and category in CONTACTS]
        waiting.update({tag for action, tag in rows if action == "review"})
        masked.update(tag for action, tag in rows if action == "mask")
    fewest = max(FEWEST, SHARE * total)
    return {tag: number for tag, number in waiting.items() if number >= fewest and tag not in masked}


def key_file() -> Path:
    """Where the key lies unless DEIDENT_KEY or DEIDENT_KEY_FILE says otherwise."""
    chosen = os.environ.get("DEIDENT_KEY_FILE")
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(chosen) if chosen else Path(base) / "deident" / "key"


def load_key() -> bytes:
    """The agency's key; made on first use with mode 0600.  Raises OutputError when it cannot be made."""
    if given := os.environ.get("DEIDENT_KEY"):
        return given.encode()
    try:
        path = key_file()
    except RuntimeError:  # the user has no home
        raise OutputError("there is no home folder for the key of tags; set DEIDENT_KEY or DEIDENT_KEY_FILE") from None
    try:
        if not path.exists():
            make_key(path)
        key = path.read_bytes().strip()
    except OSError as problem:
        raise OutputError(
            f"{path}: the key for tags cannot be made or read ({problem.strerror}); set DEIDENT_KEY or DEIDENT_KEY_FILE"
        ) from None
    if not key:  # an HMAC without a key would be a bare hash
        raise OutputError(f"{path}: the key for tags is empty; remove the file, and a new key will be made")
    return key


def make_key(path: Path) -> None:
    """Write a new key; where two do it at once the first one's stays, and nobody ever reads half a key."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_hex(32).encode())
        try:
            os.link(part, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
