"""The text map of HTML once more, slow and simple: one tag after the other, strings and lists.  The oracle of html_text."""

from __future__ import annotations

import re

from deident.formats.escapes import ENTITY, entity
from deident.formats.html_tables import COLUMN_LIMIT, LAYOUT, SPAN_LIMIT

INLINE = set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label map mark nobr q rb rp ruby s samp script "
    "small span strike strong style sub sup time title tt u var wbr".split()
)
BLANK = bytes(range(1, 33))
QUOTED = re.compile(rb"""<(?:[^<>"'\0]|"[^"\0]*"|'[^'\0]*')*>""")
Piece = tuple[bytes, int, int]  # text, source, width


def raw_elements(page: bytes) -> dict[int, int]:
    """Start → end (exclusive, without the end tag of script, style, title)."""
    found, place = {}, 0
    while True:
        opening = re.compile(rb"<(?:!--|(script|style|title)(?=[\s/>]))", re.I).search(page, place)
        if not opening:
            return found
        start = opening.start()
        if opening[1]:
            whole = QUOTED.match(page, start)
            end = whole.end() if whole else page.find(b">", start) + 1
            if not end:
                place = start + 1
                continue
            closing = re.compile(rb"</" + opening[1] + rb"(?=[\s/>]|\Z)", re.I).search(page, end)
            found[start] = place = closing.start() if closing else len(page)
        else:
            closing = re.compile(rb"--!?>").search(page, start + 2)
            found[start] = place = closing.end() if closing else len(page)


def tags(page: bytes) -> list[tuple[int, int]]:
    """Start and end of every tag."""
    raws = raw_elements(page)
    signs: list[tuple[int, str]] = []
    place = 0
    while place < len(page):
        if place in raws:
            signs += [(place, "raw"), (raws[place] - 1, ">")]
            place = raws[place]
            continue
        if page[place : place + 1] in (b"<", b">"):
            signs.append((place, page[place : place + 1].decode()))
        place += 1
    out: list[tuple[int, int]] = []
    for number, (start, sign) in enumerate(signs):
        following = signs[number + 1 :]
        if out and start < out[-1][1]:
            continue
        if sign == "raw":
            out.append((start, following[0][0] + 1))
        elif sign == "<" and re.match(rb"[A-Za-z/!?]", page[start + 1 : start + 2]) and following:
            end = next((at for at, other in following if other == ">"), None)
            direct = following[0][1] == ">"
            if direct:
                inside = page[start : following[0][0]]
                odd = inside.count(b'"') % 2 or inside.count(b"'") % 2
                if len(following) > 1 and following[1][1] == ">" and odd and (whole := QUOTED.match(page, start)):
                    end = whole.end() - 1
            elif whole := QUOTED.match(page, start):
                end = whole.end() - 1
            if end is not None:
                out.append((start, end + 1))
    return out


def kind_of(tag: bytes) -> str:
    if tag[1:2] in b"!?":
        return "inline"
    closing = tag[1:2] == b"/"
    name = bytes(c | 32 for c in tag[1 + closing : 9 + closing])
    name = re.match(rb"[\x30-\x3d\x3f-\x7f]*", name)[0].decode()
    if name == "" or ":" in name or name in INLINE:
        return "inline"
    if name == "table":
        return "/table" if closing else "table"
    if name in ("tr", "td", "th"):
        return ("/" if closing else "") + ("tr" if name == "tr" else "td")
    if name in ("pre", "textarea"):
        return "/pre" if closing else "pre"
    return "block"


def span(tag: bytes, which: bytes) -> int:
    found = [m[1] for m in re.finditer(which + rb"span\s*=\s*[\"']?\s*0*([1-9][0-9]{0,3})", tag[:-1].lower())]
    found = [number for number in found if number != b"1"]
    return int(found[-1]) if found and len(tag) >= 14 else 1


FRAME = ("table", "/table", "tr", "/tr", "td", "/td")


class Token:
    def __init__(self, kind: str, start: int, end: int, tag: bytes) -> None:
        self.kind, self.start, self.end, self.tag = kind, start, end, tag
        self.tabs, self.text = 0, b""
        self.row = self.pre = False  # for the text behind it


def spans_down(frame: list[Token]) -> None:
    stack: list[tuple[dict[int, int], int | None]] = []
    taken: dict[int, int] = {}
    column: int | None = None
    for token in frame:
        if token.kind in ("tr", "/tr"):
            if column is not None:
                if column:
                    token.tabs += max(0, max(taken, default=-1) + 1 - column)
                taken = {c: n - 1 for c, n in taken.items() if n > 1}
            column = 0 if token.kind == "tr" else None
        elif token.kind == "td":
            column = column or 0
            while column in taken:
                column += 1
                token.tabs += 1
            width = min(SPAN_LIMIT, span(token.tag, b"col"))
            for c in range(column, min(COLUMN_LIMIT, column + width)):
                taken[c] = span(token.tag, b"row")
            column += width
        elif token.kind == "table":
            stack.append((taken, column))
            taken, column = {}, None
        elif token.kind == "/table" and stack:
            taken, column = stack.pop()


