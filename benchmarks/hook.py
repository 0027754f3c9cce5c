"""How much the publish hook adds to the library call, and whether anything is lost under load.

    python -m benchmarks.hook                              # table
    python -m benchmarks.hook --requests 10000 --rate 50 --check    # exit code 1 when a bound does not hold
    python -m benchmarks.hook --ner --rate 5               # with the tagger, which needs more time than two cores have for 50 a second

A real `deident serve` with `--workers` processes, its own client on the same machine.  Pages of about 30 KB (synthesis.py).

1. The library: `Scanner.scan_many` of each page in this process, before and after the rest.
2. The hook at a rate, open loop: request n is due at n / rate, and its time counts from then on, whether or not the one before is done.
   Bounds: p50 and p99 of (2) less those of (1).
3. `--requests` requests as fast as 16 connections go.  Each page bears a number of its own, each answer must have the tag of that number, and
   no other's; at the same place.
4. The same with a worker killed in the middle: its request gets 503 worker_lost, the others their answers, then all is as before.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks import synthesis
from deident.engine import Scanner
from deident.linkage import tag
from deident.server.keys import Keys

ROOT = Path(__file__).resolve().parents[1]
P50, P99 = 10.0, 50.0  # ms that the hook may add
KEY = b"a key for the benchmark"
SIZE = 30_000  # bytes of a page
CONNECTIONS = 16
PAGES = 50


@dataclass(slots=True)
class Figures:
    """Milliseconds, and what became of requests."""

    tagger: bool = False
    rate: float = 0.0
    library: dict[str, float] = field(default_factory=dict)
    hook: dict[str, float] = field(default_factory=dict)
    added: dict[str, float] = field(default_factory=dict)
    refused: int = 0
    requests: int = 0
    per_second: float = 0.0
    lost: int = 0
    mixed: int = 0
    killed: dict[str, int] = field(default_factory=dict)
    recovered: bool = False

    def failures(self) -> list[str]:
        """What does not hold."""
        out = [
            f"{name} is {self.added[name]:.1f} ms above the library call, must be at most {bound:g}"
            for name, bound in (("p50", P50), ("p99", P99))
            if self.added[name] > bound
        ]
        out += [f"{self.refused} requests at this rate were refused"] if self.refused else []
        out += [f"{self.lost} requests were lost"] if self.lost else []
        out += [f"{self.mixed} answers were another request's"] if self.mixed else []
        if not self.recovered or self.killed.get("worker_lost") != 1 or set(self.killed) - {"answered", "worker_lost"}:
            out.append(f"a killed worker: {self.killed}, recovered: {self.recovered}")
        return out


@dataclass(slots=True)
class Answered:
    """One answer: its status, its JSON, when it came."""

    status: int
    content: dict[str, object]
    at: float


class Connection:
    """HTTP/1.1 kept alive, with as little around it as can be: the client's time counts."""

    def __init__(self, port: int, key: str) -> None:
        self.port, self.key = port, key
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, body: bytes) -> Answered:
        """POST /v1/check."""
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        head = (
            f"POST /v1/check HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.key}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        said = (await reader.readuntil(b"\r\n\r\n")).lower()
        content = await reader.readexactly(int(re.search(rb"content-length: (\d+)", said)[1]))  # type: ignore[index]
        if b"connection: close" in said:
            writer.close()
            self._streams = None
        return Answered(int(said[9:12]), json.loads(content), time.perf_counter())

    def close(self) -> None:
        """Hang up."""
        if self._streams:
            self._streams[1].close()


class Load:
    """Pages, each request with a number of its own put in at a place of its own."""

    def __init__(self, seed: int = 7) -> None:
        self.rng = random.Random(seed)
        made = [page for page in synthesis.html_pages(4_000_000, seed) if SIZE * 0.8 < len(page) < SIZE * 1.2]
        self.pages = [page.decode() for page in made[:PAGES]]

    def request(self, number: int) -> tuple[bytes, str, int]:
        """The body, the tag that must be in its answer, and the code point where."""
        page, own = self.pages[number % len(self.pages)], synthesis.resident_id(self.rng)
        before = f"<p>{'。' * (number % 97)}身份证号："
        text = json.dumps({"html": f"{before}{own}</p>{page}"}, ensure_ascii=False).encode()
        return text, tag(KEY, own.encode()), len(before)


def right(answered: Answered, mark: str, place: int) -> bool:
    """Whether an answer is that on its request."""
    documents = answered.content["documents"]
    return any(found["tag"] == mark and found["start"] == place for found in documents[0]["findings"])  # type: ignore[index]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """p50, p99 and the longest, in ms."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    return {"p50": cuts[49] * 1e3, "p99": cuts[98] * 1e3, "max": max(seconds) * 1e3}


def library(scanner: Scanner, load: Load, rounds: int) -> list[float]:
    """Seconds of the call itself, page by page."""
    out = []
    for number in range(rounds):
        page = load.pages[number % len(load.pages)].encode()
        begun = time.perf_counter()
        scanner.scan_many([("page.html", page)])
        out.append(time.perf_counter() - begun)
    return out


async def paced(port: int, key: str, load: Load, rate: float, seconds: float) -> tuple[list[float], int]:
    """Seconds from when each request was due to its answer, and how many were refused."""
    refused = 0
    free = [Connection(port, key) for _ in range(CONNECTIONS)]
    requests = [load.request(number)[0] for number in range(int(rate * seconds))]
    start = time.perf_counter() + 0.1

    async def one(number: int) -> float:
        due = start + number / rate
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        connection = free.pop() if free else Connection(port, key)
        answered = await connection.post(requests[number])
        free.append(connection)
        nonlocal refused
        refused += answered.status != 200
        return answered.at - due

    out = await asyncio.gather(*(one(number) for number in range(len(requests))))
    for connection in free:
        connection.close()
    return out, refused


async def flood(port: int, key: str, load: Load, count: int, kill: int = 0, at: int = -1) -> tuple[Counter[str], int]:
    """What became of `count` requests sent as fast as they are answered, and how many answers were not their own; a process that is
    killed when number `at` is sent."""
    numbers, fates, mixed = iter(range(count)), Counter[str](), 0

    async def lane() -> None:
        nonlocal mixed
        connection = Connection(port, key)
        for number in numbers:
            body, mark, place = load.request(number)
            if number == at:
                os.kill(kill, signal.SIGKILL)
            answered = await connection.post(body)
            if answered.status == 200:
                fates["answered"] += 1
                mixed += not right(answered, mark, place)
            else:
                fates[answered.content["error"]["code"]] += 1  # type: ignore[index]
        connection.close()

    await asyncio.gather(*(lane() for _ in range(CONNECTIONS)))
    return fates, mixed


@contextmanager
def service(workers: int, tagger: bool) -> Iterator[tuple[int, str, int]]:
    """A running service: its port, a key, its process."""
    with tempfile.TemporaryDirectory() as folder:
        key = Keys(Path(folder) / "keys").add("benchmark")
        log = Path(folder) / "log"
        command = [
            sys.executable,
            "-m",
            "deident",
            "serve",
            "--port",
            "0",
            "--data",
            folder,
            "--no-desk",
            "--lang",
            "en",
            "--workers",
            str(workers),
        ]
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*command, "--ner" if tagger else "--no-ner"], stdout=file, stderr=file, cwd=ROOT, env={**os.environ, "DEIDENT_KEY": KEY.decode()}
            )  # fmt: skip
        try:
            while not (found := re.search(r"listening on http://[^:]+:(\d+)", log.read_text())):
                if process.poll() is not None:
                    raise SystemExit(log.read_text())
                time.sleep(0.05)
            port = int(found[1])
            while True:
                try:
                    urlopen(f"http://127.0.0.1:{port}/healthz").close()
                    break
                except URLError:
                    time.sleep(0.05)
            yield port, key, process.pid
        finally:
            process.terminate()
            process.wait()


