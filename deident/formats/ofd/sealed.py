"""A package with electronic seals and signatures in it (GB/T 33190-2016, 18): their strings are text, their pictures children."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence

from deident.formats import LIMITS, Child, Limits
from deident.formats.archive.entries import Entry
from deident.formats.document import Assembly
from deident.formats.ofd import seal
from deident.formats.office.package import PackageDocument
from deident.formats.parts import Part
from deident.formats.splice import Change
from deident.model import Edit, SourceMap
from deident.text.charset import Decoded, encode

_SIGNED = re.compile(r"(?:^|/)(?:signatures?\.xml|signedvalue\.dat|seal\.esl)\Z", re.I)


class SealedPackage(PackageDocument):
    """See the module."""

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self._seals = [part for part in self.parts if seal.is_der(part.data)]
        self._strings: list[tuple[int, str]] = []  # where strings of seals begin in the source, and their encoding
        self._pictures = [(part, number) for part in self._seals for number in range(len(seal.pictures(part.data)))]

    def is_child(self, entry: Entry) -> bool:
        """A seal is a part."""
        return not seal.is_der(entry.data) and super().is_child(entry)

    def decoded(self, part: Part) -> Decoded:
        """A seal is no text."""
        if part in self._seals:
            return Decoded(part.data, SourceMap.identity(len(part.data)), "utf-8")
        return super().decoded(part)

    def read_seal(self, part: Part, out: Assembly) -> bool:
        """The strings of a seal; False for any other part."""
        if part not in self._seals:
            return False
        for item, view, map in seal.strings(part.data):
            self._strings.append((part.start + item.start, seal.encoding(part.data, item)))
            self.later(part, out, "meta", "seal", view, map)
        return True

    def encode(self, text: str, offset: int) -> bytes:
        """See Document."""
        if any(part.start <= offset < part.end for part in self._seals):
            return encode(text, self._strings[bisect_right(self._strings, offset, key=lambda one: one[0]) - 1][1])
        return super().encode(text, offset)

    def by_part(self, edits: Sequence[Edit]) -> Iterator[tuple[Part, list[Change]]]:
        """See PartsDocument; the lengths in a seal follow its strings."""
        for part, own in super().by_part(edits):
            if part in self._seals:
                yield part, [(0, len(part.data), seal.rebuilt(part.data, own))]
            else:
                yield part, own

    def children(self) -> Iterable[Child]:
        """Those of the package, and the pictures of seals."""
        yield from super().children()
        for part, number in self._pictures:
            item = seal.pictures(part.data)[number]
            yield Child(f"{part.name}/picture{number + 1}", part.data[item.start : item.end])

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The package; a signature in it holds no longer."""
        if any(_SIGNED.search(entry.name) for entry in self.entries):
            self.warn("signature-broken")
        new = dict(parts)
        first = len(self._children)
        for number, child in children.items():
            if child is not None and number >= first:
                part, place = self._pictures[number - first]
                data = new.get(part.name, part.data)
                item = seal.pictures(data)[place]
                new[part.name] = seal.rebuilt(data, [(item.start, item.end, child.data)])
        return super().pack(new, {number: child for number, child in children.items() if number < first})
