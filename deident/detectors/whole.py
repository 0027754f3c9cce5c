r"""Whole facts: two findings of one fact with a few words between them are one; the time that a fact begins with is part of it, and of an
illness how it came, what the bracket behind it says and what is done about it.

有支气管哮喘|，入夏后|发作两次 → one illness; 2020年8月16日行|冠脉支架植入术 → from the year on; 心脏病|（室间隔缺损），需二次手术 → to the end.
Never over a name, a relation, another finding, the end of a sentence, a cell or a line: two people's facts stay two.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from deident.catalog import Pattern
from deident.detectors.trust import kinds
from deident.matching.scene import Scene
from deident.model import Candidates

HEALTH = ("medical_record", "disability")
FACTS = (*HEALTH, "marital_status", "property_status", "life_experience")
TOLD = ("phrase", "tagger")  # triggers of patterns that find words, not numbers or cells
GAP = 10  # characters between two findings of one fact
WHOLE = 30  # characters of a cell that is taken whole
REACH = 26  # characters beside a fact that may belong to it
_TIME = re.compile(
    r"(?:(?:19|20)\d\d ?年(?:\d{1,2}月(?:\d{1,2}日)?)?|\d{1,2}月\d{1,2}日|(?:今|去|前|次|同)年(?:\d{1,2}月)?|\d{1,2}月)"
    r"(?:底|初|份|[上中下]旬|[春夏秋冬]季?)?(?:因|于|起|在|被|经|又|曾|已|即|就|行|体检|检查|突发|发生)?$"
)
#: words that lead to an illness, right before it; three at most, since some may hold others and could be put together in too many ways
_LEAD = re.compile(
    r"(?:行|受|出现|伴有?|据称|因|曾因|被?诊断为|经?(?:检查|鉴定|复查|体检)(?:为|即|提示|示|系|出)?|提示|反复|突发|突然|不慎|意外|近期|常年"
    r"|术后|罹患|并发|(?:行|接受|实施)[㐀-鿿A-Z]{0,6}|[左右双][侧下上]?(?:第[0-9一二三四五六七八九十、]+)?[㐀-鿿]{0,6}){1,3}$"
)
_SIGNS = r"，。；;、,\n\t\0：:（）()"
#: what goes on behind it: a bracket, clauses that say what is done about it
_ONWARD = re.compile(
    rf"(?:[（(][^（）()\n\t\0：:]{{1,16}}[)）])?(?:[，、,][^{_SIGNS}]{{0,8}}"
    rf"(?:手术|治疗|不宜[^{_SIGNS}]{{1,8}}|随诊|随访|换药|透析|化疗|放疗|复查|休养|住院|服药|卧床|溃烂|复发|转移|拆线|留观)(?=[{_SIGNS}]|$))*"
)
_NUMBERED = re.compile(
    r"[，、,；]?\s?(?:住院|病历|门诊|病案|登记|检查单|就诊卡)号码?[:：]?\s?$"
)  # between an illness and the number of its file
_APART = re.compile(r"[。；;！？!?\n\t\0：:（）()《》“”\"]|[他她其我您你某]|[与和同及]|(?:19|20)\d\d|\d月|分别|另")


def joined(scene: Scene, found: Candidates) -> Candidates:
    """The candidates (in order of the text, apart from each other), facts whole."""
    facts = kinds(scene, _told(FACTS))[found.kind]
    if not facts.any():
        return found
    ill = kinds(scene, _told(HEALTH))[found.kind]
    filed = kinds(scene, lambda p: p.category == "medical_record")[found.kind] & ~facts
    start, end = found.start.copy(), found.end.copy()
    gone = np.zeros(len(found), np.bool_)
    for row in np.flatnonzero(facts).tolist():
        low = int(end[row - 1]) if row else 0
        high = int(found.start[row + 1]) if row + 1 < len(found) else len(scene.batch.view)
        start[row] = _from(scene, low, int(start[row]), bool(ill[row]))
        if ill[row]:
            end[row] = _to(scene, int(end[row]), high)
        if row and facts[row - 1] and found.kind[row] == found.kind[row - 1] and _one(scene, low, int(start[row])):
            start[row], gone[row - 1] = start[row - 1], True
        if ill[row] and row + 1 < len(found) and filed[row + 1] and _NUMBERED.fullmatch(scene.text(int(end[row]), high)):
            end[row], gone[row + 1] = end[row + 1], True
        if ill[row]:
            start[row], end[row] = _cell(scene, int(start[row]), int(end[row]), low, high)
    return Candidates(start, end, found.kind, found.score).take(~gone)


def _told(categories: tuple[str, ...]) -> Callable[[Pattern], bool]:
    """Facts of these categories told in words."""
    return lambda pattern: pattern.category in categories and pattern.trigger in TOLD


def _from(scene: Scene, low: int, start: int, ill: bool) -> int:
    """Where a fact begins: at the words that lead to an illness, at the time right before; byte offsets."""
    before = scene.text(max(low, start - 3 * REACH), start)
    size = 0
    for told in (_LEAD, _TIME) if ill else (_TIME,):
        found = told.search(before[: len(before) - size])
        size += len(found[0]) if found else 0
    return start - len(before[len(before) - size :].encode()) if size else start


def _to(scene: Scene, end: int, high: int) -> int:
    """Where an illness ends; no further than `high`, where the next finding begins; byte offsets."""
    found = _ONWARD.match(scene.text(end, min(high, end + 3 * REACH)))
    return end + len(found[0].encode()) if found else end


def _cell(scene: Scene, start: int, end: int, low: int, high: int) -> tuple[int, int]:
    """The whole cell of a table, if the illness is most of it and nothing else was found in it; else as it was."""
    cell = int(scene.tables.cell(np.array([start]), np.array([end]))[0])
    if cell < 0:
        return start, end
    first, last = int(scene.tables.start[cell]), int(scene.tables.end[cell])
    own = low <= first <= start and end <= last <= high and (last - first) <= 3 * WHOLE
    return (first, last) if own and 3 * (end - start) >= last - first else (start, end)


def _one(scene: Scene, low: int, high: int) -> bool:
    """Whether what stands between two findings (bytes) leaves them one fact."""
    if high - low > 3 * GAP:
        return False
    between = scene.text(low, high)
    return len(between) <= GAP and not _APART.search(between)
