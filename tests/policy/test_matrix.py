"""The matrix: which cell decides, and that a profile changes exactly the cells that it names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
from generated import few
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from policy_files import TYPE, catalogue, load

from deident import policy
from deident.catalog import Mask
from deident.errors import PolicyError
from deident.model import ACTIONS, CATEGORIES, MASK
from deident.policy import UNKNOWN, Policy, Verdict
from deident.policy.cells import COARSER, NEVER_KEPT

HEAD = 'id = "{0}"\nname = {{ zh = "{0}", en = "{0}" }}\nextends = "{1}"\n'
#: rules of gov-publish decide every value of these before the matrix is asked: cells for them would be an error
UNASKED = "exam_number", "enforcement_certificate", "uscc", "org_code"


def profile(cells: str, id: str = "own", extends: str = "gov-publish", more: str = "") -> str:
    return HEAD.format(id, extends) + more + cells


def verdicts(made: Policy) -> dict[tuple[str, str], Verdict]:
    """What decides each kind in each type."""
    rows = (*made.types, UNKNOWN)
    assert made.cells.shape == (len(rows), len(catalogue().kinds))
    return {
        (type, kind): made.verdicts[made.cells[place, number]]
        for place, type in enumerate(rows)
        for number, kind in enumerate(catalogue().kinds)
    }


@cache
def shipped() -> Policy:
    return policy.load("gov-publish", catalogue())


@cache
def table() -> dict[tuple[str, str], Verdict]:
    return verdicts(shipped())


def category(kind: str) -> str:
    return catalogue().patterns[kind].category


# --- the shipped matrix ---------------------------------------------------------------------------------------------------


def test_every_type_says_something_on_everything() -> None:
    made = shipped()
    assert len(made.types) >= 35
    for (type, kind), verdict in table().items():
        assert verdict.source == "cell"
        assert verdict.id in (f"{type}.{category(kind)}", f"{type}.{kind}")
        assert verdict.reason["zh"] and verdict.reason["en"] and verdict.basis
        assert set(verdict.basis) <= set(catalogue().laws)


def test_the_rows_of_the_domain_are_all_there() -> None:
    rows = {row for one in shipped().types.values() for row in one.row.replace("13b", "").split("/")}
    assert {str(n) for n in range(1, 36)} <= rows


def test_unknown_is_as_strict_as_the_law_on_anything(tmp_path: Path) -> None:
    for kind in catalogue().kinds:
        verdict = table()[UNKNOWN, kind]
        assert ACTIONS[verdict.action] != "keep", "nothing of a private person stays where nobody knows what the page is"


def test_nothing_that_only_an_exemption_may_keep_is_kept_on_the_internet() -> None:
    for name in policy.names():
        made = policy.load(name, catalogue())
        if made.audience == "internet":
            kept = {(t, k) for (t, k), v in verdicts(made).items() if ACTIONS[v.action] == "keep" and category(k) in NEVER_KEPT}
            assert [k for _, k in kept if catalogue().patterns[k].severity == "high"] == [], name


def test_a_cell_in_words() -> None:
    aid = table()["student_aid", "resident_id"]
    assert aid.reason == {
        "zh": "学生资助、奖助学金：身份证等证件号码不公开",
        "en": "Student aid and scholarships: Identity document numbers must not be published",
    }
    assert (aid.action, aid.delete, aid.mask, aid.basis) == (MASK, "suppress", Mask("suppress"), ("jcth-2017-28",))
    home = table()["social_assistance", "home_address"]
    assert home.reason["zh"].startswith("低保、特困、临时救助：家庭住址只公开到村（社区）") and home.mask == Mask("village")
    assert table()[UNKNOWN, "mobile"].reason["zh"].startswith("未识别类型：联系电话")


# --- what goes before what ------------------------------------------------------------------------------------------------


def test_precedence(tmp_path: Path) -> None:
    """The profile before the one it extends; in each, the type before "*"; in each of these, the kind before its category."""
    keep, review, delete = (f'{{ action = "{action}", basis = ["default"] }}' for action in ("keep", "review", "delete"))
    suppress = '{ action = "mask", to = "suppress", basis = ["default"] }'
    files = {
        "types/market_stall.toml": TYPE,
        "base.toml": profile(
            f'[cells."*"]\nlife_experience = {keep}\nplate = {review}\nmobile = {review}\n'
            f"[cells.market_stall]\nplate = {suppress}\nbirth_date = {review}\n", "base"),
        "own.toml": profile(f'[cells."*"]\nbirth_date = {keep}\n[cells.market_stall]\nphone = {delete}\n[cells.unknown]\nemail = {delete}\n',
                            extends="base"),
    }  # fmt: skip
    base, own = (load(tmp_path, files, name).matrix for name in ("base", "own"))
    found = [(base.cell(*one).action, own.cell(*one).action) for one in (
        ("market_stall", "life_experience"), ("student_aid", "life_experience"), ("unknown", "life_experience"),  # "*" of the base
        ("market_stall", "property_status", "plate"), ("student_aid", "property_status", "plate"),  # the type before "*"
        ("market_stall", "property_status"),  # a kind's cell is not its category's
        ("market_stall", "phone", "mobile"), ("student_aid", "phone", "mobile"),  # own type before the base's "*", category or kind
        ("market_stall", "birth_date"), ("student_aid", "birth_date"),  # own "*" before the base's type
        ("unknown", "email"), ("market_stall", "email"), ("market_stall", "id_number"),
    )]  # fmt: skip
    assert found == [
        ("keep", "keep"), ("keep", "keep"), ("keep", "keep"),
        ("mask", "mask"), ("review", "review"),
        ("review", "review"),
        ("review", "delete"), ("review", "review"),
        ("review", "keep"), ("delete", "keep"),
        ("mask", "delete"), ("mask", "mask"), ("delete", "delete"),
    ]  # fmt: skip


def test_a_kind_before_its_category_in_one_table(tmp_path: Path) -> None:
    text = profile(
        '[cells.student_aid]\nphone = { action = "review", basis = ["default"] }\nmobile = { action = "delete", basis = ["default"] }\n'
    )
    cell = load(tmp_path, {"own.toml": text}).matrix.cell
    assert (cell("student_aid", "phone", "mobile").action, cell("student_aid", "phone", "landline").action) == (
        "delete",
        "review",
    )


# --- one cell is one cell -------------------------------------------------------------------------------------------------


@st.composite
def cells(draw: st.DrawFn) -> tuple[str, str, str]:
    """Type (or "*"), category or kind, and what the cell says."""
    type = draw(st.sampled_from((*shipped().types, UNKNOWN, "*")))
    key = draw(st.sampled_from((*CATEGORIES, *catalogue().kinds)).filter(lambda key: key not in UNASKED))
    of = key if key in CATEGORIES else category(key)
    actions = ['action = "review"', 'action = "delete"', 'action = "mask"', 'action = "mask", to = "suppress"']
    actions += [] if of in NEVER_KEPT else ['action = "keep"']
    return type, key, draw(st.sampled_from(actions))


@settings(few, max_examples=25, phases=[Phase.explicit, Phase.generate])  # a case is as small as it gets
@given(cells())
def test_a_profile_changes_exactly_its_cell(tmp_path_factory: pytest.TempPathFactory, one: tuple[str, str, str]) -> None:
    type, key, says = one
    folder = tmp_path_factory.mktemp("own")
    text = profile(f'[cells."{type}"]\n{key} = {{ {says}, basis = ["gb35273"] }}\n')
    try:
        made = load(folder, {"own.toml": text})
    except PolicyError as problem:
        if "is never asked" not in str(problem):
            raise
        return  # a rule decides it: said, not passed over
    before, after = table(), verdicts(made)
    wanted = {
        (row, kind)
        for row, kind in before
        if type in (row, "*") and (kind == key or category(kind) == key)
    }  # fmt: skip
    assert {place for place in before if before[place] != after[place]} == wanted
    for place in wanted:
        verdict = after[place]
        assert verdict.basis == ("gb35273",)
        assert ACTIONS[verdict.action] == ("mask" if "delete" in says else says.split('"')[1])
        assert verdict.mask == (Mask("suppress") if "delete" in says or "suppress" in says else None)
        assert verdict.delete == ("suppress" if "delete" in says else "")


@pytest.mark.parametrize("how", ["suppress", "cell", "column"])
def test_how_a_profile_deletes(tmp_path: Path, how: str) -> None:
    made = load(tmp_path, {"own.toml": profile("", more=f'delete = "{how}"\n')})
    before = table()
    for place, verdict in verdicts(made).items():
        if before[place].delete:
            assert (verdict.delete, verdict.mask) == (how, Mask("suppress" if how == "suppress" else "delete"))
        else:
            assert verdict == before[place]


def test_every_coarser_form_is_put_into_words(tmp_path: Path) -> None:
    fits = {
        "year": "birth_date",
        "village": "home_address",
        "band": "property_status",
        "plate": "property_status",
        "area": "phone",
    }
    for form in COARSER:
        of = fits.get(form) or ("home_address" if form in ("township", "county") else "birth_date")
        text = profile(f'[cells.student_aid]\n{of} = {{ action = "generalise", to = "{form}", basis = ["default"] }}\n')
        reason = next(v for (t, k), v in verdicts(load(tmp_path, {"own.toml": text})).items() if (t, category(k)) == ("student_aid", of)
                      and v.id == f"student_aid.{of}").reason  # fmt: skip
        assert not reason["zh"].endswith("只公开到") and not reason["en"].endswith("cut down to "), form
