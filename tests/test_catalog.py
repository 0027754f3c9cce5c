"""A wrong file in patterns/ is an error that names the file, the key and the remedy; a user's folder adds and replaces kinds."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import deident
from deident import catalog, examples, policy
from deident.engine import Scanner
from deident.errors import CatalogError, PolicyError

KIND = r"""
id       = "badge"
name     = { zh = "工牌号", en = "Staff badge" }
category = "id_number"
severity = "low"
basis    = ["disclosure-15"]
rank     = 99
[find]
trigger = "token"
regex   = '''BG\d{8}'''
checks  = []
need    = "cue"
cues    = ["工牌号"]
headers = ["工牌号"]
[mask]
length = 4
[[example]]
text   = "工牌号：«BG00000001»"
masked = "工牌号：****"
[[counterexample]]
text = "型号BG00000001"
why  = "no cue"
"""

RULES = """
id = "strict"
name = { zh = "全部遮盖", en = "Mask everything" }
[classes]
public = ["举报"]
[[rule]]
id = "all"
categories = ["phone", "id_number"]
action = "mask"
reason = { zh = "一律遮盖", en = "everything goes" }
basis = ["disclosure-15"]
[[example]]
text = "举报电话：«0851-85550101»"
action = "mask"
"""


def folder(tmp_path: Path, kind: str = KIND, name: str = "badge.toml", rules: str = "") -> Path:
    (tmp_path / name).write_text(kind, encoding="utf-8")
    if rules:
        (tmp_path / "policies").mkdir(exist_ok=True)
        (tmp_path / "policies/strict.toml").write_text(rules, encoding="utf-8")
    return tmp_path


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('id       = "badge"', 'id = "bagde"', "id", "must be the file's name, 'badge', not 'bagde'"),
        ('id       = "badge"', "", "id", "is missing"),
        ('id       = "badge"', "id = 7", "id", "must be str, not int"),
        ("severity", "severty", "severity", "is missing"),
        ("rank     = 99", 'rank = 99\ncolour = "red"', "colour", "is not a key of this table"),
        ("headers", "header", "find.header", "is not a key of this table"),
        ('"id_number"', '"identity"', "category", "'identity' is none of id_number, "),
        ('"low"', '"tiny"', "severity", "'tiny' is none of low, medium, high"),
        ("rank     = 99", 'rank = "99"', "rank", "must be int, not str"),
        ('en = "Staff badge"', 'fr = "Insigne"', "name", "needs zh and en"),
        ("disclosure-15", "disclosure-51", "basis", "no law 'disclosure-51' in law.toml"),
        ("checks  = []", 'checks = ["mod11_3"]', "find.checks", "no check named 'mod11_3' (see `deident list checks`)"),
        ("checks  = []", 'evidence = ["lunh"]', "find.evidence", "no check named 'lunh' (see `deident list checks`)"),
        ("checks  = []", 'checks = "luhn"', "find.checks", "must be list, not str"),
        ('cues    = ["工牌号"]', 'cues = ["工牌号", ""]', "find.cues", "must be a list of non-empty strings"),
        ('"token"', '"tokens"', "find.trigger", "'tokens' is none of token, cue, mail, expression"),
        ('"token"', '"expression"', "find.gate", "an expression needs a gate"),
        (
            '"token"',
            '"cue"\ngrouped = true',
            "find.grouped",
            'works only with trigger = "token"; write separators into the regex',
        ),
        ('"token"', '"cue"\nevidence = ["luhn"]', "find.evidence", 'works only with trigger = "token"'),
        (r"regex   = '''BG\d{8}'''", "", "find.regex", "is missing"),
        (r"BG\d{8}", r"\bBG\d{8}", "find.regex", r"\b does not work beside Han characters; use (?<![0-9A-Za-z])"),
        (r"BG\d{8}", r"BG(\d{8}", "find.regex", "is not a regular expression: missing )"),
        ('need    = "cue"', 'need = "cues"', "find.need", 'is "" or "cue"'),
        ("checks  = []", "score = { sure = 1 }", "find.score.sure", "is not a key of this table"),
        ("checks  = []", 'score = { bare = "high" }', "find.score.bare", "must be float, not str"),
        ("checks  = []", "score = { bare = 95 }", "find.score.bare", "must lie between 0 and 1"),
        ('"token"', '"expression"\ngate = "(?=BG)"', "find.gate", "no lookaround in a gate"),
        ('"token"', '"expression"\ngate = "[京津]"', "find.gate", "write (?:京|津)"),
        ('"token"', '"expression"\ngate = "(BG"', "find.gate", "is not a regular expression: missing )"),
        ("length = 4", "length = -1", "mask.length", "a number from 0 on"),
        ("length = 4", 'fill = "**"', "mask.fill", "one character"),
        ('masked = "工牌号：****"', "masked = 4", "example.masked", "must be str, not int"),
        ("headers = [", 'columns = ["resident"]\nheaders = [', "find.columns", "no kind 'resident'"),
        ('headers = ["工牌号"]', 'headers = ["身份证号"]', "find.headers", "'身份证号' belongs to "),
        ("length = 4", "lenght = 4", "mask.lenght", "is not a key of this table"),
        ("length = 4", "keep = [3]", "mask.keep", "must be two numbers: characters left at the start and at the end"),
        ("length = 4", 'form = "stars"', "mask.form", "'stars' is none of ends, year, "),
        ("«BG00000001»", "BG00000001", "example.text", "an example marks what is found with «…»"),
        ("型号BG00000001", "型号«BG00000001»", "counterexample.text", "a counterexample marks nothing"),
        ('why  = "no cue"', "", "counterexample.why", "is missing: say why nothing may be found"),
        ('why  = "no cue"', 'why = "x"\nbecause = "x"', "counterexample.because", "is not a key of this table"),
        ('"badge"', '"badge', "", "is not TOML: "),
    ],
)
def test_a_wrong_pattern_names_file_key_and_remedy(tmp_path: Path, old: str, new: str, key: str, problem: str) -> None:
    with pytest.raises(CatalogError) as caught:
        catalog.load(folder(tmp_path, changed(KIND, old, new)))
    message = str(caught.value)
    assert message.startswith(f"badge.toml: {key}: " if key else "badge.toml: "), message
    assert problem in message
    assert "\n" not in message


def test_other_ways_to_be_wrong(tmp_path: Path) -> None:
    with pytest.raises(CatalogError, match=r"nowhere: no such folder; --patterns takes a folder of pattern files"):
        catalog.load(tmp_path / "nowhere")
    (tmp_path / "badge.toml").write_bytes("# 工牌号".encode("gbk"))
    with pytest.raises(CatalogError, match=r"badge\.toml: cannot be read: .*utf-8"):
        catalog.load(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "key", "problem"),
    [
        ('id = "all"', "", "rule[1].id", "is missing"),
        ('"phone", "id_number"', '"phones"', "rule[1].categories", "no category 'phones'"),
        (
            'categories = ["phone", "id_number"]',
            'kinds = ["mobil"]',
            "rule[1].kinds",
            "no kind 'mobil' (see `deident list kinds`)",
        ),
        ('categories = ["phone", "id_number"]', "", "rule[1].kinds", "a rule needs kinds or categories"),
        ('action = "mask"\nreason', 'action = "hide"\nreason', "rule[1].action", "'hide' is none of mask, review, keep"),
        ('reason = { zh = "一律遮盖", en = "everything goes" }', "", "rule[1].reason", "is missing"),
        ('zh = "一律遮盖", en = "everything goes"', 'zh = "一律遮盖"', "rule[1].reason", "needs zh and en"),
        ("disclosure-15", "gdpr-6", "rule[1].basis", "no law 'gdpr-6' in law.toml"),
        ('id = "all"', 'id = "all"\nwhen = { near = ["publik"] }', "rule[1].when.near", "no class 'publik' under [classes]"),
        ('id = "all"', 'id = "all"\nwhen = { nearby = ["public"] }', "rule[1].when.nearby", "is not a key of this table"),
        ('id = "all"', 'id = "all"\nunless = { beside = ["cat"] }', "rule[1].unless.beside", "no kind 'cat'"),
        ('id = "all"', 'id = "all"\nwhen = { role = ["footer"] }', "rule[1].when.role", "no role 'footer'"),
        ('id = "all"', 'id = "all"\nweight = 3', "rule[1].weight", "is not a key of this table"),
        ('public = ["举报"]', "public = [1]", "classes.public", "must be a list of non-empty strings"),
        ('action = "mask"\n\n', 'action = "gone"\n', "example[1].action", "is none of mask, review, keep"),
        ('id = "all"', 'id = "all"\nwhen = { value = "(1" }', "rule[1].when.value", "is not a regular expression: missing )"),
        ("[[rule]]", "[rule]", "rule", "must be list, not dict"),
        ('id = "strict"', "", "id", "is missing"),
        ('id = "strict"', 'id = "lax"', "id", "must be the file's name, 'strict', not 'lax'"),
        ("[classes]", "[clases]", "clases", "is not a key of this table"),
    ],
)
def test_a_wrong_policy_names_file_key_and_remedy(tmp_path: Path, old: str, new: str, key: str, problem: str) -> None:
    rules = changed(RULES + "\n", old, new)
    with pytest.raises(PolicyError) as caught:
        policy.load("strict", catalog.load(), folder(tmp_path, rules=rules))
    message = str(caught.value)
    assert re.match(rf"strict\.toml:\d+: {re.escape(key)}", message), message
    assert problem in message


def test_two_rules_of_one_name(tmp_path: Path) -> None:
    rule = RULES[RULES.index("[[rule]]") : RULES.index("[[example]]")]
    with pytest.raises(PolicyError, match=r"strict\.toml:\d+: rule\[2\]: two rules have the id 'all'"):
        policy.load("strict", catalog.load(), folder(tmp_path, rules=RULES + rule))


def test_an_unknown_policy_says_which_there_are() -> None:
    with pytest.raises(PolicyError, match=r"gov-publik: no such policy; there are .*gov-publish.*\.toml file"):
        deident.scan("x", policy="gov-publik")


def test_a_policy_by_its_path(tmp_path: Path) -> None:
    folder(tmp_path, rules=RULES)
    text = "举报电话：0851-85550101"
    assert deident.mask(text, policy=str(tmp_path / "policies/strict.toml")) != text == deident.mask(text)


def test_a_folder_of_ones_own_adds_a_kind(tmp_path: Path) -> None:
    scanner = Scanner(patterns=folder(tmp_path, rules=RULES), policy="strict")
    text = "工牌号：BG00000001，举报电话：0851-85550101。"
    assert {f.kind for f in scanner.scan(text)} == {"badge", "landline"}
    assert scanner.mask(text).startswith("工牌号：****，举报电话：")
    assert [p for p in examples.run(scanner) if p.file in ("badge.toml", "strict.toml")] == []
    assert "resident_id" in scanner.catalogue.patterns
    assert "strict" in policy.names(tmp_path) and "gov-publish" in policy.names(tmp_path)


def test_a_folder_of_ones_own_replaces_a_kind(tmp_path: Path) -> None:
    shipped = (catalog.home() / "mobile.toml").read_text(encoding="utf-8")
    own = re.sub(r"(?m)^keep .*\n", "", re.sub(r"(?m)^length .*$", "length = 2", shipped))
    assert own != shipped
    text = "本人手机13800001234"
    assert Scanner(patterns=folder(tmp_path, own, "mobile.toml")).mask(text) == "本人手机**"
    assert deident.mask(text) != "本人手机**"


def test_a_law_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "law.toml").write_text('[city-7]\nstatus = "official"\ntitle = "某市办法"\nsummary = "…"\n', encoding="utf-8")
    assert "city-7" in catalog.load(folder(tmp_path, changed(KIND, "disclosure-15", "city-7"))).laws


def test_a_failing_example_of_ones_own_is_reported(tmp_path: Path) -> None:
    scanner = Scanner(patterns=folder(tmp_path, changed(KIND, "型号BG00000001", "工牌号BG00000001")))
    (failure,) = [p for p in examples.run(scanner) if p.file == "badge.toml"]
    assert failure.problem == "found ['BG00000001'] instead of []"


def test_a_known_miss_that_holds_is_reported(tmp_path: Path) -> None:
    scanner = Scanner(patterns=folder(tmp_path, changed(KIND, "[[example]]", "[[example]]\nknown_miss = true")))
    (failure,) = [p for p in examples.run(scanner) if p.file == "badge.toml"]
    assert failure.problem == "known_miss holds now: take the mark away"
