"""The command line: exit codes, languages, formats, errors without tracebacks and without values.

The first part runs with a fake engine; the second runs the real one on a small synthetic site.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest
from crawl_fakes import FakeScanner

from deident import cli
from deident.catalog import Catalogue
from deident.errors import CatalogError, PolicyError
from deident.gate import document as gate

NUMBER = "999999190001010000"  # of no province: nobody's


class Fake(FakeScanner):
    catalogue = Catalogue({}, {}, Path("/nonexistent"))

    def __init__(self, policy: str = "gov-publish", **settings: object) -> None:
        super().__init__()
        if policy == "wrong":
            raise PolicyError("wrong.toml", "", "no such policy; see `deident list policies`")


@pytest.fixture(autouse=True)
def fake(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEIDENT_KEY", "0123456789abcdef")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    if "real" not in request.node.name:
        monkeypatch.setitem(sys.modules, "deident.engine", types.SimpleNamespace(Scanner=Fake))


def give(monkeypatch: pytest.MonkeyPatch, data: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))


@pytest.mark.parametrize(("content", "code"), [("fine", 0), (NUMBER, 1), ("REVIEW", 1), ("JUNK", 3)])
def test_scan_and_check_exit_codes(tmp_path: Path, content: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "a.txt"
    page.write_text(content)
    assert cli.main(["scan", str(page), "-o", str(tmp_path / "o"), "--jobs", "1"]) == code
    for form in ("text", "json", "sarif"):
        assert cli.main(["check", str(page), "--format", form]) == code
    captured = capsys.readouterr()
    assert NUMBER not in captured.out + captured.err


def test_mask_makes_a_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.txt").write_text(NUMBER)
    assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / "o"), "--jobs", "1"]) == 0
    assert (tmp_path / "o/a.txt").read_text() == "*" * 18
    assert "1 places were masked and verified; 1 files are ready" in capsys.readouterr().out
    assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / "o")]) == 2
    assert cli.main(["mask", str(tmp_path / "in"), "-o", str(tmp_path / "o"), "--resume", "-q"]) == 0


@pytest.mark.parametrize("arguments", [
    [], ["fly"], ["scan"], ["scan", "x"], ["scan", "/nonexistent/x", "-o", "/tmp/never-made"], ["check", "/nonexistent/x"],
    ["check", "/tmp"], ["scan", "/tmp", "-o", "/tmp"], ["list", "birds"], ["scan", ".", "-o", "x", "--jobs", "0"],
    ["scan", ".", "-o", "x", "--jobs", "many"], ["check", __file__, "--policy", "wrong"], ["scan", __file__, "-o", "/tmp/never", "--policy", "wrong"],
])  # fmt: skip
def test_wrong_usage_is_code_two_and_no_traceback(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(arguments) == 2
    error = capsys.readouterr().err
    assert "deident: error " in error
    assert "Traceback" not in error
    assert not Path("/tmp/never").exists()


def test_an_empty_folder_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    assert cli.main(["scan", str(tmp_path / "in"), "-o", str(tmp_path / "o")]) == 0
    assert "holds no files" in capsys.readouterr().err


def test_an_unexpected_error_shows_type_and_place_only(monkeypatch: pytest.MonkeyPatch, tmp_path: Path,
                                                       capsys: pytest.CaptureFixture[str]) -> None:  # fmt: skip
    page = tmp_path / "a.txt"
    page.write_text(f"BOOM {NUMBER}")
    assert cli.main(["check", str(page)]) == 3
    error = capsys.readouterr().err
    assert "ValueError" in error and "crawl_fakes.py" in error
    assert NUMBER not in error and "Traceback" not in error
    monkeypatch.setenv("DEIDENT_DEBUG", "1")
    cli.main(["check", str(page)])
    assert "Traceback" in capsys.readouterr().err


def test_a_catalogue_error_names_file_and_key(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def wrong(**settings: object) -> None:
        raise CatalogError("mobile.toml", "find.regex", "is missing")

    monkeypatch.setitem(sys.modules, "deident.engine", types.SimpleNamespace(Scanner=wrong))
    assert cli.main(["check", __file__]) == 2
    assert "mobile.toml: find.regex: is missing" in capsys.readouterr().err


@pytest.mark.parametrize(("environment", "arguments", "lang"), [
    ({}, [], "zh"), ({"LANG": "C.UTF-8"}, [], "zh"), ({"LANG": "zh_CN.GBK"}, [], "zh"), ({"LANG": "en_US.UTF-8"}, [], "en"),
    ({"LC_ALL": "zh_CN", "LANG": "en_US"}, [], "zh"), ({"LANG": "zh_CN"}, ["--lang", "en"], "en"), ({"LANG": "en_GB"}, ["--lang=zh"], "zh"),
    ({"LANG": "de_DE"}, ["--lang", "auto"], "en"),
])  # fmt: skip
def test_language(environment: dict[str, str], arguments: list[str], lang: str) -> None:
    assert cli.language(arguments, environment) == lang


def test_help_and_errors_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    for lang, word, error in (("zh", "退出码", "错误"), ("en", "exit codes", "error")):
        assert cli.main(["--lang", lang, "--help"]) == 0
        assert word in capsys.readouterr().out
        for command in ("scan", "mask", "check", "test", "list"):
            assert cli.main([command, "--help", "--lang", lang]) == 0
        capsys.readouterr()
        cli.main(["check", "/nonexistent", "--lang", lang])
        assert f"deident: {error} " in capsys.readouterr().err
    assert cli.main(["--version"]) == 0


def test_stdin_takes_bytes_and_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for data, code in (
        (NUMBER.encode(), 1), (b"fine", 0), (json.dumps({"title": "t", "html": f"<p>{NUMBER}"}).encode(), 1),
        (json.dumps({"text": NUMBER}).encode(), 1), (json.dumps({"text": ""}).encode(), 0), (b'{"text": 5}', 2), (b"{not json", 0),
        (json.dumps({"other": NUMBER}).encode(), 1), (b"\xef\xbb\xbf" + json.dumps({"html": NUMBER}).encode(), 1),
    ):  # fmt: skip
        give(monkeypatch, data)
        assert cli.main(["check", "-", "--format", "json"]) == code, data
        out = capsys.readouterr().out
        assert code == 2 or json.loads(out)["exit_code"] == code


def test_json_of_check_gives_offsets_of_the_document_itself(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    page = f"\n<p>身份证{NUMBER}"
    give(monkeypatch, json.dumps({"title": "名单<1>", "html": page}).encode())
    cli.main(["check", "-", "--format", "json"])
    (found,) = json.loads(capsys.readouterr().out)["findings"]
    assert page.encode()[found["start"] : found["end"]] == NUMBER.encode()
    assert found["where"] == "line 2"


def test_a_title_fits_every_encoding() -> None:
    page = "\ufeff<p>名单".encode()
    made = gate.with_title("a.html", page, "某某 & 名单")
    assert made.data.startswith(b"\xef\xbb\xbf<title>&#26576;&#26576; &amp; ")
    assert made.data[:3] + made.data[3 + made.added :] == page
    for name, data in (("a.pdf", b"%PDF-1.7"), ("a.html", "<p>".encode("utf-16")), ("a.csv", b"a,b")):
        assert gate.with_title(name, data, "t").data == data, "nothing is put into what is not markup or text"


def test_a_closed_pipe_is_quiet(tmp_path: Path) -> None:
    page = tmp_path / "a.txt"
    page.write_text((NUMBER + "\n") * 3000)
    script = ("import sys, types\nimport test_cli\n"
              "sys.modules['deident.engine'] = types.SimpleNamespace(Scanner=test_cli.Fake)\n"
              "from deident.cli import main\nsys.exit(main(sys.argv[1:]))")  # fmt: skip
    here = Path(__file__).parent
    command = f'{sys.executable} -c "$SCRIPT" check {page} --no-ner | head -1'
    environment = os.environ | {
        "SCRIPT": script,
        "LC_ALL": "C.UTF-8",
        "PYTHONPATH": os.pathsep.join([str(here), str(here.parent)]),
    }
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert done.stderr == ""


def real() -> None:
    """Skip unless the whole engine is there."""
    engine = pytest.importorskip("deident.engine", exc_type=ImportError)
    if not hasattr(importlib.reload(engine).Scanner, "mask_many"):
        pytest.skip("the engine is not complete yet")


PAGE = """<!DOCTYPE html><html><head><meta charset="utf-8"><title>城乡低保对象名单公示</title></head><body>
<table><tr><th>姓名</th><th>身份证号</th><th>联系电话</th></tr><tr><td>张测试</td><td>11010519491231002X</td><td>13900000000</td></tr></table>
<p>咨询电话：12345</p></body></html>"""  # the worked example of GB 11643, and a number that was never given out


def test_real_scan_mask_and_scan_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    real()
    site = tmp_path / "site/minzheng"
    site.mkdir(parents=True)
    (site / "list.html").write_text(PAGE, encoding="utf-8")
    (site / "list.gbk.html").write_bytes(PAGE.replace("utf-8", "gbk").encode("gbk"))
    (site / "news.html").write_text("<html><body><p>今日天气晴。</p></body></html>", encoding="utf-8")
    assert cli.main(["scan", str(tmp_path / "site"), "-o", str(tmp_path / "out"), "--jobs", "2"]) == 1
    assert cli.main(["mask", str(tmp_path / "site"), "-o", str(tmp_path / "dst"), "--jobs", "2"]) in (0, 1)
    assert cli.main(["scan", str(tmp_path / "dst"), "-o", str(tmp_path / "again"), "--jobs", "1"]) in (0, 1)
    assert json.loads((tmp_path / "again/summary.json").read_text())["findings"]["mask"] == 0
    assert (tmp_path / "dst/minzheng/news.html").read_bytes() == (site / "news.html").read_bytes()
    captured = capsys.readouterr()
    texts = [captured.out, captured.err]
    texts += [
        path.read_bytes().decode("latin-1")
        for folder in ("out", "dst", "again")
        for path in (tmp_path / folder).rglob("*")
        if path.is_file()
    ]
    assert all("1949123100" not in text for text in texts)


def test_real_check_from_standard_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    real()
    give(monkeypatch, json.dumps({"title": "城乡低保对象名单公示", "html": PAGE}).encode())
    assert cli.main(["check", "-", "--format", "json"]) == 1
    result = json.loads(capsys.readouterr().out)
    assert "resident_id" in {row["kind"] for row in result["findings"] if row["action"] == "mask"}
    assert cli.main(["check", "/dev/null"]) in (2, 0)


def test_real_list(capsys: pytest.CaptureFixture[str]) -> None:
    real()
    for what, word in (("kinds", "resident_id"), ("checks", "mod11_2"), ("formats", "html"), ("policies", "gov-publish")):
        assert cli.main(["list", what]) == 0
        assert word in capsys.readouterr().out
