"""Earlier states of a PDF that was saved by appending (ISO 32000-2, 7.5.6): they still hold what was removed since.

And what stands around the file: before its header (7.5.2), behind its last end.
"""

from __future__ import annotations

import re

_END = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[ \t]*(?:\r\n|\r|\n)?")
_TABLE = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)\b")


def earlier(data: bytes) -> list[bytes]:
    """The file as it was before each of its updates, oldest first; empty for a file that was written at once.

    Each is a prefix of the file, and a whole PDF.  An embedded PDF is not one: its table does not stand where it says.
    """
    linear = b"/Linearized" in data[:2048]  # its first end is that of the first page's table (annex F)
    found = [
        data[: end.end()]
        for end in _END.finditer(data)
        if 0 < int(end[1]) < end.start() and _TABLE.match(data, int(end[1])) and b"%%EOF" in data[end.end() :]
    ]
    return found[1:] if linear else found


def around(data: bytes) -> list[bytes]:
    """What is no part of the file, where it is more than blanks."""
    head, last = data.find(b"%PDF-", 0, 1024), data.rfind(b"%%EOF")
    pieces = [data[: max(head, 0)], data[last + 5 :] if last > 0 else b""]
    return [piece for piece in pieces if piece.strip(b"\0\t\n\r\x1a ")]
