"""The model of the package: what it must find, what it must leave, and that a line's spans do not hang on its neighbours."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deident import Scanner
from deident.tagger import LABELS, Span, installed
from deident.tagger.model import FILLED, HOME, TOGETHER, Model, worthwhile

pytestmark = pytest.mark.skipif(not installed(), reason="needs the extra `ner`")
TEXT = st.text(st.sampled_from("户主陈国栋其妻李秀兰患糖尿病，住青溪县马官镇3组。\t 12ABx😀𠮷\u200b"), max_size=60)


def found(text: str) -> set[tuple[str, str]]:
    [spans] = Model.load().find([text])
    return {(text[span.start : span.end], span.label) for span in spans}


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("户主陈国栋，其妻李秀兰患有糖尿病，家庭年收入约1.8万元。", {("陈国栋", "name"), ("李秀兰", "name"), ("患有糖尿病", "medical")}),
        ("县民政局副局长王建民主持会议并讲话。", {("王建民", "official")}),
        ("张桂芳，女，1904年生，肢体二级，丧偶，现由儿子王大力照料。", {("张桂芳", "name"), ("肢体二级", "disability"), ("丧偶", "marital")}),
    ],
)  # fmt: skip
def test_finds(text: str, wanted: set[tuple[str, str]]) -> None:
    assert wanted <= found(text)


@pytest.mark.parametrize(
    "text",
    [
        "糖尿病患者门诊用药纳入统筹，由定点医疗机构负责配药，符合条件的可以按规定申请。",
        "残疾人两项补贴标准由省级人民政府根据经济社会发展水平和残疾人需求制定。",
        "各乡镇要高度重视，加快推进任务清单落实，切实做好高原地区安全生产工作。",
    ],
)
def test_leaves_policy_alone(text: str) -> None:
    assert found(text) == set()


@settings(max_examples=25, deadline=None)
@given(st.lists(TEXT, min_size=1, max_size=8))
def test_a_line_is_read_the_same_whatever_stands_beside_it(lines: list[str]) -> None:
    model = Model.load()
    together = model.find(lines)
    for line, spans in zip(lines, together, strict=True):
        [alone] = model.find([line])
        assert [span[:3] for span in spans] == [span[:3] for span in alone]
        assert all(0 <= span.start < span.end <= len(line) and span.label in LABELS and 0 < span.score <= 1 for span in spans)


def test_it_is_small_and_has_a_licence() -> None:
    assert sum(path.stat().st_size for path in HOME.iterdir() if path.is_file()) < 3 << 20
    assert "Apache License" in (HOME / "LICENSE-lac").read_text(encoding="utf-8")


def test_the_scanner_uses_it_by_itself_and_can_do_without() -> None:
    text = "网友反映，邻居赵守信常年酗酒，妻子多次向社区求助。"
    assert Scanner().tagged is not None
    assert any(f.category == "person_name" for f in Scanner().scan(text))
    assert Scanner(ner=False).tagged is None
    assert Scanner(ner=Model(Path(HOME))).tagged is not None


def test_spans_are_tuples_of_the_protocol() -> None:
    [spans] = Model.load().find(["申请人刘玉梅"])
    assert spans
    assert all(isinstance(span, Span) for span in spans)


@pytest.mark.parametrize("lengths", [[1], [1] * 200, [3, 3, 4, 9, 60, 61, 200], list(range(1, 90))])
def test_lines_are_read_together_where_filling_costs_less_than_a_pass(lengths: list[int]) -> None:
    rows = 1
    for wide, length in pairwise(lengths):
        joined = worthwhile(rows, wide, length)
        assert not joined or (rows < TOGETHER and (rows + 1) * length <= FILLED)
        assert joined or rows > 1 or length > wide
        rows = rows + 1 if joined else 1
    assert worthwhile(1, 50, 50)
    assert not worthwhile(20, 50, 60)