def worker(pid: int) -> int:
    """A worker of the service (Linux)."""

    def children(pid: int) -> list[str]:
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    nursery = next(child for task in Path(f"/proc/{pid}/task").iterdir() for child in (task / "children").read_text().split())
    return int(children(int(nursery))[0])


def measure(requests: int, rate: float, seconds: float, workers: int, tagger: bool) -> Figures:
    """All of it."""
    load, figures = Load(), Figures(tagger, rate, requests=requests)
    scanner = Scanner(ner=tagger, key=KEY)
    library(scanner, load, 20)
    alone = library(scanner, load, 200)
    with service(workers, tagger) as (port, key, pid):
        asyncio.run(paced(port, key, load, rate, 2))
        waited, figures.refused = asyncio.run(paced(port, key, load, rate, seconds))
        alone += library(scanner, load, 200)
        figures.library, figures.hook = spread(alone), spread(waited)
        figures.added = {name: figures.hook[name] - figures.library[name] for name in figures.hook}
        begun = time.perf_counter()
        fates, figures.mixed = asyncio.run(flood(port, key, load, requests))
        figures.per_second = requests / (time.perf_counter() - begun)
        figures.lost = requests - fates["answered"]
        some = max(200, requests // 20)
        fates, mixed = asyncio.run(flood(port, key, load, some, worker(pid), some // 2))
        figures.killed, figures.mixed = dict(fates), figures.mixed + mixed
        fates, mixed = asyncio.run(flood(port, key, load, 100))
        figures.recovered, figures.mixed = fates == {"answered": 100}, figures.mixed + mixed
    return figures


def table(figures: Figures) -> str:
    """As Markdown."""
    rows = [
        f"| {name} | {figures.library[name]:.1f} | {figures.hook[name]:.1f} | {figures.added[name]:+.1f} |"
        for name in ("p50", "p99", "max")
    ]
    return "\n".join([
        f"{'with the tagger' if figures.tagger else 'rules alone'}, {figures.rate:g} requests a second, pages of about {SIZE // 1000} KB", "",
        "| ms | library | hook | added |", "|---|---|---|---|", *rows, "",
        f"{figures.requests} requests, {figures.per_second:.0f} a second: {figures.lost} lost, {figures.mixed} mixed up",
        f"a worker killed: {figures.killed}; then as before: {figures.recovered}",
    ])  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and say."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=50.0)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--ner", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(argv)
    figures = measure(options.requests, options.rate, options.seconds, options.workers, options.ner)
    print(table(figures))
    if options.json:
        options.json.write_text(json.dumps(asdict(figures), indent=1) + "\n", encoding="utf-8")
    failures = figures.failures()
    for failure in failures:
        print(failure, file=sys.stderr)
    return 1 if failures and options.check else 0


if __name__ == "__main__":
    sys.exit(main())
