"""What of a tagger's candidates is believed beside the rules.

A tagger reads one line and knows neither the table nor the document.  So: nothing in the header of a table; no public role in a table; no company, nobody with a title only; no address where the grammar of
addresses has found one, since it is exact and knows whose it is; no name that is a common word; no sum whose meaning only a header could tell; where nobody is named or spoken of,
and in a statute (lines that begin with 第…条) only what is nearly certain.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from deident.catalog import Pattern
from deident.detectors.name_lists import lists
from deident.matching.scene import Scene
from deident.model import Bools, Candidates, Ints

ARTICLES = 3  # lines 第…条 from which a document is a statute
CERTAIN = 0.95
SURE = 0.96  # for a name that is a common word (高原, 方向), or part of one (家|喻户晓)
STRONG = 0.88  # for a telling phrase in a document without a person
FIRM = 0.68  # score from which a phrase of the rules in running text needs no tagger's word
NAMED = 0.66  # score from which a name is somebody of whom a phrase may speak
SOFT = ("medical_record", "property_status", "social_relation", "life_experience", "disability", "marital_status")
PERSONS = ("person_name", "id_number", "birth_date")
_BODIES = re.compile("预算|拨款|财政|决算|国有|集体|公司|单位")  # whose money it is: no person's
_HEADING = re.compile(
    r"[#\s]*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]{1,3}[章节])[^，。；：:、,\t]{1,25}\s*"
)
_MASKED = re.compile(r"[*〔〕]|[万千\d]-|-\d")  # stars, a pseudonym, a band of amounts (dashes are folded)
_TITLED = re.compile(
    "[㐀-鿿]{1,2}(?:先生|女士|小姐|老师|师傅|同志|同学|老板|老汉|大爷|大妈|奶奶|爷爷|阿姨|叔叔|大哥|大姐|书记|主任|某+|氏)"
)  # no name alone
_COMPANY = re.compile(
    r"(?:[（(][㐀-鿿]{2,4}[)）])?[^任在为系的与和、，。；：:向于是等把被将从给对赴到、\s（）()]{0,8}(?:有限|股份|集团|公司|事务所)"
)
_HAN = re.compile("[㐀-鿿]")
NEAR = 900  # bytes (300 Han characters) before a phrase in which its person may be named
_SOMEBODY = re.compile(
    "我(?![们国省市县区党军方局委院会部镇乡村队校代])|俺|您|你(?!们)|本人|死者|伤者|该户|来信人|写信人|当事人|某(?![些种个项类])"
)
_NUMERALS, _PARTS = (
    np.array([ord(sign) for sign in signs], np.uint16) for signs in ("一二三四五六七八九十百零〇0123456789", "条章")
)


def beside(scene: Scene, said: Candidates, found: Candidates) -> Candidates:
    """The tagger's candidates `said` that are believed beside what the rules have `found`."""
    if not len(said):
        return said
    places, names = kinds(scene, lambda p: p.category == "home_address"), kinds(scene, lambda p: p.category == "person_name")
    soft = kinds(scene, lambda p: p.category in SOFT)[said.kind]
    sums = kinds(scene, lambda p: "property" in p.labels)[said.kind]
    public = kinds(scene, lambda p: "official" in p.labels)[said.kind]
    cell = scene.tables.cell(said.start, said.end)
    keep = ~scene.tables.at(scene.tables.header, cell, False) & ~(sums & scene.tables.at(scene.tables.amount, cell, False))
    keep &= ~(public & (cell >= 0))  # in a table the header tells whose names these are
    keep &= ~(places[said.kind] & _touched(said, found.take(places[found.kind])))
    for rows, told in ((keep & soft, _worded), (keep & soft & (said.score < STRONG), _about_somebody)):
        chosen = np.flatnonzero(rows & keep)
        keep[chosen] = told(scene, said.take(chosen), Candidates.join([found, said]))
    doubtful = keep & names[said.kind] & (said.score < SURE) & ~_touched(said, found.take(names[found.kind]))
    for row in np.flatnonzero(doubtful).tolist():
        keep[row] = not _common(scene, int(said.start[row]), int(said.end[row]))
    return sober(scene, said.take(keep))


def sober(scene: Scene, said: Candidates) -> Candidates:
    """Without what is masked already or a body's money, and without what is not nearly certain in a statute: it speaks of nobody."""
    sums = kinds(scene, lambda p: "property" in p.labels)[said.kind] & (said.score < STRONG)
    rows = zip(said.start.tolist(), said.end.tolist(), sums.tolist(), strict=True)
    keep = [
        not _MASKED.search(_around(scene, start, end)) and not (sum_ and _BODIES.search(scene.text(start, end)))
        for start, end, sum_ in rows
    ]
    said = said.take(np.array(keep, np.bool_))
    statutes = _statutes(scene) if len(said) else ()
    if not len(statutes):
        return said
    return said.take(~np.isin(scene.documents(said.start), statutes) | (said.score >= CERTAIN))


