"""scan_dump and mask_dump: a whole dump, from the folder to the four report files.

`scan` writes its reports into OUT.  `mask` writes the masked tree into DST and its reports into DST/.deident (or `report`), apart
from the files that will be published: a dump may well have a report.html of its own, and a report belongs to nobody's web site.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from deident import report
from deident.crawl.about import about, untagged
from deident.crawl.attachments import pages_of
from deident.crawl.batches import batches
from deident.crawl.names import exists_under, rename_table
from deident.crawl.progress import Progress
from deident.crawl.repeated import settled
from deident.crawl.state import State
from deident.crawl.walk import REPORT, STATE, Source, check, prefixes, readable, sources
from deident.crawl.work import TEMPORARY, Done, ScannerLike, Work
from deident.crawl.workers import MakeScanner, Pool
from deident.engine.naming import shown
from deident.errors import InputError, OutputError
from deident.linkage import repeated
from deident.model import FileReport
from deident.policy import Suppressions
from deident.report import Run, Summary, Tagged, also
from deident.report.messages import say

UNCLEAR = ("link_out", "cannot_list")  # what stands there was not seen: never reported as clean


@dataclass(frozen=True, slots=True)
class Options:
    """How a dump is run.  `make` builds the scanner (for tests and other engines); `seconds` is the limit for one batch.

    suppressions   file of what the site lets stay
    more           further reports of `scan`: "sarif" or "junit" → file
    ner            names and telling phrases by the built-in tagger: None where it is installed, True insists, False rules alone
    data_set       pseudonyms are the same within it; by default the name of the (first) file or folder that is read
    """

    policy: str = "gov-publish"
    patterns: Path | None = None
    matcher: str = "auto"
    key: bytes | None = None
    lang: str = "zh"
    jobs: int = 0
    resume: bool = False
    force: bool = False
    quiet: bool = False
    seconds: float = 120.0
    most_bytes: int = 200 << 20
    report: Path | None = None
    make: MakeScanner | None = None
    version: str = ""
    suppressions: Path | None = None
    data_set: str = ""
    ner: bool | None = None
    more: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out, where the reports are, and the exit code of the command."""

    summary: Summary
    run: Run
    reports: Path
    exit_code: int


class Interrupted(KeyboardInterrupt):
    """Ctrl-C; what is done is saved and can be resumed."""


def scan_dump(paths: Iterable[Path], out: Path, options: Options | None = None) -> Outcome:
    """Scan every file under `paths`; reports go to `out`, which is made when it does not exist."""
    options = options or Options()
    roots = check(list(paths), options.lang)
    options = replace(options, data_set=options.data_set or roots[0].name)
    if os.path.realpath(out) in {os.path.realpath(root) for root in roots}:
        raise InputError(say(options.lang, "inside", dst=out, src=out))
    with _dump("scan", out, options) as dump:
        dump.homes = _homes(roots, dump.scanner)
        work = Work(options.lang, options.most_bytes, pages=_pages(sources(roots, lambda name, why: None, leave_out=out)))
        return dump.run(lambda skipped: sources(roots, skipped, leave_out=out), work)


def mask_dump(src: Path, dst: Path, options: Options | None = None) -> Outcome:
    """Write the tree `src` to `dst` with everything masked that must go; the input is never changed.

    A single file goes into the file `dst` if that has a suffix and is no folder; its reports go to `dst`.deident.
    """
    options = options or Options()
    (root,) = check([src], options.lang)
    options = replace(options, data_set=options.data_set or root.name)
    single = root.is_file() and bool(dst.suffix) and not dst.is_dir()
    (_apart_file if single else _apart)(root, dst, options)
    out = options.report or (dst.with_name(dst.name + REPORT) if single else dst / REPORT)
    base = root.parent if root.is_file() else root
    with _dump("mask", out, options) as dump:
        names = sources([root], lambda name, why: None, leave_out=out)
        renames = rename_table(names, dump.scanner.mask_names, exists_under(str(base)))
        target = Path(os.path.abspath(dst.parent if single else dst))
        dump.same_renames(renames, target)
        pages = _pages(sources([root], lambda name, why: None, leave_out=out))
        work = Work(options.lang, options.most_bytes, str(target), str(base), renames, dst.name if single else "", pages)
        return dump.run(lambda skipped: sources([root], skipped, leave_out=out), work)


