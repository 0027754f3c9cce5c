"""--ner and --no-ner; the tagger in the processes of a crawl; what the reports say of it."""

from __future__ import annotations

import json
import os
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from crawl_fakes import FakeScanner
from tagger_fakes import Words

from deident import Scanner, cli, tagger
from deident.crawl import Options, mask_dump, scan_dump
from deident.errors import InputError

PAGES = {
    "a.html": "<p>陈一一有红帽子多年</p>",
    "b.html": "<p>罗二二有黄帽子</p><p>版权所有</p>",
    "c.html": "<p>陈一一有红帽子多年</p>",
}
CHARACTERS = len("陈一一有红帽子多年") + len("罗二二有黄帽子") + len("版权所有")


class Own(Words):
    """Notes in which process it reads."""

    name = "own"

    def __init__(self, diary: Path) -> None:
        super().__init__()
        self._diary = diary

    def find(self, lines: list[str]) -> list[list[tagger.Span]]:  # type: ignore[override]
        with open(self._diary, "a", encoding="utf-8") as diary:
            diary.write(f"{os.getpid()}\n")
        return super().find(lines)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "陈一一的网站"
    folder.mkdir()
    for name, page in PAGES.items():
        (folder / name).write_text(page, encoding="utf-8")
    return folder


def options(diary: Path, jobs: int = 1, **more: object) -> Options:
    def make() -> Scanner:
        return Scanner(ner=Own(diary), key=b"0123456789abcdef")

    return Options(jobs=jobs, quiet=True, make=make, **more)  # type: ignore[arg-type]


def summary(folder: Path) -> dict[str, object]:
    made: dict[str, object] = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    return made


@pytest.mark.parametrize("jobs", [1, 2])
def test_what_was_read_is_summed(site: Path, tmp_path: Path, jobs: int) -> None:
    diary = tmp_path / "diary"
    scan_dump([site], tmp_path / "out", options(diary, jobs))
    read = summary(tmp_path / "out")["tagger"]
    assert isinstance(read, dict)
    assert (read["name"], read["characters"]) == ("own", CHARACTERS)
    assert read["cpu_seconds"] >= 0
    if jobs > 1:
        assert str(os.getpid()) not in diary.read_text().split(), "the parent reads nothing: it will fork"
    rows = [json.loads(line) for line in (tmp_path / "out/findings.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"illness", "marital_state"} <= {row["kind"] for row in rows}
    people = summary(tmp_path / "out")["people"]
    assert isinstance(people, dict)
    assert people["mask"] == 3


def test_masking_reads_in_workers_too(site: Path, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    mask_dump(site, tmp_path / "out", options(diary, 2))
    assert "红帽子" not in (tmp_path / "out/a.html").read_text(encoding="utf-8")
    assert str(os.getpid()) not in diary.read_text().split()


def test_a_run_is_not_resumed_with_another_tagger(site: Path, tmp_path: Path) -> None:
    scan_dump([site], tmp_path / "out", options(tmp_path / "diary"))
    other = Options(jobs=1, quiet=True, resume=True, make=lambda: Scanner(ner=False, key=b"0123456789abcdef"))
    with pytest.raises(InputError, match="ner"):
        scan_dump([site], tmp_path / "out", other)
    again = scan_dump([site], tmp_path / "out", options(tmp_path / "diary", resume=True))
    assert again.run.tagger is not None
    assert again.run.tagger.characters == 0, "as the rate, it is that of this run"


@pytest.fixture
def chosen(monkeypatch: pytest.MonkeyPatch) -> Callable[[], object]:
    """What the command line gives to the scanner as ner=."""
    settings: list[object] = []

    class Fake(FakeScanner):
        def __init__(self, **given: object) -> None:
            super().__init__()
            settings.append(given["ner"])

    monkeypatch.setenv("DEIDENT_KEY", "0123456789abcdef")
    monkeypatch.setitem(sys.modules, "deident.engine", types.SimpleNamespace(Scanner=Fake))
    return lambda: settings[-1]


@pytest.mark.parametrize(("option", "expected"), [((), None), (("--ner",), True), (("--no-ner",), False)])
def test_the_option(
    option: tuple[str, ...],
    expected: object,
    site: Path,
    tmp_path: Path,
    chosen: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tagger, "installed", lambda: True)
    for command in (
        ["scan", str(site), "-o", str(tmp_path / "s"), "--jobs", "1"],
        ["mask", str(site), "-o", str(tmp_path / "m"), "--jobs", "1"],
        ["check", str(site / "a.html")],
    ):
        cli.main([*command, *option, "--quiet"])
        assert chosen() is expected, command[0]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_without_the_extra(
    lang: str,
    site: Path,
    tmp_path: Path,
    chosen: Callable[[], object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(tagger, "installed", lambda: False)
    page = str(site / "a.html")

    def said(*arguments: str) -> tuple[int, int, int]:
        """Exit code, and how often standard output and error name the extra."""
        code = cli.main([*arguments, "--lang", lang])
        out = capsys.readouterr()
        return code, out.out.count("deident[ner]"), out.err.count("deident[ner]")

    scan = ("scan", page, "-o", str(tmp_path / "o"), "--jobs", "1")
    assert said(*scan) == (0, 1, 0)
    assert said(*scan, "--no-ner") == (0, 0, 0)
    assert said(*scan, "--quiet") == (0, 0, 0)
    assert said(*scan, "--ner") == (2, 0, 1)
    assert said("check", page) == (0, 0, 1)
    assert said("check", page, "--quiet") == (0, 0, 0)
    assert said("check", page, "--no-ner") == (0, 0, 0)
    assert said("check", page, "--format", "json") == (0, 0, 0)
    assert said("check", page, "--format", "sarif") == (0, 1, 0)  # a notification in the log itself


@pytest.mark.skipif(not tagger.installed(), reason="the extra `ner` is not installed")
@pytest.mark.parametrize("jobs", [1, 2])
def test_the_built_in_model_in_workers(site: Path, tmp_path: Path, jobs: int) -> None:
    scan_dump([site], tmp_path / "out", Options(jobs=jobs, quiet=True, ner=True))
    read = summary(tmp_path / "out")["tagger"]
    assert isinstance(read, dict)
    assert read["characters"] == CHARACTERS
    assert read["characters_per_cpu_second"] > 0
