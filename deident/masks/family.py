"""What kind of name it is: where the surname ends, and whether other hands have hidden it already.

>>> family("欧阳映雪"), family("欧阳"), some("阿依古丽·买买提"), some("Daniel Lin"), settled("张某1")
('欧阳', '欧', '阿某', 'D某', True)
"""

from __future__ import annotations

import re

from deident.masks.plain import HAN, tight

_COMPOUND = re.compile(r"欧阳|太史|端木|上官|司马|东方|独孤|南宫|万俟|闻人|夏侯|诸葛|尉迟|公羊|赫连|澹台|皇甫|宗政|濮阳|公冶|太叔|申屠|公孙"
                       r"|慕容|仲孙|钟离|长孙|宇文|司徒|鲜于|司空|令狐|百里|呼延|东郭|南门|微生|西门|轩辕")  # fmt: skip
# 张某, 张某某, 张某1, 张某甲; 张*; 张××, 张XX
_SETTLED = re.compile(
    rf"(?:{_COMPOUND.pattern}|[^\W\d_])(?:某{{1,2}}(?:[0-9]{{1,3}}|[甲乙丙丁戊己庚辛壬癸])?|[*×]{{1,3}}|(?<=[{HAN}])[xX]{{2}})"
)


def family(name: str) -> str:
    """The surname, both characters of a compound one; of names that are not Han the first character.

    Two characters are a surname and a given name: 欧阳 is somebody of the family 欧.
    """
    compound = _COMPOUND.match(name)
    return compound[0] if compound and len(name) > 2 and "·" not in name else name[:1]


def settled(name: str) -> bool:
    """Is this a name that was hidden already?"""
    return _SETTLED.fullmatch(name) is not None


def some(name: str) -> str:
    """The surname and 某 (法释〔2016〕19号 art. 9); 某某 for what does not begin with a letter."""
    first = family(tight(name))
    return f"{first if first.isalpha() else '某'}某"
