"""What is left out early is only what would be dropped later: names found with and without the quick tests, word by word look-ups."""

from __future__ import annotations

import json
import random
from pathlib import Path

import numpy as np
import pytest

from deident import catalog
from deident.detectors import name_marks, name_places, name_signs, name_units
from deident.detectors.name_lists import NEVER, Lists, lists
from deident.detectors.name_text import PAD, Text
from deident.detectors.name_words import Weights, Words, pack
from deident.model import Ints

ANNOTATED = Path(__file__).parents[2] / "examples" / "annotated.jsonl"
OWN = (
    "申请人：王三三，男，汉族", "村民李四、赵六六和孙七七", "张三之妻欧阳娜娜", "县长陈国栋出席会议", "高原地区和方向明确", "保增长、保民生、保稳定",
    "阿依古丽·买买提", "其木格（蒙古族）", "约翰·史密斯说", "扎西顿珠同志", "李　明\n王　丽", "诸葛亮亮13800000000", "记者 周 小 川", "1.马五五\n2.牛八八",
    "安全和稳定", "任务清单加快推进", "司马光说", "户主钱二二,13岁", "经办人:吴九九(签字)", "金家坝村", "五保户，妻周桂兰，父钟立国", "\t何一一\t罗二二\t", "\ud867\ude3d𠮷三", "*",
)  # fmt: skip


def _texts() -> list[str]:
    """The annotated examples, and stretches of them and of our own mixed at random."""
    chance = random.Random(4)
    annotated = [json.loads(line)["text"] for line in ANNOTATED.read_text(encoding="utf-8").splitlines()]
    letters = list("".join((*annotated, *OWN)))
    mixed = ["".join(chance.choices(letters, k=chance.randrange(1, 60))) for _ in range(300)]
    for _ in range(600):
        pieces = [chance.choice(chance.choice((OWN, annotated))) for _ in range(chance.randrange(1, 7))]
        cuts = [chance.randrange(len(piece)) if len(piece) > 40 else 0 for piece in pieces]
        glue = chance.choice(("", "", " ", "、", "\n", "，", "·", "\t", "(", "和", "1"))
        mixed.append(glue.join(piece[cut : cut + 40] for piece, cut in zip(pieces, cuts, strict=True)))
    return [text.encode("utf-8", "replace").decode() for text in (*annotated, *OWN, *mixed)]


def _places(texts: list[str]) -> list[list[int]]:
    """All candidates with what counts, and the names told by their pieces."""
    known = lists(catalog.home())
    text = Text.of("\0".join(texts).encode(), known.marks)
    signed = name_places.heads(text)[1]
    places = name_places.weighed(known, text, name_places.likely(known, text, signed))
    columns = (places.start, places.end, places.looks, places.before, places.behind)
    return [column.tolist() for column in (*columns, *name_units.find(known, text))]


def _all_heads(text: Text) -> tuple[Ints, Ints]:
    """The heads, one after another."""
    known = lists(catalog.home())
    every, signed = [], []
    for place in range(PAD, len(text.codes) - PAD):
        here, after, before = (text.marks[place + step] for step in (0, 1, -1))
        if not (here & name_marks.HEAD and known.given[text.codes[place + 1]] > NEVER):
            continue
        every.append(place)
        follows = any(text.marks[place + step] & name_marks.FOLLOWS for step in (2, 3, 4))
        usual = known.surname[text.codes[place]] >= 2
        if not before & name_marks.HAN or before & name_marks.OPENS or (usual and follows):
            signed.append(place)
        assert after & name_marks.GIVEN
    return np.array(every, np.int64), np.array(signed, np.int64)


def _no_hope_lost(known: Lists, text: Text, heads: Ints, left: Ints) -> tuple[Ints, Weights]:
    """All of them."""
    assert len(left) == len(heads)
    return np.arange(len(heads)), known.stops.of(2, pack(text.codes, heads, 2))


def test_the_quick_tests_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = _places(_texts())
    monkeypatch.setattr(name_places, "heads", _all_heads)
    monkeypatch.setattr(name_places, "likely", lambda known, text, heads: heads)
    monkeypatch.setattr(name_places, "_hopeful", _no_hope_lost)
    monkeypatch.setattr(Words, "begins", lambda words, codes, places: np.ones(len(places), np.bool_))
    monkeypatch.setattr(Words, "ends", lambda words, codes, places: np.ones(len(places), np.bool_))
    plain = _places(_texts())
    assert len(plain[0]) > 2000
    assert len(plain[-1]) > 30
    assert quick == plain


def test_words_are_those_of_the_list() -> None:
    chance = random.Random(7)
    weighted = {"".join(chance.choices("甲乙丙丁", k=chance.randrange(1, 5))): chance.choice((-12, 1, 2, 6)) for _ in range(60)}
    words = Words(weighted)
    text = "".join(chance.choices("甲乙丙丁,戊", k=3000))
    codes, places = Text.of(text.encode()).codes, np.arange(len(text) + 1)
    sizes = (4, 3, 2, 1)
    behind = [next((weighted[w] for n in sizes if len(w := text[at : at + n]) == n and w in weighted), 0) for at in places]
    before = [next((weighted[w] for n in sizes if at >= n and (w := text[at - n : at]) in weighted), 0) for at in places]
    assert words.behind(codes, places + PAD).tolist() == behind
    assert words.before(codes, places + PAD).tolist() == before


def test_signs_do_not_depend_on_their_company() -> None:
    known = lists(catalog.home())
    text = Text.of("".join(_texts()[:120]).encode(), known.marks)
    places = np.arange(PAD, len(text.codes) - PAD, 7)
    for side in (name_signs.before, name_signs.behind):
        alone = [int(side(known, text, places[row : row + 1])[0]) for row in range(0, len(places), 5)]
        assert side(known, text, places)[::5].tolist() == alone


@pytest.mark.parametrize("text", ["", "a", "王三三", "é王😀三,𠮷" * 9, "王" * 70_000 + "😀é"])
def test_every_place_leads_back(text: str) -> None:
    halves = text.encode("utf-16-le")
    sizes = [2 if 0xD800 <= code < 0xE000 else len(chr(code).encode()) for code in np.frombuffer(halves, np.uint16).tolist()]
    places = np.arange(PAD, PAD + len(sizes) + 1)
    assert Text.of(text.encode()).bytes(places).tolist() == np.concatenate(([0], np.cumsum(sizes))).astype(int).tolist()
