"""A check counts behind a cue and in an expression as it does for a token."""

from __future__ import annotations

from pathlib import Path

import pytest

from deident.engine import Scanner

KIND = r"""
id       = "badge"
name     = {{ zh = "工牌号", en = "Staff badge" }}
category = "id_number"
severity = "low"
basis    = ["disclosure-15"]
rank     = 99
[find]
trigger = "{trigger}"
gate    = "工牌"
regex   = '''(?<=工牌号：|^)\d{{4}} \d{{4}} \d{{4}} \d{{4}}|\d{{4}} \d{{4}} \d{{4}} \d{{4}}(?=$)'''
checks  = ["luhn"]
cues    = ["工牌号"]
[[example]]
text = "工牌号：«4111 1111 1111 1111»"
[[counterexample]]
text = "工牌号：4111 1111 1111 1112"
why  = "the check digit is wrong"
"""


@pytest.mark.parametrize("trigger", ["cue", "expression"])
@pytest.mark.parametrize(("number", "found"), [("4111 1111 1111 1111", True), ("4111 1111 1111 1112", False)])
def test_a_check_decides(tmp_path: Path, trigger: str, number: str, found: bool) -> None:
    (tmp_path / "badge.toml").write_text(KIND.format(trigger=trigger), encoding="utf-8")
    kinds = [finding.kind for finding in Scanner(patterns=tmp_path).scan(f"工牌号：{number}")]
    assert ("badge" in kinds) is found
