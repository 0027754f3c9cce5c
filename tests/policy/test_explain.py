"""Why a finding was decided so: words for and against, the rule with its conditions, the cell or exemption; and never a value."""

from __future__ import annotations

from dataclasses import astuple
from pathlib import Path

import pytest
from generated import few, texts
from hypothesis import given
from policy_files import PROFILE, resident_id, write

from deident.engine import Scanner
from deident.policy import Explanation
from deident.policy.explain import PLACES

ID, MOBILE, LANDLINE = resident_id(1901, 3, 15), "13800000001", "0851-85550101"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def why(scanner: Scanner, text: str, value: str, title: str = "", doc_type: str | None = None) -> Explanation:
    found, said = scanner.scan(text, title or None, doc_type), scanner.explain(text, title or None, doc_type)
    return next(one for f, one in zip(found, said, strict=True) if text[f.start : f.end] == value)


def words(said: Explanation) -> tuple[set[tuple[str, str]], set[tuple[str, str]]]:
    return {(w.place, w.text) for w in said.speaking}, {(w.place, w.text) for w in said.against}


def test_a_rule_that_decides(scanner: Scanner) -> None:
    said = why(scanner, f"监督举报电话：{LANDLINE}", LANDLINE)
    assert (said.kind, said.action, said.rule, said.decided, said.source) == (
        "landline",
        "keep",
        "office-landline",
        "office-landline",
        "rule",
    )
    assert said.basis == ("disclosure-20-2",) and "办公电话" in said.reason["zh"] and said.reason["en"]


def test_words_for_and_against(scanner: Scanner) -> None:
    said = why(scanner, f"报名热线：{MOBILE}", MOBILE)
    assert (said.action, said.rule) == ("review", "public-mobile")
    assert {("before", "报名"), ("before", "热线")} <= words(said)[0]
    assert said.conditions[0] == "nearest: public" and "not nearest: personal" in said.conditions
    said = why(scanner, f"举报人手机：{MOBILE}", MOBILE)
    assert (said.action, said.rule) == ("mask", "personal-phone")
    assert ("before", "举报") in words(said)[1], "举报 would have been for the office"
    said = why(scanner, f"业主留的电话{LANDLINE}", LANDLINE)
    assert said.rule == "personal-landline" and ("before", "业主") in words(said)[0]


def test_words_in_every_place(scanner: Scanner) -> None:
    behind = why(scanner, f"电话{MOBILE}（父）", MOBILE)
    assert behind.rule == "kin-phone" and "after" in {place for place, _ in words(behind)[0]}
    title = why(scanner, f"除夕：鲁定国 {LANDLINE}", LANDLINE, "春节值班表")
    assert title.rule == "roster-landline" and ("title", "值班") in words(title)[0]
    head = why(scanner, f"姓名\t办公电话\n鲁定国\t{LANDLINE}", LANDLINE)
    assert head.rule == "official-column" and {place for place, _ in words(head)[0]} >= {"head"}
    above = why(scanner, "联系我们\n邮箱：lin.ayi@example.com", "lin.ayi@example.com")
    assert above.rule == "mail-in-contact-block" and ("above", "联系我们") in words(above)[0]
    for said in (behind, title, head, above):
        assert {word.place for word in (*said.speaking, *said.against)} <= set(PLACES)


def test_a_word_that_would_have_led_to_the_same_speaks_for_it(scanner: Scanner) -> None:
    said = why(scanner, f"姓名\t办公电话\n鲁定国\t{LANDLINE}", LANDLINE, "春节值班表")
    assert said.rule == "official-column" and ("title", "值班") in words(said)[0], "a roster's landlines stay as well"


def test_a_cell(scanner: Scanner) -> None:
    said = why(scanner, f"身份证号：{ID}", ID, doc_type="student_aid")
    assert (said.rule, said.decided, said.source, said.doc_type) == (
        "identity-number",
        "student_aid.id_number",
        "cell",
        "student_aid",
    )
    assert (said.action, said.basis) == ("mask", ("jcth-2017-28",))
    assert why(scanner, f"身份证号：{ID}", ID, doc_type="unknown").decided == "unknown.id_number"
    kind = why(scanner, f"学籍号：G{ID}", f"G{ID}", doc_type="student_aid")
    assert kind.decided == "student_aid.student_number", "a kind with a cell of its own"


def test_an_exemption(scanner: Scanner) -> None:
    said = why(scanner, f"被执行人鲁定国，身份证号码{ID}", ID, "失信被执行人名单", "dishonest_debtor")
    assert (said.rule, said.decided, said.source, said.action) == ("identity-number", "debtor-number", "exemption", "keep")
    assert said.basis == ("shixin-4",)


def test_the_type_is_that_of_the_table(scanner: Scanner) -> None:
    padding = "请各学校认真做好下列工作，按时报送有关材料，并在校园内张贴公布，接受社会监督。\n" * 4
    text = f"{padding}附件：国家助学金受助学生名单\n姓名\t学籍号\t身份证号\t资助金额\n鲁定国\t1\t{ID}\t1000"
    title = "关于印发《青溪县政府采购管理办法》的通知"
    assert scanner.scan(text, title).doc_type == "policy_document"
    assert why(scanner, text, ID, title).doc_type == "student_aid"


def test_what_rules_of_ones_own_say(tmp_path: Path) -> None:
    own = Scanner(policy="own", patterns=write(tmp_path, {"own.toml": PROFILE}))
    said = why(own, f"集市热线{MOBILE}", MOBILE)
    assert (said.rule, said.decided, said.conditions, words(said)[0]) == (
        "our-hotline",
        "our-hotline",
        ("near: ours",),
        {("before", "集市热线")},
    )
    assert why(own, "个人银行卡号6228480000000000018", "6228480000000000018", doc_type="donation").conditions == (
        "type: donation",
    )


@few
@given(one=texts)
def test_explanations_align_with_findings(scanner: Scanner, one: str) -> None:
    found, said = list(scanner.scan(one)), scanner.explain(one)
    assert [(f.kind, f.action, f.rule, f.reason, f.basis) for f in found] == [
        (w.kind, w.action, w.decided, w.reason["zh"], w.basis) for w in said
    ]
    for finding in found:  # words are those of the policy
        value = one[finding.start : finding.end]
        if sum(c.isdigit() for c in value) > 6:
            assert not any(value in str(astuple(w)) for w in said)


def test_a_title_s_own_findings_are_left_out(scanner: Scanner) -> None:
    assert [w.kind for w in scanner.explain("手机13800000001", f"身份证号{ID}")] == ["mobile"]


def test_an_explanation_holds_no_value(scanner: Scanner) -> None:
    text = f"姓名：鲁定国，身份证号：{ID}，手机{MOBILE}，住青溪县马官镇余官村岩脚组7号，邮箱lin.ayi@example.com，银行卡号6228480000000000018"
    for said in scanner.explain(text, "低保对象名单"):
        shown = repr(said)
        assert [v for v in ("鲁定国", ID, MOBILE, "岩脚组", "lin.ayi", "6228480000000000018") if v in shown] == []
        assert said.reason["zh"] and said.reason["en"] and said.basis
