"""The traps of re-identification (T1 … T20) that concern a single document: in each the obvious mask is not enough.

Not here, since they concern several documents or a reader's other knowledge:
T2 complementary masks on two pages, T6 the city behind a mobile's first seven digits, T9 copies that are still on line,
T12 small groups, T13 sums and orders of columns.  Of T11 (one sign in two lists) the part that a data set decides is here.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import pytest
from policy_files import resident_id, write

from deident.catalog import Mask, careful
from deident.engine import Scanner
from deident.errors import InputError
from deident.masks import Sheet, hide

ID, SECOND, OLD = resident_id(1901, 3, 15), resident_id(1902, 4, 6), "520102030315991"
MOBILE = "13800000001"
KEY = b"a key for tests"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(key=KEY)


def actions(scanner: Scanner, text: str, title: str = "", doc_type: str | None = None) -> dict[str, str]:
    return {text[f.start : f.end]: f.action for f in scanner.scan(text, title or None, doc_type)}


def masked(scanner: Scanner, name: str, page: str) -> str:
    """The masked document; it must be handed out."""
    [(out, report)] = scanner.mask_many([(name, page.encode())])
    assert out is not None, report.reason
    return out.decode()


# --- T1 -------------------------------------------------------------------------------------------------------------------

PARTIAL = f"{ID[:6]}********{ID[14:]}"


@pytest.mark.parametrize("born", ["1901-03-15", "1901年3月15日", "1901.03", "19010315"])
def test_t1_a_partly_masked_number_beside_a_birth_date(scanner: Scanner, born: str) -> None:
    """County, birth date and four digits at the end leave one candidate: neither may stand beside the other."""
    text = f"姓名\t身份证号\t出生日期\n鲁定国\t{PARTIAL}\t{born}"
    left = scanner.mask(text).split("\n")[1].split("\t")
    assert not re.search(r"\d", left[1]), "nothing of the number"
    assert re.sub(r"\D", "", left[2]) in ("1901", ""), "of the date the year at most"


@pytest.mark.parametrize("place", range(1, 18))
def test_t1_one_hidden_digit_is_always_recovered(scanner: Scanner, place: int) -> None:
    """The check character gives away any one digit, since no weight is 0 modulo 11."""
    text = f"身份证号：{ID[:place]}*{ID[place + 1 :]}"
    assert len(re.findall(r"\d", scanner.mask(text))) <= 4
    assert [f.action for f in scanner.scan(text)] == ["mask"]


def test_t1_in_running_text(scanner: Scanner) -> None:
    """The same beside a date in a sentence."""
    assert PARTIAL not in scanner.mask(f"鲁定国，身份证号：{PARTIAL}，1901年3月15日出生")


@pytest.mark.parametrize(("head", "cell"), [("年龄", "25"), ("属相", "牛")])
def test_t1_beside_an_age(scanner: Scanner, head: str, cell: str) -> None:
    """An age leaves 33 candidates, a zodiac animal some hundreds."""
    assert PARTIAL not in scanner.mask(f"姓名\t身份证号\t{head}\n鲁定国\t{PARTIAL}\t{cell}")


def test_t1_the_own_mask_of_a_number_leaves_no_end(scanner: Scanner) -> None:
    """No kind's mask and no mask that a policy may ask for keeps the end of a number."""
    for pattern in scanner.catalogue.patterns.values():
        assert careful(pattern.mask, pattern.category) == ""
        if pattern.category == "id_number" and pattern.mask.form == "ends" and pattern.severity == "high":
            assert pattern.mask.keep[1] == 0, pattern.id
    for keep in ((6, 4), (3, 4), (10, 4), (2, 3), (4, 2), (14, 1), (6, 1), (1, 1), (14, 0), (10, 0)):
        assert careful(Mask("ends", keep, "*", 8), "id_number"), keep


# --- T3, T4 ---------------------------------------------------------------------------------------------------------------


