"""What happens to one batch inside a worker: read the files, scan or mask them, write the masked ones.

Nothing that a file holds can end the run: what cannot be read is `unscannable`, what makes the engine fail is tried alone and
then `refused`.  Only a problem with the output (disk full) is raised.  A masked file is written under a temporary name in its
own folder and renamed, so that no half file is ever seen under a published name.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, Protocol

from deident.catalog import Catalogue
from deident.crawl.packed import pack
from deident.crawl.walk import Source
from deident.engine.naming import shown
from deident.errors import CatalogError, DeidentError, MissingExtra, OutputError
from deident.model import FileReport
from deident.policy import Policy, Secrecy, Suppressions
from deident.report.messages import because, say

TEMPORARY = ".deident-"
Masked = tuple[bytes | None, FileReport]


class Counting(Protocol):
    """What a tagger has read so far in this process (detectors.tagged.Tagged)."""

    @property
    def name(self) -> str: ...
    @property
    def characters(self) -> int: ...
    @property
    def seconds(self) -> float: ...


class ScannerLike(Protocol):
    """What a dump needs of engine.Scanner."""

    @property
    def catalogue(self) -> Catalogue:
        """The kinds and laws in use; a resumed run must have the same."""
        ...

    @property
    def policy(self) -> Policy:
        """The policy in use, with its document types."""
        ...

    @property
    def secrecy(self) -> Secrecy:
        """The marks of secrecy that are looked for."""
        ...

    @property
    def suppressions(self) -> Suppressions:
        """What the site lets stay; a resumed run must have the same."""
        ...

    @property
    def tagged(self) -> Counting | None:
        """What reads names and telling phrases, and counts what it reads; None: rules alone."""
        ...

    def scan_many(self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None) -> list[FileReport]:
        """One report per document, with those on what is inside as its members; `pages`: what attachments hang on."""
        ...

    def mask_many(
        self,
        items: Sequence[tuple[str, bytes]],
        renames: Mapping[str, str] | None = None,
        pages: Mapping[str, str] | None = None,
    ) -> list[Masked]:
        """The masked bytes and the report of each document; None: must not be written.  Links follow `renames`."""
        ...

    def mask_names(self, names: Sequence[str]) -> list[str]:
        """File names with the values in them masked."""
        ...


class Done(NamedTuple):
    """What became of one file: its reports (at least one) and the output written, relative to the output folder."""

    source: Source
    reports: list[FileReport]
    output: bytes | None
    packed: bytes = b""  # the reports as bytes; then `reports` has no findings
    found: int = 0  # how many of them are to mask or review, if packed
    characters: int = 0  # what the tagger has read, and its processor time: of the whole batch, at its first file
    seconds: float = 0.0

    def light(self) -> Done:
        """For the way to another process."""
        bare = [replace(report, findings=[]) for report in self.reports]
        return Done(self.source, bare, self.output, pack(self.reports), self.open(), self.characters, self.seconds)

    def open(self) -> int:
        """How many findings are to mask or review."""
        return self.found or sum(finding.action != "keep" for report in self.reports for finding in report.findings)


@dataclass(frozen=True, slots=True)
class Work:
    """The work on a batch.  `target` is the output folder of `mask`, "" for `scan`; it is sent to every worker once."""

    lang: str
    most_bytes: int
    target: str = ""
    root: str = ""
    renames: Mapping[str, str] = field(default_factory=dict)
    single: str = ""  # name of the output where a single file is masked into a file
    pages: Mapping[str, str] = field(default_factory=dict)  # attachment → title of the page that it hangs on

    def __call__(self, scanner: ScannerLike, sources: Sequence[Source]) -> list[Done]:
        """Every source of the batch, in order."""
        done: list[Done] = []
        todo: list[tuple[Source, bytes]] = []
        for source in sources:
            try:
                if source.size > self.most_bytes:
                    done.append(self.failed(scanner, source, say(self.lang, "too_big", limit=self.most_bytes >> 20)))
                else:
                    with open(source.path, "rb") as file:
                        todo.append((source, file.read()))
            except OSError as problem:
                done.append(self.failed(scanner, source, say(self.lang, "cannot_read", why=problem.strerror)))
        one = self._mask if self.target else self._scan
        before = _read(scanner)
        done += self._guarded(one, scanner, todo)
        order = {source.name: number for number, source in enumerate(sources)}
        done.sort(key=lambda item: order[item.source.name])
        if done and (after := _read(scanner)) != before:
            done[0] = done[0]._replace(characters=after[0] - before[0], seconds=after[1] - before[1])
        return done

    def failed(self, scanner: ScannerLike, source: Source, reason: str, status: str = "unscannable") -> Done:
        """The result for a file that was not scanned; what an earlier run wrote for it goes away."""
        report = FileReport(source.name, status=status, size=source.size, reason=reason)
        if self.target:
            self._remove(self.output(source))
        return Done(source, [self._named(report, source, self._shown(scanner, source))], None)

    def output(self, source: Source) -> bytes:
        """Path of a file's output, relative to the output folder.  Without a new name it is the old one, byte for byte."""
        if self.single:
            return os.fsencode(self.single)
        path = os.fsencode(os.path.relpath(source.path, self.root))
        new = self.renames.get(source.name)
        if new is None:
            return path
        rows = zip(path.split(os.fsencode(os.sep)), source.name.split("/"), new.split("/"), strict=True)
        return os.fsencode(os.sep).join(raw if before == after else _written(after, raw) for raw, before, after in rows)

    def _guarded(self, one: Callable[..., list[Done]], scanner: ScannerLike, todo: list[tuple[Source, bytes]]) -> list[Done]:
        if not todo:
            return []
        try:
            return one(scanner, todo)
        except (OutputError, CatalogError, MissingExtra):
            raise
        except Exception as problem:  # noqa: BLE001  junk must not end the run, whatever the engine makes of it
            if len(todo) > 1:
                return [done for item in todo for done in self._guarded(one, scanner, [item])]
            if os.environ.get("DEIDENT_DEBUG") == "1":
                traceback.print_exc(file=sys.stderr)
            reason = say(self.lang, "failed", type=type(problem).__name__)
            return [self.failed(scanner, todo[0][0], reason, "refused")]

    def _scan(self, scanner: ScannerLike, todo: list[tuple[Source, bytes]]) -> list[Done]:
        reports = scanner.scan_many([(source.name, data) for source, data in todo], self.pages)
        names = shown([source.name for source, _ in todo], scanner.mask_names)
        return [
            Done(source, [self._named(each, source, name, len(data)) for each in report.all()], None)
            for (source, data), name, report in zip(todo, names, reports, strict=True)
        ]

    def _mask(self, scanner: ScannerLike, todo: list[tuple[Source, bytes]]) -> list[Done]:
        items = [(source.name, data) for source, data in todo]
        out = []
        for (source, data), (masked, report) in zip(todo, scanner.mask_many(items, self.renames, self.pages), strict=True):
            output = self.output(source) + os.fsencode(report.suffix)
            name = self.renames.get(source.name, source.name)
            reports = [self._named(each, source, name, len(data)) for each in report.all()]
            if masked is None or report.status in ("unscannable", "refused"):
                self._remove(output)
                if report.status in ("clean", "masked"):
                    report.status, report.reason = "refused", report.reason or say(self.lang, "no_result")
                out.append(Done(source, reports, None))
            else:
                self._write(output, masked, source, unchanged=masked == data)
                out.append(Done(source, reports, output))
        return out

    def _shown(self, scanner: ScannerLike, source: Source) -> str:
        if source.name in self.renames:
            return self.renames[source.name]
        return source.name if self.target else shown([source.name], scanner.mask_names)[0]

    def _named(self, report: FileReport, source: Source, name: str, size: int | None = None) -> FileReport:
        """The report under a name that may be shown.  A name that held a value keeps a file from being clean."""
        report.file = name + report.file.removeprefix(source.name)
        report.reason = because(self.lang, report)
        report.size = report.size or (source.size if size is None else size)
        if name != source.name and "!" not in report.file.removeprefix(name):
            report.renamed = name
            if report.status == "clean":
                report.status = "masked" if self.target else "partial"
        return report

    def _write(self, output: bytes, data: bytes, source: Source, *, unchanged: bool) -> None:
        base = os.fsencode(self.target)
        path = os.path.join(base, output)
        folder = os.path.dirname(path)
        temporary = os.path.join(folder, os.fsencode(f"{TEMPORARY}{os.getpid()}.tmp"))
        try:
            os.makedirs(folder, exist_ok=True)
            if os.path.commonpath([os.path.realpath(folder), os.path.realpath(base)]) != os.path.realpath(base):
                raise OutputError(say(self.lang, "leads_into_source", path=self._readable(folder)))
            try:
                with open(temporary, "wb") as file:
                    file.write(data)
                self._keep_times(temporary, source, unchanged=unchanged)
                os.replace(temporary, path)
            except BaseException:
                if os.path.lexists(temporary):
                    os.unlink(temporary)
                raise
        except OSError as problem:
            raise self._cannot(path, problem) from None

    def _keep_times(self, temporary: bytes, source: Source, *, unchanged: bool) -> None:
        try:
            status = os.stat(source.path)
        except FileNotFoundError:  # gone since it was read
            return
        os.chmod(temporary, status.st_mode & 0o777 | 0o200)
        if unchanged:  # a masked file is often as long as before: with the old time rsync would not copy it
            os.utime(temporary, ns=(status.st_atime_ns, status.st_mtime_ns))

    def _remove(self, output: bytes) -> None:
        path = os.path.join(os.fsencode(self.target), output)
        try:
            if os.path.lexists(path) and not os.path.isdir(path):
                os.unlink(path)
        except OSError as problem:
            raise self._cannot(path, problem) from None

    def _cannot(self, path: bytes, problem: OSError) -> DeidentError:
        reasons = {28: "disk_full", 122: "disk_full", 13: "no_permission", 1: "no_permission"}
        key = reasons.get(problem.errno or 0)
        why = say(self.lang, key) if key else problem.strerror
        return OutputError(say(self.lang, "cannot_write", path=self._readable(path), why=why))

    @staticmethod
    def _readable(path: bytes) -> str:
        return path.decode("utf-8", "backslashreplace")


def _read(scanner: ScannerLike) -> tuple[int, float]:
    tagged = scanner.tagged
    return (tagged.characters, tagged.seconds) if tagged is not None else (0, 0.0)


def _written(component: str, like: bytes) -> bytes:
    """A component of a path in the encoding of the one it replaces: a dump of GBK names stays one."""
    try:
        like.decode()
    except UnicodeDecodeError:
        return component.encode("gb18030", "replace")
    return os.fsencode(component)
