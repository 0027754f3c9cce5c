"""How fast each format is read, scanned and masked, beside the fastest plain reader of that format in the same run.

    python -m benchmarks.formats                          # table of all formats, three to four minutes
    python -m benchmarks.formats --only xlsx docx         # some of them
    python -m benchmarks.formats --check                  # exit code 1 when a ratio is above its bound in floors.json
    python -m benchmarks.formats --pin                    # bounds anew: 1.5 × what was measured

read: `open_document`, its batch and its children; scan, mask: the whole of `Scanner(ner=False)`, with what is inside.  Each format
is measured in a process of its own; times are CPU seconds (those of programs it starts too), the median of `--rounds`
(what takes long is measured once), contestants in turns.  A ratio is ours divided by the plain reader's: absolute figures differ from machine to machine and are not checked.  Of
containers also scan and mask are compared with the same members lying loose: what the container costs.  Peak memory is that of
the process after the first read, scan and mask, before any other reader has run.
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
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import made, readers
from benchmarks.quality import FLOORS

ROOT = Path(__file__).resolve().parents[1]
SLACK = 1.5  # a bound is that much above what was measured when it was set
STEPS = ("read", "scan", "mask")
#: Seconds that are promised (issue 5), and those of the plain reader on the machine where they are: the bound is their ratio.
TARGETS = {"xlsx": {"scan": 5.0 / 0.5, "mask": 10.0 / 0.5}}
SHORT, LONG = 0.05, 8.0  # CPU seconds: what takes less is repeated, what takes longer is measured once
Reader = Callable[[bytes], object]


class Format(NamedTuple):
    """`make(size)` gives a file of `size` units, None where a program is missing; the first of `plain` is the one compared with.
    `loose`: what unpacks a container.  `small`: size of the file that is read before the clock starts."""

    make: Callable[[int], bytes | None]
    size: int
    unit: str
    plain: Sequence[Reader]
    small: int = 1
    loose: Callable[[bytes], list[tuple[str, bytes]]] | None = None
    needs: str = ""
    name: str = ""


def _packed(pack: Callable[[Mapping[str, bytes]], bytes]) -> Callable[[int], bytes]:
    return lambda size: pack(made.pages(size))


_MB = 3_000_000
FORMATS: dict[str, Format] = {
    "xlsx": Format(made.xlsx, 100_000, "rows", (readers.calamine, readers.openpyxl), 20),
    "docx": Format(made.docx, 3_000, "paragraphs", (readers.docx_re, readers.docx_library), 20),
    "pptx": Format(made.pptx, 100, "slides", (readers.pptx_re, readers.pptx_library)),
    "ods": Format(made.ods, 10_000, "rows", (readers.calamine,), 20),
    "ofd": Format(made.ofd, 50, "pages", (readers.ofd_re,)),
    "rtf": Format(made.rtf, 3_000, "paragraphs", (readers.rtf_re,)),
    "doc": Format(lambda size: made.converted(made.docx(size), "docx", "doc"), 500, "paragraphs", (readers.ole,), 500),
    "xls": Format(lambda size: made.converted(made.xlsx(size), "xlsx", "xls"), 5_000, "rows", (readers.calamine,), 5_000),
    "pdf": Format(made.pdf, 60, "pages", (readers.pdfium, readers.pdfminer), needs="pikepdf"),
    "pdf, embedded font": Format(
        lambda size: made.pdf(size, made.embedded()) if made.embedded() else None, 60, "pages", (readers.pdfium,), needs="pikepdf"
    ),
    "image": Format(
        lambda size: made.scan(size) if made.FONT.exists() else None, 1, "pages", (readers.rapidocr,), 0, needs="rapidocr", name="a.jpg"
    ),
    "zip": Format(_packed(made.packed), _MB, "bytes", (readers.unzip,), loose=readers.unzip),
    "tar": Format(_packed(made.tar), _MB, "bytes", (readers.untar,), loose=readers.untar, name="a.tar"),
    "7z": Format(_packed(made.seven), _MB, "bytes", (readers.py7zr,), loose=readers.py7zr, needs="py7zr"),
    "eml": Format(_packed(made.eml), _MB, "bytes", (readers.mail,), loose=readers.mail, name="a.eml"),
    "warc.gz": Format(_packed(made.warc), _MB, "bytes", (readers.fastwarc,), loose=readers.fastwarc, needs="fastwarc"),
}  # fmt: skip


@dataclass(slots=True)
class Figures:
    """Of one format: units and bytes of the file, CPU seconds by contestant, ratios, peak MB, status of the masked file, findings."""

    units: int
    unit: str
    bytes: int
    seconds: dict[str, float] = field(default_factory=dict)
    ratios: dict[str, float] = field(default_factory=dict)
    peak: float = 0.0
    status: str = ""
    found: int = 0

    def failures(self, format: str, bounds: Mapping[str, float]) -> list[str]:
        """What is above its bound, or was not read at all."""
        out = [] if self.status in ("masked", "partial") and self.found else [f"{format}: {self.status}, {self.found} findings"]
        for name, bound in {**bounds, **TARGETS.get(format, {})}.items():
            if (value := self.ratios.get(name)) is not None and value > bound:
                out.append(f"{format}: {name} is {value:.3g}, must be at most {bound:g}")
        return out


def cost(run: Callable[[], object]) -> float:
    """CPU seconds of one call, with those of the programs it waited for; what is fast is called again until SHORT has passed."""
    start, times = _spent(), 0
    while not times or (_spent() - start < SHORT and times < 200):
        run()
        times += 1
    return (_spent() - start) / times


def _spent() -> float:
    return time.process_time() + sum(os.times()[2:4])


def peak() -> float:
    """Resident MB of this process at most so far."""
    try:  # ru_maxrss of a new process may be that of the one which started it
        status = Path("/proc/self/status").read_text(encoding="ascii")
        return int(status.partition("VmHWM:")[2].split()[0]) / 1e3
    except (OSError, ValueError, IndexError):
        import resource

        unit = 1e6 if sys.platform == "darwin" else 1e3  # bytes there, KiB elsewhere
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def contestants(scanner: Any, format: Format, data: bytes, name: str, masked: list[Any]) -> dict[str, Callable[[], object]]:
    """What takes turns, by name; our steps first.  `masked` gets the reports of masking."""
    from deident.formats import open_document

    def read() -> None:
        document = open_document(data, name)
        document.batch()
        list(document.children())

    item = [(name, data)]
    runs: dict[str, Callable[[], object]] = {
        "read": read,
        "scan": lambda: scanner.scan_many(item),
        "mask": lambda: masked.extend(report for _, report in scanner.mask_many(item) or ()),
    }
    if format.loose:
        loose = format.loose(data)
        runs |= {"scan, loose": lambda: scanner.scan_many(loose), "mask, loose": lambda: scanner.mask_many(loose)}
    for plain in format.plain:
        runs[plain.__name__] = lambda plain=plain: plain(data)  # type: ignore[misc]
    return runs


def forgetful() -> None:
    """What was recognised in a picture is remembered: a second look would cost nothing."""
    from deident.formats.image import ocr

    ocr._results.clear()


def measure(scanner: Any, format: Format, data: bytes, small: bytes, name: str, rounds: int) -> Figures:
    """All of one format, here in this process."""
    figures = Figures(format.size, format.unit, len(data))
    for run in contestants(scanner, format, small, name, []).values():
        run()
    masked: list[Any] = []
    runs = contestants(scanner, format, data, name, masked)
    spent: dict[str, list[float]] = {}
    for number in range(rounds):
        for what, run in runs.items():
            if what not in STEPS and not figures.peak:
                figures.peak = peak()
            if number and spent[what][0] > LONG:
                continue
            forgetful()
            spent.setdefault(what, []).append(cost(run))
    figures.seconds = {what: statistics.median(some) for what, some in spent.items()}
    plain = max(1e-6, figures.seconds[format.plain[0].__name__])
    figures.ratios = {step: figures.seconds[step] / plain for step in STEPS}
    for step in STEPS[1:]:
        if (loose := figures.seconds.get(f"{step}, loose")) is not None:
            figures.ratios[f"{step}, loose"] = figures.seconds[step] / max(1e-6, loose)
    report = masked[-1]
    figures.status, figures.found = report.status, sum(len(each.findings) for each in report.all())
    return figures


def apart(key: str, folder: Path, rounds: int) -> Figures | str:
    """The same in a process of its own, or why not."""
    format = FORMATS[key]
    if format.needs and find_spec(format.needs) is None:
        return f"{format.needs} is not installed"
    for size, name in ((format.size, "large"), (format.small, "small")):
        data = format.make(size)
        if data is None:
            return "a program or font to make it is missing"
        (folder / name).write_bytes(data)
    command = [sys.executable, "-m", "benchmarks.formats", "--child", str(folder), "--only", key, "--rounds", str(rounds)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=False)
    if done.returncode:
        return f"ended with exit code {done.returncode}"
    return Figures(**json.loads(done.stdout.splitlines()[-1]))


def table(results: Mapping[str, Figures | str], bounds: Mapping[str, Mapping[str, float]]) -> str:
    """The figures for a reader: units a second, seconds, ratios to the plain reader."""
    lines = [
        f"{'format':20}{'size':>18}{'step':>14}{'seconds':>9}{'per second':>20}{'MB/s':>8}{'× plain':>9}{'bound':>8}{'peak MB':>9}"
    ]
    for key, figures in results.items():
        if isinstance(figures, str):
            lines.append(f"{key:20}not measured: {figures}")
            continue
        first = True
        for step, seconds in figures.seconds.items():
            size = f"{figures.units:,} {figures.unit}" if figures.unit != "bytes" else f"{figures.bytes / 1e6:.2f} MB packed"
            rate = _rate(figures.units / max(seconds, 1e-6), figures.unit)
            ratio = f"{figures.ratios[step]:9.1f}" if step in STEPS else f"{'':9}"
            if (loose := figures.ratios.get(f"{step}, loose")) is not None:
                rate = f"{loose:.2f} × loose"
            bound = {**bounds.get(key, {}), **TARGETS.get(key, {})}.get(step, "")
            lines.append(
                f"{key if first else '':20}{size if first else '':>18}{step:>14}{seconds:9.4f}{rate:>20}"
                f"{figures.bytes / 1e6 / max(seconds, 1e-6):8.2f}{ratio}{bound:>8}{f'{figures.peak:.0f}' if first else '':>9}".rstrip()
            )
            first = False
    return "\n".join(lines)


def _rate(value: float, unit: str) -> str:
    return "" if unit == "bytes" else f"{value:,.0f} {unit}" if value >= 10 else f"{value:.2g} {unit}"


def pinned(results: Mapping[str, Figures | str]) -> dict[str, dict[str, float]]:
    """Bounds for what was measured."""
    return {
        key: {name: round(SLACK * value + 0.05, 1) for name, value in figures.ratios.items() if name not in TARGETS.get(key, ())}
        for key, figures in results.items()
        if isinstance(figures, Figures)
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(prog="benchmarks.formats", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", nargs="+", choices=FORMATS, default=list(FORMATS), metavar="FORMAT")
    parser.add_argument("--rounds", type=int, default=2, help="measurements of each (default 2)")
    parser.add_argument("--check", action="store_true", help="fail when a ratio is above its bound")
    parser.add_argument("--pin", action="store_true", help="set the bounds of the formats that were measured")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--child", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.child:
        from deident.engine import Scanner

        [key] = options.only
        large, small = ((options.child / name).read_bytes() for name in ("large", "small"))
        name = FORMATS[key].name or f"a.{key.partition(',')[0]}"
        print(json.dumps(asdict(measure(Scanner(ner=False), FORMATS[key], large, small, name, options.rounds))))
        return 0
    floors = json.loads(FLOORS.read_text(encoding="utf-8"))
    bounds = floors.setdefault("formats", {})
    results: dict[str, Figures | str] = {}
    began = time.perf_counter()
    for key in options.only:
        with tempfile.TemporaryDirectory() as folder:
            results[key] = apart(key, Path(folder), options.rounds)
        print(f"{key}: done after {time.perf_counter() - began:.0f} s", file=sys.stderr)
    if options.pin:
        bounds |= pinned(results)
        FLOORS.write_text(json.dumps(floors, indent=1, sort_keys=True) + "\n", encoding="utf-8", newline="\n")
    print(table(results, bounds))
    if options.json:
        figures = {key: asdict(one) if isinstance(one, Figures) else one for key, one in results.items()}
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    failures = [
        text for key, one in results.items() if isinstance(one, Figures) for text in one.failures(key, bounds.get(key, {}))
    ]
    failures += [f"{key}: {one}" for key, one in results.items() if isinstance(one, str) and one.startswith("ended")]
    for failure in failures:
        print(f"FAILED: {failure}" if options.check else f"above its bound: {failure}", file=sys.stderr)
    return 1 if options.check and failures else 0


if __name__ == "__main__":
    sys.exit(main())
