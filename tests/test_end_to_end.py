"""The real engine on the example site and on bad input, from the command line to the files: what is there, and what must not be."""

from __future__ import annotations

import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import time
from html import unescape
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from deident import cli, linkage
from deident.crawl import work
from deident.engine import Scanner
from deident.report import FILES

HERE = Path(__file__).parents[1]
SITE = HERE / "examples/site"
OLD = "520121190803173052"  # in the name of a file of the example site; nobody's
LIST = "<html><body><p>身份证号：11010519491231002X，手机 13900000000</p></body></html>".encode()  # the example of GB 11643


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("DEIDENT_KEY", "DEIDENT_KEY_FILE", "DEIDENT_DEBUG", "XDG_CONFIG_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


class Run(NamedTuple):
    """A command that has run: its exit code, what it printed, its output folder."""

    code: int
    printed: str
    out: Path


def rows(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in (out / "findings.jsonl").read_text(encoding="utf-8").splitlines()]


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "deident", *map(str, arguments)]


def run(*arguments: object, out: Path = Path(), **more: object) -> Run:
    done = subprocess.run(command(*arguments), cwd=HERE, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload]
    return Run(done.returncode, done.stdout + done.stderr, out)


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("scan") / "out"
    environment = os.environ | {"HOME": str(out.parent), "LC_ALL": "C.UTF-8"}
    return run("scan", SITE, "-o", out, "--jobs", 2, out=out, env=environment)


@pytest.fixture(scope="module")
def masked(tmp_path_factory: pytest.TempPathFactory) -> Run:
    out = tmp_path_factory.mktemp("mask") / "site"
    environment = os.environ | {"HOME": str(out.parent), "LC_ALL": "en_US.UTF-8"}
    return run("mask", SITE, "-o", out, "--jobs", 2, out=out, env=environment)


def test_scan_writes_four_files_and_says_so(scanned: Run) -> None:
    assert scanned.code == 1
    assert set(FILES) <= {path.name for path in scanned.out.iterdir()}
    assert str(scanned.out / "report.html") in scanned.printed
    found = rows(scanned.out)
    assert len({str(row["file"]) for row in found}) > 30
    assert all(re.fullmatch(r"[0-9a-f]{12}", str(row["tag"])) for row in found)
    assert all(re.fullmatch(r"line \d+( .*)?", str(row["where"])) for row in found)
    assert {"line 1", "@href"} <= {part for row in found for part in (str(row["where"]), *str(row["where"]).split()[2:])}
    laws = Scanner().catalogue.laws
    assert all(isinstance(row["basis"], list) and set(row["basis"]) <= set(laws) for row in found)
    page = (scanned.out / "report.html").read_text(encoding="utf-8")
    assert "中华人民共和国政府信息公开条例 第十五条" in page
    assert re.search(r">第\d+行<", page)


def test_the_same_value_has_the_same_tag_everywhere(scanned: Run) -> None:
    files: dict[object, set[object]] = {}
    for row in rows(scanned.out):
        if row["kind"] == "resident_id":
            files.setdefault(row["tag"], set()).add(row["file"])
    assert max(len(names) for names in files.values()) >= 3, "a list, its print page and its table name the same people"


