"""A wrong cell is an error that names file, line, key and remedy; a right one says what is left and what a finding is called."""

from __future__ import annotations

from pathlib import Path

import pytest
from policy_files import PROFILE, TYPE, changed, load, refused

from deident.catalog import Mask
from deident.model import CATEGORIES

PHONE = 'phone = { action = "mask", to = "suppress", basis = ["default"] }'
NUMBER = 'id_number = { action = "delete", basis = ["jcth-2017-28"] }'
P = "cells.student_aid.phone"

WRONG = [
    # action
    (PHONE, 'phone = { action = "hide" }', f"{P}.action", "phone =", "'hide' is none of keep, mask, generalise, delete, review"),
    (PHONE, 'phone = { to = "suppress" }', f"{P}.action", "phone =", "is missing"),
    (PHONE, "phone = { action = 1 }", f"{P}.action", "phone =", "must be str, not int"),
    (PHONE, 'phone = "keep"', P, "phone =", "must be dict, not str"),
    # what it stands for
    (PHONE, 'phones = { action = "mask" }', "cells.student_aid.phones", "phones =", "is neither a category .*nor a kind"),
    (PHONE, 'mobil = { action = "mask" }', "cells.student_aid.mobil", "mobil =", "nor a kind .`deident list kinds`"),
    ("[cells.student_aid]", "[cells.student_ade]", "cells.student_ade", "[cells.student_ade]", "no document type 'student_ade'"),
    (PHONE, 'phone = { action = "mask", form = "suppress" }', f"{P}.form", "phone =", "is not a key of this table"),
    # form
    (PHONE, 'phone = { action = "mask", to = "stars" }', f"{P}.to", "phone =", "'stars' does not fit phone: one of area, ends"),
    (PHONE, 'phone = { action = "mask", to = "year" }', f"{P}.to", "phone =", "'year' does not fit phone"),
    (NUMBER, 'id_number = { action = "mask", to = "name" }', "cells.student_aid.id_number.to", "id_number =", "does not fit id_number"),
    (NUMBER, 'mobile = { action = "mask", to = "village" }', "cells.student_aid.mobile.to", "mobile =", "does not fit phone"),
    (PHONE, 'phone = { action = "keep", to = "area" }', f"{P}.to", "phone =", "the action is 'keep'; leave one of them out"),
    (PHONE, 'phone = { action = "review", to = "area" }', f"{P}.to", "phone =", "the action is 'review'"),
    (PHONE, 'phone = { action = "delete", to = "area" }', f"{P}.to", "phone =", "nothing is left of what is deleted"),
    (PHONE, 'phone = { action = "generalise" }', f"{P}.to", "phone =", "generalise needs one of year, month"),
    (PHONE, 'phone = { action = "generalise", to = "suppress" }', f"{P}.to", "phone =", "generalise needs one of"),
    (PHONE, 'phone = { action = "generalise", to = "village" }', f"{P}.to", "phone =", "'village' does not fit phone"),
    (PHONE, 'phone = { action = "mask", to = ["area"] }', f"{P}.to", "phone =", "must be str, not list"),
    # mask
    (NUMBER, 'id_number = { action = "mask", mask = { keep = [6, 4] } }', "cells.student_aid.id_number.mask", "id_number =", "traps T1, T2"),
    (NUMBER, 'id_number = { action = "mask", mask = { keep = [2, 3] } }', "cells.student_aid.id_number.mask", "id_number =", "traps T1, T2"),
    (NUMBER, 'disability_cert = { action = "mask", mask = { keep = [0, 4] } }', "cells.student_aid.disability_cert.mask",
     "disability_cert =", "keep at most the first 6 and nothing at the end"),
    (PHONE, 'phone = { action = "mask", mask = { keep = [7, 0] } }', f"{P}.mask", "phone =", "trap T6"),
    (PHONE, 'bank_account = { action = "mask", mask = { keep = [6, 4] } }', "cells.student_aid.bank_account.mask",
     "bank_account =", "at most the last 4"),
    (PHONE, 'phone = { action = "mask", to = "area", mask = { length = 3 } }', f"{P}.mask", "phone =", "without `to`"),
    (PHONE, 'phone = { action = "delete", mask = { length = 3 } }', f"{P}.mask", "phone =", 'goes with action = "mask"'),
    (PHONE, 'phone = { action = "keep", mask = { length = 3 } }', f"{P}.mask", "phone =", 'goes with action = "mask"'),
    (PHONE, 'phone = { action = "mask", mask = { form = "stars" } }', f"{P}.mask.form", "phone =", "'stars' is none of ends"),
    (PHONE, 'phone = { action = "mask", mask = { kept = [1, 1] } }', f"{P}.mask.kept", "phone =", "is not a key of this table"),
    # basis and note
    (PHONE, 'phone = { action = "mask", basis = ["gdpr-6"] }', f"{P}.basis", "phone =", "no law 'gdpr-6' in law.toml"),
    (PHONE, 'phone = { action = "mask", basis = "default" }', f"{P}.basis", "phone =", "must be list, not str"),
    (PHONE, 'phone = { action = "mask", note = { zh = "话" } }', f"{P}.note", "phone =", "needs zh and en"),
    (PHONE, 'phone = { action = "mask" }', f"{P}.basis", "phone =", "is missing: a cell says on what authority"),
    # what the internet may not read
    (NUMBER, 'id_number = { action = "keep", basis = ["default"] }', "cells.student_aid.id_number", "id_number =",
     r"keeps the id_number of private persons on the internet; name the field in exemptions.toml .*audience = .locality."),
    (PHONE, 'phone = { action = "keep", basis = ["default"] }', P, "phone =", "keeps the phone of private persons"),
    ('plate = { action = "mask", to = "plate", basis = ["default"] }', 'bank_account = { action = "keep", basis = ["default"] }', "cells.*.bank_account",
     "bank_account =", "keeps the bank_account"),
    (NUMBER, 'resident_id = { action = "keep", basis = ["default"] }', "cells.student_aid.resident_id", "resident_id =", "on the internet"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "key", "at", "problem"), WRONG)
