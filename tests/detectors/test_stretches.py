"""Many stretches at once find what they find one by one."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest
from generated import many
from hypothesis import given
from hypothesis import strategies as st

from deident.detectors import expressions
from deident.detectors.stretches import Stretches
from deident.engine.examine import Examiner
from deident.engine.texts import joined
from deident.matching.scene import Scene, look

CELLS = st.sampled_from(
    ["52****************", "520102********904X", "138****0000", "138****", "6228 **** **** 0018", "****0101", "0851-****0000", "王*",
     "北京市×××号", "1901-**-**", "615.8", "", " ", "张三", "×××12", "110105😀********0017", "𠮷 138****0000", "5*010219010315904X", "贵A·12345", "电话：0851-26000001"]
)  # fmt: skip
LINES = st.lists(st.lists(CELLS, min_size=1, max_size=5).map("\t".join), min_size=1, max_size=8).map("\n".join)


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def scene(texts: list[str]) -> Scene:
    made = examiner()
    folded, _ = made.fold(joined([text.encode() for text in texts]))
    return look(made.plan, made.matcher, made.words, made.headers, folded)


@many
@given(st.lists(LINES, min_size=1, max_size=3), st.sampled_from(["", "长" * 80, "×" * 99 + "1"]))
def test_at_once_and_one_by_one(texts: list[str], long: str) -> None:
    made = scene([text + long for text in texts])
    found = []
    for least in (0, 1 << 40):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(expressions, "MANY", least)
            found.append(expressions.find(made))
    for one, other in zip(*([each.start, each.end, each.kind, each.score] for each in found), strict=True):
        assert one.tolist() == other.tolist()


@many
@given(st.lists(st.text("1×*\t村 😀", max_size=6), min_size=1, max_size=8), st.booleans(), st.booleans())
def test_pieces(lines: list[str], cells: bool, whole: bool) -> None:
    view = b"".join(line.encode() + b"\n" for line in lines)
    ends = np.array([at for at, byte in enumerate(view) if byte == 10])
    starts = np.append(0, ends[:-1] + 1)
    if not whole:
        starts, ends = starts[::2], ends[::2]
    expression = re.compile("[1×*]+")
    plain = [
        (low + len(view[low:high].decode()[: match.start()].encode()), low + len(view[low:high].decode()[: match.end()].encode()))
        for low, high in zip(starts.tolist(), ends.tolist(), strict=True)
        for match in expression.finditer(view[low:high].decode())
    ]
    start, end = Stretches(view, starts, ends, cells).find(expression)
    assert list(zip(start.tolist(), end.tolist(), strict=True)) == plain


def test_junk_is_read_one_by_one() -> None:
    with pytest.raises(UnicodeDecodeError):
        Stretches(b"12\xff\n", np.array([0]), np.array([3]), False)
