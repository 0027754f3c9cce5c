"""Hints: no match without one, and what one look shows is what each word's own search would."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from deident.detectors import bound
from deident.detectors.bound import Seen
from deident.detectors.hints import leads
from deident.detectors.name_text import Characters

PIECES = "".join(sorted(set("".join((bound._SAID.pattern, bound._AGED.pattern, bound._KIN.pattern)))))


def _texts() -> list[str]:
    """Characters of the patterns and pieces that match them, at random."""
    chance = random.Random(11)
    own = (
        "今年",
        "3岁",
        "，女，",
        "二十多岁",
        "1990年3月生",
        "该同志",
        "其父",
        "他人",
        "本人",
        "王某某",
        "妻子",
        "老伴",
        "第三条 应当",
        "有下列",
        "\n",
        "😀",
    )
    return ["".join(chance.choice((chance.choice(own), chance.choice(PIECES))) for _ in range(40)) for _ in range(400)]


def test_leads_are_what_alternatives_begin_with() -> None:
    assert set(leads("本人|[您你](?!们)|该(?:户|村民)|其(?=[妻夫])|妻子?(?=患)|[㐀-鿿]某|[长次][子女](?!家)|咱[^们]")) == set(
        ("本人 您 你 该户 该村 其妻 其夫 妻 某 长子 长女 次子 次女 咱").split()
    )
    with pytest.raises(ValueError, match="no hint"):
        list(leads(r"\d岁"))


@pytest.mark.parametrize(("words", "field"), [(bound._SAID, "said"), (bound._AGED, "aged"), (bound._KIN, "kin")])
def test_there_are_no_more_matches_than_hints(words: re.Pattern[str], field: str) -> None:
    matches = 0
    for text in _texts():
        seen = getattr(Seen.of(text.encode()), field)
        starts = [(len(text[: m.start()].encode()), len(text[: m.end()].encode())) for m in words.finditer(text)]
        assert all(((seen >= low) & (seen < high)).any() for low, high in starts), text
        matches += len(starts)
    assert matches > 300


def test_words_of_rules_and_ends_are_exact() -> None:
    for text in [*_texts(), "应当。规定；不得！条 有下列\t有下去;办法?", ""]:
        view = text.encode()
        seen = Seen.of(view)
        assert len(seen.rules) == sum(view.count(word.encode()) for word in bound._RULES)
        assert seen.ends.tolist() == [match.end() for match in re.finditer("。|；|！|？|[\t;!?]".encode(), view)]


def test_what_is_no_utf8_does_no_harm() -> None:
    seen = Seen.of(b"\xff\xe5\xa6" + "妻。".encode() + b"\xe3")
    assert (seen.kin.tolist(), seen.ends.tolist()) == ([3], [9])
    assert Characters.of(b"\xff\xe5").bytes(np.array([0, 1, 2])).tolist() == [0, 1, 2]
