"""CSV and its relatives (RFC 4180; comma, TAB, semicolon, bar): the delimiter is shown as TAB, row ends as LF.

Quoted fields lose their quotes; `""` in them is one `"`, line breaks and TABs in them are spaces.  Excel's way to keep long
numbers, `="110105…"` (also quoted again), is shown as the number.  A quote that is not closed before a delimiter or row end
is an ordinary character: bad quoting costs structure, never text.

Nothing but quotes changes its width, so a file without quotes is one exact piece.  Edits never touch a delimiter.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from deident.formats import Child
from deident.formats.document import Assembly, TextDocument
from deident.formats.plain import lines
from deident.formats.splice import changes
from deident.model import Edit

DELIMITERS = b",\t;|"
FIELD = 1 << 20  # longest quoted field
FAILURES = 1000  # after so many bad quotes the file is taken not to quote at all (keeps hostile input linear)
_FLAT = bytes.maketrans(b"\t\r\n", b"   ")


def delimiter(view: bytes) -> tuple[bytes, float, int]:
    """The delimiter of the first lines, the share of lines that agree on how many they hold, and how many those are."""
    rows = [row for row in view[:8192].splitlines()[:40] if row.strip()]
    if len(view) > 8192 and len(rows) > 1:
        rows.pop()  # cut
    rows = [re.sub(rb'"(?:[^"]|"")*+"', b'""', row) for row in rows]
    best = (b",", 0.0, 0)
    for code in b"\t,;|":
        counts = Counter(row.count(code) for row in rows)
        counts.pop(0, None)
        if counts:
            number, agree = counts.most_common(1)[0]
            share = agree / len(rows)
            if (share, number) > best[1:]:
                best = (bytes((code,)), share, number)
    return best


def quoted(view: bytes, comma: bytes) -> Iterator[tuple[int, int, int]]:
    """Quoted fields: where each begins (`=` or `"`), its content's start and end; the closing quote stands at the end."""
    begin = re.compile(rb"(?:\A|(?<=[\n\r" + re.escape(comma) + rb']))=?"')
    after = comma + b"\r\n"
    at = failures = 0
    while failures < FAILURES and (found := begin.search(view, at)):
        at = found.end()
        close = _closing(view, at, after)
        if close < 0:
            failures += 1
            continue
        yield found.start(), at, close
        at = close + 1


def _closing(view: bytes, at: int, after: bytes) -> int:
    stop = at + FIELD
    while (at := view.find(b'"', at, stop)) >= 0:
        follows = view[at + 1 : at + 2]
        if follows != b'"':
            return at if not follows or follows in after else -1
        at += 2
    return -1


class DelimitedDocument(TextDocument):
    """See the module."""

    format = "delimited"

    def read(self, view: bytes, out: Assembly) -> None:
        """One segment."""
        comma = delimiter(view)[0] if not self.name.lower().endswith((".tsv", ".tab")) else b"\t"
        cells = bytes.maketrans(b"\t" + comma, b" \t") if comma != b"\t" else bytes.maketrans(b"", b"")
        place = 0
        for begin, start, end_quote in quoted(view, comma):
            end = end_quote
            out.copy(place, lines(view[place:begin]).translate(cells))
            if view.startswith(b'=""', start) and view.endswith(b'""', start + 3, end):
                start, end = start + 3, end - 2
            while (double := view.find(b'""', start, end)) >= 0:
                out.copy(start, view[start:double].translate(_FLAT))
                out.atomic(double, 2, b'"')
                start = double + 2
            out.copy(start, view[start:end].translate(_FLAT))
            place = end_quote + 1
        out.copy(place, lines(view[place:]).translate(cells))

    def escape(self, text: str) -> str:
        """Replacements may not end a field or a row."""
        return re.sub(r'[",;|\t\r\n]', " ", text)

    def write(self, edits: Sequence[Edit], children: Mapping[int, Child | None] | None = None) -> bytes:
        """See Document; an edit over several cells blanks them one by one."""
        view, apart = self.batch().view, []
        for edit in edits:
            text, first = view[edit.start : edit.end], True
            for cell in re.finditer(rb"[^\t\n\0]+", text):
                apart.append(Edit(edit.start + cell.start(), edit.start + cell.end(), edit.replacement if first else ""))
                first = False
        return self.spliced(changes(self.batch().map, apart, self.encode), children) if apart or children else self.data
