"""Risky files are read apart: one that hangs, dies or eats the memory is refused, and the run goes on."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

import pytest
from crawl_fakes import FakeScanner

from deident.crawl import Options, scan_dump
from deident.crawl.batches import batches
from deident.crawl.risky import apart, limited, risky
from deident.crawl.walk import Source
from deident.errors import InputError
from deident.gate import document as gate

NUMBER = "999999190001010000"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="limits on memory are Linux's")


def test_which_files_are_risky(tmp_path: Path) -> None:
    heads = {
        "a.pdf": b"%PDF-1.7",
        "b": b"PK\3\4",
        "c.dat": b"\xd0\xcf\x11\xe0",
        "d.eml": b"From: a",
        "e.html": b"%PDF-1.7",
        "f.bin": b"\0\1",
    }
    for name, head in heads.items():
        (tmp_path / name).write_bytes(head)
    assert [name for name in heads if risky(str(tmp_path / name))] == ["a.pdf", "b", "c.dat", "d.eml"]
    assert not risky(str(tmp_path / "missing.pdf"))
    files = [Source(name, str(tmp_path / name), 8, 0) for name in heads]
    assert [[file.name for file in batch] for batch in batches(files)] == [
        ["a.pdf"],
        ["b"],
        ["c.dat"],
        ["d.eml"],
        ["e.html", "f.bin"],
    ]


def test_what_is_done_apart_comes_back() -> None:
    assert apart(lambda: [1, "二"], 20) == [1, "二"]
    with pytest.raises(InputError, match="so it is"):
        apart(lambda: exec("from deident.errors import InputError\nraise InputError('so it is')"), 20)


def test_what_hangs_or_dies_is_told_apart() -> None:
    started = time.monotonic()
    assert apart(lambda: time.sleep(60), 0.3) == "hung"
    assert time.monotonic() - started < 10
    assert apart(lambda: os.kill(os.getpid(), signal.SIGKILL), 20) == "lost"
    assert apart(lambda: [][1], 20) == "lost", "an error of ours in there is no result"


@LINUX
def test_memory_is_limited_and_given_back() -> None:
    with limited(64 << 20), pytest.raises(MemoryError):
        bytearray(1 << 30)
    assert len(bytearray(128 << 20)) == 128 << 20


@LINUX
def test_a_reader_that_eats_the_memory_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from deident.formats import open_document
    from deident.formats.rtf import document

    def greedy(*_: object) -> None:
        bytearray(1 << 40)

    monkeypatch.setattr(document.RtfDocument, "__init__", greedy)
    document = open_document(b"{\\rtf1 x}", "a.rtf")
    assert (document.status, document.reason) == ("refused", "bomb")


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize(("word", "says"), [("KILL", "signal 9"), ("SLOW", "took longer")])
def test_the_run_survives_a_risky_file(tmp_path: Path, jobs: int, word: str, says: str) -> None:
    site = tmp_path / "site"
    site.mkdir()
    for name in ("a.html", "c.html"):
        (site / name).write_text(f"<p>{NUMBER}</p>")
    (site / "b.pdf").write_bytes(b"%PDF-1.7 " + word.encode())
    scanner = FakeScanner()
    options = Options(jobs=jobs, quiet=True, lang="en", make=lambda: scanner, seconds=0.5 if word == "SLOW" else 20)
    outcome = scan_dump([site], tmp_path / "out", options)
    table = (tmp_path / "out/files.csv").read_text(encoding="utf-8-sig")
    assert outcome.exit_code == 3 and outcome.summary.files == 3
    assert says in next(line for line in table.splitlines() if "b.pdf" in line)
    assert outcome.summary.places["mask"] == 2, "the pages beside it were scanned"


def test_the_gate_reads_risky_files_apart_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "SECONDS", 0.5)
    slow = gate.run(FakeScanner(), gate.Submitted("b.pdf", b"%PDF-1.7 SLOW"), "en")  # type: ignore[arg-type]
    assert (slow.reports[0].status, slow.summary.exit_code("check")) == ("refused", 3)
    assert "too long" in slow.reports[0].reason
    found = gate.run(FakeScanner(), gate.Submitted("b.pdf", b"%PDF-1.7 " + NUMBER.encode()), "en")  # type: ignore[arg-type]
    assert found.summary.places["mask"] == 1