def page_tokens(page: bytes) -> list[Token]:
    """Tags of a page, with what they write and what holds behind them."""
    tokens = [Token(kind_of(page[a:b]), a, b, page[a:b]) for a, b in tags(page)]
    frame = [token for token in tokens if token.kind in FRAME]
    if any(token.kind == "td" and span(token.tag, b"row") > 1 for token in frame):
        spans_down(frame)
    last: Token | None = None
    row = pre = False
    for number, token in enumerate(tokens):
        if token.kind in FRAME:
            behind = [other.kind for other in tokens[number + 1 :] if other.kind in FRAME]
            if last and last.kind == "td" and token.kind not in ("table", "/table"):
                token.tabs += min(SPAN_LIMIT, span(last.tag, b"col")) - 1
            second = token.kind == "td" and last is not None and last.kind in ("td", "/td")
            token.tabs = min(SPAN_LIMIT, token.tabs + second)
            row = token.kind in ("tr", "/td")
            if token.kind == "td":
                alone = not second and (behind[1:2] if behind[:1] == ["/td"] else behind[:1]) != ["td"]
                blocks = 0
                for other in tokens[number + 1 :]:
                    if other.kind in FRAME:
                        break
                    blocks += other.kind != "inline"
                row = not alone and blocks <= LAYOUT
            token.text = {"td": b"", "/td": b" "}.get(token.kind, b"\n")
            last = token
        elif token.kind != "inline":
            token.text = b" " if row else b"\n"
        pre = token.kind == "pre" or (pre and token.kind != "/pre")
        token.row, token.pre = row, pre
    return tokens


def plain_pieces(pages: bytes) -> list[Piece]:
    """Pieces of the text of all pages."""
    items: list[tuple[str, int, int, Token | None]] = []  # text, tag or page
    offset = 0
    for number, page in enumerate(pages.split(b"\0")):
        if number:
            items.append(("page", offset - 1, offset, None))
        place, before = 0, None
        for token in page_tokens(page):
            if token.start > place:
                items.append(("text", offset + place, offset + token.start, before))
            items.append(("tag", offset + token.start, offset + token.end, token))
            place, before = token.end, token
        if len(page) > place:
            items.append(("text", offset + place, offset + len(page), before))
        offset += len(page) + 1
    pieces: list[Piece] = []
    gap: list[tuple[str, int, int, Token | None]] = []
    text: tuple[str, int, int, Token | None] | None = None
    loose = False  # the gap before `text` writes something
    for item in [*items, None]:
        if item and (item[0] != "text" or not pages[item[1] : item[2]].strip(BLANK)):
            gap.append(item)
            continue
        written = gap_pieces(gap, first=text is None)
        if text:
            _, start, end, token = text
            if loose:
                start = end - len(pages[start:end].lstrip(BLANK))
            if written is not None:
                end = start + len(pages[start:end].rstrip(BLANK))
            pieces += text_pieces(pages, start, end, token)
        if written is None:
            for what, start, end, token in gap:
                if what == "text":
                    pieces += text_pieces(pages, start, end, token)
        else:
            pieces += written
        text, loose, gap = item, written is not None, []
    return pieces


def gap_pieces(gap: list[tuple[str, int, int, Token | None]], first: bool) -> list[Piece] | None:
    """What a gap writes; None: nothing, its blanks stay."""
    out: list[Piece] = []
    ended = first
    for what, start, _, token in gap:
        if what == "page":
            out.append((b"\0", start, 1))
            ended = True
        elif token and what == "tag" and (token.tabs or token.text == b"\n"):
            text = b"\t" * token.tabs
            if token.text == b"\n" and (text or not ended):
                text += b"\n"
            ended = token.text == b"\n"
            out.append((text, start, 0))
    if out:
        return out
    for what, start, _, token in gap:
        if token and what == "tag" and token.text == b" ":
            return [(b" ", start, 0)]
    return None


def text_pieces(pages: bytes, start: int, end: int, token: Token | None) -> list[Piece]:
    """Text between two tags: entities, and every byte by itself."""
    row, pre = (token.row, token.pre) if token else (False, False)
    out: list[Piece] = []
    while start < end:
        match = ENTITY.match(pages, start, end)
        text, used = entity(match[0]) if match else (b"", 0)
        if used:
            out.append((text, start, used))
            start += used
            continue
        byte = pages[start : start + 1]
        if (byte == b"\t" and (row or not pre)) or (byte in b"\n\x0b\x0c\r" and row):
            byte = b" "
        out.append((byte, start, 1))
        start += 1
    return out
