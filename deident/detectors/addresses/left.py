"""Where an address begins, when only its detail was seen: leftward to the first place name that belongs to it.

A known name is the surest beginning; else what cannot be part of a name (住, 位于, 的, 反映 …) ends what is before it.
"""

from __future__ import annotations

import re
from functools import cache

import numpy as np

from deident.detectors import name_marks
from deident.detectors.addresses import grammar, names
from deident.model import Bools, Ints
from deident.text.characters import Characters

REACH = 60  # characters left of the detail that are read
_PLACES = "省市县区旗镇乡村路街巷道弄里园苑城庭府湾居厦楼寨屯庄场委苏嘎宅舍"
_BLANKED = "省市县区旗州盟镇乡村道路街号0123456789"  # a blank may stand behind these
_RUN = re.compile(rf"(?:[㐀-鿿0-9A-Za-z#\-—~·]| (?=[{_BLANKED}])){{1,{REACH}}}")  # from the right to the left
_ANY_PLACE = re.compile(f"[{_PLACES}]")
#: what ends before an address and stands in no place name
_STOPS = re.compile(
    r"家住|现住|居住[在于]?|住[在于]|(?<![㐀-鿿])住(?!宅)|住(?=[㐀-鿿]{1,4}[省市县区镇乡村街])|位于|坐落[在于]?|座落[在于]?|地址[为是]?|住址[为是]?|户籍[地在]*|所在地|[的了是在把被到至该]"
    r"|反映|走访|走进|入户|看望|慰问|来自|前往|赶到|来到|寄往|寄送|提供|申请公开|通过|查封|拍卖|购买|租赁|申请|登记|迁入|迁往|返回|搬迁"
    r"|村民|居民|业主|户主|学生|患者|名下|坐标|经过|途经|沿着|直至|以及|或者|包括|其中|收到|关于|根据|按照|组织|发现|处理|涉及|附近|联系人"
    r"|[0-9]{1,2}(?:日|时|分|岁|人|户|元|年|月|点)|组长|书记|主任|今年|现年"
)
_WEAK = re.compile(r"[于从由自与和向对将为经因以]")


@cache
def _letters() -> tuple[Bools, Bools, Bools]:
    """What addresses are written with, what a blank may stand behind, words for kinds of places; by character."""
    written = name_marks.of("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#-—~·")
    written[0x3400:0xA000] = True
    return written, name_marks.of(_BLANKED), name_marks.of(_PLACES)


def likely(characters: Characters, ends: Ints) -> Bools:
    """Whether `start` can find a place before the details that end at these bytes, (n,): most are no addresses (5月17号)."""
    if not characters.clean:
        return np.ones(len(ends), np.bool_)
    written, blanked, places = _letters()
    codes, last = characters.codes, characters.places(ends) - 1
    found, rows = np.zeros(len(ends), np.bool_), np.arange(len(ends))
    for step in range(REACH):
        at = last[rows] - step
        rows, at = rows[at >= 0], at[at >= 0]
        here = codes[at]
        hit = places[here] if step > 1 else np.zeros(len(rows), np.bool_)
        found[rows[hit]] = True
        rows = rows[~hit & (written[here] | (here == 32) & blanked[codes[np.maximum(at - 1, 0)]])]
        if not len(rows):
            break
    return found


def start(text: str, end: int) -> int:
    """Where the address begins whose detail ends at `end`; -1 when no place can stand before it.

    >>> start("他家在马官镇余官村3组", 11)
    3
    """
    run = _RUN.match(text[max(0, end - REACH - 1) : end][::-1])
    low = end - run.end() if run else end
    if not _ANY_PLACE.search(text, low, end - 2):
        return -1
    body = text[low:end]
    known = names.spans(body)
    first = 0
    for stop in _STOPS.finditer(body):
        inside = any(a <= stop.start() < b for a, b in known)
        if not inside and _ANY_PLACE.search(body, stop.end(), len(body) - 1):
            first = stop.end()
    known = [span for span in known if span[0] >= first]
    if known:
        first = _before(body, first, known[0][0])
    if not known or first < known[0][0]:
        first = _trimmed(body, first, hard=first == 0)
    while first < len(body) and body[first] in " -—~·#":
        first += 1
    return low + first if first < len(body) else -1


def _before(body: str, first: int, known: int) -> int:
    """Whether what stands before a known name is a place as well (青溪县|马官镇), or part of it (新|河口镇)."""
    prefix = body[first:known]
    if not prefix or (len(prefix) == 1 and not _WEAK.match(prefix)):
        return first
    reading = grammar.read(prefix, 0, body=False)
    return first if reading.end == len(prefix) and reading.coarse and len(prefix) <= 12 else known


def _trimmed(body: str, first: int, hard: bool) -> int:
    """Without a preposition, and of a first name that is too long for one only the usual two letters."""
    if _WEAK.match(body, first) and len(_name(body, first + 1)) >= 2 and (not hard or body[first] in "于从由自"):
        first += 1
    name = _name(body, first)
    return first + len(name) - 2 if len(name) > 5 else first


def _name(body: str, at: int) -> str:
    """The letters before the first word for a kind of place."""
    found = grammar.NAMED.match(body, at)
    return found["name"] if found else ""
