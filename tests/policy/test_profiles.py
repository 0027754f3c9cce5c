"""Profiles: what each of them is for, and what in a profile's file is an error, with file, line and remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from deident import catalog, examples, policy
from deident.engine import Scanner
from deident.errors import InputError, PolicyError
from deident.policy.cells import NEVER_KEPT

CATALOGUE = catalog.load()
HEAD = 'id = "own"\nname = { zh = "x", en = "x" }\n'
EXTENDS = HEAD + 'extends = "gov-publish"\n'
RULE = '[[rule]]\nid = "r"\ncategories = ["phone"]\naction = "mask"\nreason = { zh = "x", en = "x" }\nbasis = ["convention"]\n'
ID = "52010219010315904X"


def load(folder: Path, text: str, name: str = "own") -> policy.Policy:
    (folder / "policies").mkdir(exist_ok=True)
    (folder / f"policies/{name}.toml").write_text(text, encoding="utf-8")
    return policy.load(name, CATALOGUE, folder)


def verdict(name: str, text: str, value: str, doc_type: str | None = None) -> str:
    scanner = Scanner(policy=name, key=examples.KEY)
    return next(f.action for f in scanner.scan(text, doc_type=doc_type) if text[f.start : f.end] == value)


# ---- the shipped ones


def test_the_shipped_profiles() -> None:
    assert set(policy.names()) == {"gov-publish", "village-board", "court", "student-aid", "open-data", "internal"}
    audiences = {name: policy.load(name, CATALOGUE).audience for name in policy.names()}
    assert audiences == {
        "gov-publish": "internet", "village-board": "locality", "court": "internet", "student-aid": "internet",
        "open-data": "internet", "internal": "internal",
    }  # fmt: skip


@pytest.mark.parametrize("name", policy.names())
def test_no_profile_lets_numbers_accounts_or_illness_stay(name: str) -> None:
    for category in ("id_number", "bank_account", "medical_record", "disability"):
        matrix = policy.load(name, CATALOGUE).matrix
        actions = {matrix.cell(type, category).action for type in (*matrix.ids, policy.UNKNOWN)}
        assert "keep" not in actions, category


@pytest.mark.parametrize("name", [name for name in policy.names() if name not in ("gov-publish", "internal", "village-board")])
def test_nothing_is_kept_on_the_internet_without_an_exemption(name: str) -> None:
    matrix = policy.load(name, CATALOGUE).matrix
    kept = {c for c in NEVER_KEPT for type in (*matrix.ids, policy.UNKNOWN) if matrix.cell(type, c).action == "keep"}
    assert kept == set()


def test_what_each_profile_makes_of_one_list() -> None:
    text = f"户主姓名\t身份证号\t出生日期\t联系电话\n陈一一\t{ID}\t1901-03-15\t13800000001"
    masked = {name: Scanner(policy=name, key=examples.KEY).mask(text, doc_type="agri_subsidy") for name in policy.names()}
    assert masked["gov-publish"] == masked["village-board"] == "户主姓名\t身份证号\t出生日期\t联系电话\n陈一一\t***\t***\t***"
    assert masked["internal"] == "户主姓名\t身份证号\t出生日期\t联系电话\n陈一一\t***\t1901-03-15\t13800000001"
    assert masked["student-aid"] == "户主姓名\t\t\t\n***\t\t\t"
    name, number, born, phone = masked["open-data"].split("\n")[1].split("\t")
    assert name.startswith("〔") and number.startswith("〔") and born == "1901-**-**" and phone == ""


def test_pseudonyms_are_the_same_within_a_data_set_only() -> None:
    text = "姓名\t金额\n陈一一\t300\n罗二二\t300\n陈一一\t500"
    one, again, other = (Scanner(policy="open-data", key=examples.KEY, data_set=name).mask(text) for name in ("a", "a", "b"))
    first, second, third = (line.split("\t")[0] for line in one.split("\n")[1:])
    assert first == third != second
    assert one == again != other


def test_pseudonyms_need_a_key() -> None:
    with pytest.raises(InputError, match="key"):
        Scanner(policy="open-data")


# ---- extending


def test_a_single_cell_differs(tmp_path: Path) -> None:
    cell = '[cells.social_assistance]\nperson_name = { action = "mask", to = "name", basis = ["default"] }\n'
    one, usual = load(tmp_path, EXTENDS + cell), policy.load("gov-publish", CATALOGUE)
    assert one.matrix.cell("social_assistance", "person_name").action == "mask"
    assert one.matrix.cell("social_assistance", "id_number") == usual.matrix.cell("social_assistance", "id_number")
    assert one.matrix.cell("agri_subsidy", "person_name") == usual.matrix.cell("agri_subsidy", "person_name")


def test_one_may_overrule_all_that_the_extended_one_says_of_a_kind(tmp_path: Path) -> None:
    made = load(tmp_path, EXTENDS + RULE)
    assert made.rules[0].id == "r" and len(made.rules) == len(policy.load("gov-publish", CATALOGUE).rules) + 1


def test_a_cell_for_every_type_goes_before_the_types_own(tmp_path: Path) -> None:
    cells = '[cells."*"]\nid_number = { action = "mask", basis = ["default"] }\n'
    matrix = load(tmp_path, EXTENDS + cells).matrix
    assert {matrix.cell(type, "id_number").action for type in matrix.ids} == {"mask"}


# ---- errors


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (EXTENDS + '[cells.studentaid]\nphone = { action = "delete", basis = ["default"] }\n', r"own\.toml:4: cells\.studentaid: no document type"),
        (EXTENDS + '[cells.news]\nphones = { action = "delete", basis = ["default"] }\n', r"own\.toml:5: cells\.news\.phones: is neither a category"),
        (EXTENDS + '[cells.news]\nphone = { action = "remove" }\n', r"own\.toml:5: cells\.news\.phone\.action: 'remove' is none of"),
        (EXTENDS + '[cells.news]\nphone = { action = "keep", basis = ["default"] }\n', r"own\.toml:5: cells\.news\.phone: keeps the phone .*exemptions"),
        (EXTENDS + '[cells.news]\nmobile = { action = "keep", basis = ["default"] }\n', r"own\.toml:5: cells\.news\.mobile: keeps the phone"),
        (EXTENDS + '[cells.news]\nphone = { action = "delete", to = "year" }\n', r"own\.toml:5: .*leave `to` out"),
        (EXTENDS + '[cells.news]\nuscc = { action = "delete", basis = ["default"] }\n', r"own\.toml:5: cells\.news\.uscc: is never asked: rule 'organisation"),
        (EXTENDS + '[classes]\nmine = []\n', r"own\.toml:5: classes\.mine: has no words"),
        (EXTENDS + '[classes]\nprotected = ["负责人"]\n', r"own\.toml:5: classes\.protected: '负责人' stands in both .*take it out"),
        (EXTENDS + '[classes]\nofficial = ["患者"]\n', r"own\.toml:5: classes\.official: '患者' stands in both .*'name-"),
        (EXTENDS + RULE + 'when = { near = ["public"] }\nunless = { near = ["public", "kin"] }\n',
         r"own\.toml:11: rule\[1\]\.unless\.near: excludes what when\.near asks for"),
        (EXTENDS + RULE + RULE.replace('"r"', '"s"'), r"own\.toml:10: rule\[2\]: 's' is never reached: 'r' before"),
        (EXTENDS + RULE.replace('"r"', '"hotline"'), r"own\.toml:4: rule\[1\]: two rules have the id 'hotline'"),
        (EXTENDS + RULE + 'when = { nearst = ["public"] }\n', r"own\.toml:10: rule\[1\]\.when\.nearst: is not a key"),
        (EXTENDS + 'audience = "world"\n', r"own\.toml:4: audience: 'world' is none of"),
        (EXTENDS + 'delete = "row"\n', r"own\.toml:4: delete: 'row' is none of"),
        (HEAD + 'extends = "gov-publik"\n', r"own\.toml.*extends: no policy 'gov-publik'; there are .*gov-publish"),
        (HEAD + 'extends = "internal"\naudience = "internet"\n', r"own\.toml:4: audience: the cell .* of the profile that is extended keeps"),
        (EXTENDS + '[[example]]\ntext = "«x»"\naction = "keep"\ntype = "newspaper"\n', r"own\.toml:7: .*no document type 'newspaper'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PolicyError, match=said):
        load(tmp_path, text)


def test_a_profile_for_neighbours_may_keep_what_the_internet_may_not(tmp_path: Path) -> None:
    cell = 'audience = "locality"\n[cells.news]\nphone = { action = "keep", basis = ["default"] }\n'
    assert load(tmp_path, EXTENDS + cell).matrix.cell("news", "phone").action == "keep"


def test_a_word_of_the_exemptions_that_says_both(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    shipped = (catalog.home() / "policies/exemptions.toml").read_text(encoding="utf-8")
    own = shipped.replace('subject = ["', 'subject = ["担保人", "')
    (tmp_path / "policies/exemptions.toml").write_text(own, encoding="utf-8")
    with pytest.raises(
        PolicyError, match=r"exemptions\.toml:\d+: classes\.subject: '担保人' stands in both subject and protected"
    ):
        policy.load("gov-publish", CATALOGUE, tmp_path)
