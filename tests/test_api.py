"""The Python contracts: what `import deident` gives, what a finding holds (never the value), and the ways to call it."""

from __future__ import annotations

import pickle
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import deident
from deident import FileReport, Finding, Findings, Scanner
from deident.errors import InputError, OutputError, PolicyError
from deident.model import ACTIONS, CATEGORIES, STATUSES

ID = "52010219010315904X"  # valid check character, born 1901: nobody alive
TEXT = f"申请人：王某某，身份证号：{ID}，手机13800000001。监督电话：0851-85550101。"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


# ---- importing


def test_every_public_name_is_there() -> None:
    assert sorted(deident.__all__) == deident.__all__
    for name in deident.__all__:
        assert getattr(deident, name).__doc__, name
    with pytest.raises(AttributeError, match="module 'deident' has no attribute 'scam'"):
        _ = deident.scam  # type: ignore[attr-defined]


HEAVY = ("pandas", "spacy", "pyspark", "pyarrow", "onnxruntime", "presidio_analyzer", "torch")


def test_import_loads_nothing_heavy_and_scanning_neither() -> None:
    script = (
        "import sys, deident\n"
        f"print([m for m in {HEAVY} if m in sys.modules], 'hyperscan' in sys.modules, 'deident.engine' in sys.modules)\n"
        "deident.Scanner(ner=False).mask('本人手机13800000001')\n"  # the model's runtime comes with the model
        f"print([m for m in {HEAVY} if m in sys.modules])\n"
    )
    assert _python(script).splitlines() == ["[] False False", "[]"]


def test_nothing_happens_at_import(tmp_path: Path) -> None:
    """No module of the package opens a file, starts a thread or a process, or prints when it is imported."""
    script = """
import importlib, os, pkgutil, sys, threading
import numpy, regex
import deident
try:
    import fastapi  # pydantic reads the entry points of all that is installed
except ImportError:
    pass
try:
    import libarchive  # asks the loader where its C library is; a format's own library comes with the first file of the kind
except ImportError:
    pass
def walk(folder, prefix):
    for m in pkgutil.iter_modules([folder], prefix):
        if m.name not in ('deident.__main__', 'deident.integrations'):  # these import their hosts, and register with them
            yield m.name
            if m.ispkg:
                yield from walk(os.path.join(folder, m.name.rpartition('.')[2]), m.name + '.')
names = list(walk(deident.__path__[0], 'deident.'))
seen = []
watched = ('open', 'os.mkdir', 'subprocess.Popen', 'socket.connect', 'sqlite3.connect')
def hook(event, args):
    if event in watched and not (event == 'open' and (str(args[0]).endswith(('.py', '.pyc')) or '.so' in str(args[0]) or 'deident' not in str(args[0]))):
        seen.append((event, args))
sys.addaudithook(hook)
for name in names:
    importlib.import_module(name)
print(len(names) > 60, seen, threading.active_count())
"""
    assert _python(script, tmp_path) == "True [] 1\n"
    assert list(tmp_path.iterdir()) == []


def _python(script: str, folder: Path | None = None) -> str:
    root = Path(__file__).resolve().parents[1]
    code = f"import sys; sys.path.insert(0, {str(root)!r}); sys.dont_write_bytecode = True\n{script}"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stderr
    return done.stdout


# ---- a finding


def test_offsets_are_code_points_of_the_text() -> None:
    for text in (TEXT, "😀" + TEXT, "\u200b" + TEXT.replace("：", ":"), TEXT + "\n" + TEXT, "\x00" + TEXT):
        shown = {text[f.start : f.end] for f in deident.scan(text)}
        assert {ID, "13800000001", "0851-85550101"} <= shown


def test_full_width_and_broken_numbers_are_found_where_they_stand() -> None:
    wide = ID.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})
    spaced = f"{ID[:6]} {ID[6:14]} {ID[14:]}"
    for value in (wide, spaced, ID[:9] + "\u200b" + ID[9:]):
        text = f"身份证号：{value}。"
        assert [text[f.start : f.end] for f in deident.scan(text) if f.kind == "resident_id"] == [value]
        assert ID[8:14] not in deident.mask(text)


def test_a_finding_says_what_why_and_on_what_authority() -> None:
    found = deident.scan(TEXT)
    by_kind = {f.kind: f for f in found}
    assert by_kind["resident_id"].action == "mask" and by_kind["mobile"].action == "mask"
    assert by_kind["landline"].action == "keep"
    for f in found:
        assert f.category in CATEGORIES and f.action in ACTIONS
        assert 0 < f.score <= 1
        assert f.reason and f.rule and f.basis
        assert 0 <= f.start < f.end <= len(TEXT)