def test_t3_the_tail_of_a_disability_certificate(scanner: Scanner) -> None:
    """Its last four signs are the end of the identity number and the category and level of the disability."""
    value = f"{ID}41"
    for doc_type in (None, "disability_subsidy", "unknown", "news", "dishonest_debtor"):
        text = f"姓名\t残疾人证号\n鲁定国\t{value}"
        assert actions(scanner, text, doc_type=doc_type)[value] == "mask"
        left = scanner.mask(text, doc_type=doc_type).split("\t")[-1]
        assert "41" not in left and ID[14:] not in left
    assert careful(Mask("ends", (0, 4), "*", 16), "id_number")


@pytest.mark.parametrize(
    "written",
    ["学籍号：G{0}", "学籍号：L{0}", "税号：{0}00", "执业证号：T{0}", "医保编号：{0}", "编号：AB{0}CD", "医师执业证书编码：{0}"],
)
def test_t4_a_number_inside_of_a_longer_one(scanner: Scanner, written: str) -> None:
    """The column of identity numbers is masked, and a school or tax number on the same page holds the number."""
    page = f"身份证号：{ID}，{written.format(ID)}；{written.format(SECOND)}"
    left = scanner.mask(page)
    assert ID[6:] not in left and SECOND[6:] not in left
    assert ID[6:14] not in masked(scanner, "a.txt", page)


# --- T5 -------------------------------------------------------------------------------------------------------------------


def test_t5_signs_need_a_key(scanner: Scanner, tmp_path: Path) -> None:
    """A hash without a key is undone by counting through all numbers, so there is none."""
    for form in ("pseudonym", "surrogate"):
        with pytest.raises(InputError, match="DEIDENT_KEY"):
            hide(Mask(form), ID, Sheet())
    cell = '[cells."*"]\nid_number = { action = "mask", to = "pseudonym", basis = ["default"] }\n'
    write(tmp_path, {"own.toml": f'id = "own"\nextends = "gov-publish"\nname = {{ zh = "x", en = "x" }}\n{cell}'})
    with pytest.raises(InputError, match="need a key"):
        Scanner(policy="own", patterns=tmp_path)
    [report] = scanner.scan_many([("a.txt", f"身份证号：{ID}".encode())])
    (found,) = report.findings
    hashes = [
        make(value.encode()).hexdigest() for make in (hashlib.sha256, hashlib.md5, hashlib.sha1) for value in (ID, ID.lower())
    ]
    assert found.tag and not any(found.tag in one for one in hashes)
    assert Scanner().scan_many([("a.txt", f"身份证号：{ID}".encode())])[0].findings[0].tag == "", "no tag without a key"


# --- T7 -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["张*", "张某", "张某某", "张**", "张××"])
@pytest.mark.parametrize("doc_type", [None, "social_assistance", "poverty_household", "news"])
def test_t7_a_masked_name_beside_the_rest(scanner: Scanner, name: str, doc_type: str | None) -> None:
    """The name is hidden, and number, phone and address say who it is."""
    text = f"姓名\t身份证号\t手机\t家庭住址\n{name}\t{ID}\t{MOBILE}\t青溪县马官镇余官村岩脚组7号"
    left = scanner.mask(text, doc_type=doc_type)
    assert ID[6:14] not in left and MOBILE not in left and "岩脚组7号" not in left and name in left
    line = scanner.mask(f"村支书{name}，手机{MOBILE}", doc_type=doc_type)
    assert MOBILE not in line


# --- T8 -------------------------------------------------------------------------------------------------------------------

HIDDEN = {
    "comment": ("a.html", lambda v: f"<p>身份证号：***</p><!-- <td>身份证号：{v}</td> -->"),
    "attributes": ("a.html", lambda v: f'<p title="身份证号：{v}" data-id="{v}">x</p><img alt="身份证号{v}">'),
    "hidden input": ("a.html", lambda v: f'<input type="hidden" name="sfz" value="{v}">'),
    "hidden column": ("a.html", lambda v: f'<table><tr><td>姓名</td><td style="display:none">{v}</td></tr></table>'),
    "data of the page": ("a.html", lambda v: f"<script>var rows = [{json.dumps({'身份证号': v}, ensure_ascii=False)}];</script>"),
    "masked in front only": ("a.json", lambda v: json.dumps({"show": "52****************", "身份证号": v}, ensure_ascii=False)),
    "title": ("a.html", lambda v: f"<title>鲁定国{v}</title><p>x</p>"),
    "link": ("a.html", lambda v: f'<a href="/files/{v}.pdf">附件</a>'),
    "quoted field": ("a.csv", lambda v: f'姓名,身份证号\r\n鲁定国,="{v}"\r\n'),
    "white font": ("a.html", lambda v: f'<font color="#fff" size="1">{v}</font>'),
}  # fmt: skip


