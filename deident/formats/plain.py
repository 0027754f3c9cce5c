"""Plain text: one segment, the text as it is.  Line ends become LF: CR before LF is shown as a space, CR alone as LF."""

from __future__ import annotations

from deident.formats.document import Assembly, TextDocument


def lines(view: bytes) -> bytes:
    """The text with its line ends as LF, byte for byte in place."""
    if b"\r" not in view:
        return view
    return view.replace(b"\r\n", b" \n").replace(b"\r", b"\n")


class PlainDocument(TextDocument):
    """See the module."""

    format = "plain"

    def read(self, view: bytes, out: Assembly) -> None:
        """All of it."""
        out.copy(0, lines(view))
