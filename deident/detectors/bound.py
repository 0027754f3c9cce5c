"""Whether a sentence speaks of a person: names, numbers, pronouns, ages in it and before it, against the words of policy.

Every sentence that holds a telling word is read once; what is found in it is a column of counts, and the points of a sentence are
their sum by weights.  A name in the sentence or row speaks most; rules, statistics, advice and groups of people speak against it.
"""

from __future__ import annotations

import re

import numpy as np

from deident.detectors.seen import AGED, BESIDE, KIN, SAID, Seen
from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints

LONGEST = 360  # bytes of a sentence on both sides of a word that are read
BEFORE = 450  # bytes before a sentence, on its line or in its block, in which a person may have been named
IDENTITY = ("id_number", "phone", "bank_account", "birth_date")
_NORM = re.compile(
    "应当|应(?=[及予由在向提按将参])|可以|可(?=申请|享受|按|在|向|凭)|不得|严禁|符合|条件|标准|办法|规定|政策|制度|机制|细则|条例|待遇|纳入|保障(?!金)|原则|依法|有关|相关|以及|或者?|等(?=[^级候待]|$)"
    "|加强|推进|开展|落实|完善|健全|提高|促进|建立|优化|探索|鼓励|支持|引导|重点|全面|活动|项目|机构|部门|单位|管理|申请材料|材料|证明|提供|提交|办理|流程|目录|指南|方案"
)
_ADVICE = re.compile(
    "预防|防治|筛查|宣传|讲座|科普|义诊|健康教育|知识|症状|传播|传染|感染者|易发|高发|引起|导致|常见|早期|发病|及时|建议|注意|避免|切勿|请勿|如何|怎么|什么|吗[？?]|为什么|如果|一旦|若|凡|均|患儿|患者应|患者[须要可]|病人|就医|就诊|治疗|疫苗|接种|药品|用药"
)
_GROUP = re.compile(
    "人员|对象|群体|家庭(?=[，、。的中子成可应])|群众|居民|职工|农民|儿童|妇女|青少年|学生|老年人|老人(?=[、和的])|残疾人|[的者](?=[，、。应可须均]|$)|[一二三四五各每]类|人群|当事人|申请人(?=应|须|可)|用人单位|劳动者|子女(?=[、和及可应])|配偶(?=[、和及可应])|成员|公民|消费者|业主|家长|父母或"
)
_COUNT = re.compile(
    r"[%％‰]|同比|人次|\d(?:余|多)?[万亿]?[名例](?!称)|\d(?:余|多)?(?:万|亿|万余)人|\d+(?:余|多)?人[，、。次]|率|[万亿]元|累计|共计|全[县市省区年国]|人均|每(?:人每)?[月年人户]"
)
#: points of: name in the sentence, number of a person in it, name on the line before it, in the block before it; pronouns, ages, kin in it
#: (two at most), pronouns before it; words of rules, advice, groups, counts in it (three at most); a document of rules
WEIGHTS = np.array([7, 1, 1, 4, 3, 1, 2, 2, -3, -4, -4, -1, -4], np.int64)
_EACH = WEIGHTS[4:-1].tolist()  # of what is read in a sentence


#: Pronouns that what follows may take back, as bytes: at the end of a stretch nothing does.
_OPEN = [int.from_bytes(side.hint.encode(), "big") for side in BESIDE if side.never]
_UNENDED = np.ones(256, np.bool_)  # by the last byte of a stretch: what 。 or a line do not end
_UNENDED[[0, 9, 10, 0x82]] = False


def sentences(scene: Scene, seen: Seen, places: Ints) -> tuple[Ints, Ints]:
    """Bounds of the sentence (cell, line) that holds each place, at most LONGEST bytes away, at characters; (n,) each."""
    view = np.frombuffer(scene.batch.view, np.uint8)
    low, high = np.maximum(places - LONGEST, 0), np.minimum(places + LONGEST, len(view))
    for edges in (seen.ends, scene.breaks + 1):
        padded = np.concatenate(([0], edges, [len(view)]))
        at = np.searchsorted(padded, places, "right")
        low, high = np.maximum(low, padded[at - 1]), np.minimum(high, padded[np.minimum(at, len(edges) + 1)])
    return _at_character(view, low), _at_character(view, high)


def _at_character(view: np.ndarray[tuple[int], np.dtype[np.uint8]], places: Ints) -> Ints:
    """Each place, or the first behind it that begins a character."""
    for _ in range(3):
        inside = (places < len(view)) & ((view[np.minimum(places, len(view) - 1)] & 0xC0) == 0x80)
        places = places + inside
    return places


def points(scene: Scene, known: Candidates, seen: Seen, low: Ints, high: Ints, least: Ints) -> Ints:
    """How sure each sentence speaks of a person, (n,); fewer than it has where it cannot have `least`."""
    keys = low << 20 | np.minimum(high - low, (1 << 20) - 1)
    _, chosen, back = np.unique(keys, return_index=True, return_inverse=True)
    back = back.reshape(-1)
    needed = np.full(len(chosen), np.iinfo(np.int64).max)
    np.minimum.at(needed, back, least)
    found: Ints = (features(scene, known, seen, low[chosen], high[chosen], needed) @ WEIGHTS)[back]
    return found


