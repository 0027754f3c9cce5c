"""What is written in place of what must go: stars, an empty cell or column, numbered names, keyed signs; and twice is once."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest
from generated import HEADERS, SEEDS, few, value
from generated import text as generated_text
from hypothesis import given, settings
from policy_files import resident_id, write

from deident import policy
from deident.engine import Scanner
from deident.errors import InputError
from deident.policy import UNKNOWN

ONE, TWO = resident_id(1901, 3, 15), resident_id(1902, 4, 6)
KEY = b"a key for tests"
PROFILES = sorted(policy.names())
HEAD = 'id = "own"\nextends = "gov-publish"\nname = {{ zh = "x", en = "x" }}\n{}\n'


@cache
def shipped(name: str) -> Scanner:
    return Scanner(policy=name, key=KEY)


def own(folder: Path, more: str, **settings: object) -> Scanner:
    return Scanner(policy="own", patterns=write(folder, {"own.toml": HEAD.format(more)}), **settings)  # type: ignore[arg-type]


# --- delete ---------------------------------------------------------------------------------------------------------------

LIST = f'姓名,身份证号,资助金额\r\n鲁定国,{ONE},1000\r\n胥云霞,"{TWO}",1000\r\n冉光辉,见附件,1000\r\n'
PAGE = (
    "<html><head><title>国家助学金受助学生名单</title></head><body><table><tr><th>姓名</th><th>身份证号</th></tr>"
    f"<tr><td>鲁定国</td><td><b>{ONE}</b></td></tr><tr><td>胥云霞</td><td> {TWO} 号</td></tr></table><p>身份证号：{ONE}</p></body></html>"
)
TEXT = f"姓名\t身份证号\t资助金额\n鲁定国\t{ONE}\t1000\n胥云霞\t{TWO}(本人)\t1000\n身份证号：{ONE}\n"


@pytest.mark.parametrize(
    ("how", "cell", "header"), [("suppress", "***", "身份证号"), ("cell", "", "身份证号"), ("column", "", "")]
)
def test_delete(tmp_path: Path, how: str, cell: str, header: str) -> None:
    scanner = own(tmp_path, f'delete = "{how}"')
    rest = {"suppress": "(本人)", "cell": "", "column": ""}[how]
    assert scanner.mask(TEXT, doc_type="student_aid") == (
        f"姓名\t{header}\t资助金额\n鲁定国\t{cell}\t1000\n胥云霞\t{cell}{rest}\t1000\n身份证号：***\n"
    )  # in running text a hole would not be seen
    (csv, one), (page, two) = scanner.mask_many([("助学金.csv", LIST.encode()), ("a.html", PAGE.encode())])
    assert (one.doc_type, one.status, two.doc_type, two.status) == ("student_aid", "masked", "student_aid", "masked")
    assert csv is not None and csv.decode() == LIST.replace(ONE, cell).replace(TWO, cell).replace("身份证号", header)
    table, paragraph = (page or b"").decode().split("</table>")
    assert paragraph == "<p>身份证号：***</p></body></html>"
    number = " 号" if how == "suppress" else ""
    assert table.endswith(
        f"<th>姓名</th><th>{header}</th></tr><tr><td>鲁定国</td><td><b>{cell}</b></td></tr><tr><td>胥云霞</td><td> {cell}{number}</td></tr>"
    )


def test_deleted_twice_is_deleted_once(tmp_path: Path) -> None:
    for how in ("suppress", "cell", "column"):
        scanner = own(tmp_path, f'delete = "{how}"')
        once = scanner.mask(TEXT, doc_type="student_aid")
        assert scanner.mask(once, doc_type="student_aid") == once
        assert [f.kind for f in scanner.scan(once, doc_type="student_aid") if f.action == "mask"] == []


def test_a_column_goes_in_its_own_table_only(tmp_path: Path) -> None:
    text = f"{TEXT}\n公务员\t身份证号\n冉光辉\t见附件\n"
    masked = own(tmp_path, 'delete = "column"').mask(text, doc_type="student_aid")
    assert masked.endswith("\n公务员\t身份证号\n冉光辉\t见附件\n") and masked.startswith("姓名\t\t资助金额\n")


def test_two_values_in_one_cell_go_together(tmp_path: Path) -> None:
    text = f"姓名\t身份证号\n鲁定国\t{ONE}、{TWO}\n"
    assert own(tmp_path, 'delete = "cell"').mask(text, doc_type="student_aid") == "姓名\t身份证号\n鲁定国\t\n"


def test_a_row_of_the_matrix_that_masks_is_not_a_deletion(tmp_path: Path) -> None:
    cells = '[cells.student_aid]\nid_number = { action = "mask", mask = { keep = [2, 0], length = 4 }, basis = ["default"] }\n'
    scanner = own(tmp_path, f'delete = "column"\n{cells}')
    assert scanner.mask(TEXT, doc_type="student_aid").startswith("姓名\t身份证号\t资助金额\n鲁定国\t52****\t1000")


# --- names as the courts write them ---------------------------------------------------------------------------------------

COURT = '[cells.court_document]\nperson_name = { action = "mask", to = "court", basis = ["court-2016-9"] }\n'
NAMES = "序号\t姓名\n1\t张一一\n2\t李二二\n3\t张三三\n4\t张一一\n5\t欧阳映雪\n6\t张四四\n"


def test_names_are_numbered_within_a_document(tmp_path: Path) -> None:
    scanner = own(tmp_path, COURT)
    wanted = "序号\t姓名\n1\t张某1\n2\t李某\n3\t张某2\n4\t张某1\n5\t欧阳某\n6\t张某3\n"
    assert scanner.mask(NAMES, doc_type="court_document") == wanted
    assert scanner.mask(wanted, doc_type="court_document") == wanted
    other = "序号\t姓名\n1\t张四四\n2\t李二二\n"
    assert scanner.mask(other, doc_type="court_document") == "序号\t姓名\n1\t张某\n2\t李某\n", "each document counts for itself"


def test_names_of_documents_in_one_batch_are_numbered_apart(tmp_path: Path) -> None:
    scanner = own(tmp_path, COURT.replace("court_document", '"*"'))
    rows = ["<tr><td>序号</td><td>姓名</td></tr>" + "".join(f"<tr><td>{n}</td><td>{name}</td></tr>" for n, name in enumerate(names))
            for names in (("张一一", "张三三"), ("张三三", "李二二"), ("李二二", "李三三"))]  # fmt: skip
    outputs = scanner.mask_many([(f"{n}.html", f"<html><table>{row}</table></html>".encode()) for n, row in enumerate(rows)])
    found = [re.findall(r"<td>(.某\d?)</td>", (out or b"").decode()) for out, _ in outputs]
    assert found == [["张某1", "张某2"], ["张某", "李某"], ["李某1", "李某2"]]


def test_a_name_that_was_hidden_already_keeps_its_number(tmp_path: Path) -> None:
    scanner = own(tmp_path, COURT)
    text = "序号\t姓名\n1\t张某1\n2\t张三三\n3\t李某某\n"
    assert scanner.mask(text, doc_type="court_document").split("\n")[1] == "1\t张某1"
    assert "张三三" not in scanner.mask(text, doc_type="court_document")


# --- keyed signs ----------------------------------------------------------------------------------------------------------

KEYED = '[cells.student_aid]\nid_number = { action = "mask", to = "pseudonym", basis = ["default"] }\n'


def test_pseudonyms_are_stable_in_a_data_set_and_differ_between_two(tmp_path: Path) -> None:
    text = f"身份证号：{ONE}，身份证号：{TWO}，身份证号：{ONE[:6]} {ONE[6:14]} {ONE[14:]}"
    masked = [
        own(tmp_path, KEYED, key=KEY, data_set=name).mask(text, doc_type="student_aid")
        for name in ("低保2024", "危房2024", "低保2024")
    ]
    signs = [re.findall(r"〔[a-z2-7]{6}〕", one) for one in masked]
    assert masked[0] == masked[2] and all(len(row) == 3 for row in signs)
    assert signs[0][0] == signs[0][2] != signs[0][1]
    assert not set(signs[0]) & set(signs[1]), "two lists cannot be joined by them"
    other = own(tmp_path, KEYED, key=b"another key", data_set="低保2024").mask(text, doc_type="student_aid")
    assert not set(re.findall(r"〔[a-z2-7]{6}〕", other)) & set(signs[0])
    scanner = own(tmp_path, KEYED, key=KEY, data_set="低保2024")
    assert scanner.mask(masked[0], doc_type="student_aid") == masked[0]


def test_files_of_a_data_set_get_the_same_sign(tmp_path: Path) -> None:
    scanner = own(tmp_path, KEYED, key=KEY, data_set="助学金")
    files = [
        ("a.txt", f"国家助学金受助学生名单\n身份证号：{ONE}\n"),
        ("b.csv", f"学生姓名,身份证号,助学金\n鲁定国,{ONE},1\n胥云霞,{TWO},1\n"),
    ]
    outputs = [(out or b"").decode() for out, _ in scanner.mask_many([(name, text.encode()) for name, text in files])]
    signs = [re.findall("〔.{6}〕", out) for out in outputs]
    assert [len(row) for row in signs] == [1, 2] and signs[0][0] == signs[1][0]


@pytest.mark.parametrize("form", ["pseudonym", "surrogate"])
def test_a_keyed_profile_without_a_key_is_an_error(tmp_path: Path, form: str) -> None:
    for key in (None, b""):
        with pytest.raises(InputError, match=r"policy own makes pseudonyms .*id_number.*DEIDENT_KEY"):
            own(tmp_path, KEYED.replace("pseudonym", form), key=key)
    assert own(tmp_path, KEYED.replace("pseudonym", form), key=KEY).policy.id == "own"


def test_previews_of_keyed_signs_do_not_show_the_value(tmp_path: Path) -> None:
    scanner = own(tmp_path, KEYED, key=KEY)
    (found,) = scanner.scan(f"身份证号：{ONE}", doc_type="student_aid")
    assert found.preview and ONE[6:] not in found.preview


# --- what is coarse enough ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "category", "text", "value", "left"), [
    ("village", "home_address", "家庭住址：马官镇余官村", "马官镇余官村", None), ("village", "home_address", "家庭住址：马官镇余官村岩脚组7号", "马官镇余官村岩脚组7号", "马官镇余官村***"),
    ("month", "birth_date", "出生日期：1901年3月", "1901年3月", None), ("month", "birth_date", "出生日期：1901年3月5日", "1901年3月5日", "1901年3月**日"),
    ("county", "home_address", "家庭住址：青溪县余官村7号", "青溪县余官村7号", "青溪县***"),
])  # fmt: skip
def test_what_is_coarse_already_stays(tmp_path: Path, form: str, category: str, text: str, value: str, left: str | None) -> None:
    rule = f'[[rule]]\nid = "first"\ncategories = ["{category}"]\naction = "matrix"\nreason = {{ zh = "x", en = "x" }}\nbasis = ["default"]\n'
    cell = f'[cells."*"]\n{category} = {{ action = "generalise", to = "{form}", basis = ["default"] }}\n'
    scanner = own(tmp_path, rule + cell)
    found = {text[f.start : f.end]: f.action for f in scanner.scan(text)}
    assert found[value] == ("mask" if left else "keep"), "a value that its mask leaves as it is stays"
    assert scanner.mask(text) == text.replace(value, left or value)
    [report] = scanner.scan_many([("a.txt", text.encode())])
    assert report.status == ("partial" if left else "clean")


def test_a_township_s_stars_are_there_for_every_address(tmp_path: Path) -> None:
    cell = '[cells.student_aid]\nhome_address = { action = "generalise", to = "township", basis = ["default"] }\n'
    scanner = own(tmp_path, cell)
    text = "家庭住址：马官镇余官村7号"
    assert scanner.mask(text, doc_type="student_aid") == "家庭住址：马官镇***"


# --- twice is once, for every profile and type ----------------------------------------------------------------------------

COLUMNS = (
    *HEADERS,
    "户主",
    "监护人姓名",
    "学籍号",
    "残疾证号",
    "病种",
    "婚姻状况",
    "家庭年收入",
    "家庭住址",
    "出生日期",
    "年龄",
    "与户主关系",
    "备注",
    "车牌号",
    "低保证号",
)


def listed(chance: random.Random) -> str:
    """A list of people as offices print it, with values of every kind under all sorts of headers, and a line of text around it."""
    heads = [chance.choice(COLUMNS) for _ in range(chance.randrange(2, 6))]
    rows = [[value(chance).replace("\n", " ").replace("\t", " ") for _ in heads] for _ in range(chance.randrange(1, 4))]
    table = "\n".join("\t".join(row) for row in (heads, *rows))
    return f"{generated_text(chance, 2)}\n{table}\n{generated_text(chance, 2)}"


def holds(scanner: Scanner, text: str, doc_type: str | None) -> None:
    masked = scanner.mask(text, doc_type=doc_type)
    assert [(f.kind, f.rule) for f in scanner.scan(masked, doc_type=doc_type) if f.action == "mask"] == [], (
        doc_type,
        text,
        masked,
    )
    assert scanner.mask(masked, doc_type=doc_type) == masked, (doc_type, text)


@pytest.mark.parametrize("name", PROFILES)
def test_masking_twice_is_masking_once_for_every_type(name: str) -> None:
    scanner = shipped(name)
    for number, doc_type in enumerate((*scanner.policy.types, UNKNOWN)):
        chance = random.Random(f"{name} {number}")
        for _ in range(3):
            holds(scanner, listed(chance), doc_type)


@pytest.mark.parametrize("name", PROFILES)
@settings(few, max_examples=25)
@given(seed=SEEDS)
def test_masking_twice_is_masking_once_for_every_profile(name: str, seed: int) -> None:
    scanner, chance = shipped(name), random.Random(seed)
    holds(scanner, listed(chance), chance.choice((None, *scanner.policy.types)))


@pytest.mark.parametrize("name", PROFILES)
def test_masked_files_of_every_profile_hold_nothing_to_mask(name: str) -> None:
    scanner, chance = shipped(name), random.Random(name)
    items = [(f"{n}.txt", listed(chance).encode("utf-8", "replace")) for n in range(30)]
    masked = scanner.mask_many(items)
    kept = [(file, out) for (file, _), (out, _) in zip(items, masked, strict=True) if out is not None]
    assert len(kept) >= 28
    for (file, out), report in zip(kept, scanner.scan_many(kept), strict=True):
        assert report.count("mask") == 0, file
        assert report.file == file and out