def _around(scene: Scene, start: int, end: int) -> str:
    """Three bytes more on either side, if they are of the same text."""
    view = scene.batch.view
    before, behind = view[max(start - 3, 0) : start], view[end : end + 3]
    return (before.rpartition(b"\0")[2] + view[start:end] + behind.partition(b"\0")[0]).decode("utf-8", "ignore")


def confirmed(scene: Scene, told: Candidates, read: Candidates) -> Candidates:
    """The phrases `told` by rules without the weak ones of running text on whose line a tagger that has `read` it sees nobody and nothing."""
    weak = np.flatnonzero((told.score < FIRM) & (scene.tables.cell(told.start, told.end) < 0))
    if not len(weak):
        return told
    private = kinds(scene, lambda p: p.category in (*SOFT, "person_name") and not {"official", "paid"} & set(p.labels))
    seen = np.sort(read.start[private[read.kind]])
    low, high = scene.lines(told.start[weak])
    keep = np.ones(len(told), np.bool_)
    keep[weak] = np.searchsorted(seen, low, "left") < np.searchsorted(seen, high, "left")
    return told.take(keep)


def _touched(said: Candidates, known: Candidates) -> Bools:
    """Which of `said` overlap one of `known`."""
    if not len(known):
        return np.zeros(len(said), np.bool_)
    order = np.argsort(known.start, kind="stable")
    ends = np.maximum.accumulate(known.end[order])
    before = np.searchsorted(known.start[order], said.end, "left")
    touched: Bools = (before > 0) & (ends[np.maximum(before - 1, 0)] > said.start)
    return touched


def kinds(scene: Scene, test: Callable[[Pattern], bool]) -> Bools:
    """Which kinds pass a test, by their numbers."""
    return np.array([test(pattern) for pattern in scene.plan.patterns], np.bool_)


def _worded(scene: Scene, said: Candidates, _: Candidates) -> Bools:
    """Which phrases say something: no bare number (2.16㎡, 26°50′), whose meaning only a header could tell, no numbered heading (一、2021年工作回顾)."""
    low, high = scene.lines(said.start)
    columns = (said.start, said.end, low, high)
    return np.array([
        _HAN.search(scene.text(start, end)) is not None and not (last - first < 90 and _HEADING.fullmatch(scene.text(first, last)))
        for start, end, first, last in zip(*(column.tolist() for column in columns), strict=True)
    ], np.bool_)  # fmt: skip


def _about_somebody(scene: Scene, said: Candidates, known: Candidates) -> Bools:
    """Whether one of the `known` persons stands shortly before or in the line of each phrase, or the line speaks of or to somebody."""
    persons = kinds(scene, lambda p: p.category in PERSONS and p.id != "official_name")
    named = np.sort(known.start[persons[known.kind] & (known.score >= NAMED)])
    low, high = scene.lines(said.start)
    documents = scene.batch.segments[np.searchsorted(scene.batch.document, scene.documents(said.start), "left")]
    first = np.searchsorted(named, np.maximum(documents, np.minimum(low, said.start - NEAR)), "left")
    told: Bools = first < np.searchsorted(named, high, "left")
    for row in np.flatnonzero(~told).tolist():
        told[row] = _SOMEBODY.search(scene.text(int(low[row]), int(high[row]))) is not None
    return told


def _common(scene: Scene, start: int, end: int) -> bool:
    """Whether no name stands here: a common word or one that ends in its first character, 马先生, 马钢（集团）公司."""
    known = lists(scene.plan.catalogue.home)
    name = scene.text(start, end)
    if _TITLED.fullmatch(name) or _COMPANY.match(scene.text(end, end + 60)):
        return True
    return name in known.stops or scene.text(max(start - 3, 0), start) + name[0] in known.across


def _statutes(scene: Scene) -> Ints:
    """Documents that are divided into articles."""
    characters = scene.characters
    at = np.flatnonzero(characters.codes == ord("第"))
    first, rows = np.zeros(len(at), np.bool_), np.arange(len(at))
    for step in range(1, 9):  # blanks and # may stand before it on its line
        before = characters.at(at[rows] - step)
        first[rows[(before == 0) | (before == 10)]] = True
        rows = rows[(before == ord(" ")) | (before == ord("#"))]
    first[rows] = True
    at = at[first]
    end, more = at + 1, np.ones(len(at), np.bool_)
    for _ in range(6):
        more &= np.isin(characters.at(end), _NUMERALS)
        end += more
    starts = characters.bytes(at[(end > at + 1) & np.isin(characters.at(end), _PARTS)])
    if len(starts) < ARTICLES:
        return np.zeros(0, np.int64)
    documents, count = np.unique(scene.documents(starts), return_counts=True)
    result: Ints = documents[count >= ARTICLES]
    return result
