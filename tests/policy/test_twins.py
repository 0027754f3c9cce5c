"""Whole columns at once, and row by row: the same answers."""

from __future__ import annotations

import random
import re
from datetime import date
from functools import cache
from itertools import permutations

import numpy as np
import policy_twins as twins
import regex
from generated import few, many
from hypothesis import given
from hypothesis import strategies as st
from policy_files import resident_id

from deident import detectors
from deident.detectors import subjects
from deident.engine.examine import Examiner, agree
from deident.engine.examine import _unlike as unlike
from deident.engine.texts import joined
from deident.matching.context import AFTER, CLUSTER, NEAR, outermost
from deident.matching.scene import Scene, look
from deident.matching.tokens import compact
from deident.model import KEEP, MASK, REVIEW, Candidates
from deident.policy import Typing, Verdicts
from deident.policy.ages import _of_age, _read, minors, number
from deident.policy.facts import Facts
from deident.policy.rows import under
from deident.text.expression import compiled

CHILD, OTHER, ADULT = resident_id(2015, 3, 15), resident_id(2012, 1, 2), resident_id(1901, 3, 15)
DAYS = (date(2026, 7, 1), date(2030, 1, 2), date(1915, 1, 1))
VALUES = (
    CHILD, OTHER, ADULT, CHILD.replace("1", "I", 1), f"{CHILD[:6]} {CHILD[6:14]} {CHILD[14:]}", CHILD[:17] + "x", "G430104201503151",
    "2015年3月15日", "2012-01-02", "１９０１年３月１５日", "20150315", "13800000001", "0851-85550101", "鲁小小", "胥云霞", "冉光辉", "张三三",
    "15岁", "（16岁）", "十二周岁", "47岁", "lin.ayi@qq.com", "LIN.ayi@QQ.com",
    "520102221503151234", "户主", "本人", "之子", "8", "70", "马官镇余官村7号", "6217000000000000018",
)  # fmt: skip
WORDS = ("姓名：", "身份证号：", "出生日期：", "联系电话：", "监督电话：", "受理群众来信来访的机关在公示期内，", "之女", "的儿子", "，", "、", "。",
         " ", "\t", "\t", "\n", "\n", "（", "）")  # fmt: skip
