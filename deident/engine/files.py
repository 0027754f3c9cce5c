"""Files of any format: those of one way of reading go together (pages.py), an archive's members by themselves (archives.py)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from deident.engine.archives import ARCHIVES, Members, enclose, members
from deident.engine.edits import Editor
from deident.engine.links import Links
from deident.engine.naming import MaskNames
from deident.engine.pages import Explained, Pages
from deident.engine.tree import FAILED, Item
from deident.formats import LIMITS, Document, Limits, Unreadable, open_document
from deident.formats.binary import BinaryDocument
from deident.formats.inline import holds
from deident.formats.sniff import sniff
from deident.model import FileReport, Ground

PART = 4 << 20  # bytes of documents that are mapped and matched together
T = TypeVar("T")
Masked = tuple[bytes | None, FileReport]
NO_LINKS = Links({})


class Files:
    """Scans and masks (name, bytes) items; `titles`: of the pages they hang on, one an item or none at all."""

    def __init__(self, editor: Editor, grounds: Sequence[Ground], mask_names: MaskNames) -> None:
        self.editor, self.grounds, self.mask_names = editor, grounds, mask_names

    def scan(
        self, items: Sequence[Item], titles: Sequence[str] = (), given: int | None = None, limits: Limits = LIMITS
    ) -> list[FileReport]:
        """One report an item; those on what is inside are its members."""

        def one(name: str, data: bytes, document: Document, page: str) -> FileReport:
            def work(part: Sequence[Item], page: str, renames: Mapping[str, str], limits: Limits) -> list[Masked]:
                return [
                    (data, report)
                    for (_, data), report in zip(part, self.scan(part, _all(page, part), given, limits), strict=True)
                ]

            document, inside = self._inside(name, data, document, page, work)
            [report] = self._pages([(name, data)], [page], given, limits, [document]).reports
            enclose(report, inside, masking=False)
            return report

        return _sorted(
            items, titles, limits, one, lambda part, pages: self._pages(part, pages, given, limits).reports[: len(part)]
        )

    def mask(
        self, items: Sequence[Item], titles: Sequence[str] = (), links: Links = NO_LINKS, limits: Limits = LIMITS,
        given: int | None = None,
    ) -> list[Masked]:  # fmt: skip
        """Masked and verified bytes (None: must not be written) and the report of each item."""

        def one(name: str, data: bytes, document: Document, page: str) -> Masked:
            def work(part: Sequence[Item], page: str, renames: Mapping[str, str], limits: Limits) -> list[Masked]:
                return self.mask(part, _all(page, part), Links(renames) if renames else links, limits, given)

            document, inside = self._inside(name, data, document, page, work)
            [(out, report)] = self._pages([(name, data)], [page], given, limits, [document]).masked(links, {0: inside.changed})
            if inside.reports and all(inside.changed.get(number, True) is None for number in range(len(inside.reports))):
                out, report.status, report.reason = None, "refused", "part-unseen"  # nothing of it is left
            elif out is None and report.status not in FAILED:
                report.status, report.reason = "refused", "not-written"
            enclose(report, inside, masking=True)
            return out, report

        return _sorted(items, titles, limits, one, lambda part, pages: self._pages(part, pages, given, limits).masked(links))

    def explain(
        self, items: Sequence[Item], titles: Sequence[str] = (), given: int | None = None, limits: Limits = LIMITS
    ) -> list[list[Explained]]:
        """For each item its report and those on what is inside, explained."""

        def one(name: str, data: bytes, document: Document, page: str) -> list[Explained]:
            more: list[Explained] = []

            def work(part: Sequence[Item], page: str, renames: Mapping[str, str], limits: Limits) -> list[Masked]:
                found = self.explain(part, _all(page, part), given, limits)
                more.extend(explained for each in found for explained in each)
                return [(data, each[0].report) for (_, data), each in zip(part, found, strict=True)]

            document, inside = self._inside(name, data, document, page, work)
            [explained] = self._pages([(name, data)], [page], given, limits, [document]).explained()
            enclose(explained[0].report, inside, masking=False)
            return [*explained, *more]

        return _sorted(items, titles, limits, one, lambda part, pages: self._pages(part, pages, given, limits).explained())

    def _inside(
        self, name: str, data: bytes, document: Document, page: str,
        work: Callable[[Sequence[Item], str, Mapping[str, str], Limits], Sequence[Masked]],
    ) -> tuple[Document, Members]:  # fmt: skip
        """What an archive holds, worked on; where it breaks off, the archive is what cannot be read."""
        try:
            return document, members(name, document, page, self.mask_names, work)
        except Unreadable as problem:
            return BinaryDocument(data, problem.status, problem.reason, document.format), Members([], {})

    def _pages(
        self, items: Sequence[Item], titles: Sequence[str], given: int | None, limits: Limits, opened: Sequence[Document] = ()
    ) -> Pages:
        return Pages(self.editor, self.grounds, items, titles, True, given, limits, opened)


def _all(page: str, part: Sequence[Item]) -> list[str]:
    """What an archive hangs on is what its members hang on."""
    return [page] * len(part)


def _sorted(
    items: Sequence[Item], titles: Sequence[str], limits: Limits,
    one: Callable[[str, bytes, Document, str], T], many: Callable[[Sequence[Item], Sequence[str]], Sequence[T]],
) -> list[T]:  # fmt: skip
    """Results in the order of the items: `one` archive at a time, `many` others together."""
    results: dict[int, T] = {}
    for numbers, archives in _parts(items):
        part = [items[number] for number in numbers]
        pages = [titles[number] for number in numbers] if titles else []
        if not archives:
            results.update(zip(numbers, many(part, pages), strict=True))
            continue
        [number], [(name, data)] = numbers, part
        document = open_document(data, name, limits)
        if document.archive:
            results[number] = one(name, data, document, pages[0] if pages else "")
        else:
            results[number] = many(part, pages)[0]
    return [results[number] for number in range(len(items))]


def _parts(items: Sequence[Item]) -> Iterator[tuple[list[int], bool]]:
    """Numbers of items that are worked on together (HTML pages up to a batch, everything else up to a batch), and whether it is an archive."""
    waiting: dict[bool, list[int]] = {True: [], False: []}
    sizes = {True: 0, False: 0}
    for number, (name, data) in enumerate(items):
        format, _ = sniff(data, name)
        if format in ARCHIVES:
            yield [number], True
            continue
        html = format == "html" and not holds(data)
        waiting[html].append(number)
        sizes[html] += len(data)
        if sizes[html] >= PART:
            yield waiting[html], False
            waiting[html], sizes[html] = [], 0
    yield from ((part, False) for part in waiting.values() if part)