def features(scene: Scene, known: Candidates, seen: Seen, low: Ints, high: Ints, least: Ints) -> Ints:
    """What speaks for a person in each sentence and against, (n, len(WEIGHTS)) counts; words only where they can lift it to `least`."""
    line, end = scene.lines(low)
    row = scene.tables.cell(low, low) >= 0  # the cells of a row speak of one person
    start, stop = np.where(row, line, low), np.where(row, np.minimum(end, line + 4 * LONGEST), high)
    before = np.maximum(start - BEFORE, 0)
    categories = [pattern.category for pattern in scene.plan.patterns]
    named = np.sort(known.start[np.isin(known.kind, [n for n, name in enumerate(categories) if name == "person_name"])])
    numbered = np.sort(known.start[np.isin(known.kind, [n for n, name in enumerate(categories) if name in IDENTITY])])
    segment = scene.batch.segments[np.searchsorted(scene.batch.segments, low, "right") - 1]
    before = np.maximum(np.maximum(before, segment), 0)
    table = np.zeros((len(low), len(WEIGHTS)), np.int64)
    around = (
        _any(named, start, stop), _any(numbered, start, stop), _any(named, np.maximum(line, before), start), _any(named, before, start)
    )  # fmt: skip
    table[:, :4], table[:, -1] = np.stack(around, axis=1), _ruled(scene, seen.rules, low)
    most = np.stack((
        np.minimum(_count(seen.said, start, stop), 2), np.minimum(_count(seen.aged, start, stop), 2),
        np.minimum(_count(seen.kin, start, stop), 2), _any(seen.said, before, start),
    ), axis=1)  # fmt: skip
    base = table @ WEIGHTS
    rows = np.flatnonzero(base + most @ WEIGHTS[4:8] + WEIGHTS[4] + WEIGHTS[7] >= least)
    most[rows, 0] = np.minimum(most[rows, 0] + _open(scene, stop[rows]), 2)
    most[rows, 3] |= _open(scene, start[rows])
    for number in rows[base[rows] + most[rows] @ WEIGHTS[4:8] >= least[rows]].tolist():
        stretch = int(start[number]), int(stop[number]), int(before[number])
        table[number, 4:-1] = _read(scene, *stretch, most[number].tolist(), int(least[number] - base[number]))
    return table


def _count(places: Ints, low: Ints, high: Ints) -> Ints:
    """How many of the places lie in each stretch."""
    found: Ints = np.searchsorted(places, high, "left") - np.searchsorted(places, low, "left")
    return found


def _any(places: Ints, low: Ints, high: Ints) -> Bools:
    """Whether one of the places lies in each stretch."""
    found: Bools = np.searchsorted(places, high, "left") > np.searchsorted(places, low, "left")
    return found


def _open(scene: Scene, ends: Ints) -> Bools:
    """Whether a pronoun that what follows may take back ends each stretch, a character cut at its end left out."""
    found = np.zeros(len(ends), np.bool_)
    rows = np.flatnonzero(_UNENDED[scene.buffer.before(ends, 1)[:, 0]])
    before = scene.buffer.before(ends[rows], 6).astype(np.int32)
    wide = before[:, :-2] << 16 | before[:, 1:-1] << 8 | before[:, 2:]
    found[rows] = np.isin(wide, _OPEN).any(1)
    return found


def _read(scene: Scene, start: int, stop: int, before: int, most: list[int], least: int) -> list[int]:
    """Counts of words in one sentence (row), and pronouns before it.

    `most`: what those that speak for a person can be at most; they are counted only where they could still reach `least` points.
    """
    text = scene.text(start, stop)
    left = sum(count * weight for count, weight in zip(most, _EACH, strict=False)) - least
    against = [0, 0, 0, 0]
    for place, words in enumerate((_NORM, _ADVICE, _GROUP, _COUNT)):
        against[place] = min(len(words.findall(text)), 3)
        left += against[place] * _EACH[4 + place]
        if left < 0:
            return [*most, *against]
    said = [min(len(words.findall(text)), 2) if hint else 0 for words, hint in zip((SAID, AGED, KIN), most, strict=False)]
    return [*said, int(bool(most[3]) and SAID.search(scene.text(before, start)) is not None), *against]


def _ruled(scene: Scene, rules: Ints, places: Ints) -> Bools:
    """Whether each place lies in a document of rules: 应当, 规定 and 第…条 are dense in it."""
    batch = scene.batch
    numbers, back = np.unique(scene.documents(places), return_inverse=True)
    first = batch.segments[np.searchsorted(batch.document, numbers)]
    last = batch.segments[np.searchsorted(batch.document, numbers + 1)]
    signs = _count(rules, first, last)
    found: Bools = ((signs >= 6) & (signs * 1200 > last - first))[back.reshape(-1)]
    return found