@pytest.mark.parametrize("place", HIDDEN)
def test_t8_where_a_reader_does_not_look(scanner: Scanner, place: str) -> None:
    """Comments, attributes, hidden inputs and columns, the page's own data, titles and links hold what the page hides."""
    name, hide_in = HIDDEN[place]
    page = hide_in(ID)
    if name.endswith("html"):
        page = f"<html><body>{page}</body></html>"
    left = masked(scanner, name, page)
    assert ID[6:14] not in left


@pytest.mark.parametrize(
    ("name", "start"), [("a.xlsx", b"PK\3\4"), ("a.docx", b"PK\3\4"), ("a.pdf", b"%PDF-1.7"), ("a.jpg", b"\xff\xd8\xff")]
)
def test_t8_what_is_not_read_is_not_handed_out(scanner: Scanner, name: str, start: bytes) -> None:
    """Hidden sheets, black boxes over live text, scans: what cannot be read is never called clean."""
    [(out, report)] = scanner.mask_many([(name, start + b"\0\1\2" * 99)])
    assert out is None and report.status in ("unscannable", "refused") and report.reason


# --- T10 ------------------------------------------------------------------------------------------------------------------


def test_t10_numbers_that_a_spreadsheet_rounded(scanner: Scanner) -> None:
    """The last three digits are 000, and fifteen true ones are left."""
    value = f"{ID[:15]}000"
    for text in (f"姓名\t身份证号\n鲁定国\t{value}", f"身份证号：{value}"):
        assert actions(scanner, text)[value] == "mask"
        assert ID[6:14] not in scanner.mask(text)
    assert ID[6:14] not in masked(scanner, "a.csv", f"姓名,身份证号\r\n鲁定国,{value}\r\n")


def test_t10_in_scientific_notation(scanner: Scanner) -> None:
    """The same as a spreadsheet shows it."""
    assert ID[6:14] not in scanner.mask(f"姓名\t身份证号\n鲁定国\t{ID[0]}.{ID[1:15]}E+17")


# --- T11 ------------------------------------------------------------------------------------------------------------------


def test_t11_two_data_sets_cannot_be_joined(tmp_path: Path) -> None:
    """A sign that is the same in two lists lets profiles be put together; so does a number of a name."""
    cell = '[cells."*"]\nid_number = { action = "mask", to = "pseudonym", basis = ["default"] }\n'
    cell += 'person_name = { action = "mask", to = "court", basis = ["default"] }\n'
    write(tmp_path, {"own.toml": f'id = "own"\nextends = "gov-publish"\nname = {{ zh = "x", en = "x" }}\n{cell}'})
    text = f"姓名\t身份证号\n张一一\t{ID}\n张二二\t{SECOND}"
    lists = [Scanner(policy="own", patterns=tmp_path, key=KEY, data_set=name).mask(text) for name in ("低保", "危房")]
    signs = [set(re.findall("〔.{6}〕", one)) for one in lists]
    assert len(signs[0]) == len(signs[1]) == 2 and not signs[0] & signs[1]
    assert [re.findall(r"张某\d", one) for one in lists] == [["张某1", "张某2"]] * 2
    alone = Scanner(policy="own", patterns=tmp_path, key=KEY, data_set="低保").mask(f"姓名\t身份证号\n张二二\t{SECOND}")
    assert "张某\t" in alone, "the number is of the document, not of the person"


# --- T14 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("head", ["监护人姓名", "家庭成员", "家长姓名", "父亲姓名", "母亲姓名", "配偶姓名"])
@pytest.mark.parametrize(
    "doc_type", ["social_assistance", "student_aid", "poverty_household", "dilapidated_house", "civil_recruit"]
)
def test_t14_columns_of_kin(scanner: Scanner, head: str, doc_type: str) -> None:
    """Who is whose wife, father or guardian makes a graph of kin, although each name alone might stay."""
    text = f"姓名\t{head}\t备注\n鲁定国\t胥云霞\t无"
    found = actions(scanner, text, doc_type=doc_type)
    assert found["胥云霞"] == "mask"
    assert "云霞" not in scanner.mask(text, doc_type=doc_type)


