"""What stands in the file of a package but in none of its members: comments, bytes before, between and behind them."""

from __future__ import annotations

import zipfile
from io import BytesIO

from deident.formats.archive.gaps import hidden

_BLANK = b"\0\t\n\r "
_SHORT = 32  # bytes of binary data that are taken for padding


def outside(data: bytes) -> list[bytes]:
    """Those bytes, in pieces; padding is left out.  Raises Unreadable."""
    with zipfile.ZipFile(BytesIO(data)) as container:
        pieces = [container.comment, *(info.comment for info in container.infolist()), *hidden(data, container, extras=True)]
    return [piece for piece in pieces if piece.strip(_BLANK) and (len(piece) > _SHORT or not binary(piece))]


def binary(piece: bytes) -> bool:
    """Is this no text?"""
    strange = len(piece) - len(piece.translate(None, bytes(code for code in range(32) if code not in b"\t\n\f\r")))
    return strange * 50 > len(piece)