class _Dump:
    """One run over a dump: the parts that scan and mask have in common."""

    def __init__(self, mode: str, out: Path, options: Options, make: MakeScanner) -> None:
        self.mode, self.out, self.options, self.make = mode, out, options, make
        self.scanner: ScannerLike = make()
        self.homes: dict[str, str] = {}
        _folder(out, options.lang)  # after the scanner: a wrong policy leaves nothing behind
        self.started, self.clock = datetime.now(UTC).astimezone().isoformat(timespec="seconds"), time.monotonic()
        self.state = State(out / STATE, _fingerprint(mode, options, self.scanner), resume=options.resume, lang=options.lang)
        with _writing(out, options.lang):
            report.remove(out)
            also.remove(options.more)

    def same_renames(self, renames: Mapping[str, str], target: Path) -> None:
        """Where files got other new names than in the run before, all links are out of date: start over."""
        outdated = self.state.outdated(renames)
        if outdated is None:
            self.state.keep_renames(renames)
        else:
            self._remove(target, outdated)
            self.state.start_over(renames)

    def run(self, files: Callable[[Callable[[str, str], None]], Iterator[Source]], work: Work) -> Outcome:
        """Do what is not done, then write the reports."""
        options, state = self.options, self.state
        target = Path(work.target) if work.target else None
        resumed, skipped = state.resumed, Counter[str]()
        unclear: list[Done] = []

        def skip(name: str, why: str) -> None:
            if why in UNCLEAR:
                source = Source(name, "", 0, 0)
                reason = say(options.lang, why)
                shown = self.scanner.mask_names([name])[0]
                unclear.append(Done(source, [FileReport(shown, status="unscannable", reason=reason)], None))
            else:
                skipped[why] += 1

        there = (lambda output: os.path.lexists(os.path.join(os.fsencode(target), output))) if target else None
        todo = (source for source in files(skip) if not (resumed and state.done(source, there)))
        jobs = options.jobs or os.cpu_count() or 1
        pool = Pool(work, self.make, self.scanner, jobs, options.seconds)
        progress = Progress(options.lang, quiet=options.quiet)
        try:
            with closing(pool.run(batches(todo))) as finished:
                for done in finished:
                    state.put(*done[:4])
                    progress.add(done)
        except KeyboardInterrupt:
            raise Interrupted(say(options.lang, "interrupted")) from None
        finally:
            progress.close()
            with suppress(OutputError):
                state.flush()
        for done in unclear:
            state.put(*done[:4])
        if target is not None:
            self._remove(target, state.unseen())
            if (options.resume or options.force) and not work.single:
                _sweep(target)
        state.forget_unseen()
        run = self._describe(progress, resumed=resumed > 0, skipped=dict(skipped))
        with _writing(self.out, options.lang):
            known = repeated(state.contacts()) if options.key else {}
            summary = report.write(self.out, settled(state.reports(), known, options.lang, self.mode), run, options.more)
        return Outcome(summary, run, self.out, summary.exit_code(self.mode))

    def _describe(self, progress: Progress, *, resumed: bool, skipped: dict[str, int]) -> Run:
        return Run(
            mode=self.mode,
            version=self.options.version,
            policy=self.options.policy,
            lang=self.options.lang,
            started=self.started,
            seconds=time.monotonic() - self.clock,
            done=progress.files,
            bytes_done=progress.bytes,
            resumed=resumed,
            skipped=skipped,
            tagger=self._tagger(progress),
            untagged=untagged(self.options.ner),
            homes=self.homes,
            **about(self.scanner, self.options.lang),
        )

    def _tagger(self, progress: Progress) -> Tagged | None:
        tagged = self.scanner.tagged
        return Tagged(tagged.name, progress.characters, progress.seconds) if tagged is not None else None

    def _remove(self, target: Path, outputs: Iterable[bytes]) -> None:
        with _writing(target, self.options.lang):
            for output in outputs:
                with suppress(FileNotFoundError):
                    os.unlink(os.path.join(os.fsencode(target), output))


def _pages(files: Iterable[Source]) -> dict[str, str]:
    """What the attachments of a dump hang on."""
    return pages_of([(source.name, Path(source.path)) for source in files])


def _homes(roots: list[Path], scanner: ScannerLike) -> dict[str, str]:
    """What names begin with → where that lies, seen from the current folder where it is in it; no value shown."""
    here = Path.cwd()
    places = [root.parent if len(roots) == 1 and root.is_file() else root for root in roots]
    near = [place.relative_to(here) if place.is_relative_to(here) else place for place in places]
    names = [readable(name) for name in (*prefixes(roots), *(place.as_posix() for place in near))]
    masked = shown(names, scanner.mask_names)
    return dict(zip(masked[: len(roots)], masked[len(roots) :], strict=True))


