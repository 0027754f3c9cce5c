"""How fast deident is, as ratios within one run.

    python -m benchmarks.speed                    # table
    python -m benchmarks.speed --json speed.json  # and figures
    python -m benchmarks.speed --check            # exit code 1 when a bound of BOUNDS does not hold

MB/s are bytes per process CPU second on one core, median of `--rounds`; within a round the contestants take turns, so
that a slow moment of the machine hits all of them.  Absolute figures differ from machine to machine: only the ratios are
checked.  `raw engine` is one Hyperscan pass over the same bytes with everything the scanner looks for in one database
(patterns, cue and policy words, signs to fold) and no handler; `first pass` the same with the rules of the scanner's own
first pass only, which leaves the words to the surroundings of what was found.  The pages are those of a whole site
(synthesis.CRAWL); "rosters" is a folder in which every page holds people.  `judging / scanning` is the share of a scan that
goes into what is judged: the types of the documents, the verdicts, the marks of secrecy.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import peers, synthesis

ROOT = Path(__file__).resolve().parents[1]
#: ratio → (bound, whether it must be at least or at most that)
BOUNDS = {
    # 0.20 until issue 4; since then names, addresses and telling phrases are looked for as well (rules alone, without the tagger)
    "text / raw": (0.15, "least"),
    "html mask / raw": (0.075, "least"),
    "text / presidio": (300.0, "least"),
    "ten times the pages": (1.3, "most"),
    "one page ten times as long": (1.3, "most"),
    "judging / scanning (html)": (0.25, "most"),
}
Run = Callable[[], object]


@dataclass(slots=True)
class Figures:
    """What one run measured: MB/s by contestant, ratios, peak memory in MB, notes on what was left out."""

    speed: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def failures(self) -> list[str]:
        """The bounds that do not hold; a ratio that was not measured is not judged."""
        out = []
        for name, (bound, sense) in BOUNDS.items():
            value = self.ratios.get(name)
            if value is not None and (value < bound if sense == "least" else value > bound):
                out.append(f"{name} is {value:.3g}, must be at {sense} {bound:g}")
        return out


def raw_engine(scanner: Any, first_pass: bool = False) -> Callable[[Sequence[bytes]], object] | None:
    """A pass over pages that reports nothing, with all rules or those of the first pass; None without Hyperscan."""
    if scanner.matcher.name != "hyperscan":
        return None
    from deident.matching.hyper import HyperscanMatcher

    database = (scanner.matcher if first_pass else HyperscanMatcher(scanner.rules)).database
    scratch = __import__("hyperscan").Scratch(database)

    def quiet(pages: Sequence[bytes]) -> None:
        for page in pages:
            database.scan(page, match_event_handler=None, scratch=scratch)

    return quiet


def cost(run: Run) -> float:
    """Process CPU seconds of one call."""
    start = time.process_time()
    run()
    return time.process_time() - start


def race(contestants: dict[str, tuple[Run, int]], rounds: int) -> dict[str, float]:
    """Median MB/s of each contestant (its call, its bytes); every one has run once before the clock starts."""
    for run, _ in contestants.values():
        run()
    costs: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, (run, _size) in contestants.items():
            costs[name].append(cost(run))
    return {name: contestants[name][1] / 1e6 / max(1e-9, statistics.median(spent)) for name, spent in costs.items()}


def growth(run: Callable[[int], Run], rounds: int) -> float:
    """Cost per byte at ten times the input against the cost per byte at once: 1.0 is linear.  `run(n)` prepares n units."""
    small, large = run(1), run(10)
    small(), large()
    ratios = []
    for _ in range(rounds):
        once = statistics.median(cost(small) for _ in range(3))
        ratios.append(cost(large) / 10 / max(1e-9, once))
    return statistics.median(ratios)


@contextmanager
def timed(*places: tuple[Any, str]) -> Iterator[list[float]]:
    """Process CPU seconds of every call of the functions at these (owner, name), as they end; one inside another is its part."""
    spent: list[float] = []
    depth = [0]
    before = [(owner, name, getattr(owner, name)) for owner, name in places]

    def watched(function: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            depth[0] += 1
            start = time.process_time()
            try:
                return function(*arguments, **named)
            finally:
                depth[0] -= 1
                if not depth[0]:
                    spent.append(time.process_time() - start)

        return call

    for owner, name, function in before:
        setattr(owner, name, watched(function))
    try:
        yield spent
    finally:
        for owner, name, function in before:
            setattr(owner, name, function)


def judging(run: Run, rounds: int) -> float:
    """Share of judging in the cost of a scan."""
    from deident import policy

    run()
    shares = []
    for _ in range(rounds):
        with timed((policy, "judge"), (policy.Recogniser, "recognise"), (policy.Secrecy, "find")) as spent:
            whole = cost(run)
        shares.append(sum(spent) / max(1e-9, whole))
    return statistics.median(shares)


def longer(page: bytes, times: int) -> bytes:
    """One page whose body is repeated; head and foot stay."""
    start, end = page.index(b'<div id="zoom"'), page.index(b'<div class="footer"')
    return page[:start] + page[start:end] * times + page[end:]


def dump_memory(folder: Path) -> tuple[float, int]:
    """Peak resident MB of `python -m deident scan` over a folder in a process of its own, and its exit code."""
    child = subprocess.Popen(
        [sys.executable, "-m", "deident", "scan", str(folder), "-o", str(folder.parent / "report")],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    unit = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss: bytes there, KiB elsewhere
    return usage.ru_maxrss / unit, child.returncode


def write_dump(folder: Path, megabytes: int) -> int:
    """Pages of a dump, 50 a folder; returns their bytes."""
    size = 0
    for number, page in enumerate(synthesis.html_pages(megabytes * 1_000_000, seed=3)):
        path = folder / f"{number // 50:04d}" / f"t20240918_{number}.html"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(page)
        size += len(page)
    return size


def measure(scanner: Any, *, megabytes: float, rounds: int, dump_mb: int, with_peers: bool) -> Figures:
    """Everything this file measures."""
    figures = Figures()
    size = int(megabytes * 1e6)
    texts = synthesis.text_pages(size, people=synthesis.CRAWL)
    pages = synthesis.html_pages(size, people=synthesis.CRAWL)
    gbk = synthesis.html_pages(size // 4, encoding="gb18030", people=synthesis.CRAWL)
    rosters = synthesis.text_pages(size)
    named_rosters = [(f"{number}.html", page) for number, page in enumerate(synthesis.html_pages(size))]
    text_size, page_size, gbk_size = (sum(map(len, group)) for group in (texts, pages, gbk))
    named = [(f"{number}.html", page) for number, page in enumerate(pages)]
    named_gbk = [(f"{number}.html", page) for number, page in enumerate(gbk)]
    few = texts[: max(1, len(texts) // 8)]
    contestants: dict[str, tuple[Run, int]] = {
        "text scan": (lambda: scanner.scan_texts(texts), text_size),
        "html scan": (lambda: scanner.scan_many(named), page_size),
        "html scan, GBK": (lambda: scanner.scan_many(named_gbk), gbk_size),
        "html mask": (lambda: scanner.mask_many(named), page_size),
        "text scan, rosters": (lambda: scanner.scan_texts(rosters), sum(map(len, rosters))),
        "html mask, rosters": (lambda: scanner.mask_many(named_rosters), sum(len(page) for _, page in named_rosters)),
    }
    raw, first = raw_engine(scanner), raw_engine(scanner, first_pass=True)
    if raw is None or first is None:
        figures.notes.append("raw engine: Hyperscan is not installed")
    else:
        contestants["raw engine, text"] = (lambda: raw(texts), text_size)
        contestants["raw engine, html"] = (lambda: raw(pages), page_size)
        contestants["first pass, text"] = (lambda: first(texts), text_size)
        contestants["first pass, html"] = (lambda: first(pages), page_size)
    if with_peers:
        plain = peers.plain_re()
        contestants["five re patterns"] = (lambda: plain(few), sum(map(len, few)))
    figures.speed = race(contestants, rounds)
    if with_peers:
        _add_presidio(figures, texts[:4])
    speed = figures.speed
    for name, one, other in (
        ("text / raw", "text scan", "raw engine, text"),
        ("html scan / raw", "html scan", "raw engine, html"),
        ("html mask / raw", "html mask", "raw engine, html"),
        ("text / first pass", "text scan", "first pass, text"),
        ("html mask / first pass", "html mask", "first pass, html"),
        ("text, rosters / raw", "text scan, rosters", "raw engine, text"),
        ("html mask, rosters / raw", "html mask, rosters", "raw engine, html"),
        ("GBK / UTF-8", "html scan, GBK", "html scan"),
        ("text / re", "text scan", "five re patterns"),
        ("text / presidio", "text scan", "presidio, the same kinds"),
        ("text / presidio, five patterns", "text scan", "presidio, five patterns"),
    ):
        if one in speed and other in speed:
            figures.ratios[name] = speed[one] / speed[other]
    for name, run in (("html", contestants["html scan"][0]), ("text", contestants["text scan"][0])):
        figures.ratios[f"judging / scanning ({name})"] = judging(run, rounds)
    tenth = named[: max(1, len(named) // 10)]
    figures.ratios["ten times the pages"] = growth(lambda n: lambda: scanner.scan_many(tenth * n), rounds)
    middle = longer(sorted(pages, key=len)[len(pages) // 2], 5)

    def one_page(times: int) -> Run:
        item = [("page.html", longer(middle, times))]
        return lambda: scanner.scan_many(item)

    figures.ratios["one page ten times as long"] = growth(one_page, rounds)
    if dump_mb:
        with tempfile.TemporaryDirectory() as folder:
            site = Path(folder) / "site"
            site.mkdir()
            written = write_dump(site, dump_mb)
            peak, code = dump_memory(site)
        if code in (0, 1):  # 1: something was found
            figures.memory = {"dump": written / 1e6, "peak": peak}
        else:
            figures.notes.append(f"memory: `deident scan` ended with exit code {code}")
    return figures


def _add_presidio(figures: Figures, texts: Sequence[bytes]) -> None:
    for name, rules in (("presidio, the same kinds", peers.catalogue_rules()), ("presidio, five patterns", peers.PATTERNS)):
        run = peers.presidio(rules)
        if run is None:
            figures.notes.append("presidio: not installed (`pip install presidio-analyzer spacy`)")
            return
        size = sum(map(len, texts))
        figures.speed[name] = race({name: ((lambda run=run: run(texts)), size)}, 1)[name]  # type: ignore[misc]


def table(figures: Figures) -> str:
    """The figures for a reader."""
    lines = [f"{'what':34}{'MB/s':>10}"]
    lines += [f"{name:34}{value:10.1f}" for name, value in figures.speed.items()]
    lines += ["", f"{'ratio':34}{'':>10}  bound"]
    for name, value in figures.ratios.items():
        bound = f"at {BOUNDS[name][1]} {BOUNDS[name][0]:g}" if name in BOUNDS else ""
        lines.append(f"{name:34}{value:10.3g}  {bound}".rstrip())
    if figures.memory:
        lines += ["", f"peak memory of a scan over {figures.memory['dump']:.0f} MB: {figures.memory['peak']:.0f} MB"]
    return "\n".join([*lines, *figures.notes])


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.speed", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--mb", type=float, default=8, help="size of the pages (default 8)")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each (default 5)")
    parser.add_argument("--dump-mb", type=int, default=0, help="measure the memory of a scan over a dump of this size")
    parser.add_argument("--no-peers", action="store_true", help="leave out re and presidio")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--check", action="store_true", help="fail when a bound does not hold")
    options = parser.parse_args(arguments)
    from deident.engine import Scanner

    figures = measure(
        Scanner(ner=False), megabytes=options.mb, rounds=options.rounds, dump_mb=options.dump_mb, with_peers=not options.no_peers
    )
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    failures = figures.failures()
    for failure in failures:
        print(f"FAILED: {failure}" if options.check else f"below its bound: {failure}", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