@pytest.mark.parametrize("more", [("--matcher", "python", "--jobs", "1"), ("--matcher", "auto", "--jobs", "1")])
def test_matchers_and_processes_find_the_same(scanned: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    os.symlink(scanned.out.parent / ".config", tmp_path / ".config")  # the same key
    os.environ["HOME"] = str(tmp_path)
    assert cli.main(["scan", str(SITE), "-o", str(tmp_path / "o"), "--lang", "zh", "-q", *more]) == 1
    assert (tmp_path / "o/findings.jsonl").read_bytes() == (scanned.out / "findings.jsonl").read_bytes()


def test_mask_leaves_only_what_a_person_must_decide(masked: Run, tmp_path: Path) -> None:
    assert str(masked.out / ".deident/report.html") in masked.printed
    assert stat.S_IMODE((masked.out / ".deident").stat().st_mode) == 0o700
    summary = json.loads((masked.out / ".deident/summary.json").read_text())
    left = int(summary["findings"]["review"] > 0)
    assert summary["statuses"]["partial"] == summary["files_with"]["review"]
    assert masked.code == left
    assert summary["statuses"]["refused"] == summary["statuses"]["unscannable"] == 0
    assert cli.main(["scan", str(masked.out), "-o", str(tmp_path / "again"), "-q", "--jobs", "1"]) == left
    assert json.loads((tmp_path / "again/summary.json").read_text())["findings"]["mask"] == 0
    assert cli.main(["mask", str(masked.out), "-o", str(tmp_path / "twice"), "-q", "--jobs", "1"]) == left
    for path in masked.out.rglob("*.*"):
        if path.is_file() and ".deident" not in path.parts:
            assert (tmp_path / "twice" / path.relative_to(masked.out)).read_bytes() == path.read_bytes(), (
                "masking twice is masking once"
            )


def test_what_a_person_must_decide_is_written_but_not_cleared(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    hotline, number = "<p>报名热线：13800000001</p>", "<p>身份证号：11010519491231002X</p>"
    (tmp_path / "in/a.html").write_text(f"<html>{hotline}</html>", encoding="utf-8")
    (tmp_path / "in/b.html").write_text(f"<html>{hotline}{number}</html>", encoding="utf-8")
    assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / "o"), "-q", "--jobs", "1"]) == 1
    summary = json.loads((tmp_path / "o/.deident/summary.json").read_text())
    assert summary["statuses"] == {"clean": 0, "masked": 0, "partial": 2, "unscannable": 0, "refused": 0}
    assert (tmp_path / "o/a.html").read_bytes() == (tmp_path / "in/a.html").read_bytes()
    assert "1949123100" not in (tmp_path / "o/b.html").read_text(encoding="utf-8")


def links(root: Path) -> list[tuple[str, str, bool]]:
    """Page, link, whether it leads to a file, of all links within the site."""
    out = []
    for page in sorted(root.rglob("*")):
        if not page.is_file() or ".deident" in page.parts:
            continue
        text = page.read_bytes().decode("gb18030" if b"gb2312" in page.read_bytes()[:400].lower() else "utf-8", "replace")
        name = page.relative_to(root).as_posix()
        for link in re.findall(r"""(?:href|src)\s*=\s*["']?([^"'\s>]+)|<(?:loc|link)>([^<]+)<""", text):
            url = urlsplit(urljoin(f"http://qingxi.example.gov.cn/{name}", unescape(link[0] or link[1])))
            if url.netloc == "qingxi.example.gov.cn" and url.scheme == "http":
                out.append((name, unquote(url.path), (root / unquote(url.path).lstrip("/")).exists()))
    return out


def test_every_link_that_worked_works(masked: Run) -> None:
    before, after = links(SITE), links(masked.out)
    assert len(before) == len(after) > 50
    assert sum(OLD in link for _, link, _ in before) >= 2
    assert [found for *_, found in before] == [found for *_, found in after]
    assert all(found for _, link, found in after if "/files/" in link)


def test_the_old_name_is_nowhere(masked: Run) -> None:
    for path in masked.out.rglob("*"):
        assert OLD not in path.name
        if path.is_file():
            assert OLD.encode() not in path.read_bytes(), path


def test_no_value_is_in_any_report_or_on_the_screen(scanned: Run, masked: Run) -> None:
    scanner, values, short = Scanner(), set[str](), set[str]()
    for path in SITE.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        (report,) = scanner.scan_many([(path.name, data)])
        for finding in report.findings:
            value = data[finding.start : finding.end].decode(
                "gb18030" if report.encoding.startswith("gb") else "utf-8", "replace"
            )
            if "*" in value:  # masked by the office itself
                continue
            if value.isascii() and len(value) < 6:  # 7015 may stand in a tag, a size or packed bytes by chance
                short.add(value)
            elif finding.action == "mask" or (len(value) >= 7 and finding.category != "person_name"):
                values.add(value)
    assert len(values) > 100
    texts = [scanned.printed, masked.printed]
    for folder in (scanned.out, masked.out / ".deident"):
        texts += [path.read_bytes().decode("utf-8", "replace") for path in folder.iterdir()]
        assert (folder / ".state.sqlite").stat().st_mode & 0o777 == 0o600
    for value in values:
        assert not any(value in text for text in texts), "a value is in a report"
    shown = {str(row["preview"]) for folder in (scanned.out, masked.out / ".deident") for row in rows(folder)}
    assert len(short) >= 3
    assert not any(value in preview for value in short for preview in shown), "a value is in a preview"


