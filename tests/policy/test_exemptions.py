"""Exemptions: a wrong entry is an error with file and line; what is exempt stays for the person the page is about and for nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_files import EXEMPTIONS, catalogue, changed, load, refused

import deident
from deident import policy
from deident.engine import Scanner
from deident.policy.matrix import NEVER_EXEMPT

ID = "52010219010315904X"
CHILD = "520102201503150010"  # nobody's; born 2015
MISTYPED = "520102201503150011"  # its check digit is wrong
KINDS = 'kinds = ["resident_id"]'
FIRST = "exemption[1]"

WRONG = [
    ('type = "dishonest_debtor"\nkinds', 'type = "debtor"\nkinds', f"{FIRST}.type", 'type = "debtor"', "no document type 'debtor'"),
    ('type = "dishonest_debtor"\nkinds', "kinds", f"{FIRST}.type", "[[exemption]]\nid = \"debtor-number\"", "is missing"),
    (KINDS, 'kinds = ["resident"]', f"{FIRST}.kinds", 'kinds = ["resident"]', "no kind 'resident'"),
    (KINDS, 'category = "identity"', f"{FIRST}.category", 'category = "identity"', "no category 'identity'"),
    (KINDS, "", f"{FIRST}.category", "[[exemption]]\nid = \"debtor-number\"", "is missing"),
    (KINDS, 'kinds = ["resident_id", "title_certificate"]', f"{FIRST}.kinds", 'kinds = ["resident_id", "title', "'title_certificate' is of another"),
    (KINDS, 'category = "person_name"\nkinds = ["resident_id"]', f"{FIRST}.kinds", 'kinds = ["resident_id"]', "of another category than person_name"),
    *((KINDS, f'category = "{category}"', f"{FIRST}.category", f'category = "{category}"', "hard rule a") for category in NEVER_EXEMPT),
    # by a kind of such a category: the key is where it would be said
    (KINDS, 'kinds = ["mobile"]', f"{FIRST}.category", "[[exemption]]\nid = \"debtor-number\"", "never covers bank_account, phone"),
    (KINDS, 'kinds = ["diagnosis"]', f"{FIRST}.category", "[[exemption]]\nid = \"debtor-number\"", "never covers"),
    ('group = "punitive"\nwhen', 'group = "punished"\nwhen', f"{FIRST}.group", 'group = "punished"', "'punished' is none of punitive, mandatory"),
    ('group = "punitive"\nwhen', "when", f"{FIRST}.group", "[[exemption]]\nid = \"debtor-number\"", "is missing"),
    ('basis = ["shixin-4"]\n\n', "\n", f"{FIRST}.basis", "[[exemption]]\nid = \"debtor-number\"", "names the provision that it rests on"),
    ('basis = ["shixin-4"]\n\n', "basis = []\n\n", f"{FIRST}.basis", "basis = []", "names the provision"),
    ('basis = ["shixin-4"]\n\n', 'basis = ["shixin-5"]\n\n', f"{FIRST}.basis", 'basis = ["shixin-5"]', "no law 'shixin-5'"),
    ('reason = { zh = "惩戒", en = "punitive" }\nbasis = ["shixin-4"]\n\n', 'basis = ["shixin-4"]\n\n', f"{FIRST}.reason",
     "[[exemption]]\nid = \"debtor-number\"", "is missing"),
    ('id = "debtor-number"', "", f"{FIRST}.id", "[[exemption]]\n\n", "is missing"),
    ('when = { title = ["guarded"] }', 'when = { title = ["nobody"] }', f"{FIRST}.when.title", "when =", "no class 'nobody' under .classes."),
    ('when = { title = ["guarded"] }', 'when = { titel = ["guarded"] }', f"{FIRST}.when.titel", "when =", "is not a key of this table"),
    ('id = "debtor-number"', 'id = "debtor-number"\nfor = "ever"', f"{FIRST}.for", 'for = "ever"', "is not a key of this table"),
    ('id = "debtor-name"', 'id = "debtor-number"', "exemption[2].id", 'id = "debtor-number"\ntype = "dishonest_debtor"\ncategory',
     "two exemptions have the id 'debtor-number'"),
    ('guarded = ["担保人"]', 'guarded = "担保人"', "classes.guarded", "guarded =", "must be list, not str"),
    ("[[exemption]]", "[exemption]", "exemption", "[exemption]", "must be list, not dict|cannot be read"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "at", "problem"), WRONG[:-1])
def test_a_wrong_exemption(tmp_path: Path, old: str, new: str, key: str, at: str, problem: str) -> None:
    refused(tmp_path, "exemptions.toml", changed(EXEMPTIONS, old, new), key, at, problem)


def test_one_table_instead_of_a_list(tmp_path: Path) -> None:
    first = EXEMPTIONS[: EXEMPTIONS.index('[[exemption]]\nid = "debtor-name"')]
    refused(
        tmp_path,
        "exemptions.toml",
        first.replace("[[exemption]]", "[exemption]"),
        "exemption",
        "[exemption]",
        "must be list, not dict",
    )


# --- the shipped list -----------------------------------------------------------------------------------------------------


def test_the_shipped_list_keeps_the_hard_rules() -> None:
    made = policy.load("gov-publish", catalogue())
    assert len(made.exemptions) >= 5
    for exemption in made.exemptions:
        assert exemption.basis and exemption.group in ("punitive", "mandatory") and exemption.type in made.types
        kinds = [catalogue().patterns[catalogue().kinds[number]] for number in exemption.kinds]
        assert {kind.category for kind in kinds} == {exemption.category}
        assert exemption.category not in NEVER_EXEMPT
    assert "protected" in made.classes


def told(
    text: str, title: str = "", doc_type: str | None = None, scanner: Scanner | None = None
) -> dict[str, tuple[str, str, str]]:
    """Value → action, what decided, its source."""
    use = scanner or _shipped
    found, why = use.scan(text, title or None, doc_type), use.explain(text, title or None, doc_type)
    return {text[f.start : f.end]: (f.action, w.decided, w.source) for f, w in zip(found, why, strict=True)}


_shipped = Scanner()
DEBTORS = "青溪县人民法院失信被执行人名单"


def test_an_exemption_lets_stay_what_the_rules_publish() -> None:
    text = f"被执行人\t身份证号码\t执行标的\n鲁定国\t{ID}\t5万元"
    found = told(text, DEBTORS)
    assert found[ID] == ("keep", "debtor-number", "exemption")
    assert found["鲁定国"] == ("keep", "debtor-name", "exemption")
    assert deident.mask(text, DEBTORS) == text
    (used,) = [f for f in deident.scan(text, DEBTORS) if f.kind == "resident_id"]
    assert used.basis == ("shixin-4",) and "惩戒公示" in used.reason


def test_on_any_other_page_it_goes() -> None:
    text = f"姓名\t身份证号码\n鲁定国\t{ID}"
    for doc_type in ("social_assistance", "student_aid", "unknown", "court_document"):
        assert told(text, doc_type=doc_type)[ID][0] == "mask"


@pytest.mark.parametrize("text", [
    "被执行人鲁定国，担保人胥云霞，身份证号码{0}", "其妻胥云霞，身份证号码{0}", "被执行人鲁定国的配偶：{0}", "举报人胥云霞，身份证号码{0}",
    "姓名\t担保人身份证号\n鲁定国\t{0}", "被害人胥云霞（身份证号码{0}）",
])  # fmt: skip
def test_never_for_third_parties(text: str) -> None:
    assert told(text.format(ID), DEBTORS, "dishonest_debtor")[ID][0] == "mask"


def test_never_for_minors() -> None:
    for number in (CHILD, MISTYPED, CHILD[:-3] + CHILD[-3:].replace("0", "O")):
        for text in (f"被执行人鲁定国，身份证号码{number}", f"被执行人\t身份证号\n鲁小小\t{number}"):
            assert told(text, DEBTORS, "dishonest_debtor")[number][0] == "mask"
    grown = told(f"被执行人鲁定国，身份证号码{ID}；被执行人鲁小小，身份证号码{CHILD}", DEBTORS, "dishonest_debtor")
    assert (grown[ID][0], grown[CHILD][0]) == ("keep", "mask")


@pytest.mark.parametrize("value", ["手机13800000001", "银行卡号6228480000000000018", "残疾等级：二级", "患有：尿毒症"])
def test_never_for_phone_account_illness(value: str) -> None:
    text = f"被执行人鲁定国，身份证号码{ID}\n{value}"
    others = [
        f for f in _shipped.scan(text, DEBTORS, "dishonest_debtor") if f.kind != "resident_id" and f.category != "person_name"
    ]
    assert others or "残疾" in value or "患有" in value
    assert all(f.action != "keep" for f in others)


def test_a_list_of_ones_own_replaces_the_shipped_one(tmp_path: Path) -> None:
    text = f"被执行人\t身份证号码\n鲁定国\t{ID}"
    made = load(tmp_path, {"exemptions.toml": '[classes]\nprotected = ["摊主"]\n'}, "gov-publish")
    assert made.exemptions == ()
    assert {"摊主", "担保人"} <= set(made.classes["protected"]), "whom none covers is added to, never forgotten"
    scanner = Scanner(patterns=tmp_path)
    assert told(text, DEBTORS, "dishonest_debtor", scanner)[ID][0] == "mask"


def test_conditions_of_an_exemption(tmp_path: Path) -> None:
    load(tmp_path, {"exemptions.toml": EXEMPTIONS}, "gov-publish")
    scanner, text = Scanner(patterns=tmp_path), f"身份证号码{ID}"
    assert told(text, "担保人名单", "dishonest_debtor", scanner)[ID][:2] == ("keep", "debtor-number")
    assert told(text, "名单", "dishonest_debtor", scanner)[ID][0] == "mask"


def test_the_first_that_holds_is_named(tmp_path: Path) -> None:
    both = EXEMPTIONS + EXEMPTIONS[EXEMPTIONS.rindex("[[exemption]]") :].replace("debtor-name", "debtor-name-too")
    load(tmp_path, {"exemptions.toml": both}, "gov-publish")
    assert told("姓名：鲁定国", "名单", "dishonest_debtor", Scanner(patterns=tmp_path))["鲁定国"][1] == "debtor-name"