def test_findings_hold_no_value() -> None:
    found = deident.scan(TEXT)
    private = [TEXT[f.start : f.end] for f in found if f.action == "mask"]
    assert len(private) >= 2
    seen = [
        repr(found),
        str(list(found)),
        repr(found.columns()),
        str([f._asdict() for f in found]),
        repr(found.to_pandas().values.tolist()),
    ]
    seen += [pickle.dumps(found).decode("latin-1"), pickle.dumps(list(found)).decode("latin-1")]
    for value in private:
        assert not any(value in text for text in seen)
        assert not any(value[4:14] in text for text in seen)
    assert all(f.preview for f in found)
    assert not {"value", "text_value", "match"} & set(Finding._fields)


def test_findings_are_frozen_rows_and_columns() -> None:
    found = deident.scan(TEXT)
    assert len(found) == len(list(found)) >= 3
    assert found[0].start <= found[1].start
    with pytest.raises(AttributeError):
        found[0].kind = "other"  # type: ignore[misc]
    columns = found.columns()
    assert list(columns) == ["text", "start", "end", "kind", "category", "action", "score", "rule", "subject"]
    assert {len(column) for column in columns.values()} == {len(found)}
    assert pickle.loads(pickle.dumps(found[0])) == found[0]


def test_the_type_of_a_text_is_recognised_or_given() -> None:
    assert deident.scan("今日天气晴。").doc_type is None
    assert deident.scan(TEXT, title="低保对象名单").doc_type == "social_assistance"
    assert deident.scan(TEXT, title="低保对象名单", doc_type="policy_document").doc_type == "policy_document"
    with pytest.raises(InputError, match=r"no document type 'policy'; there are .*social_assistance.*, and unknown"):
        deident.scan(TEXT, doc_type="policy")


def test_the_type_decides_what_is_left() -> None:
    text = f"身份证号：{ID}"
    assert deident.mask(text) == deident.mask(text, doc_type="unknown") == "身份证号：52****************"
    assert deident.mask(text, doc_type="student_aid") == deident.mask(text, title="助学金名单") == "身份证号：***"


def test_a_title_decides_with_the_text() -> None:
    text = f"王某某，身份证号码{ID}"
    assert [f.action for f in deident.scan(text, title="失信被执行人名单") if f.kind == "resident_id"] == ["keep"]
    assert [f.action for f in deident.scan(text, title="低保对象名单") if f.kind == "resident_id"] == ["mask"]


# ---- masking


def test_mask_leaves_everything_else() -> None:
    masked = deident.mask(TEXT)
    assert ID not in masked and "13800000001" not in masked
    assert masked.startswith("申请人：王某某，身份证号：52*") and masked.endswith("。监督电话：0851-85550101。")
    assert deident.mask("今日天气晴。") == "今日天气晴。" and deident.mask("") == ""


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([
    ID, "13800000001", "0851-85550101", "6228480000000000012", "wangwu@example.com", "身份证号：", "手机", "，", "\n", "\t", " ", "户主",
    "举报电话", "1905年3月12日生", "青溪县马官镇余官村7号", "家庭住址：", "😀", "１３８", "\x00", "*", "元",
]), max_size=14).map("".join))  # fmt: skip
def test_masking_twice_is_masking_once(text: str) -> None:
    once = deident.mask(text)
    assert deident.mask(once) == once
    assert not [f for f in deident.scan(once) if f.action == "mask"]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200))
def test_junk_never_raises(text: str) -> None:
    for f in deident.scan(text):
        assert 0 <= f.start < f.end <= len(text)
    deident.mask(text)


def test_lone_surrogates_are_text_too() -> None:
    assert [f.kind for f in deident.scan(f"\ud800身份证号：{ID}")] == ["resident_id"]


# ---- many texts

MANY = [
    TEXT,
    "",
    "今日天气晴。",
    None,
    f"身份证号：{ID}",
    float("nan"),
    "户主电话13800000001",
    b"\xe6\x89\x8b\xe6\x9c\xba13800000001",
]


def same(one: Findings, other: Findings) -> bool:
    return all(np.array_equal(a, b) for a, b in zip(one.columns().values(), other.columns().values(), strict=True))


def test_scan_texts_gives_what_scan_gives() -> None:
    found = deident.scan_texts(MANY)
    for number, text in enumerate(MANY):
        if isinstance(text, str):
            alone = [(f.start, f.end, f.kind, f.action, f.score) for f in deident.scan(text)]
            assert [(f.start, f.end, f.kind, f.action, f.score) for f in found if f.text == number] == alone
    assert set(found.text.tolist()) == {0, 4, 6, 7}
    assert same(deident.scan_texts(iter(MANY)), found)


def test_scan_texts_of_nothing() -> None:
    for nothing in ([], [None], [""]):
        assert len(deident.scan_texts(nothing)) == 0
        assert deident.scan_texts(nothing).to_pandas().shape == (0, 9)


def test_scan_texts_says_which_text_is_none() -> None:
    with pytest.raises(InputError, match=r"text 1 is a int; scan_texts takes str or bytes"):
        deident.scan_texts(["x", 5])


