"""The word lists behind names (patterns/words) as tables: one weight per character, and sets of short words to look up at once.

A word of up to four characters is one number, 16 bits a character, so that a whole column of places is compared with a list
in one step.  Weights count half points; see names.py.
"""

from __future__ import annotations

import lzma
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from deident.model import Ints

Codes = NDArray[np.uint16]
Weights = NDArray[np.int8]
NEVER = -60
_SPREAD = np.uint64(0x9E3779B97F4A7C15)
_BITS = 18
_FIRST = {size: np.uint64((1 << 16 * size) - 1) for size in (1, 2, 3, 4)}


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


def _key(word: str) -> int:
    return sum(ord(letter) << 16 * place for place, letter in enumerate(word))


class Words:
    """Words of one to four characters with a weight each.

    keys[n], weights[n]   sorted keys of the words with n characters, and what they count
    """

    def __init__(self, weighted: Mapping[str, int]) -> None:
        self.keys: dict[int, NDArray[np.uint64]] = {}
        self.weights: dict[int, Weights] = {}
        self._maybe: dict[int, NDArray[np.bool_]] = {}
        for size in sorted({len(word) for word in weighted if len(word) <= 4}, reverse=True):
            pairs = sorted((_key(word), weight) for word, weight in weighted.items() if len(word) == size)
            self.keys[size] = np.array([key for key, _ in pairs], np.uint64)
            self.weights[size] = np.array([weight for _, weight in pairs], np.int8)
            self._maybe[size] = np.zeros(1 << _BITS, np.bool_)
            self._maybe[size][_hash(self.keys[size])] = True

    def of(self, size: int, keys: NDArray[np.uint64]) -> Weights:
        """Weight of each key of `size` characters, 0 for what is not listed, (n,)."""
        out = np.zeros(len(keys), np.int8)
        if size in self.keys:
            chosen = np.flatnonzero(self._maybe[size][_hash(keys)])
            if not len(chosen):
                return out
            at = np.minimum(np.searchsorted(self.keys[size], keys[chosen]), len(self.keys[size]) - 1)
            hit = self.keys[size][at] == keys[chosen]
            out[chosen[hit]] = self.weights[size][at[hit]]
        return out

    def behind(self, codes: Codes, places: Ints) -> Weights:
        """Weight of the longest word that begins at each place, (n,)."""
        whole = pack(codes, places, 4)
        return self._longest({size: whole & _FIRST[size] for size in self.keys})

    def before(self, codes: Codes, places: Ints) -> Weights:
        """Weight of the longest word that ends (exclusively) at each place, (n,)."""
        whole = pack(codes, places - 4, 4)
        return self._longest({size: whole >> np.uint64(64 - 16 * size) for size in self.keys})

    def _longest(self, keys: Mapping[int, NDArray[np.uint64]]) -> Weights:
        """Weight of the longest of the words; `keys` by size, the longest first."""
        found = [self.of(size, column) for size, column in keys.items()]
        out = found[-1]
        for longer in reversed(found[:-1]):
            out = np.where(longer == 0, out, longer)
        return out


def _hash(keys: NDArray[np.uint64]) -> NDArray[np.uint64]:
    return (keys * _SPREAD) >> np.uint64(64 - _BITS)


def first(keys: NDArray[np.uint64], size: int) -> NDArray[np.uint64]:
    """The keys of the first `size` characters of keys."""
    return keys & _FIRST[size]


def pack(codes: Codes, places: Ints, size: int) -> NDArray[np.uint64]:
    """`size` characters from each place on as one number, (n,)."""
    out = codes[places].astype(np.uint64)
    for step in range(1, size):
        out |= codes[places + step].astype(np.uint64) << np.uint64(16 * step)
    return out


@dataclass(frozen=True, slots=True)
class Lists:
    """surname, given   weight of each character there; NEVER for what cannot be
    head      characters that are a surname or the first half of a compound one
    compound  compound surnames
    stops     words that begin with a surname: what they take away
    before    roles, posts, labels, kin before a name
    behind    posts, titles, predicates, small words behind a name; negative: it was no person
    aside     behind a bracket or comma: (男, ,汉族
    units     pieces of Tibetan, Mongol, Yi, Uyghur, Kazakh names
    starts    what those begin with: first, second character
    letter    characters that those and foreign names are written with
    titles    what behind a surname is no given name: 宋师傅
    across    words that end in a surname: 工程|建设
    inner     words of two characters that are given names too: 民生
    links     small words of one character that go on behind a name
    opens, follows   characters that end a word of `before`; that begin a word of `behind` which speaks for a name
    """

    surname: Weights
    given: Weights
    head: NDArray[np.bool_]
    compound: Words
    stops: Words
    before: Words
    behind: Words
    aside: Words
    units: Words
    starts: tuple[NDArray[np.bool_], NDArray[np.bool_]]
    letter: NDArray[np.bool_]
    titles: Words
    across: Words
    inner: Words
    links: NDArray[np.bool_]
    opens: NDArray[np.bool_]
    follows: NDArray[np.bool_]


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
    head = surname > NEVER
    for word in names["compound surnames"]:
        head[ord(word[0])] = True
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
    units = names["name units"]
    return Lists(
        surname=surname,
        given=given,
        head=head,
        compound=_listed(names["compound surnames"]),
        stops=Words(stops),
        before=Words(_tails(before)),
        behind=Words(_heads(behind)),
        aside=Words(dict.fromkeys(cues["in brackets"], 6)),
        units=_listed(units),
        starts=(_marked(unit[0] for unit in units), _marked(unit[1] for unit in units)),
        letter=_marked("".join(names["name letters"] + units)),
        titles=_listed([*posts, *cues["titles behind"], *cues["kin"]]),
        across=_listed(across.split()),
        inner=_listed(inner.split()),
        links=_marked(word for word in cues["followers"] if len(word) == 1),
        opens=_marked(word[-1] for word in before),
        follows=_marked(word[0] for word, weight in behind.items() if weight > 3),
    )


def _listed(words: Iterable[str]) -> Words:
    """Words that are only listed: weight one."""
    return Words(dict.fromkeys(words, 1))


def _marked(letters: Iterable[str]) -> NDArray[np.bool_]:
    """A table that is true for some characters."""
    table = np.zeros(1 << 16, np.bool_)
    table[[ord(letter) for letter in letters]] = True
    return table


def _tails(words: Mapping[str, int]) -> dict[str, int]:
    """Words longer than four characters by their last four, if these are no word themselves."""
    short = {word: weight for word, weight in words.items() if len(word) <= 4}
    return {word[-4:]: weight for word, weight in words.items() if len(word) > 4} | short


def _heads(words: Mapping[str, int]) -> dict[str, int]:
    short = {word: weight for word, weight in words.items() if len(word) <= 4}
    return {word[:4]: weight for word, weight in words.items() if len(word) > 4} | short
