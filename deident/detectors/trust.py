"""What of a tagger's candidates is believed beside the rules.

A tagger reads one line and knows neither the table nor the document.  So: nothing in the header of a table; no public role in a table; no weak name that ends like a place; no address where the grammar of
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
WEAK, PLACES = 0.7, tuple("沟坪湾沱坝岭坡屯寨洼营庄村镇乡县路街巷堡塘墩峪纬经")
SURE = 0.96  # for a name that is a common word (高原, 方向), or part of one (家|喻户晓)
STRONG = 0.88  # for a telling phrase in a document without a person
SOFT = ("medical_record", "property_status", "social_relation", "life_experience", "disability", "marital_status")
PERSONS = ("person_name", "id_number", "birth_date")
_BODIES = re.compile("预算|拨款|财政|决算|国有|集体|公司|单位")  # whose money it is: no person's
_HEADING = re.compile(
    r"[#\s]*(?:[一二三四五六七八九十]{1,3}、|（[一二三四五六七八九十]{1,3}）|第[一二三四五六七八九十]{1,3}[章节])[^，。；：:、,\t]{1,25}\s*"
)
_MASKED = re.compile(r"[*〔〕]|[万千\d]-|-\d")  # stars, a pseudonym, a band of amounts (dashes are folded)
NEAR = 900  # bytes (300 Han characters) before a phrase in which its person may be named
_SOMEBODY = re.compile(
    "我(?![们国省市县区党军方局委院会部镇乡村队校代])|俺|您|你(?!们)|本人|患者|死者|伤者|老人|户主|该户|来信人|写信人|当事人|某"
)
_ORDINAL = "第".encode()
_ARTICLE = re.compile("(?:一|二|三|四|五|六|七|八|九|十|百|零|〇|[0-9]){1,6}(?:条|章)".encode())


def beside(scene: Scene, said: Candidates, found: Candidates) -> Candidates:
    """The tagger's candidates `said` that are believed beside what the rules have `found`."""
    if not len(said):
        return said
    places, names = _kinds(scene, lambda p: p.category == "home_address"), _kinds(scene, lambda p: p.category == "person_name")
    soft = _kinds(scene, lambda p: p.category in SOFT)[said.kind]
    sums = _kinds(scene, lambda p: "property" in p.labels)[said.kind]
    public = _kinds(scene, lambda p: "official" in p.labels)[said.kind]
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
    sums = _kinds(scene, lambda p: "property" in p.labels)[said.kind] & (said.score < STRONG)
    rows = zip(said.start.tolist(), said.end.tolist(), sums.tolist(), strict=True)
    keep = [
        not _MASKED.search(scene.text(start - 3, end + 3)) and not (sum_ and _BODIES.search(scene.text(start, end)))
        for start, end, sum_ in rows
    ]
    said = said.take(np.array(keep, np.bool_))
    statutes = _statutes(scene) if len(said) else ()
    if not len(statutes):
        return said
    return said.take(~np.isin(scene.documents(said.start), statutes) | (said.score >= CERTAIN))


def unplaced(scene: Scene, found: Candidates) -> Candidates:
    """Without weak names in running text that end like a place: 东至罗玉沟."""
    keep = np.ones(len(found), np.bool_)
    weak = (
        _kinds(scene, lambda p: p.category == "person_name")[found.kind]
        & (found.score < WEAK)
        & (scene.tables.cell(found.start, found.end) < 0)
    )
    for row in np.flatnonzero(weak).tolist():
        keep[row] = not scene.text(int(found.start[row]), int(found.end[row])).endswith(PLACES)
    return found.take(keep)


def _touched(said: Candidates, known: Candidates) -> Bools:
    """Which of `said` overlap one of `known`."""
    if not len(known):
        return np.zeros(len(said), np.bool_)
    order = np.argsort(known.start, kind="stable")
    ends = np.maximum.accumulate(known.end[order])
    before = np.searchsorted(known.start[order], said.end, "left")
    touched: Bools = (before > 0) & (ends[np.maximum(before - 1, 0)] > said.start)
    return touched


def _kinds(scene: Scene, test: Callable[[Pattern], bool]) -> Bools:
    """Which kinds pass a test, by their numbers."""
    return np.array([test(pattern) for pattern in scene.plan.patterns], np.bool_)


def _worded(scene: Scene, said: Candidates, _: Candidates) -> Bools:
    """Which phrases say something: no bare number, whose meaning only a header could tell, no numbered heading (一、2021年工作回顾)."""
    low, high = scene.lines(said.start)
    columns = (said.start, said.end, low, high)
    view = scene.batch.view
    return np.array([
        not view[start:end].isascii() and not (last - first < 90 and _HEADING.fullmatch(scene.text(first, last)))
        for start, end, first, last in zip(*(column.tolist() for column in columns), strict=True)
    ], np.bool_)  # fmt: skip


def _about_somebody(scene: Scene, said: Candidates, known: Candidates) -> Bools:
    """Whether one of the `known` persons stands shortly before or in the line of each phrase, or the line speaks of or to somebody."""
    persons = _kinds(scene, lambda p: p.category in PERSONS and p.id != "official_name")
    named = np.sort(known.start[persons[known.kind]])
    low, high = scene.lines(said.start)
    documents = scene.batch.segments[np.searchsorted(scene.batch.document, scene.documents(said.start), "left")]
    first = np.searchsorted(named, np.maximum(documents, np.minimum(low, said.start - NEAR)), "left")
    told: Bools = first < np.searchsorted(named, high, "left")
    for row in np.flatnonzero(~told).tolist():
        told[row] = _SOMEBODY.search(scene.text(int(low[row]), int(high[row]))) is not None
    return told


def _common(scene: Scene, start: int, end: int) -> bool:
    """Whether a common word stands here: the name itself, or one that ends in its first character."""
    known = lists(scene.plan.catalogue.home)
    name = scene.text(start, end)
    return name in known.stops or scene.text(max(start - 3, 0), start) + name[0] in known.across


def _statutes(scene: Scene) -> Ints:
    """Documents that are divided into articles."""
    view, places, at = scene.batch.view, [], scene.batch.view.find(_ORDINAL)
    while at >= 0:  # `find` is some ten times as fast as an expression for the whole
        if view[max(at - 8, 0) : at].rstrip(b"# ")[-1:] in (b"", b"\n", b"\0") and _ARTICLE.match(view, at + len(_ORDINAL)):
            places.append(at)
        at = view.find(_ORDINAL, at + len(_ORDINAL))
    starts = np.array(places, np.int64)
    if len(starts) < ARTICLES:
        return np.zeros(0, np.int64)
    documents, count = np.unique(scene.documents(starts), return_counts=True)
    result: Ints = documents[count >= ARTICLES]
    return result
