"""What all archives share: members, the archive's own text, and bytes that belong to nobody.

Members are the children.  Own text (comments, names of users, headers: `note`) is the source of the document, a part and a segment
each, in the encoding it was found in.  Names of members are not shown: the engine judges and changes them itself.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping

from deident.formats import LIMITS, Child, Limits
from deident.formats.document import Assembly
from deident.formats.parts import Part, PartsDocument
from deident.formats.plain import lines
from deident.text.charset import Decoded, decode, encode
from deident.text.maps import shift

RATIO_FROM = 1 << 20  # bytes up to which a member may unpack to, whatever its ratio
_HIDDEN = 32  # bytes of binary data that belong to nobody; fewer are padding
_FLAT = bytes.maketrans(bytes(code for code in range(32) if code != 10), b" " * 31)


def most(packed: int, limits: Limits) -> int:
    """How many bytes `packed` ones may unpack to."""
    left = min(limits.max_bytes, limits.budget.bytes if limits.budget else limits.max_bytes)
    return min(left, max(RATIO_FROM, packed * limits.max_ratio))


class Container(PartsDocument):
    """Base of the archives.  Subclasses fill `members`, call `note` and `hidden`, and implement `pack`."""

    archive = True

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.members: list[Child] = []
        self._said: dict[str, tuple[str, str, Decoded, bytes]] = {}  # part → label, where, its text, its bytes

    def note(self, label: str, data: bytes, where: str = "") -> str:
        """Own text as it is written in the archive.  The name of its part."""
        part = self.add(f"{label} {len(self.parts)}", data)
        self._said[part.name] = (label, where, decode(data), data)
        return part.name

    def hidden(self, data: bytes) -> None:
        """Bytes that belong to no member: text is shown, anything else could not be seen.  They are never written again."""
        if not data.strip(b"\0\t\n\r "):
            return
        self.note("hidden", data, "hidden")
        self.warn("hidden-bytes")
        strange = len(data) - len(data.translate(None, bytes(code for code in range(32) if code not in b"\t\n\f\r")))
        if len(data) > _HIDDEN and (strange * 50 > len(data) or "bad-bytes" in decode(data).warnings):
            self.unseen("hidden-bytes")

    def read(self, out: Assembly) -> None:
        """Every own text as a segment."""
        for part in self.parts:
            self.read_part(part, out)

    def read_part(self, part: Part, out: Assembly) -> None:
        """One own text: `label：text`."""
        label, where, decoded, _ = self._said[part.name]
        if decoded.view.strip():
            line = Assembly(self.limits)
            line.insert(f"{label}：".encode())
            line.extend(lines(decoded.view).translate(_FLAT), shift(decoded.map, part.start))
            out.later("meta", where, *line.finish())

    def children(self) -> Iterable[Child]:
        """The members."""
        return self.members

    def encode(self, text: str, offset: int) -> bytes:
        """In the encoding of the part."""
        return encode(text, self._said[self.part(offset).name][2].encoding)

    def part(self, offset: int) -> Part:
        """The part that holds a byte of the source."""
        return self.parts[bisect_right(self.parts, offset, key=lambda part: part.start) - 1]

    def text(self, name: str, parts: Mapping[str, bytes]) -> bytes:
        """An own text as it is now; `name`: what `note` gave, "" for none."""
        return parts[name] if name in parts else self._said[name][3] if name else b""

    def contents(self) -> Iterable[tuple[bytes, str]]:
        """The bytes, and all own text."""
        return [(self.data, ""), (b"\n".join(part.data for part in self.parts), "utf-8")]

    def kept(self, children: Mapping[int, Child | None]) -> list[tuple[int, Child]]:
        """The members that are written, with their numbers, as they are now."""
        now = ((number, children.get(number, member)) for number, member in enumerate(self.members))
        return [(number, member) for number, member in now if member is not None]