def test_check_in_every_way(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    page = SITE / "mzj/202409/t20240903_100101.html"
    values = re.findall(rb"\d{17}[\dX]", page.read_bytes())
    for lang, word in (("zh", "须脱敏  第39行"), ("en", "mask  line 39")):
        assert cli.main(["check", str(page), "--lang", lang]) == 1
        printed = capsys.readouterr().out
        assert word in printed and "[1] " in printed
        assert not any(value.decode() in printed for value in values)
    assert cli.main(["check", str(page), "--format", "sarif"]) == 1
    (sarif,) = json.loads(capsys.readouterr().out)["runs"]
    assert {result["locations"][0]["physicalLocation"]["region"]["startLine"] for result in sarif["results"]} >= {39, 46, 52}
    assert cli.main(["check", str(SITE / "mzj/202407/t20240701_100070.html")]) == 0
    assert run("check", "-", "--format", "json", input='{"title": "名单", "text": "今日天气晴"}').code == 0
    for text in ('{"title": "名单", "text": "身份证 11010519491231002X"}', "身份证 11010519491231002X"):
        done = run("check", "-", "--format", "json", input=text)
        assert done.code == 1 and '"line 1"' in done.printed


def test_own_patterns(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = (HERE / "patterns/mobile.toml").read_text(encoding="utf-8").replace("severity", "severty")
    (tmp_path / "mobile.toml").write_text(source, encoding="utf-8")
    for arguments in (
        ["check", str(SITE / "index.html")],
        ["scan", str(SITE), "-o", str(tmp_path / "o")],
        ["test"],
        ["list", "kinds"],
    ):
        assert cli.main([*arguments, "--patterns", str(tmp_path)]) == 2
        error = capsys.readouterr().err
        assert "mobile.toml" in error and "sever" in error and error.count("\n") == 1
    assert not (tmp_path / "o").exists()
    assert cli.main(["check", str(SITE / "index.html"), "--patterns", str(tmp_path / "nowhere")]) == 2


def test_wrong_policy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["check", str(SITE / "index.html")],
        ["scan", str(SITE), "-o", str(tmp_path / "o")],
        ["mask", str(SITE), "-o", str(tmp_path / "o")],
    ):
        assert cli.main([*arguments, "--policy", "nobodys"]) == 2
        assert "nobodys" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


# The key of the tags


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_bytes(LIST)
    tags = []
    for name in ("a", "b"):
        assert cli.main(["scan", str(page), "-o", str(tmp_path / name), "-q", "--jobs", "1"]) == 1
        tags.append([row["tag"] for row in rows(tmp_path / name)])
    assert tags[0] == tags[1] and all(tags[0])
    key = tmp_path / "home/.config/deident/key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert len(key.read_bytes()) == 64
    assert key.read_bytes().decode() not in (tmp_path / "a/.state.sqlite").read_bytes().decode("latin-1")


def test_the_key_may_come_from_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEIDENT_KEY", "a key of the agency")
    assert linkage.load_key() == b"a key of the agency"
    monkeypatch.delenv("DEIDENT_KEY")
    monkeypatch.setenv("DEIDENT_KEY_FILE", str(tmp_path / "mine/key"))
    assert linkage.load_key() == (tmp_path / "mine/key").read_bytes()
    assert not (tmp_path / "home").exists()


def test_without_a_place_for_the_key_the_scan_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                                      capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    (tmp_path / "file").touch()
    (tmp_path / "empty").touch()
    (tmp_path / "a.html").write_bytes(LIST)
    for variable, value in (
        ("HOME", tmp_path / "file"),
        ("DEIDENT_KEY_FILE", tmp_path / "empty"),
        ("DEIDENT_KEY_FILE", tmp_path),
    ):
        monkeypatch.setenv(variable, str(value))
        out = tmp_path / "out"
        assert cli.main(["scan", str(tmp_path / "a.html"), "-o", str(out), "-q", "--jobs", "1"]) == 1
        error = capsys.readouterr().err
        assert "warning" in error and ("DEIDENT_KEY" in error or "empty" in error)
        assert {row["tag"] for row in rows(out)} == {""}


# One file


def test_one_file_into_a_file_or_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = SITE / f"mzj/files/{OLD}.html"
    assert cli.main(["mask", str(source), "-o", str(tmp_path / "one.html")]) == 0
    assert (tmp_path / "one.html").is_file()
    assert (tmp_path / "one.html.deident/findings.jsonl").is_file()
    assert cli.main(["mask", str(source), "-o", str(tmp_path / "folder")]) == 0
    assert [path.name for path in (tmp_path / "folder").glob("*.html")] == ["52________________.html"]
    assert cli.main(["mask", str(source), "-o", str(tmp_path / "one.html")]) == 2
    assert "--force" in capsys.readouterr().err
    assert cli.main(["mask", str(source), "-o", str(tmp_path / "one.html"), "--force", "--report", str(tmp_path / "r")]) == 0
    assert (tmp_path / "r/report.html").is_file()
    assert cli.main(["mask", str(tmp_path / "one.html"), "-o", str(tmp_path / "one.html"), "--force"]) == 2
    (tmp_path / "junk.html").write_bytes(bytes(range(256)) * 20)
    assert cli.main(["mask", str(tmp_path / "junk.html"), "-o", str(tmp_path / "never.html")]) == 3
    assert not (tmp_path / "never.html").exists()


# Bad input


def test_paths_that_are_not_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (
        ["scan", "/nonexistent/x", "-o", str(tmp_path / "o")],
        ["mask", "/nonexistent/x", "-o", str(tmp_path / "o")],
        ["check", "/nonexistent/x"],
    ):
        assert cli.main(arguments) == 2
        assert "/nonexistent/x does not exist" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


def test_an_unreadable_file_is_reported_and_never_clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_bytes(LIST)
    (tmp_path / "in/b.html").write_text("<p>晴")
    real = open

    def closed(path: object, *args: object, **more: object) -> object:  # root may read everything, so a closed file is played
        if str(path).endswith("a.html"):
            raise PermissionError(13, "Permission denied")
        return real(path, *args, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(work, "open", closed, raising=False)
    for verb in ("scan", "mask"):
        assert cli.main([verb, str(tmp_path / "in"), "-o", str(tmp_path / verb), "-q", "--jobs", "1"]) == 3
    assert not (tmp_path / "mask/a.html").exists()
    assert "Permission denied" in (tmp_path / "scan/files.csv").read_text(encoding="utf-8-sig")


def test_a_file_that_vanishes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "in").mkdir()
    for name in "abc":
        (tmp_path / f"in/{name}.html").write_bytes(LIST)
    real = work.Work.__call__

    def vanish(self: work.Work, scanner: work.ScannerLike, batch: list[work.Source]) -> list[work.Done]:
        (tmp_path / "in/b.html").unlink(missing_ok=True)
        return real(self, scanner, batch)

    monkeypatch.setattr(work.Work, "__call__", vanish)
    assert cli.main(["scan", str(tmp_path / "in"), "-o", str(tmp_path / "o"), "-q", "--jobs", "1"]) == 3
    assert "b.html,,,315,unscannable" in (tmp_path / "o/files.csv").read_text(encoding="utf-8-sig").replace(str(len(LIST)), "315")


@pytest.mark.parametrize("junk", [b"", b"\0" * 5000, bytes(range(256)) * 40, b"\xff\xfe" + b"\xd8" * 99, b"<" * 50_000, b"<!--" * 9000,
                                  b"{" * 50_000, b'[["' * 20_000, b"<?xml version='1.0'?>" + b"<a>" * 20_000, b"&#" * 30_000, b"PK\3\4junk",
                                  b"%PDF-1.4 junk", b'"' * 60_000, b"a,b\n" + b'"x' * 30_000, "身份证".encode("gbk") * 20_000])  # fmt: skip
def test_junk_ends_in_a_status(junk: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    started = time.monotonic()
    for suffix in (".html", ".csv", ".json", ""):
        page = tmp_path / f"in/a{suffix}"
        page.parent.mkdir(exist_ok=True)
        page.write_bytes(junk)
    code = cli.main(["scan", str(tmp_path / "in"), "-o", str(tmp_path / "o"), "--jobs", "1"])
    assert code in (0, 1, 3)
    assert time.monotonic() - started < 20
    assert "internal" not in (tmp_path / "o/files.csv").read_text(encoding="utf-8-sig")
    capsys.readouterr()


def test_a_full_disk_says_so_and_can_be_resumed(tmp_path: Path) -> None:
    big = tmp_path / "in"
    big.mkdir()
    for number in range(6):
        (big / f"{number}.html").write_bytes(LIST + b"<p>x</p>" * 20_000)

    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # else the kernel kills
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    for jobs in (1, 2):
        done = run("mask", big, "-o", tmp_path / "o", "--jobs", jobs, "--force", preexec_fn=small)
        assert done.code == 3, done.printed
        assert "cannot write" in done.printed and "--resume" in done.printed and "Traceback" not in done.printed
        assert not list((tmp_path / "o").glob("*.html")), "no half file under a published name"
    assert run("mask", big, "-o", tmp_path / "o", "--resume").code == 0
    assert len(list((tmp_path / "o").glob("*.html"))) == 6


class Killed(Scanner):
    """The real scanner, but one page kills its process, as running out of memory does."""

    def scan_many(self, items: object, pages: object = None) -> object:  # type: ignore[override]
        if any(b"KILL" in data for _, data in items):  # type: ignore[attr-defined]
            os.kill(os.getpid(), signal.SIGKILL)
        return super().scan_many(items)  # type: ignore[arg-type]


@pytest.mark.parametrize("method", ["fork", "spawn"])
def test_a_worker_that_dies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str) -> None:
    from deident.crawl import Options, scan_dump

    (tmp_path / "in").mkdir()
    for number in range(40):
        (tmp_path / f"in/{number:02}.html").write_bytes(LIST if number != 7 else b"<p>KILL")
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: [method])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(HERE), str(HERE / "tests")]))
    outcome = scan_dump([tmp_path / "in"], tmp_path / "o", Options(jobs=2, quiet=True, lang="en", make=Killed))
    assert outcome.exit_code == 3
    assert outcome.summary.statuses["refused"] == 1
    assert outcome.summary.files_with["mask"] == 39


