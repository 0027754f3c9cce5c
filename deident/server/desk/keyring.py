"""The desk's keys, all from one secret in a file that only its owner reads; never in the database.

Documents that wait are encrypted (Fernet: AES-128-CBC with HMAC-SHA256), bound to their id, so that a row's content put into another
row is noticed.
"""

from __future__ import annotations

import hmac
import json
import os
import zlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken

from deident.errors import InputError, OutputError
from deident.linkage import make_key


@dataclass(frozen=True)
class Keyring:
    """Keys for each purpose, made from `secret` (32 bytes or more)."""

    secret: bytes = field(repr=False)

    @staticmethod
    def load(path: Path) -> Keyring:
        """The keys of a file; made with mode 0600 on first use.  Raises OutputError, and InputError when others may read it."""
        try:
            if not path.exists():
                _make(path)
            if os.name == "posix" and path.stat().st_mode & 0o077:
                raise InputError(f"{path}: others may read the desk's secret; chmod 600 it")
            secret = path.read_bytes().strip()
        except OSError as problem:
            raise OutputError(f"{path}: the desk's secret cannot be made or read ({problem.strerror})") from None
        if len(secret) < 32:
            raise InputError(f"{path}: the desk's secret is damaged; restore it from your backup")
        return Keyring(secret)

    def key(self, purpose: str) -> bytes:
        """32 bytes for one purpose."""
        return hmac.digest(self.secret, b"deident desk " + purpose.encode(), "sha256")

    def lock(self, document: str, content: dict[str, Any]) -> bytes:
        """Content of a document, encrypted."""
        plain = json.dumps([document, content], ensure_ascii=False, separators=(",", ":")).encode()
        return self._fernet().encrypt(zlib.compress(plain, 1))

    def open(self, document: str, locked: bytes) -> dict[str, Any]:
        """What `lock` locked.  Raises InputError where it is another's or was changed."""
        try:
            owner, content = json.loads(zlib.decompress(self._fernet().decrypt(bytes(locked))))
        except InvalidToken:
            raise InputError(
                "a stored document cannot be decrypted: the desk's secret is another, or the row was changed"
            ) from None
        if owner != document:
            raise InputError("a stored document is not its row's own: the row was changed")
        return dict(content)

    def _fernet(self) -> Fernet:
        return Fernet(urlsafe_b64encode(self.key("documents")))


def _make(path: Path) -> None:
    """A new secret, in a folder that is nobody else's."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    make_key(path)