def test_t14_who_is_on_a_list_as_a_relative(scanner: Scanner) -> None:
    """A column says how everybody is related to the householder."""
    text = "姓名\t与户主关系\n鲁定国\t户主\n胥云霞\t配偶\n鲁小小\t长子"
    found = actions(scanner, text, doc_type="social_assistance")
    assert (found["鲁定国"], found["胥云霞"], found["鲁小小"]) == ("keep", "mask", "mask")


# --- T15 ------------------------------------------------------------------------------------------------------------------


def test_t15_a_mask_does_not_tell_how_long_the_value_was(scanner: Scanner) -> None:
    """Eighteen stars or fifteen, one or two behind a surname: length tells the kind of number and the name."""
    for doc_type in (None, "student_aid", "licence", "court_document"):
        lines = [scanner.mask(f"身份证号：{value}", doc_type=doc_type) for value in (ID, OLD)]
        assert lines[0].count("*") == lines[1].count("*") > 0
        names = [scanner.mask(f"姓名\t监护人姓名\n鲁定国\t{name}", doc_type=doc_type).split("\t")[-1]
                 for name in ("张三", "张三丰", "张三三三", "欧阳三", "欧阳映雪")]  # fmt: skip
        assert len({name.lstrip("张欧阳") for name in names}) == 1, names
        phones = [scanner.mask(f"本人手机：{value}", doc_type=doc_type) for value in (MOBILE, "138 0000 0001", "138-0000-0001")]
        assert len({phone.count("*") for phone in phones}) == 1
    accounts = [scanner.mask(f"农户存折账号：{'5' + '2' * size}") for size in (11, 14, 18)]
    assert len({account.count("*") for account in accounts}) == 1


# --- T16 ------------------------------------------------------------------------------------------------------------------


def test_t16_numbers_in_file_names_and_titles(scanner: Scanner) -> None:
    """The list is masked, and its file is called after the number."""
    for value in (ID, f"G{ID}", f"{ID}41", MOBILE):
        name = scanner.mask_name(f"附件/鲁定国身份证号{value}.xls" if value != MOBILE else f"附件/手机{value}.xls")
        assert value[6:14] not in name and name.startswith("附件/") and name.endswith(".xls")
    page = f'<html><body><a href="a.xls" title="准考证号与身份证号{ID}">鲁定国{ID}.xls</a></body></html>'
    assert ID[6:14] not in masked(scanner, "a.html", page)


# --- T17 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "doc_type"),
    [("失信被执行人名单", "dishonest_debtor"), ("通缉令", "wanted_missing"), ("重大税收违法失信主体公布", "tax_violation")],
)
@pytest.mark.parametrize("other", ["担保人", "其妻", "举报人", "被害人", "配偶"])
def test_t17_third_parties_on_an_exempt_page(scanner: Scanner, title: str, doc_type: str, other: str) -> None:
    """The exemption covers whom the page is about, and nobody whom it quotes."""
    text = f"嫌疑人（被执行人）鲁定国，身份证号码{ID}。{other}胥云霞，身份证号码{SECOND}。"
    found = actions(scanner, text, title, doc_type)
    assert found[SECOND] == "mask"
    if doc_type != "tax_violation":
        assert found[ID] == "keep"


# --- T18 ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "mail", [f"{MOBILE}@163.com", "100000001@qq.com", f"{ID}@qq.com", "zhangyiyi@163.com", "zhang.yiyi1901@example.com"]
)
def test_t18_mail_that_says_who_it_is(scanner: Scanner, mail: str) -> None:
    """The part before the @ is the phone, the number or the pinyin of the name that is hidden beside it: nothing of it stays."""
    for text in (f"姓名：张*，邮箱：{mail}", f"姓名\t邮箱\n张*\t{mail}"):
        for doc_type in (None, "social_assistance", "exam_recruit"):
            left = scanner.mask(text, doc_type=doc_type)
            assert mail.split("@")[0] not in left and mail.split("@")[0][:4] not in left


