"""The word lists behind names (patterns/words) as tables: one weight per character, and sets of short words to look up at once.

Weights count half points; see names.py.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from deident.detectors import name_marks
from deident.detectors.name_text import HAN
from deident.detectors.name_words import Weights, Words
from deident.model import Bools

NEVER = -60
SOFT = 2  # weight of a word that stands before a name or before anything


def sections(path: Path) -> dict[str, list[str]]:
    """`[section]` → its words; lines that begin with # are comments."""
    parts: dict[str, list[str]] = {}
    words: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            words = parts.setdefault(line.strip("[] "), [])
        elif not line.startswith("#"):
            words += line.split()
    return parts


def singles(path: Path) -> set[str]:
    """Single characters of a list with one word a line."""
    return {line for line in path.read_text(encoding="utf-8").splitlines() if len(line) == 1}


@dataclass(frozen=True, slots=True)
class Lists:
    """surname, given   weight of each character there; NEVER for what cannot be
    compound  compound surnames
    stops     words that begin with a surname: what they take away
    before    roles, posts, labels, kin before a name
    behind    posts, titles, predicates, small words behind a name; negative: it was no person
    aside     behind a bracket or comma: (男, ,汉族
    units     pieces of Tibetan, Mongol, Yi, Uyghur, Kazakh names
    titles    what behind a surname is no given name: 宋师傅
    across    words that end in a surname: 工程|建设
    inner     words of two characters that are given names too: 民生
    links     small words of one character that go on behind a name
    marks     what single characters may be; name_marks.py
    """

    surname: Weights
    given: Weights
    compound: Words
    stops: Words
    before: Words
    behind: Words
    aside: Words
    units: Words
    titles: Words
    across: Words
    inner: Words
    links: Bools
    marks: name_marks.Marks


def _characters(parts: Mapping[str, list[str]], weights: Mapping[str, int], start: int) -> Weights:
    table = np.full(1 << 16, NEVER, np.int8)
    table[0x3400:0xA000] = start
    for section, weight in weights.items():
        for letter in "".join(parts[section]):
            table[ord(letter)] = weight
    return table


@lru_cache(maxsize=4)
def lists(home: Path) -> Lists:
    """The lists of a catalogue's folder."""
    folder = home / "words"
    names, cues = sections(folder / "names.txt"), sections(folder / "name_cues.txt")
    surname = np.full(1 << 16, NEVER, np.int8)
    usual = {"more surnames": 2, "typical surnames": 4, "doubtful surnames": 0, "hardly surnames": -5}
    for letter in singles(folder / "surnames.txt"):
        surname[ord(letter)] = 2
    for section, weight in usual.items():
        for letter in "".join(names[section]):
            surname[ord(letter)] = weight
    given = _characters(names, {"unlikely given": -2, "typical given": 2, "never given": NEVER}, 0)
    _, often, seldom, across, inner = lzma.decompress((folder / "name_stops.xz").read_bytes()).decode("utf-8").splitlines()
    more = (folder / "name_stops_more.txt").read_text(encoding="utf-8")
    stops = dict.fromkeys(seldom.split(), 1) | dict.fromkeys(often.split(), 2)
    stops |= dict.fromkeys((w for line in more.splitlines() if not line.startswith("#") for w in line.split()), 2)
    stops |= dict.fromkeys(cues["kin"], 2)  # 孙子
    posts = [*cues["posts"], *(sign + post for post in cues["posts"] for sign in ("副", "原"))]
    behind = dict.fromkeys(cues["places behind"], -12)
    behind |= dict.fromkeys(cues["followers"], 1) | dict.fromkeys(cues["predicates"], 4)
    several = [f"等{count}{what}" for count in "123456789二三四五六七八九十" for what in ("人", "名", "位", "")]
    behind |= dict.fromkeys([*cues["titles behind"], *posts, *several], 6)
    before = dict.fromkeys(cues["before soft"], 2) | dict.fromkeys(cues["kin short"], 4)
    before |= dict.fromkeys(cues["places before"], 2) | dict.fromkeys([*cues["before"], *posts, *cues["kin"]], 6)
    units, compound = names["name units"], names["compound surnames"]
    parts = {
        name_marks.HAN: HAN,
        name_marks.HEAD: (surname > NEVER) | name_marks.of(word[0] for word in compound),
        name_marks.GIVEN: given > NEVER,
        name_marks.OPENS: name_marks.of(word[-1] for word in before),
        name_marks.SHORT: name_marks.of(word for word, weight in before.items() if len(word) == 1 and weight <= SOFT),
        name_marks.ROLE: name_marks.of(word for word, weight in before.items() if len(word) == 1 and weight > SOFT),
        name_marks.FOLLOWS: name_marks.of(word[0] for word, weight in behind.items() if weight > 3),
        name_marks.GOES: name_marks.of(word[0] for word in (*behind, *cues["in brackets"])),
        name_marks.USUAL: surname >= 2,
        name_marks.TWICE: name_marks.of(word[0] for word in compound),
        name_marks.TWICE << 1: name_marks.of(word[1] for word in compound),
        name_marks.UNIT: name_marks.of(unit[0] for unit in units),
        name_marks.UNIT << 1: name_marks.of(unit[1] for unit in units),
        name_marks.LETTER: name_marks.of("".join(names["name letters"] + units)),
    }
    return Lists(
        surname=surname,
        given=given,
        compound=_listed(compound),
        stops=Words(stops),
        before=Words(_tails(before)),
        behind=Words(_heads(behind)),
        aside=Words(dict.fromkeys(cues["in brackets"], 6)),
        units=_listed(units),
        titles=_listed([*posts, *cues["titles behind"], *cues["kin"]]),
        across=_listed(across.split()),
        inner=_listed(inner.split()),
        links=name_marks.of(word for word in cues["followers"] if len(word) == 1),
        marks=name_marks.table(parts),
    )


def _listed(words: Iterable[str]) -> Words:
    """Words that are only listed: weight one."""
    return Words(dict.fromkeys(words, 1))


def _tails(words: Mapping[str, int]) -> dict[str, int]:
    """Words longer than four characters by their last four, if these are no word themselves."""
    short = {word: weight for word, weight in words.items() if len(word) <= 4}
    return {word[-4:]: weight for word, weight in words.items() if len(word) > 4} | short


def _heads(words: Mapping[str, int]) -> dict[str, int]:
    short = {word: weight for word, weight in words.items() if len(word) <= 4}
    return {word[:4]: weight for word, weight in words.items() if len(word) > 4} | short
