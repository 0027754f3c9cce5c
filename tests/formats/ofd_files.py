"""OFD files made and drawn for tests: a writer of pages, and a reader by ElementTree that places every character."""

from __future__ import annotations

import math
import posixpath
import zipfile
from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import escape

SPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NS = "{http://www.ofdspec.org/2016}"


def packed(members: Mapping[str, str | bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return out.getvalue()


def text(x: float, y: float, string: str, size: float = 4.0, step: str = "", more: str = "", inside: str = "") -> str:
    """A TextObject with one TextCode; its baseline is at y.  `step`: DeltaX."""
    delta = f' DeltaX="{step}"' if step else ""
    return (
        f'<ofd:TextObject ID="1" Boundary="{x:g} {y - size:g} 150 {size:g}" Font="2" Size="{size:g}"{more}>{inside}'
        f'<ofd:TextCode X="0" Y="{size:g}"{delta}>{escape(string)}</ofd:TextCode></ofd:TextObject>'
    )


def singles(x: float, y: float, string: str, size: float = 4.0, pitch: float = 0.0, down: float = 0.0) -> str:
    """A TextObject a character, as some generators write; half width for what is not Han."""
    out = []
    for one in string:
        out.append(text(x, y, one, size))
        x += 0 if down else pitch or (size if ord(one) > 0x2000 else size / 2)
        y += down
    return "".join(out)


def line(x: float, y: float, to_x: float, to_y: float) -> str:
    return (
        f'<ofd:PathObject ID="1" Boundary="{x:g} {y:g} {to_x - x:g} {to_y - y:g}" LineWidth="0.2">'
        f"<ofd:AbbreviatedData>M 0 0 L {to_x - x:g} {to_y - y:g} </ofd:AbbreviatedData></ofd:PathObject>"
    )


def box(x: float, y: float, width: float, height: float, color: str = "0 0 0", alpha: int = 255) -> str:
    return (
        f'<ofd:PathObject ID="1" Boundary="{x:g} {y:g} {width:g} {height:g}" Fill="true" Stroke="false">'
        f'<ofd:FillColor Value="{color}" Alpha="{alpha}"/>'
        f"<ofd:AbbreviatedData>M 0 0 L {width:g} 0 L {width:g} {height:g} L 0 {height:g} C</ofd:AbbreviatedData></ofd:PathObject>"
    )


def page(*objects: str) -> str:
    return (
        f"{HEAD}<ofd:Page {SPACE}><ofd:Area><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:Area><ofd:Content>"
        f'<ofd:Layer ID="3">{"".join(objects)}</ofd:Layer></ofd:Content></ofd:Page>'
    )


def document(*pages: str, more: Mapping[str, str | bytes] | None = None, info: str = "", root: str = "", body: str = "") -> bytes:
    """A file of these pages.  `info`: inside DocInfo; `root`: behind the pages in Document.xml; `body`: behind DocRoot."""
    listed = "".join(f'<ofd:Page ID="{number}" BaseLoc="Pages/P{number}/Content.xml"/>' for number in range(len(pages)))
    members: dict[str, str | bytes] = {
        "OFD.xml": f'{HEAD}<ofd:OFD {SPACE} DocType="OFD" Version="1.0"><ofd:DocBody><ofd:DocInfo><ofd:DocID>0123456789abcdef0123456789abcdef</ofd:DocID>'
        f"{info}</ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>{body}</ofd:DocBody></ofd:OFD>",
        "Doc_0/Document.xml": f"{HEAD}<ofd:Document {SPACE}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID></ofd:CommonData>"
        f"<ofd:Pages>{listed}</ofd:Pages>{root}</ofd:Document>",
    }
    for number, content in reversed(list(enumerate(pages))):
        members[f"Doc_0/Pages/P{number}/Content.xml"] = content
    return packed(members | dict(more or {}))


class Drawn(NamedTuple):
    """A character where it is drawn; `glyph`: its number in the font, "" where the font decides."""

    member: str
    x: float
    y: float
    char: str
    glyph: str


def drawn(data: bytes) -> list[Drawn]:
    """Every character of every page, by a reader of its own."""
    found: list[Drawn] = []
    with zipfile.ZipFile(BytesIO(data)) as file:
        for name in sorted(file.namelist()):
            if posixpath.basename(name) == "Content.xml":
                for one in ElementTree.fromstring(file.read(name)).iter(_NS + "TextObject"):
                    found += _object(name, one)
    return found


def _object(name: str, one: ElementTree.Element) -> list[Drawn]:
    left, top = (float(value) for value in one.get("Boundary", "0 0 0 0").split()[:2])
    a, b, c, d, e, f = (float(value) for value in one.get("CTM", "1 0 0 1 0 0").split())
    glyphs: dict[int, str] = {}
    for transform in one.iter(_NS + "CGTransform"):
        listed = transform.findtext(_NS + "Glyphs", "").split()
        assert len(listed) == int(transform.get("GlyphCount", "1"))
        first = int(transform.get("CodePosition", "0"))
        glyphs |= {first + number: glyph for number, glyph in enumerate(listed)}
    found: list[Drawn] = []
    for code in one.iter(_NS + "TextCode"):
        string = code.text or ""
        x, y = float(code.get("X", "0")), float(code.get("Y", "0"))
        right, down = _steps(code.get("DeltaX", "")), _steps(code.get("DeltaY", ""))
        assert not right or len(right) >= len(string) - 1, "as many steps as characters, less one"
        for number, char in enumerate(string):
            place = left + a * x + c * y + e, top + b * x + d * y + f
            found.append(Drawn(name, round(place[0], 3), round(place[1], 3), char, glyphs.get(len(found), "")))
            x += right[number] if number < len(right) else 0
            y += down[number] if number < len(down) else 0
    return found


def _steps(written: str) -> Sequence[float]:
    words = iter(written.split())
    found: list[float] = []
    for word in words:
        if word == "g":
            count, value = int(next(words)), float(next(words))
            found += [value] * count
        else:
            found.append(float(word))
    assert all(map(math.isfinite, found))
    return found
