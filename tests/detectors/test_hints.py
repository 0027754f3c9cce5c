"""Hints: no match without one, and what one look shows is what each word's own search would."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest

from deident import Scanner
from deident.detectors import bound
from deident.detectors import seen as look
from deident.detectors.hints import leads
from deident.detectors.seen import Seen
from deident.engine.texts import joined
from deident.matching import scene as scenes
from deident.matching.scene import Scene
from deident.text.characters import Characters

PIECES = "".join(sorted(set("".join((look.SAID.pattern, look.AGED.pattern, look.KIN.pattern)))))


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


@pytest.mark.parametrize(("words", "field"), [(look.SAID, "said"), (look.AGED, "aged"), (look.KIN, "kin")])
def test_there_are_no_more_matches_than_hints(words: re.Pattern[str], field: str) -> None:
    matches = 0
    for text in _texts():
        seen = getattr(Seen.of(Characters(text.encode())), field)
        starts = [(len(text[: m.start()].encode()), len(text[: m.end()].encode())) for m in words.finditer(text)]
        assert all(((seen >= low) & (seen < high)).any() for low, high in starts), text
        matches += len(starts)
    assert matches > 300


def test_words_of_rules_and_ends_are_exact() -> None:
    for text in [*_texts(), "应当。规定；不得！条 有下列\t有下去;办法?", ""]:
        view = text.encode()
        seen = Seen.of(Characters(view))
        assert len(seen.rules) == sum(view.count(word.encode()) for word in look._RULES)
        assert seen.ends.tolist() == [match.end() for match in re.finditer("。|；|！|？|[\t;!?]".encode(), view)]


def test_what_is_no_utf8_does_no_harm() -> None:
    seen = Seen.of(Characters(b"\xff\xe5\xa6" + "妻。".encode() + b"\xe3"))
    assert (seen.kin.tolist(), seen.ends.tolist()) == ([3], [9])
    assert Characters(b"\xff\xe5").bytes(np.array([0, 1, 2])).tolist() == [0, 1, 2]


@pytest.mark.parametrize(("words", "field"), [(look.SAID, "said"), (look.AGED, "aged"), (look.KIN, "kin")])
def test_a_part_of_a_text_has_no_more_matches_than_hints(words: re.Pattern[str], field: str) -> None:
    """A sentence may be cut where it is too long: what follows is then not seen, and takes nothing back."""
    scanner, chance, cut = Scanner(ner=False), random.Random(12), 0
    for text in ["，".join(_texts()[at : at + 3]) for at in range(0, 400, 3)]:
        examiner = scanner._examiner
        scene = scenes.look(examiner.plan, examiner.matcher, examiner.words, examiner.headers, joined([text.encode()]))
        seen = getattr(Seen.of(scene.characters), field)
        for _ in range(20):
            low, high = sorted(chance.choices(range(len(text)), k=2))
            start, stop = len(text[:low].encode()), len(text[:high].encode())
            hints = int(((seen >= start) & (seen < stop)).sum())
            more = field == "said" and bool(bound._open(scene, np.array([stop]))[0])
            assert len(words.findall(text[low:high])) <= hints + more, text[low:high]
            cut += more
    assert cut > 10 or field != "said"


def test_only_sentences_that_could_reach_it_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """The points of a sentence are those of all words in it, or it has fewer than it needs anyway."""
    wrong = []

    def plain(scene: Scene, start: int, stop: int, before: int, most: list[int], least: int) -> list[int]:
        text = scene.text(start, stop)
        all_ = [min(len(words.findall(text)), 2) for words in (look.SAID, look.AGED, look.KIN)]
        all_.append(int(look.SAID.search(scene.text(before, start)) is not None))
        all_ += [min(len(words.findall(text)), 3) for words in (bound._NORM, bound._ADVICE, bound._GROUP, bound._COUNT)]
        sums = [
            sum(count * weight for count, weight in zip(row, bound._EACH, strict=True))
            for row in (read(scene, start, stop, before, most, least), all_)
        ]
        wrong.append(sums[0] != sums[1] and max(sums) >= least)
        return all_

    read = bound._read
    monkeypatch.setattr(bound, "_read", plain)
    texts = [f"{text}患糖尿病，可以申请。" for text in _texts()] + [f"陈一一，{text}丧偶，其他家庭" for text in _texts()]
    Scanner(ner=False).scan_texts(texts)
    assert len(wrong) > 100
    assert not any(wrong)
