"""The laws of docs/architecture.md through the real engine, on texts and on documents of every format.

    1  without edits nothing changes; what changes lies behind what was masked
    2  masking twice is masking once, and a masked output holds nothing to mask
    3  a removed value is nowhere in the output, however it is written: read here by an oracle of its own
    5  junk never raises, and costs time in proportion to its size
    6  what offices publish is found, and kept with a reason
    8  no value in what may be printed, pickled or logged

Law 4 (the two matchers agree) is in test_matchers, the borders between texts in test_context.
"""

from __future__ import annotations

import json
import logging
import pickle
import random
import re
import time
import traceback
from collections.abc import Callable
from html import escape, unescape
from pathlib import Path
from urllib.parse import quote, unquote

import numpy as np
import pytest
from generated import (
    DOCUMENTS,
    ENCODINGS,
    SEEDS,
    bank_card,
    document,
    few,
    mobile,
    mutated,
    resident_id,
    text,
    texts,
)  # fmt: skip
from hypothesis import given

import deident
from deident.engine import Scanner, written
from deident.engine.links import Links
from deident.engine.pages import Pages
from deident.errors import DeidentError, InputError
from deident.formats import open_document
from deident.model import MASK, FileReport

every_format = pytest.mark.parametrize("format", DOCUMENTS)
ROOT = Path(__file__).parents[1]
Signature = list[tuple[int, int, str, str, str, float, str]]


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def signature(report: FileReport) -> Signature:
    return [(f.start, f.end, f.kind, f.action, f.rule, f.score, f.where) for f in report.findings]


def to_mask(report: FileReport) -> list[tuple[str, str]]:
    return [(f.kind, f.rule) for f in report.findings if f.action == "mask"]


def oracle(data: bytes) -> str:
    """All that `data` could be read as: every encoding, every escape undone three times, tags and signs left out."""
    readings = []
    for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        one = data.decode(encoding, "ignore")
        readings.append(one)
        for _ in range(3):
            one = re.sub(r"\\+u\{?([0-9a-fA-F]{4,6})\}?|\\+x([0-9a-fA-F]{2})", lambda m: chr(int(m[1] or m[2], 16) % 0xD800), one)
            one = unquote(unescape(one), errors="ignore")
            readings.append(one)
            readings.append(re.sub(r"<[^<>]{0,60}>", "", one))
    whole = "\n".join(readings).translate({0xFEE0 + code: code for code in range(0x21, 0x7F)})
    whole = re.sub("[\u200b-\u200f\ufeff\u00ad\u202a-\u202e\u2060]", "", whole)
    return whole + re.sub(r"(?<=\d)[ .·\u00a0\u3000-]{1,3}(?=\d)", "", whole)


# --- texts --------------------------------------------------------------------------------------------------------------


@few
@given(one=texts)
def test_a_masked_text_holds_nothing_to_mask(scanner: Scanner, one: str) -> None:
    masked = scanner.mask(one)
    assert [f.kind for f in scanner.scan(masked) if f.action == "mask"] == []
    assert scanner.mask(masked) == masked
    assert scanner.mask(one) == masked


@few
@given(one=texts)
def test_findings_lie_in_their_text_and_apart(scanner: Scanner, one: str) -> None:
    at = 0
    for finding in scanner.scan(one):
        assert at <= finding.start < finding.end <= len(one)
        at = finding.end


@few
@given(one=texts)
def test_text_outside_of_findings_stays(scanner: Scanner, one: str) -> None:
    findings = scanner.scan(one)
    rows = np.flatnonzero(findings.action == MASK)
    parts, at = [], 0
    for row in rows.tolist():
        parts.append(one[at : findings.start[row]])
        at = int(findings.end[row])
    [once] = scanner._masked([one], *scanner._one(one, None))  # a further round masks what had been glued to a value
    assert re.fullmatch(r"[\s\S]{0,80}?".join(map(re.escape, [*parts, one[at:]])), once)
    assert once != one or not len(rows)


def test_a_text_of_each_example_of_the_catalogue(scanner: Scanner) -> None:
    patterns = scanner.catalogue.patterns.values()
    for example in (example.text.replace("«", "").replace("»", "") for pattern in patterns for example in pattern.examples):
        masked = scanner.mask(example)
        assert scanner.mask(masked) == masked


# --- documents ----------------------------------------------------------------------------------------------------------


