"""A wrong profile or type is an error that names file, line, key and remedy; the shipped ones load and differ as they say."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_files import PROFILE, TYPE, catalogue, changed, load, refused, write

import deident
from deident import policy
from deident.catalog import Mask
from deident.engine import Scanner
from deident.errors import PolicyError
from deident.policy import DocType

EXTENDS = 'extends = "gov-publish"'
CARDS = "mask = { keep = [0, 4], length = 8 }"
HOTLINE = 'id = "our-hotline"'

WRONG = [
    # the file itself
    ('id = "own"', "", "id", "", "is missing"),
    ('id = "own"', 'id = "ours"', "id", 'id = "ours"', "must be the file's name, 'own', not 'ours'"),
    ('name = { zh = "本县", en = "Our county" }', "", "name", "", "is missing"),
    ('en = "Our county"', 'fr = "Le nôtre"', "name", "name =", "needs zh and en"),
    ('audience = "internet"', 'audience = "everybody"', "audience", "audience =", "'everybody' is none of internet, locality, affected, internal"),
    ('delete = "cell"', 'delete = "row"', "delete", "delete =", "'row' is none of suppress, cell, column"),
    ('delete = "cell"', 'colour = "red"', "colour", "colour =", "is not a key of this table"),
    (EXTENDS, 'extends = "gov-publik"', "extends", "extends =", r"no policy 'gov-publik'; there are .*gov-publish.*\.toml file"),
    (EXTENDS, 'extends = ["gov-publish"]', "extends", "extends =", "must be the id of a policy"),
    (EXTENDS, 'extends = "own"', "extends", "extends =", "own → own"),
    # classes
    ('ours = ["集市热线"]', "ours = []", "classes.ours", "ours =", "has no words"),
    ('ours = ["集市热线"]', 'ours = [""]', "classes.ours", "ours =", "must be a list of non-empty strings"),
    ('ours = ["集市热线"]', 'ours = "集市热线"', "classes.ours", "ours =", "must be list, not str"),
    # rules
    (HOTLINE, "", "rule[1].id", "[[rule]]\n\n", "is missing"),
    ('categories = ["phone"]', 'categories = ["phones"]', "rule[1].categories", "categories =", "no category 'phones'"),
    ('kinds = ["bank_card"]', 'kinds = ["bankcard"]', "rule[2].kinds", "kinds =", "no kind 'bankcard'"),
    ('kinds = ["bank_card"]', "", "rule[2].kinds", '[[rule]]\nid = "our-cards"', "a rule needs kinds or categories"),
    ('action = "keep"\nreason', 'action = "stay"\nreason', "rule[1].action", 'action = "stay"', "'stay' is none of mask, review, keep, matrix"),
    (CARDS, "mask = { keep = [6, 4] }", "rule[2].mask", "mask = { keep = [6", "at most the last 4"),
    (CARDS, 'mask = { form = "stars" }', "rule[2].mask.form", "mask = {", "'stars' is none of"),
    (CARDS, 'mask = { form = "name", keep = [1, 0] }', "rule[2].mask.keep", "mask = {", "says itself what is left"),
    ('action = "keep"\nreason', 'action = "keep"\nmask = { length = 3 }\nreason', "rule[1].mask", "mask = { length = 3 }", "the action is 'keep'"),
    ('action = "keep"\nreason', 'action = "matrix"\nmask = { length = 3 }\nreason', "rule[1].mask", "mask = { length = 3 }", "the action is 'matrix'"),
    ('when = { type = ["donation"] }', 'when = { type = ["gift"] }', "rule[2].when.type", "when = { type", "no document type 'gift'"),
    ('when = { type = ["donation"] }', 'when = { column = ["card"] }', "rule[2].when.column", "when = { column", "no kind 'card'"),
    ('when = { type = ["donation"] }', 'when = { minor = "yes" }', "rule[2].when.minor", "when = { minor", "must be bool, not str"),
    ('when = { type = ["donation"] }', 'when = { value = "(" }', "rule[2].when.value", "when = { value", "is not a regular expression"),
    ('when = { near = ["ours"] }', 'when = { near = ["theirs"] }', "rule[1].when.near", "when = { near", "no class 'theirs'"),
    ('when = { near = ["ours"] }', 'when = { near = ["ours"] }\nunless = { near = ["ours"] }', "rule[1].unless.near", "unless =", "never holds"),
    # examples
    ('type = "student_aid"', 'type = "student_ade"', "example[1].type", 'type = "student_ade"', "no document type 'student_ade'"),
    ('type = "student_aid"\naction = "keep"', 'type = "student_aid"\naction = "delete"', "example[1].action", 'action = "delete"\n', "is none of mask, review, keep"),
    ('type = "student_aid"', 'typ = "student_aid"', "example[1].typ", 'typ = "student_aid"', "is not a key of this table"),
    ('text = "集市热线', 'txt = "集市热线', "example[1].text", "[[example]]", "is missing"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "at", "problem"), WRONG)
def test_a_wrong_profile(tmp_path: Path, old: str, new: str, key: str, at: str, problem: str) -> None:
    text = changed(PROFILE, old, new)
    if text.count(at) != 1 and at:  # `action = "delete"` stands in cells too
        at = new if text.count(new) == 1 else old
        at = at.split("\n")[-1] if text.count(at.split("\n")[-1]) == 1 else 'type = "student_aid"\naction'
        line = text[: text.index(at)].count("\n") + at.count("\n") + 1
        with pytest.raises(PolicyError, match=rf"^own\.toml:{line}: {key.replace('[', chr(92) + '[')}: .*{problem}"):
            load(tmp_path, {"own.toml": text})
        return
    refused(tmp_path, "own.toml", text, key, at, problem, name="own")


@pytest.mark.parametrize(("id", "rule"), [("our-cards", 2), ("hotline", 1)])
def test_two_rules_of_one_name(tmp_path: Path, id: str, rule: int) -> None:
    with pytest.raises(PolicyError, match=rf"^own\.toml:\d+: rule\[{rule}\].*: two rules have the id '{id}'"):
        load(tmp_path, {"own.toml": changed(PROFILE, HOTLINE, f'id = "{id}"')})


def test_a_rule_that_is_never_reached(tmp_path: Path) -> None:
    everything = '[[rule]]\nid = "all"\ncategories = ["phone"]\naction = "review"\nreason = { zh = "话", en = "phones" }\nbasis = ["default"]\n\n'
    text = changed(PROFILE, "[[rule]]", everything + "[[rule]]")
    text = text.replace('phone = { action = "mask", to = "suppress", basis = ["default"] }\n', "")
    refused(
        tmp_path,
        "own.toml",
        text,
        "rule[2]",
        '[[rule]]\nid = "our-hotline"',
        "'our-hotline' is never reached: 'all' before it",
        name="own",
    )


def test_a_rule_may_overrule_what_is_extended(tmp_path: Path) -> None:
    text = changed(PROFILE, 'when = { near = ["ours"] }\n', "").replace(
        'phone = { action = "mask", to = "suppress", basis = ["default"] }\n', ""
    )
    made = load(tmp_path, {"own.toml": text})
    assert [rule.id for rule in made.rules][:2] == ["our-hotline", "our-cards"]


def test_what_is_extended_is_read_first_and_asked_last(tmp_path: Path) -> None:
    own, shipped = load(tmp_path, {"own.toml": PROFILE}), policy.load("gov-publish", catalogue())
    assert own.rules[2:] == shipped.rules
    assert {name: own.classes[name] for name in shipped.classes} == dict(shipped.classes)
    assert own.classes["ours"] == ("集市热线",)
    assert (own.exemptions, own.audience, own.matrix.cell("gazette", "phone")) == (
        shipped.exemptions,
        "internet",
        shipped.matrix.cell("gazette", "phone"),
    )
    assert [example.text for example, _ in own.examples] == ["集市热线«0851-85550101»"], (
        "examples of what is extended hold there, not here"
    )


def test_words_of_ones_own_are_added_to_a_class(tmp_path: Path) -> None:
    text = changed(PROFILE, 'ours = ["集市热线"]', 'ours = ["集市热线"]\npublic = ["集市总台"]')
    made = load(tmp_path, {"own.toml": text})
    assert made.classes["public"][-1] == "集市总台" and "监督" in made.classes["public"]


@pytest.mark.parametrize(("files", "names"), [
    ({"own.toml": "other", "other.toml": "own"}, "own → other → own"),
    ({"own.toml": "a", "a.toml": "b", "b.toml": "a"}, "a → b → a"),
])  # fmt: skip
def test_a_loop_of_profiles(tmp_path: Path, files: dict[str, str], names: str) -> None:
    head = 'id = "{0}"\nname = {{ zh = "x", en = "x" }}\nextends = "{1}"\n'
    written = {name: head.format(Path(name).stem, extends) for name, extends in files.items()}
    with pytest.raises(PolicyError, match=rf"^\w+\.toml:3: extends: .*{names}"):
        load(tmp_path, written)


def test_too_many_that_extend_each_other(tmp_path: Path) -> None:
    head = 'id = "p{0}"\nname = {{ zh = "x", en = "x" }}\nextends = "{1}"\n'
    files = {f"p{n}.toml": head.format(n, f"p{n + 1}" if n < 11 else "gov-publish") for n in range(12)}
    with pytest.raises(PolicyError, match=r"^p\d+\.toml:3: extends: more than \d+ profiles"):
        load(tmp_path, files, "p0")
    assert load(tmp_path, files, "p7").id == "p7"


def test_a_profile_of_the_same_name_may_extend_the_shipped_one(tmp_path: Path) -> None:
    made = load(tmp_path, {"gov-publish.toml": changed(PROFILE, 'id = "own"', 'id = "gov-publish"')}, "gov-publish")
    assert made.rules[0].id == "our-hotline" and len(made.rules) > 50


def test_an_unknown_policy_and_one_that_is_not_toml(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"^nobodys: no such policy; there are .*gov-publish"):
        policy.load("nobodys", catalogue())
    for text in ('id = "own', "# 策略".encode("gbk").decode("latin-1")):
        (write(tmp_path, {"own.toml": ""}) / "policies/own.toml").write_bytes(text.encode("latin-1"))
        with pytest.raises(PolicyError, match=r"^own\.toml: cannot be read"):
            policy.load("own", catalogue(), tmp_path)


def test_a_profile_for_a_smaller_audience_is_not_put_on_the_internet(tmp_path: Path) -> None:
    narrow = PROFILE.replace('id = "own"', 'id = "village"').replace('"internet"', '"locality"').replace(
        'phone = { action = "mask", to = "suppress", basis = ["default"] }', 'phone = { action = "keep", basis = ["default"] }')  # fmt: skip
    wide = 'id = "own"\nextends = "village"\nname = { zh = "x", en = "x" }\naudience = "internet"\n'
    refused(tmp_path, "own.toml", wide, "audience", "audience =", "student_aid.phone of the profile that is extended keeps the phone", name="own",
            **{"village.toml": narrow})  # fmt: skip


# --- types ----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "key", "at", "problem"), [
    ('id   = "market_stall"', 'id = "stall"', "id", 'id = "stall"', "must be the file's name, 'market_stall'"),
    ("rivals = 6.0", 'rivals = "6"', "recognise.rivals", "rivals =", "must be float, not str"),
    ("title = {", "titel = {", "recognise.titel", "titel =", "is not a key of this table"),
    ('likely = ["摊位"]', 'probably = ["摊位"]', "recognise.title.probably", "title = { sure", "is not a key of this table"),
    ('likely = ["摊位"]', 'likely = ["摊"]', "recognise.title.likely", "title = { sure", "'摊': a word has at least two characters"),
    ('sure = ["摊位+名单"]', 'sure = ["摊位+"]', "recognise.title.sure", "title = { sure", "a word has at least two characters"),
    ('sure = ["摊位+名单"]', f'sure = ["{"+".join(["摊位"] * 9)}"]', "recognise.title.sure", "title = { sure", "at most 8 words"),
    ('sure = ["摊位号"]', 'sure = "摊位号"', "recognise.heads.sure", "heads =", "must be list, not str"),
    ('audience = "internet"', 'audience = "world"', "publish.audience", "audience =", "'world' is none of internet"),
    ('audience = "internet"\n', "", "publish.audience", "[publish]", "is missing"),
    ('channels = ["site"]', 'channels = ["radio"]', "publish.channels", "channels =", "'radio' is none of site, wechat"),
    ("publicity_days = 5", 'publicity_days = "5"', "publish.publicity_days", "publicity_days =", "must be int, not str"),
    ('after_period = "takedown"', 'after_period = "burn"', "publish.after_period", "after_period =", "'burn' is none of stay, takedown, archive_redacted"),
    ('basis = ["disclosure-15"]\n\n[cells]', 'basis = ["x-1"]\n\n[cells]', "publish.basis", 'basis = ["x-1"]', "no law 'x-1'"),
    ('en = "Market stalls"', 'de = "Stände"', "name", "name = { zh = \"摊位", "needs zh and en"),
    ('type = ""', "", "counterexample[1].type", "[[counterexample]]", "is missing"),
    ('type = ""', 'type = "market_stall"', "counterexample[1].type", 'type = "market_stall"', "a counterexample of another one"),
    ('text = "摊位号"', 'text = "摊位号"\ntype = "gazette"', "example[1].type", 'type = "gazette"', "an example is of the file's own type"),
    ('text = "摊位号"', 'txt = "摊位号"', "example[1].txt", "txt =", "is not a key of this table"),
])  # fmt: skip
def test_a_wrong_type(tmp_path: Path, old: str, new: str, key: str, at: str, problem: str) -> None:
    refused(tmp_path, "types/market_stall.toml", changed(TYPE, old, new), key, at, problem)


def test_a_type_of_ones_own(tmp_path: Path) -> None:
    write(tmp_path, {"types/market_stall.toml": TYPE})
    scanner = Scanner(patterns=tmp_path)
    own = scanner.policy.types["market_stall"]
    assert isinstance(own, DocType) and own.rivals == 6.0 and own.row == "1"
    assert (own.publish.audience, own.publish.channels, own.publish.publicity_days, own.publish.after_period) == (
        "internet",
        ("site",),
        5,
        "takedown",
    )
    assert [str(clue) for clue in own.clues] == ["摊位+名单", "摊位", "办法$", "摊位号", "集市"]
    found = scanner.scan("姓名\t手机\n鲁定国\t13800000001", "青溪县集市摊位名单")
    assert found.doc_type == "market_stall"
    assert {f.kind: f.action for f in found} == {"person_name": "keep", "mobile": "mask"}
    assert len(scanner.policy.types) == len(policy.load("gov-publish", catalogue()).types) + 1


# --- what is shipped ------------------------------------------------------------------------------------------------------

PROFILES = sorted(policy.names())


def test_the_profiles_of_the_issue_are_there() -> None:
    assert {"gov-publish", "village-board", "court", "student-aid", "open-data", "internal"} <= set(PROFILES)
    assert not {"exemptions", "secrecy"} & set(PROFILES)


@pytest.mark.parametrize("name", PROFILES)
def test_a_shipped_profile_loads_and_explains_itself(name: str) -> None:
    made = policy.load(name, catalogue())
    assert made.id == name and made.name["zh"] and made.name["en"] and made.audience
    for verdict in made.verdicts:
        assert verdict.reason["zh"] and verdict.reason["en"], verdict.id
        assert set(verdict.basis) <= set(catalogue().laws)


def test_student_aid_leaves_nothing_of_what_it_deletes() -> None:
    text = "姓名\t身份证号\t资助金额\n鲁定国\t52010219010315904X\t1000"
    masked = Scanner(policy="student-aid").mask(text, doc_type="student_aid")
    assert "520102" not in masked and "*" not in masked and "鲁定国" in masked and "1000" in masked
    assert deident.mask(text, doc_type="student_aid") == text.replace("52010219010315904X", "***")


def test_own_rules_mask_as_they_say(tmp_path: Path) -> None:
    made = load(tmp_path, {"own.toml": PROFILE})
    assert made.verdicts[1].mask == Mask("ends", (0, 4), "*", 8)
    scanner = Scanner(policy="own", patterns=tmp_path)
    assert scanner.mask("个人银行卡号6228480000000000018", doc_type="donation").endswith("********0018")
