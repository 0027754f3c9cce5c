"""What becomes of what a tagger says: bytes, cells, long lines, lines that repeat, nonsense."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st
from tagger_fakes import Words

from deident import DeidentError, Scanner
from deident.detectors import tagged
from deident.detectors.tagged import LONGEST, Tagged, sound, stretches, usable
from deident.engine.examine import Examiner
from deident.engine.texts import encoded, joined
from deident.matching.scene import Scene, look
from deident.tagger import LABELS, Span


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def scene(*texts: str | bytes, roles: Sequence[str] | None = None) -> Scene:
    made = examiner()
    parts = [text if isinstance(text, bytes) else next(iter(encoded([text]))) for text in texts]
    return look(made.plan, made.matcher, made.words, made.headers, joined(parts, roles))


def found(own: Tagged, seen: Scene) -> list[tuple[str, str]]:
    """Kind and text of each candidate, in the tagger's order."""
    candidates = own(seen)
    return [
        (examiner().plan.patterns[kind].id, seen.batch.view[start:end].decode())
        for kind, start, end in zip(candidates.kind.tolist(), candidates.start.tolist(), candidates.end.tolist(), strict=True)
    ]


class Says:
    """Says the same of every line."""

    name = "says"

    def __init__(self, *spans: Any) -> None:
        self.spans = spans

    def find(self, lines: Sequence[str]) -> Any:
        return [list(self.spans) for _ in lines]


def test_offsets_are_bytes() -> None:
    seen = scene("第1号\u3400\U00020000：患者陈一一，（红帽子）", "红帽子人陈一一")
    assert found(Tagged(Words()), seen) == [
        ("person_name", "陈一一"), ("illness", "红帽子"), ("illness", "红帽子"), ("person_name", "陈一一")]  # fmt: skip


def test_cells() -> None:
    own = Words({"陈一一": "name", "红帽子": "medical", "一\t糖": "home"})
    assert found(Tagged(own), scene("1\t陈一一\t红帽子\t5")) == [("person_name", "陈一一"), ("illness", "红帽子")]
    assert own.read == ["1\t陈一一\t红帽子\t5"]


def test_long_lines_are_read_in_parts() -> None:
    own = Words()
    line = (
        "，".join(f"中文{number}" * 7 for number in range(60))
        + "，陈一一有红帽子"
        + "".join(map(chr, range(0x5000, 0x5000 + 3 * LONGEST)))
        + "陈一一"
    )
    assert found(Tagged(own), scene(line)) == [("person_name", "陈一一"), ("illness", "红帽子"), ("person_name", "陈一一")]
    assert "".join(own.read) == line
    assert all(0 < len(part) <= LONGEST for part in own.read)


@many
@given(st.text(st.sampled_from("中文。，\t "), max_size=3 * LONGEST))
def test_parts_are_the_line(line: str) -> None:
    parts = list(stretches(line))
    assert "".join(parts) == line
    assert all(len(part) <= LONGEST for part in parts)


def test_a_line_is_read_once() -> None:
    own = Words()
    reader = Tagged(own)
    first = found(reader, scene("陈一一有红帽子\n版权所有\n陈一一有红帽子", "版权所有"))
    assert own.read == ["陈一一有红帽子", "版权所有"]
    assert reader.characters == sum(map(len, own.read))
    assert found(reader, scene("陈一一有红帽子")) == first[:2]
    assert len(own.read) == 2
    assert reader.seconds >= 0


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tagged, "KEPT", 2)
    own = Words()
    reader = Tagged(own)
    for number in "一二三一":
        assert found(reader, scene(f"第{number}号，陈一一")) == [("person_name", "陈一一")]
    assert len(own.read) == 4


def test_only_text_is_read() -> None:
    own = Words()
    seen = scene("陈一一", "陈一一之家", "陈一一/首页", "陈一一姓名", "ab陈1", roles=["text", "title", "url", "key", "text"])
    Tagged(own)(seen)
    assert own.read == ["陈一一", "陈一一之家"]


def test_a_relation_without_the_name_in_it() -> None:
    own = Words({"其妻罗二二系聋人": "kin", "罗二二": "name"})
    assert sorted(found(Tagged(own), scene("陈某其妻罗二二系聋人。"))) == [
        ("person_name", "罗二二"), ("relation", "其妻"), ("relation", "系聋人")]  # fmt: skip


def test_stray_bytes() -> None:
    own = Words()
    seen = scene("陈一一".encode() + b"\xff\xfe" + "红帽子".encode() + b"\n" + "罗二二".encode())
    assert found(Tagged(own), seen) == [("person_name", "罗二二")]


NONSENSE = [
    (-3, 2, "name", 0.9), (0, 99, "name", 0.9), (2, 2, "name", 0.9), (3, 1, "name", 0.9), (0, 3, "weather", 0.9), (0, 3, None, 0.9),
    (0, 3, "name", float("nan")), (0, 3, "name", 0.1), (0, 3, "name", "sure"), (None, 3, "name", 0.9), (0.5, 3, "name", 0.9),
    (0, 3, ["name"], 0.9),
]  # fmt: skip


@pytest.mark.parametrize("span", NONSENSE)
def test_nonsense_is_dropped(span: Any) -> None:
    assert found(Tagged(Says(span, Span(3, 6, "medical", 0.9))), scene("陈一一红帽子")) == [("illness", "红帽子")]


def test_of_spans_that_overlap_the_surest() -> None:
    said = [Span(0, 3, "name", 0.7), Span(1, 4, "name", 0.9), Span(0, 6, "medical", 0.8), Span(3, 6, "medical", 0.8)]
    assert sound(said, 6) == [Span(0, 6, "medical", 0.8), Span(1, 4, "name", 0.9)]


SPANS = st.tuples(st.integers(-3, 20), st.integers(-3, 20), st.sampled_from([*LABELS, "x"]), st.floats(allow_nan=True))


@many
@given(st.lists(SPANS, max_size=6), st.text(st.sampled_from("陈一一，\t1a\n\0"), max_size=20))
def test_whatever_it_says_lies_in_its_line(said: list[Any], text: str) -> None:
    seen = scene(text)
    candidates = Tagged(Says(*said))(seen)
    for start, end in zip(candidates.start.tolist(), candidates.end.tolist(), strict=True):
        piece = seen.batch.view[start:end]
        assert piece
        assert not {b"\n", b"\t", b"\0"} & {bytes([sign]) for sign in piece}
        piece.decode()
    kept = [one for one in usable(sound(said, 12)) if one.label == "kin"]
    assert all(one.end <= two.start for one, two in pairwise(sorted(kept)))


class Broken:
    """Fails, and quotes what it was reading."""

    name = "broken"

    def __init__(self, how: str) -> None:
        self.how = how

    def find(self, lines: Sequence[str]) -> Any:
        if self.how == "raises":
            raise RuntimeError(f"cannot read {lines}")
        return {"short": [], "none": None, "triple": [[(0, 1, "name")] for _ in lines]}[self.how]


@pytest.mark.parametrize("how", ["raises", "short", "none", "triple"])
def test_a_tagger_that_fails(how: str) -> None:
    with pytest.raises(DeidentError, match="'broken'") as problem:
        Scanner(ner=Broken(how)).scan("陈一一有红帽子")
    assert "陈" not in str(problem.value)
    assert problem.value.__cause__ is None
    assert problem.value.__context__ is None
