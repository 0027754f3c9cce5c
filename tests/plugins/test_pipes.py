"""`deident check` at the end of a pipe: whatever comes in, in whatever locale, from whatever program; and several files at once."""

from __future__ import annotations

import base64
import io
import json
import os
import shlex
import subprocess
import sys
import types
import zipfile
from pathlib import Path
from typing import Any

import pytest

from deident import cli
from deident.engine import Scanner
from deident.gate import document as gate

ROOT = Path(__file__).resolve().parents[2]
NUMBER, MOBILE = "52010219010315904X", "19900000001"
LINE = f"身份证号：{NUMBER}"
PAGE = f"<p>{LINE}</p>"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False, key=b"0123456789abcdef", lang="en")


@pytest.fixture
def quick(scanner: Scanner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder in which `check` runs in this process, with a scanner that is built once."""
    monkeypatch.setitem(sys.modules, "deident.engine", types.SimpleNamespace(Scanner=lambda **settings: scanner))
    monkeypatch.setenv("DEIDENT_KEY", "0123456789abcdef")
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Piped:
    """`check -` in this process."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
        self.monkeypatch, self.capsys = monkeypatch, capsys

    def __call__(self, data: bytes, *options: str, code: int) -> dict[str, Any]:
        self.monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        assert cli.main(["check", "-", "--no-ner", "--format", "json", *options]) == code
        said = self.capsys.readouterr()
        assert NUMBER not in said.out + said.err and MOBILE not in said.out + said.err
        self.error = said.err
        return dict(json.loads(said.out)) if said.out else {}


@pytest.fixture
def piped(quick: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Piped:
    return Piped(monkeypatch, capsys)


def docx(text: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        file.writestr("[Content_Types].xml", "<Types/>")
        body = f"<w:document xmlns:w='w'><w:body><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:body></w:document>"
        file.writestr("word/document.xml", body)
    return out.getvalue()


def submission(**fields: object) -> bytes:
    return json.dumps(fields).encode()


def attached(name: str, data: bytes) -> dict[str, str]:
    return {"name": name, "content": base64.b64encode(data).decode()}


# ---- what comes in


def test_nothing_is_said_to_be_nothing(piped: Piped) -> None:
    assert piped(b"", code=0)["file"] == "stdin"
    assert "standard input was empty" in piped.error
    piped(submission(text=""), code=0)
    assert piped.error == "", "an empty page is a page"
    piped(b"", "--title", "t", code=0)
    assert "standard input was empty" in piped.error


def test_a_document_is_known_by_its_bytes_and_called_as_the_caller_says(piped: Piped) -> None:
    for options, name in (((), "stdin"), (("--name", "公示.docx"), "公示.docx"), (("--title", "低保对象名单"), "stdin")):
        (found,) = (answer := piped(docx(LINE), *options, code=1))["findings"]
        assert (answer["file"], found["where"], found["kind"]) == (name, "paragraph 1", "resident_id")
    assert answer["doc_type"] == "social_assistance", "a title helps also where none can be written"
    table = f"姓名,证件\n陈一一,{NUMBER}\n".encode()
    assert piped(table, "--name", "a.csv", code=1)["findings"][-1]["where"].startswith("line 2")
    assert piped(b"a: " + table, "--name", "x.txt", code=1)["file"] == "x.txt"


def test_a_name_that_holds_a_value_is_not_shown(piped: Piped) -> None:
    assert NUMBER not in piped(PAGE.encode(), "--name", f"{NUMBER}.html", code=1)["file"]


def test_a_title_is_not_put_into_what_is_not_text() -> None:
    for data in (
        b"%PDF-1.4\n1 0 obj",
        b"{\\rtf1 a}",
        b"MIME-Version: 1.0\n\na",
        b"<?xml version='1.0'?><a/>",
        docx("a"),
        b"a" * (gate.MOST + 1),
    ):
        made = gate.with_title("stdin", data, "t")
        assert made.data is data and made.title == "t"


@pytest.mark.parametrize("title", ["名单", "名单\r\n第二行"])
def test_places_are_those_of_the_text_that_came(piped: Piped, title: str) -> None:
    text = f"A&B <说明>\r\n{LINE} & {MOBILE}\r\n"
    for data in (text.encode(), submission(text=text), submission(html=text, title=title)):
        for finding, value in zip(piped(data, "--title", title, code=1)["findings"], (NUMBER, MOBILE), strict=True):
            assert text.encode()[finding["start"] : finding["end"]].decode() == value
            assert finding["where"] == "line 2"


def test_json_that_is_no_submission_is_a_document(piped: Piped) -> None:
    one = submission(html=PAGE)
    for data in (
        one + b"\n" + one + b"\n", b"[" + one + b"]", submission(body=PAGE), submission(html=PAGE).decode().encode("utf-16"),
        json.dumps({"html": LINE}, ensure_ascii=False).encode("gb18030"), b'{"html": "' + PAGE.encode() + b'"',
    ):  # fmt: skip
        answer = piped(data, code=1)
        assert answer["file"] == "stdin" and answer["counts"]["mask"] >= 1
    assert piped(one + b"\n" + one, code=1)["counts"]["mask"] == 2
    for data in (b"\xef\xbb\xbf" + one, b"\r\n " + one, json.dumps({"html": PAGE}, ensure_ascii=False).encode()):
        assert piped(data, code=1)["file"] == "stdin.html"
    assert piped(one, "--name", "公示.html", code=1)["file"] == "公示.html"


def test_attachments_are_documents_too(piped: Piped) -> None:
    fine = attached("a/说明.txt", "今日天气晴。".encode())
    answer = piped(
        submission(title="低保对象名单", html="<p>见附件", attachments=[fine, attached("名单.docx", docx(LINE))]), code=1
    )
    assert [one["file"] for one in answer["documents"]] == ["stdin.html", "a/说明.txt", "名单.docx"]
    assert (answer["exit_code"], answer["counts"]["mask"]) == (1, 1)
    assert answer["documents"][2]["doc_type"] == "social_assistance", "it hangs on a page of this title"
    only = piped(submission(title="低保对象名单", attachments=[attached("名单.docx", docx(LINE))]), code=1)
    assert only["file"] == "名单.docx"
    assert piped(submission(html="<p>见附件", attachments=[attached("x.bin", b"\0\1\2\3")]), code=3)["exit_code"] == 3


def test_what_cannot_be_used_is_said(piped: Piped) -> None:
    for data, why in (
        (submission(html=PAGE, text=LINE), "html or text"), (submission(html=5), "html: int"),
        (submission(html=PAGE, attachments=["名单.docx"]), "attachments[0]"),
        (submission(html=PAGE, attachments=[{"name": "a", "content": "***"}]), "not base64"), (submission(html=PAGE, doc_type="bird"), "bird"),
    ):  # fmt: skip
        assert piped(data, code=2) == {}
        assert why in piped.error
    piped(submission(html="<p>晴", body=PAGE, id=5, channel="site"), code=0)
    assert "2 fields that are not known" in piped.error
    assert piped(submission(html=PAGE, doc_type="dishonest_debtor"), code=0)["doc_type"] == "dishonest_debtor"
    assert piped(submission(html=PAGE, doc_type="dishonest_debtor"), "--doc-type", "unknown", code=1)["counts"]["mask"] == 1


# ---- several files


def test_several_files(quick: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    (quick / "b").mkdir()
    (quick / "a.html").write_text(PAGE, encoding="utf-8")
    (quick / "b/a.html").write_text("<p>晴", encoding="utf-8")
    with zipfile.ZipFile(quick / "b/x.zip", "w") as archive:
        archive.writestr("名单.html", PAGE)
    assert cli.main(["check", "a.html", "b/a.html", "b/x.zip", "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert [one["file"] for one in answer["documents"]] == ["a.html", "b/a.html", "b/x.zip"]
    assert [one["exit_code"] for one in answer["documents"]] == [1, 0, 1]
    assert answer["documents"][2]["findings"][0]["file"] == "b/x.zip!名单.html"
    assert answer["counts"] == {"mask": 2, "review": 0, "keep": 0}
    assert cli.main(["check", "b/a.html", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["file"] == "a.html", "one file is known by its bare name"
    assert cli.main(["check", "b/a.html", f"{quick}/a.html"]) == 1
    said = capsys.readouterr().out
    assert "b/a.html: nothing" in said and f"{quick}/a.html: 1 to mask" in said
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE.encode())))
    assert cli.main(["check", "b/a.html", "-", "--name", "c.html", "--format", "json"]) == 1
    assert [one["file"] for one in json.loads(capsys.readouterr().out)["documents"]] == ["b/a.html", "c.html"]


@pytest.mark.parametrize(("arguments", "why"), [
    ("a.html /nonexistent/x", "does not exist"), ("a.html .", "is a folder"), ("- -", "only once"), ("a.html --name b.html", "--name is for"),
    ("a.html - --title t", "--title is for one"), ("", "FILE"),
])  # fmt: skip
def test_wrong_usage_is_said_before_anything_is_done(
    arguments: str, why: str, quick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (quick / "a.html").write_text(PAGE, encoding="utf-8")
    assert cli.main(["check", *shlex.split(arguments)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and why in said.err


# ---- the streams themselves, in a process of their own


def shell(script: str, folder: Path, data: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Runs a script of bash; `deident` is the one that is tested."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("LC_", "LANG", "PYTHON"))}
    kept |= {"PYTHONPATH": str(ROOT), "DEIDENT_KEY": "0123456789abcdef", "LC_ALL": "C.UTF-8", **environment}
    script = f'deident() {{ "{sys.executable}" -m deident "$@" --no-ner; }}\n{script}'
    return subprocess.run(["bash", "-c", script], cwd=folder, env=kept, input=data, capture_output=True, check=False)


def test_closed_streams(tmp_path: Path) -> None:
    page = PAGE.encode()
    done = shell("deident check - <&-", tmp_path)
    assert done.returncode == 2 and "标准输入已关闭" in done.stderr.decode()
    assert shell("deident check - >&-", tmp_path, page).returncode == 1
    done = shell("deident check - --format json 2>&-", tmp_path, page, DEIDENT_KEY="", DEIDENT_KEY_FILE="/proc/nowhere/key")
    assert done.returncode == 1 and json.loads(done.stdout)["exit_code"] == 1, (
        "a warning that nobody hears stays out of the result"
    )
    done = shell("deident check - --format json | head -c 1; exit ${PIPESTATUS[0]}", tmp_path, page * 4000)
    assert (done.stdout, done.stderr, done.returncode) == (b"{", b"", 3)


def test_pipes_that_have_a_name(tmp_path: Path) -> None:
    done = shell(f"deident check <(printf '%s' '{PAGE}') --format json", tmp_path)
    assert done.returncode == 1 and json.loads(done.stdout)["counts"]["mask"] == 1
    assert shell("deident check /dev/stdin", tmp_path, PAGE.encode()).returncode == 1


def test_more_than_any_reader_takes(tmp_path: Path) -> None:
    done = shell(f"head -c {gate.MOST + 2} /dev/zero | deident check - --format json", tmp_path)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["status"]) == (3, "refused") and "200" in answer["reason"]


@pytest.mark.parametrize("environment", [
    "LC_ALL=POSIX PYTHONCOERCECLOCALE=0 PYTHONUTF8=0", "LC_ALL= LANG= FORCE_COLOR=1 TERM=xterm-256color", "LC_ALL=zh_CN.GBK PYTHONIOENCODING=gbk",
    "LC_ALL=en_US.UTF-8 PYTHONIOENCODING=cp1252 NO_COLOR=1 TERM=dumb", "LC_ALL=de_DE.UTF-8 PYTHONIOENCODING=ascii:strict",
])  # fmt: skip
def test_every_locale(environment: str, tmp_path: Path) -> None:
    (tmp_path / "名单.html").write_text(PAGE, encoding="utf-8")
    run = f'env {environment} "{sys.executable}" -m deident check 名单.html --no-ner'  # not as a function: bash would warn of the locale
    script = f"{run} --sarif s --junit j; echo $? >&2; {run} --format json >o"
    done = shell(script, tmp_path)
    assert done.stderr == b"1\n", done.stderr.decode()
    assert done.stdout and b"\x1b" not in done.stdout
    for name in ("s", "j", "o"):
        text = (tmp_path / name).read_bytes().decode("utf-8", "strict")
        assert "名单.html" in text or "%E5%90%8D%E5%8D%95.html" in text


def test_a_scan_in_a_pipeline_shows_no_progress(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text(PAGE, encoding="utf-8")
    done = shell("deident scan in -o out --jobs 1 2>&1 | cat; exit ${PIPESTATUS[0]}", tmp_path)
    assert done.returncode == 1
    assert b"\r" not in done.stdout and b"\x1b" not in done.stdout and b"it/s" not in done.stdout


def test_windows_line_ends_on_the_way(tmp_path: Path) -> None:
    for text, encoding in (
        (f"通知\r\n{LINE}\r\n", "utf-8-sig"),
        (f"通知\r\n{LINE}\r\n", "gb18030"),
        (f"上\r\n{LINE}\r\n", "utf-16"),
    ):
        done = shell("deident check - --format sarif", tmp_path, text.encode(encoding))
        (result,) = json.loads(done.stdout)["runs"][0]["results"]
        region = result["locations"][0]["physicalLocation"]["region"]
        assert [region[key] for key in ("startLine", "startColumn", "endLine", "endColumn")] == [2, 6, 2, 24], encoding


def test_the_commands_of_the_documentation_work(tmp_path: Path) -> None:
    """Every line of the block, with other programs in the place of those that are not here."""
    text = (ROOT / "docs/pipelines.md").read_text(encoding="utf-8").partition("## Any pipe")[2]
    block = text.partition("```sh\n")[2].partition("```")[0]
    for name in ("a.html", "b.docx", "c.pdf", "old", "new"):
        (tmp_path / name).write_bytes(docx(LINE) if name == "b.docx" else PAGE.encode() if name == "new" else "晴".encode())
    stand_ins = "".join(f"{name}() {{ printf '%s' '{PAGE}'; }}\n" for name in ("curl", "pandoc", "ssh"))
    codes = []
    for line in block.strip().splitlines():
        assert "deident check" in line
        done = shell(stand_ins + line, tmp_path)
        codes.append(done.returncode)
        assert "错误" not in done.stderr.decode(), line
    assert codes == [1, 1, 0, 1, 1, 1]
    said = json.loads(text.partition("```json\n")[2].partition("```")[0])
    done = json.loads(shell("deident check a.html new --format json", tmp_path).stdout)
    assert said.keys() == done.keys() and said["documents"][0].keys() <= done["documents"][0].keys()
