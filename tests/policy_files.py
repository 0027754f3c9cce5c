"""Policy files of one's own for tests: a whole type, a profile that extends the shipped one, a list of exemptions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from deident import catalog, policy
from deident.errors import PolicyError
from deident.policy import Policy

TYPE = """\
id   = "market_stall"
row  = "1"
name = { zh = "摊位", en = "Market stalls" }

[recognise]
rivals = 6.0
title = { sure = ["摊位+名单"], likely = ["摊位"], against = ["办法$"] }
heads = { sure = ["摊位号"] }
body = { hint = ["集市"] }

[publish]
audience = "internet"
channels = ["site"]
publicity_days = 5
after_period = "takedown"
basis = ["disclosure-15"]

[cells]
person_name = { action = "keep", basis = ["convention"] }
id_number = { action = "delete", basis = ["disclosure-15"] }
home_address = { action = "generalise", to = "village", basis = ["convention"] }
bank_account = { action = "delete", basis = ["disclosure-15"] }
birth_date = { action = "generalise", to = "year", basis = ["disclosure-15"] }
phone = { action = "mask", mask = { keep = [3, 0], length = 8 }, basis = ["default"] }
email = { action = "mask", to = "suppress", basis = ["disclosure-15"] }
medical_record = { action = "delete", basis = ["pipl-28"] }
property_status = { action = "review", basis = ["default"] }
social_relation = { action = "delete", basis = ["disclosure-15"] }
life_experience = { action = "delete", basis = ["disclosure-15"] }
disability = { action = "delete", basis = ["disclosure-15"] }
marital_status = { action = "delete", basis = ["disclosure-15"], note = { zh = "婚", en = "marriage" } }

[[example]]
title = "集市摊位名单"
text = "摊位号"

[[counterexample]]
title = "集市办法"
type = ""
"""

PROFILE = """\
id = "own"
extends = "gov-publish"
name = { zh = "本县", en = "Our county" }
audience = "internet"
delete = "cell"

[classes]
ours = ["集市热线"]

[[rule]]
id = "our-hotline"
categories = ["phone"]
when = { near = ["ours"] }
action = "keep"
reason = { zh = "热线", en = "a hotline" }
basis = ["disclosure-20-2"]

[[rule]]
id = "our-cards"
kinds = ["bank_card"]
when = { type = ["donation"] }
action = "mask"
mask = { keep = [0, 4], length = 8 }
reason = { zh = "卡", en = "a card" }
basis = ["disclosure-15"]

[cells.student_aid]
id_number = { action = "delete", basis = ["jcth-2017-28"] }
phone = { action = "mask", to = "suppress", basis = ["default"] }

[cells."*"]
plate = { action = "mask", to = "plate", basis = ["default"] }

[[example]]
text = "集市热线«0851-85550101»"
type = "student_aid"
action = "keep"
"""

EXEMPTIONS = """\
[classes]
guarded = ["担保人"]

[[exemption]]
id = "debtor-number"
type = "dishonest_debtor"
kinds = ["resident_id"]
group = "punitive"
when = { title = ["guarded"] }
reason = { zh = "惩戒", en = "punitive" }
basis = ["shixin-4"]

[[exemption]]
id = "debtor-name"
type = "dishonest_debtor"
category = "person_name"
group = "punitive"
reason = { zh = "惩戒", en = "punitive" }
basis = ["shixin-4"]
"""


@cache
def catalogue() -> catalog.Catalogue:
    return catalog.load()


def write(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder of one's own with these files under policies/ ("types/x.toml": a type)."""
    for name, text in files.items():
        path = folder / "policies" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def load(folder: Path, files: Mapping[str, str], name: str = "own") -> Policy:
    return policy.load(name, catalogue(), write(folder, files))


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) >= 1, old
    return text.replace(old, new, 1)


def refused(
    folder: Path, file: str, text: str, key: str, at: str, problem: str, *, name: str = "gov-publish", **others: str
) -> None:
    """The file is refused with `file:line: key: problem`; the line is the one that holds `at` ("": the first)."""
    if at:
        assert text.count(at) == 1, at
    line = text[: text.index(at)].count("\n") + 1 if at else 1
    with pytest.raises(PolicyError) as caught:
        load(folder, {**others, file: text}, name)
    message = str(caught.value)
    assert message.startswith(f"{Path(file).name}:{line}: {key}: "), message
    assert re.search(problem, message), message
    assert "\n" not in message


def resident_id(year: int, month: int, day: int, order: int = 1) -> str:
    """A number with a right check character; nobody's."""
    body = f"520102{year:04}{month:02}{day:02}{order:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights, strict=True)) % 11]