@every_format
def test_laws_of_masked_documents(scanner: Scanner, format: str) -> None:
    chance = random.Random(format)
    items = [document(format, chance) for _ in range(60)]
    masked = scanner.mask_many(items)
    outputs = [(name, out) for (name, _), (out, _) in zip(items, masked, strict=True) if out is not None]
    assert len(outputs) >= 50, "hardly any document may be refused"
    assert sum(report.status == "masked" for _, report in masked) >= 20
    again = scanner.mask_many(outputs)
    for (_, out), (twice, report) in zip(outputs, again, strict=True):
        assert to_mask(report) == []
        assert twice == out
    for (name, data), (out, report) in zip(items, masked, strict=True):
        assert open_document(data, name).write([]) == data
        assert out is not None or report.reason
        assert out == data or report.status in ("masked", "partial") or out is None
        if format == "json" and out is not None and parses(data):
            assert parses(out), "a number that is masked must become a string"


def parses(data: bytes) -> bool:
    try:
        json.loads(data)
    except ValueError:
        return False
    return True


@every_format
def test_bytes_outside_of_the_edits_stay(scanner: Scanner, format: str) -> None:
    chance = random.Random(f"{format} outside")
    changed = 0
    for _ in range(40):
        name, data = document(format, chance)
        pages = Pages(scanner._editor, scanner._grounds, [(name, data)])
        (edits,), _ = written._edits(pages, [])
        ranges = sorted(r for edit in edits for r in pages.batch.map.ranges(edit.start, edit.end))
        (out, *_), _ = written._round(pages, Links({}), {}, [])
        if out is None or not ranges:
            continue
        parts, at = [], 0
        for low, high in ranges:
            if high > at:
                parts.append(data[at : max(low, at)])
                at = high
        parts.append(data[at:])
        if format == "json":  # a number that is masked gets quotes
            out, parts = out.translate(None, b'"\\\0'), [part.translate(None, b'"\\\0') for part in parts]
        assert re.fullmatch(rb"[\s\S]{0,200}?".join(map(re.escape, parts)), out), "only the edits' own bytes may change"
        changed += 1
    assert changed >= 15


@every_format
def test_documents_are_judged_the_same_alone_and_among_others(scanner: Scanner, format: str) -> None:
    chance = random.Random(f"{format} batch")
    items = [document(format, chance) for _ in range(40)]
    together = scanner.scan_many(items)
    assert [signature(report) for report in together] == [signature(scanner.scan_many([item])[0]) for item in items]
    mixed = [document(chance.choice(list(DOCUMENTS)), chance) for _ in range(10)]
    assert [signature(r) for r in scanner.scan_many([*mixed, *items])[10:]] == [signature(r) for r in together]
    assert [out for out, _ in scanner.mask_many(items)] == [scanner.mask_many([item])[0][0] for item in items]


# --- the removed value --------------------------------------------------------------------------------------------------


def coded(value: str, form: str) -> str:
    """Every character in this form."""
    return "".join(form.format(ord(character)) for character in value)


HIDING: dict[str, tuple[str, Callable[[str], str]]] = {
    "text": ("a.html", lambda v: f"<p>身份证号：{v}</p>"),
    "attribute": ("a.html", lambda v: f'<p>身份证号：{v}</p><a href="/x?id={v}" title="{v}" data-id="{v}">x</a><input type=hidden value="{v}">'),
    "comment": ("a.html", lambda v: f"<p>身份证号：{v}</p><!-- <td>{v}</td> --><!--{v}-->"),
    "script": ("a.html", lambda v: f"<p>身份证号：{v}</p><script>var a = '{v}', b = {{id: \"{v}\"}}; // {v}\n</script>"),
    "script escapes": ("a.html", lambda v: f"<p>身份证号：{v}</p><script>var a = '" + coded(v, "\\u{:04x}") + "'</script>"),
    "entities": ("a.html", lambda v: "<p>身份证号：" + coded(v, "&#{};") + "</p><p>" + coded(v, "&#x{:x};") + "</p>"),
    "percent": ("a.html", lambda v: f"<p>身份证号：{v}</p><a href='/?id=" + coded(v, "%{:x}") + "'>x</a>"),
    "tags inside": ("a.html", lambda v: f"<p>身份证号：{v[:5]}<b>{v[5:9]}</b><span>{v[9:]}</span></p>"),
    "full width": ("a.html", lambda v: f"<p>身份证号：{''.join(chr(0xFEE0 + ord(c)) for c in v)}</p><p>{v}</p>"),
    "json string": ("a.json", lambda v: json.dumps([{"身份证号": v, "n": 1, "t": f"<p>电话</p><b>{v}</b>", "u": f"/x/{v}.htm"}])),
    "json in json": ("a.json", lambda v: json.dumps({"a": json.dumps({"身份证号": v}), "b": f"{v[:4]}\u200b{v[4:]}", "身份证号": v})),
    "html in json": ("a.json", lambda v: json.dumps({"content": f'<p title="{v}">{v[:6]}<i>{v[6:]}</i></p><!-- {v} -->'})),
    "cdata": ("a.xml", lambda v: f'<?xml version="1.0"?><r a="{v}"><x><![CDATA[<p title="{v}">{v}</p>]]></x><sfz>{v}</sfz><!--{v}--></r>'),
    "escaped html": ("a.xml", lambda v: f'<?xml version="1.0"?><r><d>{escape(f"<p>身份证号：<b>{v}</b></p>")}</d></r>'),
    "quoted field": ("a.csv", lambda v: f'序号,身份证号\r\n1,"{v}"\r\n2,="{v}"\r\n3,\'{v}\r\n4,"见 ""{v}""，\n{v}"\r\n'),
    "plain": ("a.txt", lambda v: f"身份证号：{v}\r\n又：{v[:6]} {v[6:14]} {v[14:]}，\u200b{v}"),
    "two rows": ("a.csv", lambda v: f"身份证号;备注\r\n{v};{v}\r\n" * 3),
}  # fmt: skip
NUMBERS = {"resident_id": resident_id, "mobile": mobile, "bank_card": bank_card}


