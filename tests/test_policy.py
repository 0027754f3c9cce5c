"""The policy language, and the default policy on the cases that decide between keeping and masking."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import deident
from deident import examples
from deident.engine import Scanner
from deident.errors import PolicyError

ID = "52010219010315904X"


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner()


def verdicts(scanner: Scanner, text: str, title: str = "") -> dict[str, tuple[str, str]]:
    return {text[f.start : f.end]: (f.action, f.rule) for f in scanner.scan(text, title or None)}


def test_every_policy_example_holds(scanner: Scanner) -> None:
    failures = [f for f in examples.run(scanner) if f.file == scanner.policy.file]
    assert not failures, failures


def test_every_rule_decides_two_examples(scanner: Scanner) -> None:
    deciding: Counter[str] = Counter()
    for example, context in scanner.policy.examples:
        text = examples.plain(example.text)
        reader = examples.reader(scanner, example)
        deciding.update({why.rule for why in reader.explain(text, context["title"] or None, context["type"] or None)})
    assert [rule.id for rule in scanner.policy.rules if deciding[rule.id] < 2] == []


@pytest.mark.parametrize(
    ("text", "action"),
    [("报名表留的电话0851-85550101", "mask"), ("报名电话0851-85550101", "keep"), ("举报人电话0851-85550101", "mask")],
)
def test_the_longer_word_decides(scanner: Scanner, text: str, action: str) -> None:
    assert verdicts(scanner, text)["0851-85550101"][0] == action


def test_nearest_looks_only_at_classes_of_the_kind(scanner: Scanner) -> None:
    # 公司 speaks of whose account it is; for the phone, 投诉 does
    text = "投诉请找运输公司，电话0851-85550101"
    assert verdicts(scanner, text)["0851-85550101"][0] == "keep"


def test_words_behind_do_not_cross_the_sentence(scanner: Scanner) -> None:
    found = verdicts(scanner, "报县局办理，电话0851-85550101。他的13800000001已停机")
    assert found["0851-85550101"][0] == "keep"
    assert found["13800000001"][0] == "mask"


def test_one_hidden_digit_is_masked(scanner: Scanner) -> None:
    assert verdicts(scanner, "身份证号5201021901031590*X")["5201021901031590*X"] == ("mask", "one-hidden-digit")


def test_roster_keeps_landlines_and_masks_mobiles(scanner: Scanner) -> None:
    found = verdicts(scanner, "除夕：带班陈一一 0851-85550101/13800000001", "春节值班表")
    assert [found[v][0] for v in ("0851-85550101", "13800000001")] == ["keep", "mask"]


@pytest.mark.parametrize(
    "change",
    [
        'action = "mask"',
        'kinds = ["no_such_kind"]\naction = "mask"',
        'categories = ["phone"]\nwhen = { near = ["nobody"] }\naction = "mask"',
    ],
)
def test_a_wrong_rule_is_named(tmp_path: Path, change: str) -> None:
    file = tmp_path / "own.toml"
    reason = 'reason = { zh = "x", en = "x" }\nbasis = ["convention"]\n'
    file.write_text(f'id = "own"\nname = {{ zh = "x", en = "x" }}\n[[rule]]\nid = "r"\n{change}\n{reason}', encoding="utf-8")
    with pytest.raises(PolicyError):
        Scanner(policy=str(file))


def test_masks_leave_nothing_to_restore() -> None:
    text = f"姓名\t身份证号\t出生日期\t残疾人证号\n陈一一\t{ID}\t1901-03-15\t{ID}41"
    masked = deident.mask(text, doc_type="unknown")
    row = masked.split("\n")[1].split("\t")
    assert row[1] == "52" + "*" * 16
    assert row[2].startswith("1901") and not any(c.isdigit() for c in row[2][4:])
    assert not row[3][-4:].isdigit()
