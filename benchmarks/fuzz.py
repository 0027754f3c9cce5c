"""Damaged files of every format: nothing raises, hangs or crashes, and nothing is called clean that another reader sees a value in.

    python -m benchmarks.fuzz                             # 2,000 mutations of each format
    python -m benchmarks.fuzz --only pdf --count 500      # fewer, of one
    python -m benchmarks.fuzz --only pdf --number 123     # one of them again, with the traceback
    python -m benchmarks.fuzz --keep DIR                  # write the files that failed there

A mutation is known by format, seed and number.  It is opened, its batch and children read, its unchanged copy written; when an
independent reader (witness.py) still sees one of the canaries in it, and otherwise one time in four, it is scanned and masked as well
(rules alone).  Each runs in a process that may take 10 s of CPU time and 3 GiB.  Failures:

    raised       an exception
    unlike       written without edits it is not the file
    hung, lost   too long; the process died (a witness that does not end is stopped: witness.py)
    leak         the report says that all was seen, and the independent reader sees a canary in what was written

Pictures are read by a stand-in for the recogniser, which sees a canary in the middle of each: the paths around it are what is tested.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import signal
import sys
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import seeds
from benchmarks.mutate import damaged
from benchmarks.witness import seen

COUNT = 2000
SECONDS = 10.0  # CPU time of one mutation; waiting is allowed LONGEST
LONGEST = 90.0
SHARE = 4  # of those in which nobody sees a canary one in so many is scanned and masked
PUBLISHED = ("clean", "masked")


class Outcome(NamedTuple):
    """Of one mutation: status of the document (or of the report, where it was masked), CPU seconds, what failed ("" nothing)."""

    number: int
    status: str
    seconds: float
    failure: str = ""


@dataclass(slots=True)
class Tally:
    """Of one format."""

    count: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)
    failures: list[tuple[int, str]] = field(default_factory=list)

    def add(self, one: Outcome) -> None:
        """Count one."""
        self.count += 1
        self.statuses[one.status] += 1
        self.slowest = max(self.slowest, (round(one.seconds, 2), one.number))
        if one.failure:
            self.failures.append((one.number, one.failure))


def mutation(format: str, seed: int, number: int, samples: bool = True) -> tuple[str, bytes, random.Random]:
    """(name, bytes) of a damaged file, and the chance that goes on from there."""
    chance = random.Random(f"{format} {seed} {number}")
    small, large = seeds.seeds(format, samples)
    some = large if large and (not small or chance.random() < 0.1) else small
    name, data = chance.choice(some)
    others = [one.data for one in small or some]
    others.append(chance.choice(seeds.seeds(chance.choice(("html", "docx", "zip", "plain")), samples)[0]).data)
    return name, damaged(data, others, chance), chance


def check(scanner: Any, name: str, data: bytes, chance: random.Random) -> tuple[str, str]:
    """(status, failure) of one file."""
    from deident.formats import Unreadable, open_document

    document = open_document(data, name)
    document.batch().view.decode()
    try:
        list(document.children())
    except Unreadable as problem:
        return problem.status, ""
    if document.write([]) != data:
        return document.status, "unlike"
    values = seen(data, seeds.CANARIES)
    if not values and chance.randrange(SHARE):
        return document.status, ""
    [report] = scanner.scan_many([(name, data)])
    found = sum(len(each.findings) for each in report.all())
    if values and report.status == "clean" and not found:
        return report.status, f"leak: clean and nothing found, but {sorted(values)} can be seen"
    [(out, report)] = scanner.mask_many([(name, data)])
    if out is not None and settled(report) and (left := seen(out, seeds.CANARIES)):
        return report.status, f"leak: {report.status}, but {sorted(left)} can be seen ({found} findings)"
    return report.status, ""


def settled(report: Any) -> bool:
    """Does it say that no ID number is left?  "partial" may be so for the sake of other findings."""
    reports = report.all()
    if any(one.category == "id_number" and one.action != "mask" for each in reports for one in each.findings):
        return False
    return all(each.status in PUBLISHED or (each.status == "partial" and not each.reason) for each in reports)


def where(problem: BaseException) -> str:
    """Type of an exception, and the last lines of ours it came through."""
    frames = [frame for frame in traceback.extract_tb(problem.__traceback__) if "deident" in frame.filename]
    return f"raised {type(problem).__name__} " + " < ".join(f"{Path(one.filename).name}:{one.lineno}" for one in frames[:-4:-1])


def stand_in() -> None:
    """Put the stand-in in the place of the recogniser."""
    import numpy as np

    from deident.formats.image import codes, ocr

    text = f"身份证号：{seeds.CANARY}"
    edges = np.linspace(0, 1, len(text) + 1, dtype=np.float32)

    def read(pixels: ocr.Pixels) -> list[ocr.Line]:
        height, width = pixels.shape[:2]
        if min(height, width) < 4:
            return []
        box = np.array([[0.1, 0.3], [0.9, 0.3], [0.9, 0.7], [0.1, 0.7]], np.float32) * [width, height]
        return [ocr.Line(text, 0.99, box.astype(np.float32), np.stack([edges[:-1], edges[1:]], axis=1))]

    ocr.ready, ocr.read, codes.read = lambda: True, read, lambda pixels: []  # type: ignore[assignment]


def _work(pipe: Connection, scanner: Any, format: str, seed: int, numbers: Sequence[int], samples: bool) -> None:
    """Mutations one after the other; each is announced before it is begun."""
    from deident.crawl.risky import limited

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # what libraries print about a damaged file
    stand_in()
    with limited():
        for number in numbers:
            pipe.send(number)
            name, data, chance = mutation(format, seed, number, samples)
            signal.setitimer(signal.ITIMER_PROF, SECONDS)
            began = time.process_time()
            try:
                status, failure = check(scanner, name, data, chance)
            except Exception as problem:  # noqa: BLE001  that is what is looked for
                status, failure = "raised", where(problem)
            signal.setitimer(signal.ITIMER_PROF, 0)
            pipe.send(Outcome(number, status, time.process_time() - began, failure))
    pipe.close()
    os._exit(0)


def run(scanner: Any, format: str, numbers: Sequence[int], seed: int, jobs: int, samples: bool = True) -> Tally:
    """All mutations of a format, in processes of their own."""
    tally = Tally()
    context = multiprocessing.get_context("fork")
    seeds.seeds(format, samples), [seeds.seeds(other, samples) for other in ("html", "docx", "zip", "plain")]  # made once
    waiting = [list(numbers[first::jobs]) for first in range(jobs)]
    running: dict[Connection, tuple[Any, list[int], int, float]] = {}
    while waiting or running:
        while waiting:
            part = waiting.pop()
            if not part:
                continue
            here, there = context.Pipe(duplex=False)
            process = context.Process(target=_work, args=(there, scanner, format, seed, part, samples), daemon=True)
            process.start()
            there.close()
            running[here] = (process, part, part[0], time.monotonic())
        for ready in wait(list(running), 1.0):
            assert isinstance(ready, Connection)
            process, part, number, _ = running[ready]
            try:
                message = ready.recv()
            except (EOFError, OSError):
                process.join()
                ready.close()
                del running[ready]
                if process.exitcode:
                    what = "hung" if process.exitcode == -signal.SIGPROF else f"lost (exit code {process.exitcode})"
                    tally.add(Outcome(number, what.split()[0], SECONDS, what))
                    waiting.append(part[part.index(number) + 1 :])
                continue
            if isinstance(message, Outcome):
                tally.add(message)
            else:
                running[ready] = (process, part, message, time.monotonic())
        for process, _, _, since in running.values():
            if time.monotonic() - since > LONGEST:
                os.kill(process.pid, signal.SIGPROF)
    tally.failures.sort()
    return tally


def line(format: str, tally: Tally, seconds: float) -> str:
    """One format for a reader."""
    statuses = " ".join(f"{name} {count}" for name, count in tally.statuses.most_common())
    slow, number = tally.slowest
    return f"{format:10}{tally.count:6}  {len(tally.failures)} failures  slowest {slow:.1f} s (#{number})  {statuses}  [{seconds:.0f} s]"


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.fuzz", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=seeds.FORMATS, default=list(seeds.FORMATS), metavar="FORMAT")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--number", type=int, help="this mutation alone, here")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="write the files that failed there")
    parser.add_argument("--quick", action="store_true", help="only what is made in code: no samples, no LibreOffice")
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args(arguments)
    from deident.engine import Scanner

    scanner = Scanner(ner=False)
    samples = not options.quick
    tallies: dict[str, Tally] = {}
    for format in options.only:
        if not any(seeds.seeds(format, samples)):
            print(f"{format:10}no seeds")
            continue
        if options.number is not None:
            stand_in()
            name, data, chance = mutation(format, options.seed, options.number, samples)
            _keep(options.keep, format, options.number, name, data)
            print(format, name, len(data), *check(scanner, name, data, chance))
            continue
        began = time.perf_counter()
        tallies[format] = tally = run(scanner, format, range(options.count), options.seed, options.jobs, samples)
        print(line(format, tally, time.perf_counter() - began), flush=True)
        for number, failure in tally.failures:
            print(f"  --only {format} --seed {options.seed} --number {number}: {failure}", flush=True)
            if options.keep:
                name, data, _ = mutation(format, options.seed, number, samples)
                _keep(options.keep, format, number, name, data)
    if options.json:
        found = {
            name: {"count": one.count, "statuses": one.statuses, "slowest": one.slowest, "failures": one.failures}
            for name, one in tallies.items()
        }
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 1 if any(tally.failures for tally in tallies.values()) else 0


def _keep(folder: Path | None, format: str, number: int, name: str, data: bytes) -> None:
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{format}-{number}-{name}").write_bytes(data)


if __name__ == "__main__":
    sys.exit(main())
