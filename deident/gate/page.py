"""The page of a submission as one document: its title before it as `<title>`, and the way back from its bytes to the fields.

The sender says what it is, so nothing is guessed: UTF-8 by its mark, HTML by its doctype.  Plain text stands in `<pre>` with `&` and
`<` escaped; a byte place becomes a code point of the field by counting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape, unescape

from deident.gate.submission import Submission

_HEAD = b"\xef\xbb\xbf<!doctype html>"
_TITLE, _END, _PRE = b"<title>", b"</title>", b"<pre>"
_LINES = str.maketrans("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029", " " * 10)  # `where` counts the lines of the page alone


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """`field`: "html", "text", or "" where there is a title only.  `at`: where its content begins in `data`."""

    title: str
    field: str
    body: str
    data: bytes
    at: int

    @property
    def name(self) -> str:
        """What the document is called."""
        return "page.txt" if self.field == "text" else "page.html"

    def place(self, places: Iterable[int]) -> dict[int, tuple[str, int]]:
        """Byte place → the field it is in, and the code point there."""
        out: dict[int, tuple[str, int]] = {}
        inside = len(_HEAD) + len(_TITLE)
        name, begun, last, count = "title", inside, inside, 0
        for place in sorted(set(places)):
            if place >= self.at and name == "title":
                name, begun, last, count = self.field or "title", self.at, self.at, 0
            passed = self.data[last : max(place, begun)]
            count += len(passed.decode("utf-8", "ignore"))
            if name != "html":
                count -= 4 * passed.count(b"&amp;") + 3 * (passed.count(b"&lt;") + passed.count(b"&gt;"))
            last = max(place, begun)
            out[place] = name, count
        return out

    def fields(self, data: bytes) -> dict[str, str]:
        """Title and page from the bytes of the masked document; what was not changed is exactly itself."""
        if data == self.data:
            return {"title": self.title, **({self.field: self.body} if self.field else {})}
        title, rest = "", data[len(_HEAD) :]
        if self.title:
            own, _, rest = rest[len(_TITLE) :].partition(_END)
            title = self.title if own == _escaped(self.title) else unescape(own.decode())
        body = rest.removeprefix(_PRE).decode() if self.field == "text" else rest.decode()
        masked = {"title": title}
        if self.field:
            masked[self.field] = unescape(body) if self.field == "text" else body
        return masked


def page(submission: Submission) -> Page | None:
    """The page of a submission; None where there is neither page nor title."""
    name = "html" if submission.html is not None else "text" if submission.text is not None else ""
    if not name and not submission.title:
        return None
    body = submission.html or submission.text or ""
    head = _HEAD + (_TITLE + _escaped(submission.title) + _END if submission.title else b"")
    if name == "text":
        head += _PRE
        return Page(submission.title, name, body, head + escape(body, quote=False).encode(), len(head))
    return Page(submission.title, name, body, head + body.encode(), len(head))


def _escaped(title: str) -> bytes:
    return escape(title.translate(_LINES), quote=False).encode()