@pytest.mark.parametrize("place", HIDING)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_removed_value_is_nowhere(scanner: Scanner, place: str, encoding: str) -> None:
    name, hide = HIDING[place]
    for kind, make in NUMBERS.items():
        value = make(random.Random(f"{kind} {place}"))
        words = {"resident_id": "身份证号", "mobile": "联系电话", "bank_card": "银行卡号"}
        data = hide(value).replace("身份证号", words[kind]).encode(encoding)
        assert value in oracle(data), "the oracle must be able to see it"
        out, report = scanner.mask_many([(name, data)])[0]
        assert (kind, report.status, report.reason) == (kind, "masked", "")
        assert out is not None
        assert value not in oracle(out), f"{kind} in {place}"


@every_format
def test_removed_numbers_of_generated_documents_are_nowhere(scanner: Scanner, format: str) -> None:
    chance = random.Random(f"{format} removed")
    items = [document(format, chance) for _ in range(50)]
    seen = 0
    for (_, data), (out, report) in zip(items, scanner.mask_many(items), strict=True):
        values = {re.sub("[^0-9]", "", oracle(data[f.start : f.end]).split("\n")[0]) for f in report.findings
                  if f.action == "mask" and f.kind in NUMBERS and f.end - f.start < 24}  # fmt: skip
        if out is None or not values:
            continue
        left = oracle(out)
        for value in values:
            if len(value) in (11, 18, 19):
                seen += 1
                assert value not in left
    assert seen > 5


# --- junk and size ------------------------------------------------------------------------------------------------------


def samples() -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for folder in (ROOT / "examples" / "site", ROOT.parent / "shared" / "samples" / "formats"):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.stat().st_size < 60_000:
                found.setdefault(path.suffix, []).append(path.read_bytes())
    return found


def test_junk_never_raises(scanner: Scanner) -> None:
    chance = random.Random(20)
    pool = [data for files in samples().values() for data in files]
    for round in range(30):
        items = [("", chance.randbytes(chance.randrange(300))) for _ in range(4)]
        items += [
            (DOCUMENTS[format][0] if round % 3 else "", mutated(document(format, chance)[1], chance)) for format in DOCUMENTS
        ]
        items += [("", mutated(chance.choice(pool)[: chance.choice((200, 4000))], chance)) for _ in range(4)]
        for (_, report), (_, data) in zip(scanner.mask_many(items), items, strict=True):
            assert report.status in ("clean", "masked", "partial", "unscannable", "refused")
            assert report.size == len(data)
            assert all(0 <= f.start <= f.end <= len(data) for f in report.findings)


