"""The crawl with a fake scanner: order, links, resume, kill -9, dying and hanging workers, outputs, names."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pytest
from crawl_fakes import FakeScanner
from hypothesis import given
from hypothesis import strategies as st

from deident.crawl import Interrupted, Options, mask_dump, scan_dump, walk, work
from deident.crawl.batches import batches
from deident.crawl.names import rename_table, shown
from deident.crawl.state import State
from deident.crawl.walk import Source, readable
from deident.errors import InputError, OutputError

NUMBER = "999999190001010000"  # of no province: nobody's
MASK = "*" * 18


def options(**changes: object) -> Options:
    scanner = changes.pop("scanner", FakeScanner())
    settings: dict[str, object] = {"jobs": 1, "quiet": True, "lang": "en", "make": lambda: scanner}
    return Options(**settings | changes)  # type: ignore[arg-type]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """Three departments, five pages."""
    root = tmp_path / "site"
    pages = {
        "index.html": "<p>12345</p>",
        "minzheng/a.html": f"<p>{NUMBER}</p>",
        "minzheng/b.html": f"<p>x</p>\n<p>{NUMBER} {NUMBER}</p>",
        "jiaoyu/c.html": "REVIEW",
        "jiaoyu/d.txt": "nothing",
    }
    for name, text in pages.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def lines(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()]


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in root.rglob("*") if p.is_file() and ".deident" not in p.parts}


def test_walk_is_sorted_and_stays_inside(site: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("outside")
    (site / "out.txt").symlink_to(tmp_path / "secret.txt")
    (site / "in.html").symlink_to(site / "index.html")
    (site / "loop").symlink_to(site)
    (site / "gone").symlink_to(site / "nowhere")
    os.mkfifo(site / "pipe")
    why: dict[str, str] = {}
    names = [p.relative_to(site).as_posix() for p in walk(site, lambda path, reason: why.update({path.name: reason}))]
    assert names == ["in.html", "index.html", "jiaoyu/c.html", "jiaoyu/d.txt", "minzheng/a.html", "minzheng/b.html"]
    assert why == {"out.txt": "link_out", "loop": "link_folder", "gone": "link_broken", "pipe": "special"}


def test_a_very_deep_tree_is_walked(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*["d"] * 1200)  # deeper than Python's recursion limit
    for depth in range(1, 1201):
        tmp_path.joinpath(*["d"] * depth).mkdir()
    (deep / "x").write_text("1")
    assert list(walk(tmp_path)) == [deep / "x"]
    (deep / "x").unlink()
    for depth in range(1200, 0, -1):  # pytest's own clean-up is recursive
        tmp_path.joinpath(*["d"] * depth).rmdir()


@given(st.lists(st.integers(0, 30), max_size=40))
def test_batches_lose_nothing_and_keep_the_limits(sizes: list[int]) -> None:
    files = [Source(str(number), "", size, 0) for number, size in enumerate(sizes)]
    made = list(batches(files, most_bytes=20, most_files=4))
    assert sorted(file.name for batch in made for file in batch) == sorted(file.name for file in files)
    assert all(len(batch) == 1 or (len(batch) <= 4 and sum(file.size for file in batch) <= 20) for batch in made)


@pytest.mark.parametrize("jobs", [1, 2])
def test_scan_writes_all_reports(site: Path, tmp_path: Path, jobs: int) -> None:
    outcome = scan_dump([site], tmp_path / "out", options(jobs=jobs))
    assert outcome.exit_code == 1
    rows = lines(tmp_path / "out")
    assert [(row["file"], row["where"]) for row in rows if row["action"] == "mask"] == [
        ("minzheng/a.html", "line 1"), ("minzheng/b.html", "line 2"), ("minzheng/b.html", "line 2")]  # fmt: skip
    assert list(rows[0]) == [
        "file",
        "where",
        "kind",
        "category",
        "action",
        "score",
        "preview",
        "tag",
        "reason",
        "basis",
        "doc_type",
        "subject",
    ]
    summary = json.loads((tmp_path / "out/summary.json").read_text())
    assert summary["findings"] == {"mask": 3, "review": 1, "keep": 1}
    assert summary["folders"]["minzheng"] == {"files": 2, "mask": 3, "review": 0, "keep": 0, "unread": 0}
    for name in ("findings.jsonl", "files.csv", "summary.json", "report.html"):
        assert NUMBER not in (tmp_path / "out" / name).read_text(encoding="utf-8")
    assert NUMBER.encode() not in (tmp_path / "out/.state.sqlite").read_bytes()
    assert (tmp_path / "out/.state.sqlite").stat().st_mode & 0o777 == 0o600


def test_exit_codes(tmp_path: Path) -> None:
    for content, code in (("fine", 0), ("REVIEW", 1), (NUMBER, 1), ("JUNK", 3), ("BOOM", 3)):
        page = tmp_path / f"{content}.txt"
        page.write_text(content + NUMBER if content == "JUNK" else content)
        assert scan_dump([page], tmp_path / f"o{content}", options()).exit_code == code, content


def test_a_link_out_of_the_root_is_never_clean(site: Path, tmp_path: Path) -> None:
    (site / "out.txt").symlink_to(tmp_path)
    outcome = scan_dump([site], tmp_path / "out", options())
    assert outcome.exit_code == 3
    assert outcome.summary.statuses["unscannable"] == 1


def test_an_error_of_the_engine_says_only_its_type(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(f"BOOM {NUMBER}")
    (tmp_path / "in/b.txt").write_text(NUMBER)
    scan_dump([tmp_path / "in"], tmp_path / "out", options(jobs=2))
    table = (tmp_path / "out/files.csv").read_text(encoding="utf-8-sig")
    assert "refused" in table and "ValueError" in table
    assert len(lines(tmp_path / "out")) == 1, "the other file of the batch was scanned"
    captured = capfd.readouterr()
    assert NUMBER not in table + captured.out + captured.err


def test_unreadable_and_too_big_files_are_reported(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = open

    def closed(path: object, *args: object, **more: object) -> object:
        if str(path).endswith("a.html"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(work, "open", closed, raising=False)
    (site / "big.txt").write_bytes(b"x" * 3000)
    outcome = scan_dump([site], tmp_path / "out", options(most_bytes=2000))
    assert outcome.exit_code == 3
    assert outcome.summary.statuses["unscannable"] == 2


def test_nothing_is_done_twice_and_changes_are_seen(site: Path, tmp_path: Path) -> None:
    diary = tmp_path / "diary"
    scanner = FakeScanner(diary=str(diary))
    scan_dump([site], tmp_path / "out", options(scanner=scanner))
    assert len(diary.read_text().splitlines()) == 5
    (site / "minzheng/a.html").write_text("now clean, and longer")
    (site / "jiaoyu/c.html").unlink()
    (site / "new.txt").write_text(NUMBER)
    diary.write_text("")
    outcome = scan_dump([site], tmp_path / "out", options(scanner=scanner, resume=True))
    assert sorted(diary.read_text().splitlines()) == ["minzheng/a.html", "new.txt"]
    scan_dump([site], tmp_path / "fresh", options())
    assert (tmp_path / "out/findings.jsonl").read_bytes() == (tmp_path / "fresh/findings.jsonl").read_bytes()
    assert outcome.summary.files == 5


def test_other_settings_are_not_mixed(site: Path, tmp_path: Path) -> None:
    scan_dump([site], tmp_path / "out", options())
    with pytest.raises(InputError, match="policy"):
        scan_dump([site], tmp_path / "out", options(policy="internal", resume=True))
    with pytest.raises(InputError, match="key"):
        scan_dump([site], tmp_path / "out", options(key=b"k" * 16, resume=True))
    (tmp_path / "out/.state.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(InputError, match="damaged"):
        scan_dump([site], tmp_path / "out", options(resume=True))
    assert scan_dump([site], tmp_path / "out", options()).summary.files == 5, "without --resume it starts over"


def test_one_run_at_a_time(tmp_path: Path) -> None:
    state = State(tmp_path / "s", {}, resume=False, lang="en")
    state.put(Source("a", "", 1, 1), FakeScanner().scan_many([("a", b"")]), None)
    with pytest.raises(InputError, match="another deident"):
        State(tmp_path / "s", {}, resume=True, lang="en")
    state.close()


def test_the_file_that_kills_is_found_and_the_others_are_scanned(site: Path, tmp_path: Path) -> None:
    (site / "killer.txt").write_text(f"KILL {NUMBER}")
    outcome = scan_dump([site], tmp_path / "out", options(jobs=2))
    assert outcome.exit_code == 3
    assert outcome.summary.statuses["refused"] == 1
    table = (tmp_path / "out/files.csv").read_text(encoding="utf-8-sig")
    assert "killer.txt" in table and "signal 9" in table
    assert len([row for row in lines(tmp_path / "out") if row["action"] == "mask"]) == 3


def test_the_file_that_hangs_is_given_up(site: Path, tmp_path: Path) -> None:
    (site / "slow.txt").write_text("SLOW")
    started = time.monotonic()
    outcome = scan_dump([site], tmp_path / "out", options(jobs=2, seconds=1.0))
    assert time.monotonic() - started < 20
    assert outcome.summary.statuses["refused"] == 1
    assert outcome.summary.places["mask"] == 3


RUN = """
import sys
from functools import partial
from pathlib import Path
from crawl_fakes import FakeScanner
from deident.crawl import Options, mask_dump, scan_dump
from deident.crawl.state import State
mode, src, out, jobs, resume, diary = sys.argv[1:]
State.every = 0.05
o = Options(jobs=int(jobs), quiet=True, lang="en", resume=resume == "1", make=partial(FakeScanner, delay=0.002, diary=diary))
(scan_dump([Path(src)], Path(out), o) if mode == "scan" else mask_dump(Path(src), Path(out), o))
"""


def start(mode: str, src: Path, out: Path, jobs: int, diary: Path, *, resume: bool) -> subprocess.Popen[bytes]:
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent)])
    command = [sys.executable, "-c", RUN, mode, str(src), str(out), str(jobs), str(int(resume)), str(diary)]
    return subprocess.Popen(command, env=os.environ | {"PYTHONPATH": paths})


def done(diary: Path) -> int:
    return len(diary.read_text().splitlines()) if diary.exists() else 0


@pytest.mark.parametrize(("mode", "jobs"), [("scan", 2), ("mask", 2), ("mask", 1)])
def test_kill_nine_loses_and_doubles_nothing(tmp_path: Path, mode: str, jobs: int) -> None:
    src = tmp_path / "src"
    for number in range(800):
        page = src / f"dep{number % 7}" / f"{number:04}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(f"<p>{NUMBER}</p>" * (number % 3) + f"page {number}")
    out = tmp_path / "out"
    for part, enough in enumerate((100, 620)):  # before the first batch is done, and after the second
        diary = tmp_path / f"diary{part}"
        process = start(mode, src, out, jobs, diary, resume=out.exists())
        while process.poll() is None and done(diary) < enough:
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -9, "it was to be killed in mid-run"
        assert not list(out.rglob("findings.jsonl")), "no report of an unfinished run"
    with start(mode, src, out, jobs, tmp_path / "last", resume=True) as process:
        assert process.wait() == 0
    assert 0 < done(tmp_path / "last") < 800, "what was done is not done again"
    fresh = tmp_path / "fresh"
    with start(mode, src, fresh, jobs, tmp_path / "diary", resume=False) as process:
        assert process.wait() == 0
    place = ".deident/" if mode == "mask" else ""
    for name in ("findings.jsonl", "files.csv"):
        assert (out / (place + name)).read_bytes() == (fresh / (place + name)).read_bytes()
    if mode == "mask":
        assert tree(out) == tree(fresh)
        assert len(tree(out)) == 800


def test_ctrl_c_keeps_what_is_done(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put, count = State.put, [0]

    def interrupted(self: State, *args: object) -> None:
        put(self, *args)  # type: ignore[arg-type]
        count[0] += 1
        if count[0] == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr(State, "put", interrupted)
    with pytest.raises(Interrupted, match="--resume"):
        scan_dump([site], tmp_path / "out", options())
    monkeypatch.undo()
    diary = tmp_path / "diary"
    scan_dump([site], tmp_path / "out", options(resume=True, scanner=FakeScanner(diary=str(diary))))
    assert len(diary.read_text().splitlines()) == 3


@pytest.mark.parametrize("jobs", [1, 2])
def test_mask_writes_the_tree(site: Path, tmp_path: Path, jobs: int) -> None:
    (site / "junk.bin").write_text("JUNK")
    before, dst = tree(site), tmp_path / "dst"
    outcome = mask_dump(site, dst, options(jobs=jobs))
    assert tree(site) == before, "the input is never changed"
    after = tree(dst)
    assert sorted(after) == ["index.html", "jiaoyu/c.html", "jiaoyu/d.txt", "minzheng/a.html", "minzheng/b.html"]
    assert after["index.html"] == before["index.html"]
    assert after["minzheng/b.html"] == f"<p>x</p>\n<p>{MASK} {MASK}</p>".encode()
    assert outcome.exit_code == 3
    assert outcome.reports == dst / ".deident"
    assert (dst / ".deident/report.html").exists()


def test_mask_exit_codes(tmp_path: Path) -> None:
    for content, code in (("fine", 0), ("REVIEW", 1), (NUMBER, 0), ("JUNK", 3)):
        page = tmp_path / f"p{code}{len(content)}.txt"
        page.write_text(content)
        assert mask_dump(page, tmp_path / f"o{code}{len(content)}", options()).exit_code == code, content


def test_names_with_values_change_and_links_follow(site: Path, tmp_path: Path) -> None:
    (site / f"minzheng/{NUMBER}.html").write_text("one")
    (site / "minzheng/999999190001010001.html").write_text("two")
    (site / "links.html").write_text(f'<a href="minzheng/{NUMBER}.html">x</a>')
    outcome = mask_dump(site, tmp_path / "dst", options())
    after = tree(tmp_path / "dst")
    stem = "minzheng/" + "_" * 18
    assert after[f"{stem}.html"] == b"one"
    assert after[f"{stem}-2.html"] == b"two"
    assert after["links.html"].decode() == f'<a href="{stem}.html">x</a>'
    assert outcome.summary.statuses["masked"] == 5
    for name in ("findings.jsonl", "files.csv", "summary.json", "report.html"):
        assert "99999919" not in (tmp_path / "dst/.deident" / name).read_text(encoding="utf-8")
    scanned = scan_dump([site / f"minzheng/{NUMBER}.html"], tmp_path / "out", options())
    assert scanned.exit_code == 1, "a name with a value is not clean"


def test_new_names_start_the_copy_over(site: Path, tmp_path: Path) -> None:
    (site / f"{NUMBER}.html").write_text("one")
    mask_dump(site, tmp_path / "dst", options())
    (site / "999999190001009999.html").write_text("zero")  # sorts first and takes the name
    mask_dump(site, tmp_path / "dst", options(resume=True))
    after = tree(tmp_path / "dst")
    assert after["_" * 18 + ".html"] == b"zero"
    assert after["_" * 18 + "-2.html"] == b"one"


def test_what_is_gone_or_fails_now_leaves_the_copy(site: Path, tmp_path: Path) -> None:
    mask_dump(site, tmp_path / "dst", options())
    (site / "minzheng/a.html").write_text("JUNK now")
    (site / "jiaoyu/d.txt").unlink()
    (tmp_path / "dst/index.html").unlink()
    mask_dump(site, tmp_path / "dst", options(resume=True))
    assert sorted(tree(tmp_path / "dst")) == ["index.html", "jiaoyu/c.html", "minzheng/b.html"]


def test_wrong_places_are_refused(site: Path, tmp_path: Path) -> None:
    for dst in (site, site / "new", tmp_path):
        with pytest.raises(InputError, match="Choose another"):
            mask_dump(site, dst, options())
    full = tmp_path / "full"
    full.mkdir()
    (full / "x").write_text("mine")
    with pytest.raises(InputError, match="not empty"):
        mask_dump(site, full, options())
    assert mask_dump(site, full, options(force=True)).summary.files == 5
    with pytest.raises(InputError, match="does not exist"):
        scan_dump([tmp_path / "nowhere"], tmp_path / "o", options())
    with pytest.raises(InputError, match="not a folder"):
        scan_dump([site], full / "x", options())


def test_an_output_folder_that_leads_back_is_refused(site: Path, tmp_path: Path) -> None:
    dst = tmp_path / "dst"
    dst.mkdir()
    (dst / "minzheng").symlink_to(site / "minzheng")
    before = tree(site)
    with pytest.raises(OutputError, match="leads out"):
        mask_dump(site, dst, options(force=True))
    assert tree(site) == before


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_full_disk_says_what_to_do(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs: int) -> None:
    def full(old: object, new: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(work.os, "replace", full)
    with pytest.raises(OutputError, match=r"disk is full.*--resume"):
        mask_dump(site, tmp_path / "dst", options(jobs=jobs))
    monkeypatch.undo()
    assert not list((tmp_path / "dst").rglob("*.tmp"))
    assert mask_dump(site, tmp_path / "dst", options(resume=True)).summary.files == 5


def test_own_output_is_not_scanned(site: Path) -> None:
    assert scan_dump([site], site / "reports", options()).summary.files == 5
    assert scan_dump([site], site / "reports", options()).summary.files == 5


def test_several_roots_keep_apart(site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "site"
    other.mkdir(parents=True)
    (other / "index.html").write_text(NUMBER)
    outcome = scan_dump([site, other], tmp_path / "out", options())
    assert outcome.summary.files == 6
    assert "site-2/index.html" in {row["file"] for row in lines(tmp_path / "out")}


def test_names_that_are_not_utf8(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path / "in")
    os.mkdir(raw)
    with open(raw + b"/" + "公开".encode("gbk") + b".txt", "w") as page:
        page.write(NUMBER)
    scan_dump([tmp_path / "in"], tmp_path / "out", options())
    assert lines(tmp_path / "out")[0]["file"] == "公开.txt"
    mask_dump(tmp_path / "in", tmp_path / "dst", options())
    assert os.listdir(os.fsencode(tmp_path / "dst"))[0].endswith((b".txt", b".deident"))
    assert "公开".encode("gbk") + b".txt" in os.listdir(os.fsencode(tmp_path / "dst"))


@given(st.binary(max_size=40))
def test_any_name_becomes_readable(raw: bytes) -> None:
    readable(raw.decode("utf-8", "surrogateescape")).encode()


@given(st.text("ab/.*\\0123456789", min_size=1, max_size=60))
def test_a_new_name_stays_in_its_folder(name: str) -> None:
    (new,) = shown([name], FakeScanner().mask_names)
    assert new.count("/") == name.count("/")
    (moved,) = shown(["a/" + NUMBER + name], lambda texts: [text.replace(NUMBER, "../x") for text in texts])
    assert ".." not in moved.split("/") or ".." in name.split("/")


def test_a_new_name_never_takes_another_files_place() -> None:
    files = [Source(f"{NUMBER}.txt", "", 0, 0), Source("999999190001010001.txt", "", 0, 0)]
    table = rename_table(files, FakeScanner().mask_names, lambda name: name == "_" * 18 + ".txt")
    assert list(table.values()) == ["_" * 18 + "-2.txt", "_" * 18 + "-3.txt"]


def test_empty_folder_and_spawned_scanner(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    outcome = scan_dump([tmp_path / "in"], tmp_path / "out", options(make=partial(FakeScanner, 0.0)))
    assert (outcome.summary.files, outcome.exit_code) == (0, 0)