def test_pandas_series() -> None:
    pandas = pytest.importorskip("pandas")
    series = pandas.Series([TEXT, None, float("nan"), pandas.NA, f"身份证号：{ID}"], index=list("abcde"))
    frame = deident.scan_texts(series).to_pandas()
    assert set(frame.text) == {0, 4}
    assert list(frame.columns) == ["text", "start", "end", "kind", "category", "action", "score", "rule", "subject"]
    assert frame[frame.action == "mask"].kind.value_counts()["resident_id"] == 2
    strings = pandas.Series([TEXT, None], dtype="string")
    assert same(deident.scan_texts(strings), deident.scan_texts([TEXT, None]))


def test_arrow_arrays() -> None:
    arrow = pytest.importorskip("pyarrow")
    found = deident.scan_texts([TEXT, None, f"身份证号：{ID}"])
    for array in (arrow.array([TEXT, None, f"身份证号：{ID}"]), arrow.chunked_array([[TEXT, None], [f"身份证号：{ID}"]])):
        assert same(deident.scan_texts(array), found)
    table = found.to_arrow()
    assert table.num_rows == len(found)
    assert table.column("kind").to_pylist() == [f.kind for f in found]


# ---- scanners


def test_a_scanner_is_pickled_by_its_settings(scanner: Scanner) -> None:
    own = Scanner(matcher="python", lang="en")
    other = pickle.loads(pickle.dumps(own))
    assert other.matcher.name == "python"
    assert same(other.scan(TEXT), own.scan(TEXT))
    assert [f.reason for f in other.scan(TEXT)] == [f.reason for f in own.scan(TEXT)] != [f.reason for f in scanner.scan(TEXT)]
    assert len(pickle.dumps(own)) < 1000


def test_both_matchers_find_the_same(scanner: Scanner) -> None:
    assert same(Scanner(matcher="python").scan_texts(MANY), scanner.scan_texts(MANY))


def test_threads_share_a_scanner(scanner: Scanner) -> None:
    texts = [f"{TEXT}{number}" + "，手机13800000001" * (number % 5) for number in range(40)]
    wanted = [scanner.mask(text) for text in texts]
    results: dict[int, list[str]] = {}

    def work(thread: int) -> None:
        results[thread] = [scanner.mask(text) for text in texts]

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [results[number] for number in range(4)] == [wanted] * 4


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"policy": "gov-publik"}, PolicyError, r"gov-publik: no such policy; there are .*gov-publish"),
        ({"matcher": "perl"}, InputError, r"matcher 'perl' is none of auto, hyperscan, python"),
        ({"lang": "fr"}, InputError, r"lang 'fr' is none of zh, en"),
        ({"patterns": "/nonexistent/x"}, deident.CatalogError, r"/nonexistent/x: no such folder"),
    ],
)
def test_wrong_settings_say_what_is_right(arguments: dict[str, str], error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        Scanner(**arguments)  # type: ignore[arg-type]


def test_every_error_is_one_of_the_tree() -> None:
    for name in ("CatalogError", "PolicyError", "InputError", "OutputError", "MissingExtra", "VerifyError"):
        assert issubclass(getattr(deident, name), deident.DeidentError)
        assert name in (deident.errors.__doc__ or "")


# ---- files

PAGE = f"<!DOCTYPE html><meta charset=gbk><title>低保对象公示</title><p>身份证号：{ID}</p><p>监督电话：0851-85550101</p>"


def test_one_file(tmp_path: Path) -> None:
    source, target = tmp_path / "a.html", tmp_path / "b.html"
    source.write_bytes(PAGE.encode("gbk"))
    report = deident.scan_file(source)
    assert isinstance(report, FileReport)
    assert (report.format, report.status, report.count("mask"), report.count("keep")) == ("html", "partial", 1, 1)
    (found,) = [f for f in report.findings if f.action == "mask"]
    assert source.read_bytes()[found.start : found.end] == ID.encode()
    assert deident.mask_file(source, target).status == "masked"
    assert report.doc_type == "social_assistance"
    assert target.read_bytes().decode("gbk") == PAGE.replace(ID, "***"), "not published at all, not even the province"
    assert deident.scan_file(target).status == "clean"
    assert report.status in STATUSES


def test_files_that_cannot_be_read_or_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nowhere\.txt: cannot be read .*check the path"):
        deident.scan_file(tmp_path / "nowhere.txt")
    (tmp_path / "a.txt").write_text(ID)
    with pytest.raises(OutputError, match=r"cannot be written .*choose another place"):
        deident.mask_file(tmp_path / "a.txt", tmp_path / "no/b.txt")
    (tmp_path / "x.pdf").write_bytes(b"%PDF-1.7 junk")
    report = deident.mask_file(tmp_path / "x.pdf", tmp_path / "y.pdf")
    assert report.status in ("unscannable", "refused") and report.reason
    assert not (tmp_path / "y.pdf").exists(), "what was not seen is not handed out"