HOSTILE = {
    "digits": "1", "pairs": "1 ", "stars": "*", "ats": "@", "mails": "a@a", "tabs": "\t", "chains": "138-", "groups": "0000 ", "junctions": "138.0000",
    "cues": "微信", "names": "姓名：", "years": "1900年1月1日生", "line": "联系电话13800001234；", "ids": "110105190001010010 ", "full width": "１",
    "quotes": '"a', "braces": "{[", "tags": "<a ", "entities": "&#49;", "escapes": "\\u0031", "header": "姓名\t电话\n1\n", "zero width": "1\u200b",
    "rows": "鲁定国\t110105190001010010\t13800001234\n", "marks": "保密期限", "masked": "1**", "han": "一三", "plates": "贵A00001", "clues": "低保", "children": "鲁小小 520102201503150010，15岁，",
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_time_grows_with_size_only(scanner: Scanner, what: str) -> None:
    def seconds(size: int) -> float:
        one = HOSTILE[what] * (size // len(HOSTILE[what]))
        began = time.process_time()
        scanner.scan(one)
        scanner.mask_many([("a.html", one.encode()), ("a.json", one.encode()), ("a.csv", one.encode())])
        return time.process_time() - began

    seconds(1000)
    small = seconds(8_000)
    assert seconds(64_000) < max(20 * small, 3.0), "eight times as much may not cost much more than eight times the time"


# --- offices ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "one",
    ["监督电话：0851-85550101", "12345政务服务便民热线", "举报电话 12388", "青溪县人民政府办公室　联系电话：0851-85550100", "咨询电话：400-000-0000",
     "单位名称\t办公电话\n民政局\t0851-85550102\n"],
)  # fmt: skip
def test_an_office_is_found_and_kept_with_a_reason(scanner: Scanner, one: str) -> None:
    findings = list(scanner.scan(one))
    assert findings
    assert all(f.action == "keep" and f.reason and f.rule for f in findings)
    assert scanner.mask(one) == one


# --- no value where it may be read --------------------------------------------------------------------------------------

VALUES = ("110105190001010010", "13800001234", "6217001560813580707", "lin.ayi@qq.com")
SECRET = "身份证号：110105190001010010，电话13800001234，银行卡号6217001560813580707，邮箱lin.ayi@qq.com，住马官镇余官村岩脚组7号"


def assert_no_value(printed: str | bytes) -> None:
    whole = printed.decode("latin-1") if isinstance(printed, bytes) else printed
    assert [value for value in (*VALUES, "余官村岩脚组") if value in whole or value.encode().decode("latin-1") in whole] == []


def test_findings_hold_no_value(scanner: Scanner) -> None:
    findings = scanner.scan(SECRET)
    assert len(findings) >= 4
    report = scanner.scan_many([("a.txt", SECRET.encode())])[0]
    for one in (findings, report, *findings, *report.findings):
        assert_no_value(repr(one))
        assert_no_value(str(one))
        assert_no_value(pickle.dumps(one))
    assert_no_value(repr(scanner.scan_texts([SECRET]).columns()))
    assert_no_value(findings.to_pandas().to_csv())


def test_no_value_in_logs_and_output(
    scanner: Scanner, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    with caplog.at_level(logging.DEBUG):
        scanner.mask(SECRET)
        scanner.mask_many(
            [("a.txt", SECRET.encode()), ("b.html", f"<p>{SECRET}</p>".encode()), ("c.json", json.dumps([SECRET]).encode())]
        )
        deident.scan_texts([SECRET, None, b"x"])
    assert_no_value(caplog.text)
    assert_no_value("".join(capsys.readouterr()))


def test_no_value_in_exceptions(scanner: Scanner, tmp_path: Path) -> None:
    class Odd:
        """Not a text."""

        def __repr__(self) -> str:
            return SECRET

    for wrong in (lambda: scanner.scan_texts([SECRET, Odd()]), lambda: scanner.scan_file(tmp_path / "none.txt")):
        with pytest.raises(InputError) as caught:
            wrong()
        assert isinstance(caught.value, DeidentError)
        assert_no_value("".join(traceback.format_exception(caught.value)))


def test_a_detector_that_fails_shows_no_value() -> None:
    def failing(scene: object) -> object:
        raise DeidentError("the detector failed")

    with pytest.raises(DeidentError) as caught:
        Scanner(detectors=[failing]).scan(SECRET)  # type: ignore[list-item]
    assert_no_value("".join(traceback.format_exception(caught.value)))


@few
@given(seed=SEEDS)
def test_previews_never_show_what_is_masked(scanner: Scanner, seed: int) -> None:
    one = text(random.Random(seed))
    for finding in scanner.scan(one):
        value = one[finding.start : finding.end]
        if finding.action == "mask" and len(value) > 2:
            assert value not in finding.preview


def test_a_name_of_a_file_is_masked(scanner: Scanner) -> None:
    value = resident_id(random.Random(1))
    assert value not in scanner.mask_name(f"a/{value}.html")
    assert value not in scanner.mask_name(f"a/{quote('公示')}-{value}.html")