# --- T19 ------------------------------------------------------------------------------------------------------------------

WIDE = ID.translate({code: code + 0xFEE0 for code in range(0x21, 0x7F)})


@pytest.mark.parametrize("written", [
    WIDE, f"{ID[:6]}\u200b{ID[6:]}", f"{ID[:6]}\ufeff{ID[6:14]}\u00ad{ID[14:]}", f"{ID[:6]} {ID[6:14]} {ID[14:]}", f"{ID[:6]}\n{ID[6:]}",
    f"{ID[:6]}-{ID[6:14]}-{ID[14:]}", f"{ID[:6]}　{ID[6:14]}　{ID[14:]}", f"{ID[:6]}·{ID[6:]}", ID.lower(), "".join(f"{c}\u200d" for c in ID),
])  # fmt: skip
def test_t19_numbers_that_are_cut(scanner: Scanner, written: str) -> None:
    """Full width, zero width, blanks and line breaks: for a reader it is one number."""
    left = scanner.mask(f"身份证号：{written}。")
    digits = re.sub(r"\D", "", "".join(chr(ord(c) - 0xFEE0) if 0xFF10 <= ord(c) <= 0xFF19 else c for c in left))
    assert ID[6:14] not in digits


@pytest.mark.parametrize("page", [
    f"<p>身份证号：{ID[:6]}<span>{ID[6:14]}</span><b>{ID[14:]}</b></p>", f"<p>身份证号：<span>{'</span><span>'.join(ID)}</span></p>",
    f"<p>身份证号：{ID[:10]}<br>{ID[10:]}</p>", f"<p>身份证号：{ID[:6]}&nbsp;{ID[6:]}</p>", f"<p>身份证号：{ID[:6]}<!-- x -->{ID[6:]}</p>",
    f"<p>身份证号：{ID[:6]}&#8203;{ID[6:]}</p>", "<p>身份证号：" + "".join(f"&#{ord(c)};" for c in ID) + "</p>",
])  # fmt: skip
def test_t19_numbers_that_a_page_cuts(scanner: Scanner, page: str) -> None:
    """The same by tags, entities and comments."""
    left = masked(scanner, "a.html", f"<html><body>{page}</body></html>")
    seen = re.sub(r"&#(\d+);", lambda m: chr(int(m[1])), left)
    assert ID[6:14] not in re.sub(r"\D", "", re.sub(r"<[^>]*>|&\w+;", "", seen))


def test_t19_a_digit_in_every_cell(scanner: Scanner) -> None:
    """Forms have a box for every digit."""
    page = "<table><tr><td>身份证号</td>" + "".join(f"<td>{c}</td>" for c in ID) + "</tr></table>"
    left = masked(scanner, "a.html", f"<html><body>{page}</body></html>")
    assert ID[6:14] not in re.sub(r"<[^>]*>", "", left)


# --- T20 ------------------------------------------------------------------------------------------------------------------


def test_t20_what_is_masked_already_is_graded(scanner: Scanner) -> None:
    """A mask of other hands is looked at like any value: enough stays, too little goes, and it is never passed over."""
    enough = ("52****************", "520102************", "138********", "********0018")
    little = (f"{ID[:16]}*{ID[17:]}", f"{ID[:14]}*{ID[15:]}")
    for value in enough[:3]:
        assert actions(scanner, f"身份证号或手机：{value}").get(value) == "keep", value
    for value in little:
        assert actions(scanner, f"身份证号或手机：{value}").get(value) == "mask", value
    beside = f"姓名\t出生日期\t身份证号\n鲁定国\t1901-03-15\t{PARTIAL}"
    assert actions(scanner, beside)[PARTIAL] == "mask" and actions(scanner, f"身份证号：{PARTIAL}")[PARTIAL] == "keep"


@pytest.mark.parametrize("value", ["1380000*001", f"{ID[:14]}●{ID[15:]}", f"{ID[:10]}****{ID[14:]}"])
def test_t20_one_digit_of_a_phone_other_signs_and_ten_and_four(scanner: Scanner, value: str) -> None:
    """One digit more or less: ten tries; month and day hidden: 33 candidates."""
    assert actions(scanner, f"身份证号或手机：{value}").get(value) == "mask"
