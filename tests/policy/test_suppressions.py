"""What a site lets stay: by tag or by place, with a reason, an owner and a last day; what has expired does nothing and is listed."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from policy_files import catalogue, resident_id

from deident.engine import Scanner
from deident.engine.examine import Examiner
from deident.errors import PolicyError
from deident.linkage import tag
from deident.model import FileReport
from deident.policy import load_suppressions

KEY = b"a key for tests"
MOBILE, OTHER, NUMBER = "13800000001", "13900000002", resident_id(1901, 3, 15)
TEXT = f"户主手机{MOBILE}\n本人手机{OTHER}\n又：手机{MOBILE}，身份证号：{NUMBER}\n"
OFFICE = f"报名热线：{MOBILE}\n"


@pytest.fixture(scope="module")
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


@pytest.fixture(autouse=True)
def one_examiner(monkeypatch: pytest.MonkeyPatch, examiner: Examiner) -> None:
    """Everything but the list is the same in all of these scanners, so it is built once."""
    monkeypatch.setattr(Examiner, "build", staticmethod(lambda *_: examiner))


def entry(**keys: object) -> str:
    """One [[suppress]] with a reason, an owner and a last day, or those given."""
    said: dict[str, object] = {"reason": "值班手机，经办公室批准", "owner": "信息科", "expires": date(2999, 12, 31)} | keys
    return "[[suppress]]\n" + "".join(
        f"{key} = {value if isinstance(value, date) else repr(value)}\n" for key, value in said.items()
    )


def scanner(folder: Path, *entries: str, key: bytes | None = KEY) -> Scanner:
    (folder / "stay.toml").write_text("\n".join(entries), encoding="utf-8")
    return Scanner(suppressions=folder / "stay.toml", key=key)


def actions(report: FileReport, data: bytes) -> list[tuple[str, str, str]]:
    return [(data[f.start : f.end].decode(), f.action, f.rule) for f in report.findings]


def scan(made: Scanner, name: str = "a.txt", text: str = TEXT) -> list[tuple[str, str]]:
    data = text.encode()
    return [(value, action) for value, action, _ in actions(made.scan_many([(name, data)])[0], data)]


ALL_MASKED = [(MOBILE, "mask"), (OTHER, "mask"), (MOBILE, "mask"), (NUMBER, "mask")]
MOBILE_STAYS = [(MOBILE, "keep"), (OTHER, "mask"), (MOBILE, "keep"), (NUMBER, "mask")]


def test_by_tag(tmp_path: Path) -> None:
    made = scanner(tmp_path, entry(tag=tag(KEY, MOBILE.encode())))
    assert scan(made) == MOBILE_STAYS
    assert scan(made, "any/where.txt") == MOBILE_STAYS
    assert scan(Scanner(key=KEY)) == ALL_MASKED, "without the list"
    assert scan(scanner(tmp_path, entry(tag=tag(b"another key", MOBILE.encode())))) == ALL_MASKED, "a tag is of one agency's key"
    assert scan(scanner(tmp_path, entry(tag=tag(KEY, MOBILE.encode())), key=None)) == ALL_MASKED, (
        "nobody can read tags without the key"
    )


def test_a_tag_is_that_of_the_report(tmp_path: Path) -> None:
    [report] = Scanner(key=KEY).scan_many([("a.txt", TEXT.encode())])
    shown = next(f.tag for f in report.findings if f.kind == "resident_id")
    found = scan(scanner(tmp_path, entry(tag=shown)))
    assert found == [*ALL_MASKED[:3], (NUMBER, "keep")]


def test_a_value_that_stays_stays_however_it_is_written(tmp_path: Path) -> None:
    made = scanner(tmp_path, entry(tag=tag(KEY, MOBILE.encode())))
    wide = MOBILE.translate({code: code + 0xFEE0 for code in range(0x30, 0x3A)})
    text = f"户主手机{wide}，又138-0000-0001"
    assert {action for _, action in scan(made, text=text)} == {"keep"}


@pytest.mark.parametrize(("place", "stays"), [
    ({"file": "a.txt", "kind": "mobile"}, {MOBILE, OTHER}), ({"file": "*.txt", "kind": "resident_id"}, {NUMBER}),
    ({"file": "a.txt", "where": "line 1"}, {MOBILE}), ({"file": "a.txt", "where": "line 2"}, {OTHER}),
    ({"file": "a.txt", "where": "line 3"}, {MOBILE, NUMBER}), ({"file": "a.txt", "where": "line 3", "kind": "resident_id"}, {NUMBER}),
    ({"file": "a.txt", "where": "line 9"}, set()), ({"file": "a.txt", "kind": "landline"}, set()),
    ({"file": "b.txt", "kind": "mobile"}, set()), ({"file": "A.TXT", "kind": "mobile"}, set()), ({"file": "x/*", "kind": "mobile"}, set()),
])  # fmt: skip
def test_by_place(tmp_path: Path, place: dict[str, str], stays: set[str]) -> None:
    wanted = [(value, "keep" if value in stays else "mask") for value, _ in ALL_MASKED]
    assert scan(scanner(tmp_path, entry(**place))) == wanted, "a value that stays in one place stays in all of the document"


def test_a_place_in_a_page(tmp_path: Path) -> None:
    page = f'<html><head><title>手机{MOBILE}</title></head><body>\n<p title="手机{OTHER}">手机{OTHER}</p></body></html>'
    [report] = Scanner(key=KEY).scan_many([("a.html", page.encode())])
    where = {f.where for f in report.findings}
    assert "line 1 @title" in where
    assert dict(scan(scanner(tmp_path, entry(file="a.html", where="line 1 @title")), "a.html", page)) == {
        MOBILE: "keep",
        OTHER: "mask",
    }


def test_only_in_the_files_that_are_named(tmp_path: Path) -> None:
    made = scanner(tmp_path, entry(file="mzj/2024*/t*.txt", kind="mobile"))
    names = ("mzj/202401/t1.txt", "mzj/202301/t1.txt", "czj/202401/t1.txt", "mzj/202401/a1.txt")
    kept = [scan(made, name) == [*MOBILE_STAYS[:1], (OTHER, "keep"), *MOBILE_STAYS[2:]] for name in names]
    assert kept == [True, False, False, False]
    reports = made.scan_many([(name, TEXT.encode()) for name in names])
    assert [any(f.rule.startswith("mzj/2024") for f in report.findings) for report in reports] == kept, "in one batch"


def test_a_finding_names_the_entry_its_reason_and_its_owner(tmp_path: Path) -> None:
    made = scanner(tmp_path, entry(file="a.txt", where="line 2", kind="mobile"))
    [report] = made.scan_many([("a.txt", TEXT.encode())])
    (kept,) = [f for f in report.findings if f.action == "keep"]
    assert kept.rule == "a.txt line 2 mobile"
    assert all(part in kept.reason for part in ("值班手机，经办公室批准", "信息科", "2999-12-31"))


def test_a_masked_file_with_what_stays_is_verified(tmp_path: Path) -> None:
    made = scanner(tmp_path, entry(tag=tag(KEY, MOBILE.encode())))
    [(out, report)] = made.mask_many([("a.txt", TEXT.encode())])
    assert out is not None and report.status == "masked"
    assert out.decode().count(MOBILE) == 2 and OTHER.encode() not in out and NUMBER.encode() not in out
    assert made.mask_many([("a.txt", out)])[0][0] == out


def test_what_waits_for_a_person_can_be_let_stay(tmp_path: Path) -> None:
    assert scan(Scanner(key=KEY), text=OFFICE) == [(MOBILE, "review")]
    made = scanner(tmp_path, entry(tag=tag(KEY, MOBILE.encode())))
    [(out, report)] = made.mask_many([("a.txt", OFFICE.encode())])
    assert (out, report.status, [f.action for f in report.findings]) == (OFFICE.encode(), "clean", ["keep"])


def test_the_first_entry_that_covers_a_value_is_named(tmp_path: Path) -> None:
    made = scanner(
        tmp_path, entry(file="b.txt", kind="mobile"), entry(file="a.*", kind="mobile"), entry(file="a.txt", kind="mobile")
    )
    data = TEXT.encode()
    assert {rule for _, action, rule in actions(made.scan_many([("a.txt", data)])[0], data) if action == "keep"} == {"a.* mobile"}


# --- what has expired -----------------------------------------------------------------------------------------------------


def test_expired_entries_do_nothing_and_are_listed(tmp_path: Path) -> None:
    made = scanner(
        tmp_path, entry(file="a.txt", kind="mobile", expires=date(2020, 6, 30)), entry(file="a.txt", kind="resident_id")
    )
    assert scan(made) == [*ALL_MASKED[:3], (NUMBER, "keep")]
    assert [e.name for e in made.suppressions.expired] == ["a.txt mobile"]
    assert [e.name for e in made.suppressions.active] == ["a.txt resident_id"]
    assert made.suppressions.file == "stay.toml"


def test_an_entry_holds_through_its_last_day(tmp_path: Path) -> None:
    (tmp_path / "stay.toml").write_text(entry(file="a.txt", kind="mobile", expires=date(2026, 6, 30)), encoding="utf-8")
    for day, active in ((date(2026, 6, 29), 1), (date(2026, 6, 30), 1), (date(2026, 7, 1), 0)):
        found = load_suppressions(tmp_path / "stay.toml", catalogue(), day)
        assert (len(found.active), len(found.expired)) == (active, 1 - active)


# --- wrong lists ----------------------------------------------------------------------------------------------------------

GOOD = """\
[[suppress]]
tag = "0123456789ab"
reason = "x"
owner = "y"
expires = 2999-12-31

