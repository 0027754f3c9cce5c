"""Rules on whom a value is about: hide the illness and keep the name, or the other way round."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_files import catalogue
from tagger_fakes import Words

from deident import Scanner, policy
from deident.errors import PolicyError

HEAD = 'id = "own"\nname = { zh = "本院", en = "Ours" }\nextends = "gov-publish"\naudience = "internal"\n'
CELLS = '[cells.unknown]\nperson_name = { action = "%s", basis = ["default"] }\nmedical_record = { action = "%s", basis = ["default"] }\n'
RULE = """
[[rule]]
id = "names-of-the-ill"
kinds = ["person_name"]
when = { subject = ["illness"] }
action = "%s"
reason = { zh = "病人的姓名", en = "the name of somebody who is ill" }
basis = ["pipl-28"]
"""
TEXT = "陈一一有红帽子多年。\n罗二二也在场。"


def actions(folder: Path, profile: str, text: str = TEXT) -> dict[str, str]:
    path = folder / "own.toml"
    path.write_text(HEAD + profile, encoding="utf-8")
    found = Scanner(policy=str(path), ner=Words()).scan(text)
    return {text[f.start : f.end]: f.action for f in found}


@pytest.mark.parametrize(("name", "illness"), [("keep", "mask"), ("mask", "keep")])
def test_cells_tell_the_illness_from_the_name(name: str, illness: str, tmp_path: Path) -> None:
    assert actions(tmp_path, CELLS % (name, illness)) == {"陈一一": name, "红帽子": illness, "罗二二": name}


@pytest.mark.parametrize(("ill", "others"), [("mask", "keep"), ("keep", "mask")])
def test_a_rule_tells_the_names_of_those_who_are_ill(ill: str, others: str, tmp_path: Path) -> None:
    assert actions(tmp_path, RULE % ill + CELLS % (others, "keep")) == {"陈一一": ill, "红帽子": "keep", "罗二二": others}


def test_it_is_about_a_person_not_about_a_line(tmp_path: Path) -> None:
    text = "姓名\t备注\n陈一一\t红帽子\n罗二二\t\n\n罗二二和陈一一都已到场"
    found = actions(tmp_path, RULE % "mask" + CELLS % ("keep", "mask"), text)
    assert (found["陈一一"], found["罗二二"]) == ("mask", "keep")


def test_a_finding_is_no_company_of_its_own(tmp_path: Path) -> None:
    rule = (RULE % "keep").replace('kinds = ["person_name"]', 'kinds = ["illness"]')
    cells = CELLS % ("keep", "mask")
    assert actions(tmp_path, rule + cells, "陈一一有红帽子")["红帽子"] == "mask"
    both = actions(tmp_path, rule + cells, "陈一一有红帽子和蓝帽子")
    assert (both["红帽子"], both["蓝帽子"]) == ("keep", "keep")


def test_it_holds_within_a_document(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + RULE % "mask" + CELLS % ("keep", "keep"), encoding="utf-8")
    found = Scanner(policy=str(path), ner=Words()).scan_texts(["陈一一有红帽子多年", "陈一一在家务农"])
    names = [f for f in found if f.kind == "person_name"]
    assert [(f.text, f.action) for f in names] == [(0, "mask"), (1, "keep")]


def test_it_takes_kinds(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + (RULE % "mask").replace('["illness"]', '["ilness"]'), encoding="utf-8")
    with pytest.raises(PolicyError, match="no kind 'ilness'"):
        policy.load(str(path), catalogue())


def test_it_is_explained_as_written(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + RULE % "mask", encoding="utf-8")
    said = Scanner(policy=str(path), ner=Words()).explain(TEXT)
    assert ("names-of-the-ill", ("subject: illness",)) in [(one.rule, one.conditions) for one in said]