def test_a_wrong_cell_of_a_profile(tmp_path: Path, old: str, new: str, key: str, at: str, problem: str) -> None:
    text = changed(PROFILE, old, new)
    at = at if text.count(at) == 1 else new  # `phone =` would stand in another key too
    refused(tmp_path, "own.toml", text, key, at, problem, name="own")


@pytest.mark.parametrize(("old", "new", "key", "at", "problem"), [
    ('email = { action = "mask"', 'email = { action = "hide"', "cells.email.action", "email =", "'hide' is none of"),
    ('home_address = { action = "generalise", to = "village"', 'home_address = { action = "generalise", to = "area"',
     "cells.home_address.to", "home_address =", "'area' does not fit home_address: one of village, township, county"),
    ('id_number = { action = "delete"', 'id_number = { action = "keep"', "cells.id_number", "id_number =", "on the internet"),
    ('phone = { action = "mask", mask = { keep = [3, 0]', 'phone = { action = "mask", mask = { keep = [7, 4]', "cells.phone.mask",
     "phone =", "trap T6"),
    ('en = "marriage"', 'fr = "mariage"', "cells.marital_status.note", "marital_status =", "needs zh and en"),
    ('basis = ["pipl-28"]', 'basis = ["pipl-82"]', "cells.medical_record.basis", "medical_record =", "no law 'pipl-82'"),
])  # fmt: skip
def test_a_wrong_cell_of_a_type(tmp_path: Path, old: str, new: str, key: str, at: str, problem: str) -> None:
    text = changed(TYPE, old, new)
    refused(tmp_path, "types/market_stall.toml", text, key, at, problem)


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_row_says_something_on_each_category(tmp_path: Path, category: str) -> None:
    line = next(line for line in TYPE.splitlines() if line.startswith(f"{category} ="))
    text = TYPE.replace(line + "\n", "")
    refused(tmp_path, "types/market_stall.toml", text, f"cells.{category}", "[cells]", "is missing: a row says something on each")


def test_what_a_cell_says(tmp_path: Path) -> None:
    cells = load(tmp_path, {"types/market_stall.toml": TYPE}, "gov-publish").types["market_stall"].cells
    assert {category: (cell.action, cell.verdict) for category, cell in cells.items() if category in ("phone", "home_address", "disability")} == {
        "phone": ("mask", "mask"), "home_address": ("generalise", "mask"), "disability": ("delete", "mask"),
    }  # fmt: skip
    assert (cells["person_name"].verdict, cells["property_status"].verdict) == ("keep", "review")
    assert cells["phone"].to == Mask("ends", (3, 0), "*", 8)
    assert cells["home_address"].to == Mask("village") and cells["disability"].to is None
    assert cells["marital_status"].note == {"zh": "婚", "en": "marriage"}
    assert cells["medical_record"].basis == ("pipl-28",)


@pytest.mark.parametrize("audience", ["locality", "affected", "internal"])
def test_a_smaller_audience_may_read_more(tmp_path: Path, audience: str) -> None:
    text = changed(PROFILE, 'audience = "internet"', f'audience = "{audience}"')
    policy = load(tmp_path, {"own.toml": changed(text, PHONE, 'phone = { action = "keep", basis = ["default"] }')})
    assert policy.matrix.cell("student_aid", "phone").action == "keep"


def test_what_costs_its_owner_little_may_stay_by_itself(tmp_path: Path) -> None:
    own = 'student_id = { action = "keep", basis = ["convention"] }'
    policy = load(tmp_path, {"own.toml": changed(PROFILE, NUMBER, own)})
    assert policy.matrix.cell("student_aid", "id_number", "student_id").action == "keep"
    assert policy.matrix.cell("student_aid", "id_number", "resident_id").action == "delete"
