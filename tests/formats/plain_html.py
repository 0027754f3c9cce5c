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
Token = dict  # kind, start, end (exclusive), tabs, text

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
            closing = re.compile(rb"</" + opening[1] + rb"(?=[\s/>]|$)(?!\n\Z(?<!.))", re.I).search(page, end)
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
    found = [m[1] for m in re.finditer(which + rb"span\s*=\s*[\"']?\s*0*([1-9][0-9]{0,3})", tag.lower())]
    found = [number for number in found if number != b"1"]
    return int(found[-1]) if found and len(tag) >= 13 else 1


def plain_page(page: bytes) -> list[Piece]:
    """Pieces of one page."""
    tokens = [
        {"kind": kind_of(page[a:b]), "start": a, "end": b, "tag": page[a:b], "tabs": 0, "text": b""} for a, b in tags(page)
    ]
    frame = [t for t in tokens if t["kind"] in ("table", "/table", "tr", "/tr", "td", "/td")]
    # spans down, table by table
    if any(t["kind"] == "td" and span(t["tag"][:-1], b"row") > 1 for t in frame):
        stack, taken, column = [], {}, None
        for t in frame:
            if t["kind"] in ("tr", "/tr"):
                if column is not None:
                    if column:
                        t["tabs"] += max(0, max(taken, default=-1) + 1 - column)
                    taken = {c: n - 1 for c, n in taken.items() if n > 1}
                column = 0 if t["kind"] == "tr" else None
            elif t["kind"] == "td":
                column = column or 0
                while column in taken:
                    column += 1
                    t["tabs"] += 1
                for c in range(column, min(COLUMN_LIMIT, column + min(SPAN_LIMIT, span(t["tag"][:-1], b"col")))):
                    taken[c] = span(t["tag"][:-1], b"row")
                column += min(SPAN_LIMIT, span(t["tag"][:-1], b"col"))
            elif t["kind"] == "table":
                stack.append((taken, column))
                taken, column = {}, None
            elif stack:
                taken, column = stack.pop()
    # rows and cells
    last, in_row, rows = None, False, []
    for number, t in enumerate(tokens):
        kind = t["kind"]
        if kind in ("table", "/table", "tr", "/tr", "td", "/td"):
            behind = [o["kind"] for o in tokens[number + 1 :] if o["kind"] in ("table", "/table", "tr", "/tr", "td", "/td")]
            if last and last["kind"] == "td" and kind in ("tr", "/tr", "td", "/td"):
                t["tabs"] += min(SPAN_LIMIT, span(last["tag"][:-1], b"col")) - 1
            second = kind == "td" and last is not None and last["kind"] in ("td", "/td")
            t["tabs"] = min(SPAN_LIMIT, t["tabs"] + second)
            if kind == "td":
                alone = not second and (behind[1:2] if behind[:1] == ["/td"] else behind[:1]) != ["td"]
                blocks = 0
                for other in tokens[number + 1 :]:
                    if other["kind"] in ("table", "/table", "tr", "/tr", "td", "/td"):
                        break
                    blocks += other["kind"] != "inline"
                in_row = not alone and blocks <= LAYOUT
            else:
                in_row = kind in ("tr", "/td")
            if kind not in ("td", "/td"):
                t["text"] = b"\n"
            last = t
        elif kind != "inline":
            t["text"] = b" " if in_row else b"\n"
        rows.append(in_row)
    # text between the tags
    runs = []
    pre, row, place = False, False, 0
    for t, inside in zip([*tokens, None], [*rows, False], strict=True):
        end = t["start"] if t else len(page)
        runs.append((place, end, row, pre))
        if t:
            place, row = t["end"], inside
            pre = t["kind"] == "pre" or pre and t["kind"] != "/pre"
    # gaps
    pieces: list[Piece] = []
    at = 0
    texts = [number for number, (a, b, _, _) in enumerate(runs) if page[a:b].strip(BLANK)]
    at, broken_before = 0, False
    for stop in [*texts, None]:
        last_run = stop if stop is not None else len(runs) - 1
        first_run = at
        between = tokens[first_run - 1 if first_run else 0 : last_run] if first_run else tokens[:last_run]
        gap_runs = range(first_run, last_run if stop is not None else last_run + 1)
        hard = [t for t in between if t["tabs"] or t["text"] == b"\n"]
        emitted: dict[int, bytes] = {}
        ended = PAGE_START[0] and not texts[:1] == [] and False
        ended = broken = False
        if first_run == 0 and PAGE_START[0]:
            ended = True
        for t in hard:
            text = b"\t" * t["tabs"]
            if t["text"] == b"\n" and (text or not ended):
                text += b"\n"
            ended = t["text"] == b"\n"
            emitted[t["start"]] = text
            broken = True
        if not hard and not PAGE_GAP(first_run, stop):
            spaces = [t for t in between if t["text"] == b" "]
            if spaces:
                emitted[spaces[0]["start"]] = b" "
                broken = True
        broken = broken or PAGE_GAP(first_run, stop)
        if first_run and texts:
            a, b, row, pre = runs[first_run - 1]
            start = a + (len(page[a:b]) - len(page[a:b].lstrip(BLANK)) if broken_before else 0)
            end = a + len(page[a:b].rstrip(BLANK)) if broken else b
            pieces += text_pieces(page, start, end, row, pre)
        order = sorted([*((t["start"], "tag", t) for t in between), *((runs[r][0], "run", runs[r]) for r in gap_runs)], key=lambda x: (x[0], x[1] == "tag"))
        for start, what, item in order:
            if what == "tag" and emitted.get(start):
                pieces.append((emitted[start], start, 0))
            elif what == "run" and not broken:
                pieces += text_pieces(page, item[0], item[1], item[2], item[3])
        broken_before = broken
        at = (stop or 0) + 1
    return pieces


def text_pieces(page: bytes, start: int, end: int, row: bool, pre: bool) -> list[Piece]:
    out: list[Piece] = []
    while start < end:
        match = ENTITY.match(page, start, end)
        text, used = entity(match[0]) if match else (b"", 0)
        if used:
            out.append((text, start, used))
            start += used
            continue
        byte = page[start : start + 1]
        if byte == b"\t" and (row or not pre) or byte in b"\r\n\x0b\x0c" and row:
            byte = b" "
        out.append((byte, start, 1))
        start += 1
    return out