def test_output_within_the_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.copytree(SITE / "mzj", tmp_path / "in")
    for out in ("in", "in/out", "."):
        assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / out)]) == 2
        assert "Choose another" in capsys.readouterr().err
    (tmp_path / "full").mkdir()
    (tmp_path / "full/x").touch()
    assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / "full")]) == 2
    assert "--force" in capsys.readouterr().err


def dump(root: Path, pages: int, size: int = 40) -> Path:
    for number in range(pages):
        page = root / f"d{number % 9}/{number:05}.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_bytes(LIST + b"<p>%d</p>" % number * size)
    return root


def wait_for(path: Path, process: subprocess.Popen[str], count: int) -> None:
    """Until this many files are there, or the process is over."""
    deadline = time.monotonic() + 30
    while process.poll() is None and time.monotonic() < deadline and sum(1 for _ in path.rglob("*.html")) < count:
        time.sleep(0.03)


def test_ctrl_c_and_kill_nine_and_resume(tmp_path: Path) -> None:
    site = dump(tmp_path / "in", 4000)
    arguments = ["mask", site, "-o", tmp_path / "o", "--jobs", 2]
    for number, (sent, code) in enumerate(((signal.SIGINT, 130), (signal.SIGKILL, -9))):
        process = subprocess.Popen(command(*arguments, *(["--resume"] if number else [])), cwd=HERE, stderr=subprocess.PIPE, text=True,
                                   start_new_session=True)  # fmt: skip
        there = sum(1 for _ in (tmp_path / "o").rglob("*.html")) if number else 0
        wait_for(tmp_path / "o", process, there + 200)
        os.killpg(process.pid, sent) if sent == signal.SIGINT else process.send_signal(sent)  # a terminal tells all its processes
        error = process.communicate(timeout=30)[1]
        assert process.returncode == code, error
        assert "Traceback" not in error
        if code == 130:
            assert "--resume" in error
        assert not (tmp_path / "o/.deident/findings.jsonl").exists()
    done = run(*arguments, "--resume")
    assert done.code == 0, done.printed
    assert run("mask", site, "-o", tmp_path / "fresh", "--jobs", 2).code == 0
    for name in ("findings.jsonl", "files.csv"):
        assert (tmp_path / "o/.deident" / name).read_bytes() == (tmp_path / "fresh/.deident" / name).read_bytes()
    for path in (tmp_path / "fresh").glob("d*/*.html"):
        assert (tmp_path / "o" / path.relative_to(tmp_path / "fresh")).read_bytes() == path.read_bytes()
    assert not list((tmp_path / "o").rglob("*.tmp"))