@contextmanager
def _dump(mode: str, out: Path, options: Options) -> Iterator[_Dump]:
    dump = _Dump(mode, out, options, options.make or partial(_scanner, options))
    try:
        yield dump
    finally:
        dump.state.close()


def _scanner(options: Options) -> ScannerLike:
    from deident.engine import Scanner  # here, not above: a worker on another system imports it for itself

    return Scanner(
        policy=options.policy, patterns=options.patterns, matcher=options.matcher, key=options.key, lang=options.lang,
        data_set=options.data_set, suppressions=options.suppressions, ner=options.ner,
    )  # fmt: skip


def _fingerprint(mode: str, options: Options, scanner: ScannerLike) -> dict[str, str]:
    """What must be the same for a resumed run: results made with different settings are never mixed."""
    digest = hashlib.blake2b(digest_size=16)
    for folder in filter(None, (scanner.catalogue.home, options.patterns)):
        for path in sorted(Path(folder).rglob("*")):
            if path.is_file() and path.suffix in (".toml", ".txt", ".tsv"):
                digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    own = Path(options.policy)
    if own.suffix == ".toml" and own.is_file():  # a policy of the user's own, given by its path
        digest.update(own.read_bytes())
    key = (
        hashlib.blake2b(b"deident state", key=hashlib.sha256(options.key).digest(), digest_size=8).hexdigest()
        if options.key
        else ""
    )
    return {"mode": mode, "deident": options.version, "policy": options.policy, "patterns": digest.hexdigest(),
            "matcher": options.matcher, "lang": options.lang, "key": key, "max-size": str(options.most_bytes),
            "data-set": options.data_set, "suppressions": _digest(scanner.suppressions),
            "ner": scanner.tagged.name if scanner.tagged is not None else ""}  # fmt: skip


def _digest(suppressions: Suppressions) -> str:
    """What the list lets stay today: an entry that expires between two runs changes it as one that is taken out does."""
    return hashlib.blake2b(repr(suppressions.active).encode(), digest_size=8).hexdigest() if suppressions.active else ""


def _apart(root: Path, dst: Path, options: Options) -> None:
    """The output must not touch the input, nor silently mix with something else."""
    source, target = Path(os.path.realpath(root)), Path(os.path.realpath(dst))
    folder = source if source.is_dir() else source.parent
    if target == folder or target.is_relative_to(source) or (source.is_relative_to(target) and source.is_dir()):
        raise InputError(say(options.lang, "inside", dst=dst, src=root))
    if dst.is_dir() and not (options.resume or options.force) and any(dst.iterdir()):
        raise InputError(say(options.lang, "not_empty", dst=dst))


def _apart_file(source: Path, target: Path, options: Options) -> None:
    """A file must not be written over itself, nor silently over another."""
    if os.path.realpath(source) == os.path.realpath(target):
        raise InputError(say(options.lang, "inside", dst=target, src=source))
    if os.path.lexists(target) and not (options.resume or options.force):
        raise InputError(say(options.lang, "file_exists", path=target))


def _folder(path: Path, lang: str) -> None:
    if path.exists() and not path.is_dir():
        raise InputError(say(lang, "not_a_folder", path=path))
    with _writing(path, lang):
        path.parent.mkdir(parents=True, exist_ok=True)
        # a report belongs to nobody's web site: should it be copied there, the server's user cannot open it
        path.mkdir(mode=0o700 if path.name.endswith(REPORT) else 0o777, exist_ok=True)


@contextmanager
def _writing(path: Path, lang: str) -> Iterator[None]:
    """An OSError in here becomes an OutputError that says what to do."""
    try:
        yield
    except OSError as problem:
        names = {28: "disk_full", 122: "disk_full", 13: "no_permission", 1: "no_permission"}
        why = say(lang, names[problem.errno]) if problem.errno in names else problem.strerror
        raise OutputError(say(lang, "cannot_write", path=problem.filename or path, why=why)) from None


def _sweep(target: Path) -> None:
    """Temporary files of a run that was killed."""
    for folder, _, names in os.walk(target):
        for name in names:
            if name.startswith(TEMPORARY) and name.endswith(".tmp"):
                with suppress(OSError):
                    os.unlink(os.path.join(folder, name))