[[suppress]]
file = "a.txt"
kind = "mobile"
reason = "x"
owner = "y"
expires = 2999-12-31
"""


@pytest.mark.parametrize(("old", "new", "key", "line", "problem"), [
    ('tag = "0123456789ab"', f'tag = "{NUMBER}"', "suppress[1].tag", 2, "never the value itself"),
    ('tag = "0123456789ab"', 'tag = "0123456789AB"', "suppress[1].tag", 2, "twelve signs 0-9 a-f"),
    ('tag = "0123456789ab"', "", "suppress[1].tag", 1, "name a value by its tag from the report, or a file with `kind` or `where`"),
    ('kind = "mobile"\n', "", "suppress[2].tag", 7, "or a file with `kind` or `where`"),
    ('file = "a.txt"\n', "", "suppress[2].tag", 7, "or a file with"),
    ('kind = "mobile"', 'kind = "mobil"', "suppress[2].kind", 9, "no kind 'mobil'"),
    ('reason = "x"\n', "", "suppress[1].reason", 1, "is missing"),
    ('reason = "x"\n', 'reason = " "\n', "suppress[1].reason", 3, "cannot be empty"),
    ('owner = "y"\n', 'owner = ""\n', "suppress[1].reason", 3, "and owner say why"),
    ('owner = "y"\n', "", "suppress[1].owner", 1, "is missing"),
    ("expires = 2999-12-31\n", "", "suppress[1].expires", 1, "must be a day such as 2027-06-30"),
    ("expires = 2999-12-31\n", 'expires = "2999-12-31"\n', "suppress[1].expires", 5, "must be a day"),
    ("expires = 2999-12-31\n", "expires = 2999-12-31T10:00:00\n", "suppress[1].expires", 5, "must be a day"),
    ("expires = 2999-12-31\n", "expires = 2999-12-31\nforever = true\n", "suppress[1].forever", 6, "is not a key of this table"),
    ("[[suppress]]", "[[supress]]", "supress", 1, "is not a key of this table"),
    ("[[suppress]]", "[suppress]", "", 0, ""),
])  # fmt: skip
def test_a_wrong_list(tmp_path: Path, old: str, new: str, key: str, line: int, problem: str) -> None:
    (tmp_path / "stay.toml").write_text(GOOD.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(PolicyError) as caught:
        load_suppressions(tmp_path / "stay.toml", catalogue(), date(2026, 1, 1))
    assert str(caught.value).startswith(f"stay.toml:{line}: {key}: " if key else "stay.toml: cannot be read"), caught.value
    assert problem in str(caught.value)
    assert NUMBER not in str(caught.value)


def test_a_list_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nowhere\.toml: cannot be read"):
        Scanner(suppressions=tmp_path / "nowhere.toml")
    assert Scanner().suppressions.active == ()
