"""Where a text may speak of somebody: one look at its characters for pronouns, ages, kin, words of rules and ends of sentences.

What is seen is where the expressions below may match, or more: `bound.py` reads only the sentences in which that could tell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import numpy as np

from deident.detectors.hints import Beside, Hints, leads
from deident.model import Ints
from deident.text.characters import Characters

SAID = re.compile(
    "本人|我(?!们?[国市县省局州区镇乡院校部委办厅司站处科队]|们)|俺|咱[^们]|[您你](?!们)|[他她](?!人|们|国|项|方|乡|律)|患者(?!应|须|要|可)|该(?:户|男|女|患|同志|村民|生|员|犯|人)"
    "|户主|死者|伤者|被告人|罪犯|原告|被害人|[㐀-鿿]某|某某|女士|先生|师傅|大爷|大妈|大娘|奶奶|老人家|网友|同志|自述|主诉|老[汉太伯][，,]?"
)
AGED = re.compile(
    r"\d{1,3}(?:周)?岁|[一二三四五六七八九]十[一二三四五六七八九]?(?:多|来)?岁|(?:19|20)\d\d年\d{0,2}月?\d{0,2}日?(?:出)?生|[，,、(（\t 。][男女](?=[，,、)）\t 。]|$)|岁[，,。]|今年[一二三四五六七八九十\d]+"
)
KIN = re.compile(
    "丈夫|妻子?(?=[患在已去因、，,])|老[公婆伴](?!年)|媳妇|婆娘|男人|爱人|[爸妈爹娘]|婆婆|公公|岳[父母]|儿子|女儿|闺女|[长次三幼独][子女](?!女|家)|孙[子女儿]|外[孙甥公婆]|爷爷|奶奶|前[夫妻]|[侄堂表][子女兄弟姐妹哥叔]|[哥姐弟妹](?!们)|父母双亡|其(?=[妻夫父母子女兄弟姐妹儿丈家本配长次])"
)

#: Words of which a document of rules is full, each told by its first two characters.
_RULES = ("应当", "规定", "不得", "条例", "办法", "条 ", "有下列", "处以", "符合")
_SAID, _AGED, _KIN, _RULE, _END = 1, 2, 4, 8, 16
#: Most hints are none: what else the patterns ask for beside them.
BESIDE = (
    Beside(_AGED, "生", -1, "年月日出"), Beside(_AGED, "男", -1, ""), Beside(_AGED, "女", -1, ""),
    Beside(_AGED, "今年", 2, "一二三四五六七八九十"), Beside(_KIN, "妻", 1, "子患在已去因"), Beside(_KIN, "父母", 2, "双"),
    Beside(_SAID, "老人", 2, "家"), Beside(_SAID, "我", 1, "们国市县省局州区镇乡院校部委办厅司站处科队", never=True),
    Beside(_SAID, "他", 1, "人们国项方乡律", never=True), Beside(_SAID, "她", 1, "人们国项方乡律", never=True),
)  # fmt: skip


@cache
def _hints() -> Hints:
    """What may be a pronoun, an age, kin, a word of rules, and what ends a sentence."""
    said, kin = set(leads(SAID.pattern)), set(leads(KIN.pattern))
    return Hints.of(said, {"岁", "生", "男", "女", "今年"}, kin, {word[:2] for word in _RULES}, set("。；！？\t;!?"))


@dataclass(frozen=True, slots=True)
class Seen:
    """said, aged, kin   bytes where such words may stand, ascending
    rules   where words of rules stand
    ends    where sentences and cells end
    """

    said: Ints
    aged: Ints
    kin: Ints
    rules: Ints
    ends: Ints

    @staticmethod
    def of(characters: Characters) -> Seen:
        """What one look at the characters of a view shows."""
        codes = characters.codes
        places, bits = _hints().find(codes)
        telling = np.flatnonzero(bits & (_SAID | _AGED | _KIN))
        here = codes[places[telling]]
        for side in BESIDE:
            own = telling[here == ord(side.hint[0])]
            bits[own[side.fails(characters, places[own])]] &= ~np.uint8(side.group)
        places, bits = places[bits != 0], bits[bits != 0]
        offsets = characters.bytes(places)
        wide = np.where(codes[places] < 128, 1, 3)
        codes = np.append(codes, np.zeros(2, np.uint16))
        may = np.flatnonzero(bits & _RULE)
        at = places[may]
        ruled = np.zeros(len(at), np.bool_)
        for word in _RULES:
            ruled |= np.stack([codes[at + step] == ord(letter) for step, letter in enumerate(word)]).all(axis=0)
        said, aged, kin = (offsets[(bits & bit) != 0] for bit in (_SAID, _AGED, _KIN))
        end = (bits & _END) != 0
        return Seen(said, aged, kin, offsets[may[ruled]], offsets[end] + wide[end])
