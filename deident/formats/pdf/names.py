"""Name trees (ISO 32000-2, 7.9.6) and what refers to their keys: one name is one text, however often it stands in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from pikepdf import Array, Dictionary, Name, Object, Pdf, String

from deident.formats.pdf.places import Owner
from deident.formats.pdf.text import encoded

_JUMPS = (Name.GoTo, Name.GoToR, Name.GoToE)
_NODES = 100_000


def is_destination(owner: Owner, key: str) -> bool:
    """Does this entry name a destination (ISO 32000-2, 12.3.2.4)?"""
    return key == "/Dest" or (key == "/D" and owner.entries.get("/S") in _JUMPS)


def is_key(owner: Owner, container: Object, at: int | str, key: str) -> bool:
    """Is this string a key of a name tree, a limit of its nodes, or does it refer to one?"""
    if isinstance(at, int):
        return key in ("/Limits", "/Headers") or (key == "/Names" and at % 2 == 0)
    return is_destination(owner, key) or (key == "/ID" and owner.entries.get("/Type", Name.StructElem) == Name.StructElem)


class Groups:
    """The places of every name."""

    def __init__(self, pdf: Pdf) -> None:
        self._places: dict[bytes, list[tuple[Object, int | str]]] = {}
        self._dests = pdf.Root.get("/Dests")  # PDF 1.1: a dictionary, whose keys are names
        if isinstance(self._dests, Dictionary):
            for key in self._dests.keys():  # noqa: SIM118  iterating a pikepdf dictionary gives no names
                self._places.setdefault(spelled(key), [])

    def refer(self, container: Object, at: int | str, value: Object) -> None:
        """A further place."""
        self._places.setdefault(spelled(value) if isinstance(value, Name) else bytes(value), []).append((container, at))

    def all(self) -> Iterator[tuple[bytes, Callable[[str], None]]]:
        """(bytes of the name, how to write another)."""
        for raw, places in self._places.items():
            yield raw, partial(self._write, raw, places)

    def _write(self, raw: bytes, places: list[tuple[Object, int | str]], new: str) -> None:
        name = Name("/" + new.replace("/", "-"))
        for container, at in places:
            container[at] = name if isinstance(container[at], Name) else String(encoded(new))
        if isinstance(self._dests, Dictionary):
            for key, value in list(self._dests.items()):
                if spelled(key) == raw:
                    del self._dests[key]
                    self._dests[str(name)] = value


def spelled(name: Object | str) -> bytes:
    """Bytes of a name or of a dictionary's key, without the slash.  Old Chinese producers write them in GBK, which str() refuses."""
    return name[1:].encode("utf-8", "surrogateescape") if isinstance(name, str) else bytes(name)[1:]


def in_order(pdf: Pdf) -> None:
    """Put every name tree whose keys are out of order, or disagree with the limits of its nodes, into one sorted node."""
    trees = pdf.Root.get("/Names")
    structure = pdf.Root.get("/StructTreeRoot")
    roots = [*trees.values()] if isinstance(trees, Dictionary) else []
    roots += [structure["/IDTree"]] if isinstance(structure, Dictionary) and "/IDTree" in structure else []
    for root in roots:
        if isinstance(root, Dictionary):
            pairs, limits_hold = _flat(root)
            keys = [key for key, _ in pairs]
            if keys != sorted(keys) or not limits_hold:
                pairs.sort(key=lambda pair: pair[0])
                root["/Names"] = Array([one for key, value in pairs for one in (String(key), value)])
                for key in ("/Kids", "/Limits"):
                    if key in root:
                        del root[key]


def _flat(root: Object) -> tuple[list[tuple[bytes, Object]], bool]:
    """The pairs in the order of the nodes, and whether every leaf keeps its limits."""
    pairs: list[tuple[bytes, Object]] = []
    seen: set[tuple[int, int]] = set()
    nodes, hold = [root], True
    while nodes and len(seen) < _NODES:
        node = nodes.pop()
        if node.is_indirect:
            if node.objgen in seen:
                continue
            seen.add(node.objgen)
        own = node.get("/Names")
        if isinstance(own, Array):
            items = list(own)
            found = [(bytes(k), v) for k, v in zip(items[::2], items[1::2], strict=False) if isinstance(k, String)]
            limits = node.get("/Limits")
            if found and isinstance(limits, Array) and len(limits) == 2:
                hold &= [bytes(one) for one in limits if isinstance(one, String)] == [found[0][0], found[-1][0]]
            pairs += found
        kids = node.get("/Kids")
        if isinstance(kids, Array):
            nodes += [kid for kid in reversed(list(kids)) if isinstance(kid, Dictionary)]
    return pairs, hold
