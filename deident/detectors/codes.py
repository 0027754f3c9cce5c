"""Data dictionaries, which are about nobody: what a field means, which codes it has, what may be ticked in a form.

"字典":{"hyzk":{"10":"未婚","20":"已婚","30":"丧偶"}}     10未婚，20已婚，30丧偶     代码 ⇥ 名称     未婚/已婚/离异/丧偶
"""

from __future__ import annotations

import re

import numpy as np

from deident.detectors.trust import SOFT, kinds
from deident.matching.headers import plain
from deident.matching.scene import Scene
from deident.model import Bools, Candidates

REACH = 600  # bytes before and behind a finding in which a dictionary is looked for
_HAN = r"字典|代码表|码表|对照表|数据元|数据项|枚举|值域|取值|选项|字段说明|字段含义|字段描述|字段名"
_WORD = rf"{_HAN}|dict(?:ionary)?s?|codes?|codelist|enums?|options?|metadata|schema"
_NAMED = re.compile(rf"""["'“]?[^"'“”\s{{}},:：]{{0,8}}(?:{_WORD})[^"'“”\s{{}},:：]{{0,8}}["'”]?\s*[:：=]?\s*$""", re.IGNORECASE)
_HEADING = re.compile(rf"[^，。；：:{{\n]{{0,10}}(?:{_HAN})[^，。；：:\n]{{0,6}}(?:[：:\n（(]|$)")
_FIELD = re.compile(r"\s*[-*·]?\s*[A-Za-z][A-Za-z0-9_]+\s*[:：=\-—,，(（\t ]\s*[一-鿿]{2}")
#: an item: its code, a sign or none, a word that is no measure
_ITEM = re.compile(
    r"""["'“（(]?(?<![0-9A-Za-z.一-鿿])(?P<code>[0-9]{1,2})["'”）)]?\s?[:：=\-—~]?\s?["'“]?(?![级口人套岁年月日个元次万亩周号条项名户]|[一-鿿]{9})[一-鿿]{1,8}["'”]?"""
)
_JOINT = re.compile(r"[\s,，;；、/|或]{1,3}")
_PAIR = re.compile(
    r"""["']?(?:code|value|key|dm|bm|id|代码|编码|值)["']?\s*[:：=]\s*["']?\w{1,3}["']?\s*[,，;\n]\s*["']?(?:name|label|text|mc|title|desc|名称|含义|说明)["']?\s*[:：=]\s*["']?$""",
    re.IGNORECASE,
)
_CHOICES = (
    re.compile("未婚|已婚|初婚|再婚|复婚|丧偶|离婚|离异"), re.compile("视力|听力|言语|肢体|智力|精神|多重"),
)  # fmt: skip
_ROW = re.compile(r"[一-鿿]{2,4}(?:残疾)?(?:[、,，/ □]{1,3}(?:[一-鿿]{2,4}(?:残疾)?)){2,}(?:残疾)?")
_COLUMNS = frozenset(
    "字段 字段名 字段名称 字段代码 字段编码 代码 代码值 码值 取值 数据项 数据项名称 英文名 英文名称 值域 field fieldname code".split()
)


def without(scene: Scene, found: Candidates) -> Candidates:
    """The candidates without what a data dictionary says."""
    soft = kinds(scene, lambda pattern: pattern.category in SOFT)[found.kind]
    if not soft.any():
        return found
    keep: Bools = np.ones(len(found), np.bool_)
    tables: dict[int, bool] = {}
    cells = scene.tables.cell(found.start, found.end)
    for row in np.flatnonzero(soft).tolist():
        start, end, cell = int(found.start[row]), int(found.end[row]), int(cells[row])
        if cell >= 0:
            table = int(scene.tables.table[cell])
            if table not in tables:
                tables[table] = _describes(scene, table)
            keep[row] = not tables[table] and not scene.tables.header[cell]
            continue
        medical = scene.plan.patterns[int(found.kind[row])].category == "medical_record"
        keep[row] = not _coded(scene, start, end, medical)
    return found if keep.all() else found.take(keep)


def _describes(scene: Scene, table: int) -> bool:
    """Whether a table's headers are those of a dictionary."""
    cells = scene.tables
    inside = cells.inside(table)
    chosen = inside[cells.header[inside] | (cells.line[inside] == cells.line[inside[0]])][:40]
    heads = {plain(scene.text(int(cells.start[cell]), int(cells.end[cell]))) for cell in chosen.tolist()}
    persons = {n for n, pattern in enumerate(scene.plan.patterns) if pattern.category in ("person_name", "id_number")}
    return bool(heads & _COLUMNS) and not cells.kinds[table] & persons


def _coded(scene: Scene, start: int, end: int, medical: bool) -> bool:
    """Whether a finding stands in a dictionary."""
    before = scene.text(max(start - REACH, 0), start).rsplit("\0", 1)[-1]
    value = scene.text(start, end)
    if _within(before) or _PAIR.search(before[-60:]):
        return True
    line = before.rsplit("\n", 1)[-1]
    if _HEADING.match(line):
        return True
    behind = scene.text(end, end + REACH).split("\0", 1)[0]
    whole = line + value + behind.split("\n", 1)[0]
    if _FIELD.match(whole) and any(map(_HEADING.match, before.rsplit("\n\n", 1)[-1].split("\n"))):
        return True
    if medical:
        return False
    text, at = before[-120:] + value + behind[:120], min(len(before), 120)
    return _run(text, at) or _choice(text, at)


def _within(before: str) -> bool:
    """Whether an object or array that is named a dictionary is open here."""
    if "{" not in before and "[" not in before:
        return False
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        sign = before[at]
        if sign in "}]":
            depth += 1
        elif sign in "{[":
            if depth:
                depth -= 1
            elif _NAMED.search(before[max(at - 40, 0) : at]):
                return True
    return False


def _run(text: str, at: int) -> bool:
    """Whether three items or more with ascending codes stand here, one of them around `at`."""
    items = list(_ITEM.finditer(text))
    run: list[re.Match[str]] = []
    for item in items:
        if run and (not _JOINT.fullmatch(text, run[-1].end(), item.start()) or int(item["code"]) <= int(run[-1]["code"])):
            if len(run) >= 3 and run[0].start() <= at < run[-1].end():
                return True
            run = []
        run.append(item)
    return len(run) >= 3 and run[0].start() <= at < run[-1].end()


def _choice(text: str, at: int) -> bool:
    """Whether the words that may be chosen are listed here: 未婚、已婚、离异、丧偶."""
    row = next((row for row in _ROW.finditer(text) if row.start() <= at < row.end()), None)
    return row is not None and any(
        len(set(words.findall(row[0]))) >= least for words, least in zip(_CHOICES, (3, 4), strict=True)
    )