def test_loops_links_and_names_in_gbk(tmp_path: Path) -> None:
    root = os.fsencode(tmp_path / "in")
    os.makedirs(root + b"/" + "民政局".encode("gbk"))
    name = root + b"/" + "民政局/低保名单".encode("gbk") + b"11010519491231002X.html"
    Path(os.fsdecode(name)).write_bytes(LIST)
    Path(os.fsdecode(root + b"/" + "公开".encode("gbk") + b".html")).write_bytes(LIST)
    (tmp_path / "in/loop").symlink_to(tmp_path / "in")
    (tmp_path / "in/self").symlink_to("self")
    assert cli.main(["scan", str(tmp_path / "in"), "-o", str(tmp_path / "o"), "-q", "--jobs", "1"]) == 1
    assert {str(row["file"]) for row in rows(tmp_path / "o")} == {"公开.html", "民政局/低保名单___.html"}
    assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / "m"), "-q", "--jobs", "1"]) == 0
    written = [
        os.path.join(folder, name)
        for folder, _, names in os.walk(os.fsencode(tmp_path / "m"))
        for name in names
        if b".deident" not in folder
    ]
    home = os.fsencode(tmp_path / "m") + b"/"
    assert {name.removeprefix(home) for name in written} == {
        "公开.html".encode("gbk"), "民政局/低保名单___.html".encode("gbk")}, "in the dump's own encoding"  # fmt: skip
    assert not any(b"1949123100" in Path(os.fsdecode(name)).read_bytes() for name in written)


def test_ten_thousand_small_files(tmp_path: Path) -> None:
    site = dump(tmp_path / "in", 10_000, 1)
    started = time.monotonic()
    assert run("scan", site, "-o", tmp_path / "o").code == 1
    assert time.monotonic() - started < 60
    assert json.loads((tmp_path / "o/summary.json").read_text())["files"] == 10_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_a_text_beyond_the_limit_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    with open(tmp_path / "big.txt", "wb") as file:
        file.truncate(300 << 20)
    # VmHWM, not ru_maxrss: that starts with what the process had in memory that started this one, and pytest is large by then
    code = ("import re, sys\nfrom deident.cli import main\ncode = main(sys.argv[1:])\n"
            "print(int(re.search(r'VmHWM:\\s*(\\d+)', open('/proc/self/status').read())[1]) >> 10)\nsys.exit(code)")  # fmt: skip
    done = subprocess.run([sys.executable, "-c", code, "scan", str(tmp_path / "big.txt"), "-o", str(tmp_path / "o"), "--jobs", "1", "-q"],
                          cwd=HERE, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 3
    assert int(done.stdout) < 700
    assert "larger than" in (tmp_path / "o/files.csv").read_text(encoding="utf-8-sig")