HEADS = ("姓名\t身份证号\t年龄\t与户主关系\n", "序号\t姓名\t出生年月\t联系电话\n", "学生姓名\t年龄\t家庭住址\n", "")
TEXTS = st.builds(
    "{}{}".format,
    st.sampled_from(HEADS),
    st.lists(st.sampled_from((*VALUES, *WORDS)), max_size=24).map("".join)
    | st.lists(st.lists(st.sampled_from(VALUES), min_size=1, max_size=4).map("\t".join), max_size=6).map("\n".join),
)


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def seen(texts: list[str]) -> tuple[Scene, Candidates]:
    """Several documents of two segments each: the text, and half of it as an attribute."""
    made = examiner()
    halves = [part for text in texts for part in (text.encode(), text[: len(text) // 2].encode())]
    batch = joined(halves, ["text", "attribute"] * len(texts))
    folded, _ = made.fold(batch)
    folded.document[:] = np.arange(len(halves)) // 2
    scene = look(made.plan, made.matcher, made.words, made.headers, folded)
    return scene, detectors.find(scene, ())


@given(st.lists(TEXTS, min_size=1, max_size=3), st.sampled_from(DAYS), st.randoms(use_true_random=False))
@many
def test_ages_and_rows(texts: list[str], day: date, chance: random.Random) -> None:
    scene, found = seen(texts)
    among = np.array([chance.random() < 0.8 for _ in range(len(found))], np.bool_)
    days = dict.fromkeys(np.flatnonzero(among).tolist(), day)
    plain = twins.minors(scene, found, among, days)
    assert minors(scene, found, among, np.full(len(found), number(day))).tolist() == plain.tolist()
    cells = scene.tables.cell(found.start, found.end)
    cells = cells[cells >= 0]
    for header in ("年龄", "关系", "^姓名$", "没有"):
        assert under(scene, cells, re.compile(header)) == twins.under(scene, cells.tolist(), re.compile(header))


@given(st.lists(TEXTS, min_size=1, max_size=3))
@few
def test_expressions(texts: list[str]) -> None:
    scene, found = seen(texts)
    document, made = scene.documents(found.start), examiner()
    typing = Typing(made.recogniser, scene, found, document)
    facts = Facts(made.policy, scene, found, document, typing, made.today, subjects.attach(scene, found, document))
    among = np.arange(len(found)) % 3 > 0
    for name in ("value", "before", "behind"):
        quick = [compiled("^(?:[（，]|[㐀-鿿]{0,4})(?:[岁号：]|$)"), compiled("(?:[村号：]|岁)$(?<!x{1,2}岁)"), compiled("^之")]
        for wanted in (*map(regex.compile, ("^$", "[0-9]$", "姓名", "^[^，]*$", "岁")), *quick):
            assert facts.holds(name, wanted, among).tolist() == twins.says(scene, found, name, wanted, among).tolist()


@given(st.lists(TEXTS, min_size=1, max_size=3), st.randoms(use_true_random=False))
@many
def test_one_value_one_verdict(texts: list[str], chance: random.Random) -> None:
    scene, found = seen([text + "\n" + text.replace(" ", "") for text in texts])
    document = scene.documents(found.start)
    action = np.array([chance.choice((MASK, MASK, REVIEW, KEEP)) for _ in range(len(found))], np.int8)
    count = np.arange(len(found), dtype=np.int32)
    verdicts = Verdicts(action.copy(), count, count.copy(), count.astype(np.int64))
    agree(scene, examiner().plan, found, document, verdicts)
    assert verdicts.action.tolist() == twins.agree(scene, found, document, action.astype(np.int64)).tolist()


@given(st.lists(TEXTS, min_size=1, max_size=3))
@few
def test_nearest_words(texts: list[str]) -> None:
    scene, found = seen(texts)
    context = scene.around(found.start, found.end)
    classes = (1 << 64) - 1
    line = np.maximum(context.sentence(found.start), found.start - NEAR)
    chosen = np.flatnonzero(context.cue_bits != 0)
    chosen = chosen[outermost(context.start[chosen], context.end[chosen])]
    for place, low, bits in zip(found.start.tolist(), line.tolist(), context.nearest(found.start, classes).tolist(), strict=True):
        before = [n for n in chosen.tolist() if low < context.end[n] <= place]
        last = max((int(context.end[n]) for n in before), default=0)
        wanted = [int(context.cue_bits[n]) for n in before if context.end[n] > last - CLUSTER]
        assert bits == np.bitwise_or.reduce(np.array([0, *wanted], np.uint64))


@given(st.lists(st.text("aAbB1２-·（） .", min_size=1, max_size=6), min_size=1, max_size=12), st.randoms(use_true_random=False))
@many
def test_no_value_with_two_verdicts_is_passed_over(values: list[str], chance: random.Random) -> None:
    raw = [value.encode() for value in values]
    ends = np.cumsum([len(value) for value in raw])
    starts = ends - [len(value) for value in raw]
    count = len(raw)
    found = Candidates(starts, ends, np.zeros(count, np.int32), np.ones(count, np.float32))
    document = np.array([chance.randrange(2) for _ in raw])
    masked = np.array([chance.random() < 0.5 for _ in raw], np.bool_)
    rows = set(unlike(b"".join(raw), found, document, masked, np.arange(count)).tolist())
    for a, b in permutations(range(count), 2):
        if document[a] == document[b] and masked[a] != masked[b] and compact(raw[a]) == compact(raw[b]):
            assert a in rows


def test_the_day_on_which_a_number_comes_of_age() -> None:
    numbers = [CHILD, ADULT, "520102221503151234", "520102200013451234", "52010220150315", "5201022015031", "G43010420150315"]
    scene, _ = seen(["，".join(numbers)])
    starts = [scene.batch.view.index(number.encode()) for number in numbers]
    found = Candidates.rows([(start, start + len(number), 0, 1.0) for start, number in zip(starts, numbers, strict=True)])
    of_age = _of_age(scene, found, np.arange(len(numbers)), np.zeros(len(numbers), np.bool_))
    assert of_age.tolist() == [_read(number.encode(), False) for number in numbers]
    assert of_age.tolist() == [20330315, 19190315, 0, 20181345, 20330315, 0, 20330315]


@many
@given(
    st.lists(st.from_regex(r"(?:19|20|18)[0-9]{2}[-./年0 ][0-9]{2}[-./月 1][0-9]{1,2}", fullmatch=True), min_size=1, max_size=8)
)
def test_the_day_on_which_a_birth_date_comes_of_age(dates: list[str]) -> None:
    scene, _ = seen(["，".join(dates)])
    view = scene.batch.view
    rows = [(at, at + size) for at in range(len(view)) for size in (8, 10, 11) if at + size < len(view) and view[at] in b"12"]
    found = Candidates.rows([(start, end, 0, 1.0) for start, end in rows])
    of_age = _of_age(scene, found, np.arange(len(rows)), np.ones(len(rows), np.bool_))
    assert of_age.tolist() == [_read(view[start:end], True) for start, end in rows]


@given(st.lists(TEXTS, min_size=1, max_size=3))
@few
def test_words_right_behind(texts: list[str]) -> None:
    scene, found = seen(texts)
    context, view = scene.around(found.start, found.end), scene.batch.view
    for end, bits in zip(found.end.tolist(), context.after(found.end).tolist(), strict=True):
        stop = min(int(scene.lines(np.array([end]))[1][0]), end + AFTER)
        full = view.find("。".encode(), end, end + AFTER)
        inside = (context.start >= end) & (context.start < (min(stop, full) if full >= 0 else stop))
        assert bits == int(np.bitwise_or.reduce(context.cue_bits[inside], initial=np.uint64(0)))
