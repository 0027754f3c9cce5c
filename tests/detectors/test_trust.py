"""What of a tagger is believed: no header, no address that the grammar has, in statutes only what is nearly certain."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

import pytest

from deident import Scanner
from deident.detectors import trust
from deident.detectors.trust import CERTAIN
from deident.engine.texts import joined
from deident.matching.scene import look
from deident.tagger import Span


class Words:
    """Labels every occurrence of some words with a score."""

    name = "words"

    def __init__(self, words: dict[str, str], score: float) -> None:
        self.words, self.score = words, score

    def find(self, lines: Sequence[str]) -> list[list[Span]]:
        return [
            [Span(*match.span(), label, self.score) for word, label in self.words.items() for match in re.finditer(word, line)]
            for line in lines
        ]


def kinds(text: str, words: dict[str, str], score: float = 0.9) -> list[tuple[str, str]]:
    return [(text[f.start : f.end], f.kind) for f in Scanner(ner=Words(words, score)).scan(text)]


def test_nothing_in_a_header() -> None:
    table = "姓名\t血型备注\n陈一一\t阴性罕见\n罗二二\t阳性"
    assert ("血型备注", "illness") not in kinds(table, {"血型备注": "medical"})
    assert ("阴性罕见", "illness") in kinds(table, {"阴性罕见": "medical"})


def test_the_grammar_of_addresses_knows_better() -> None:
    text = "家住青溪县马官镇余官村岩脚组7号"
    assert kinds(text, {"马官镇余官村": "office"}) == [("青溪县马官镇余官村岩脚组7号", "home_address")]


@pytest.mark.parametrize(("score", "seen"), [(CERTAIN - 0.1, False), (CERTAIN + 0.01, True)])
def test_statutes_are_read_with_doubt(score: float, seen: bool) -> None:
    law = "第一条 为了规范管理，制定本办法。\n第二条 奥特曼应当登记。\n第三条 本办法自公布之日起施行。"
    assert (("奥特曼", "person_name") in kinds(law, {"奥特曼": "name"}, score)) is seen
    assert ("奥特曼", "person_name") in kinds("来访者奥特曼已经登记。", {"奥特曼": "name"}, score)


def test_articles_are_those_of_an_expression() -> None:
    article = re.compile("(?:一|二|三|四|五|六|七|八|九|十|百|零|〇|[0-9]){1,6}(?:条|章)")
    scanner, chance = Scanner(ner=False), random.Random(3)
    texts = [
        "".join(chance.choices(("\n", "第", "一", "十", "3", "条", "章", " ", "#", "甲", "\n第", "条\n"), k=60))
        for _ in range(400)
    ]
    texts += ["        第一条甲\n" * 3, "第一条\n第二条\n第三条", "第1234567条\n" * 3]
    plan, *rest = (getattr(scanner._examiner, name) for name in ("plan", "matcher", "words", "headers"))
    scene = look(plan, *rest, joined([text.encode() for text in texts]))
    expected = [
        number
        for number, text in enumerate(texts)
        if sum(
            text[max(at.start() - 8, 0) : at.start()].rstrip("# ")[-1:] in ("", "\n") and bool(article.match(text, at.end()))
            for at in re.finditer("第", text)
        )
        >= trust.ARTICLES
    ]
    assert trust._statutes(scene).tolist() == expected
    assert 3 < len(expected) < 300


def test_a_star_of_the_text_before_is_not_the_phrase_s() -> None:
    scanner = Scanner(ner=False)
    text = "我爸去年查出肺癌，家里实在拿不出钱。"
    alone = [(f.kind, f.action) for f in scanner.scan(text)]
    among = [(f.kind, f.action) for f in scanner.scan_texts(["王*", text, "*"]) if f.text == 1]
    assert among == alone and ("relation", "mask") in among
