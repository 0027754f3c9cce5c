"""Records of data exports: keys as headers, members as cells, wherever they stand.

    {"xm":"陈一一","hyzk":"40","cjlb":"肢体","jtnsr":48000}     <hyzk>40</hyzk>     hyzk：40

A member is read like a cell under its key as a header: what stands there must match the pattern's `cell`.  It counts where its
record is about a person: another member says whose it is, or a name or an identity number was found in it.  Keys of Han letters
without quotes are those of forms, so they count only for what says nothing by itself elsewhere (`SOFT`), and only on a line of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from deident.detectors.columns import choices
from deident.detectors.siblings import heading, meant
from deident.detectors.trust import SOFT
from deident.matching.headers import plain
from deident.matching.scene import Scene
from deident.model import ROLES, Candidates, Ints

OWN = ("disability", "marital_status", "social_relation", "birth_date")  # members that are only of persons
PROOF = ("person_name", "birth_date", "id_number")
PUBLIC = (
    "uscc",
    "org_code",
    "exam_number",
    "enforcement_certificate",
    "lawyer_certificate",
    "professional_certificate",
    "official_name",
)
VAGUE = frozenset(
    "name fullname username contactname linkman fzr fzrxm fddbr frdb frxm lxr lxrxm jbr 负责人 法定代表人 联系人 经办人".split()
)  # names of what, only the other members say
KEY, VALUE, GAP = 40, 260, 48  # bytes: of a key, of a value, between two members of a record
ROLES_READ = tuple(n for n, role in enumerate(ROLES) if role not in ("title", "url", "name", "key"))

_KEY = re.compile(
    r"""(?:^|[\s{,;，；(（<&|])\\?["'“]?(?P<key>[A-Za-z][A-Za-z0-9_]{1,30}|[一-鿿][一-鿿（）()、/]{1,14})\\?["'”]?\s?$"""
)
_QUOTED = re.compile(r"""\s*\\?["“](?P<v>[^"”\\\n]*)|\s*'(?P<w>[^'\n]*)'""")
_BARE = re.compile(
    r"""\s*(?P<v>[^\s,;，；"'{}\[\]<>][^,;，；{}\[\]<>\t\n\0"']*?)(?=\s+[A-Za-z_]+\s*[:：=]|\s*[,;，；{}\[\]<>\t\n\0"']|\s*$)"""
)
_LINE = re.compile(r"\s*(?P<v>[^\t\n\0：:]*?)\s*(?=[\n\0]|$)")
_BODY = re.compile(
    r"\W(?:company|corporation)\W|qymc|gsmc|jgmc|companyname|company_name|orgname|org_name|enterprise|unit_?name|企业名称|公司名称|机构名称|单位名称|tyshxydm",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[}\[\]\0\t]|\n\s*\n")


class Member(NamedTuple):
    """A key and the bytes of its value; `form`: a key of Han letters without quotes."""

    place: int
    start: int
    end: int
    key: str
    text: str
    form: bool


def find(scene: Scene, found: Candidates) -> Candidates:
    """Candidates from members of records, given what the other detectors have found."""
    members = [member for member in _members(scene) if member.text]
    if not members:
        return Candidates.none()
    found = found.take(np.argsort(found.start, kind="stable"))
    rows: list[tuple[int, int, int, float]] = []
    titles: dict[int, str] = {}
    for record in _records(scene, members):
        first, last = np.searchsorted(found.start, [record[0].place - KEY, record[-1].end])
        rows += _read(scene, record, found.take(np.arange(first, last)), titles)
    return Candidates.rows(rows)


def _members(scene: Scene) -> Iterator[Member]:
    """Keys that are headers of kinds, with their values."""
    plan, view = scene.plan, scene.batch.view
    places, widths = _places(scene)
    columns = (places, widths, scene.lines(places)[0])
    for place, wide, opens in zip(*(column.tolist() for column in columns), strict=True):
        before = scene.text(max(place - KEY, 0), place)
        found = _KEY.search(before.rsplit("\0", 1)[-1])
        if not found:
            continue
        key = plain(found["key"])
        if key not in plan.headers and key not in plan.beside and (key := _short(found["key"])) not in plan.headers:
            continue
        first = place + wide
        text = view[first : first + VALUE].decode("utf-8", "ignore").split("\0", 1)[0]
        quoted = before[:-1].rstrip()[-1:] in "\"'”" if before else False
        alone = found.start() == 0 or before[found.start()] == "\n" or place - opens <= len(found["key"].encode()) + 1
        value = _QUOTED.match(text) or (_LINE.match(text) if alone and not quoted and wide == 3 else None) or _BARE.match(text)
        if not value:
            continue
        group = "v" if value["v"] is not None else "w"
        low = first + len(text[: value.start(group)].encode())
        inner = value[group].rstrip()
        yield Member(
            place, low, low + len(inner.encode()), key, inner, found["key"][0] >= "一" and not before.endswith(('"', "'", "”"))
        )


def _short(key: str) -> str:
    """The key without whose it is: user_mobile, hz_sfzh."""
    return plain(key.partition("_")[2]) if "_" in key else ""


def _places(scene: Scene) -> tuple[Ints, Ints]:
    """Where a sign behind a key stands, and its width in bytes, (n,) each."""
    code = np.frombuffer(scene.batch.view, np.uint8)
    if len(code) < 4:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    narrow = np.flatnonzero((code == 0x3A) | (code == 0x3D) | (code == 0x3E))  # : = >
    wide = np.flatnonzero(code == 0x9A)  # the last byte of ：
    wide = wide[wide >= 2]
    wide = wide[(code[wide - 1] == 0xBC) & (code[wide - 2] == 0xEF)] - 2
    place = np.concatenate((narrow, wide))
    size = np.repeat([1, 3], [len(narrow), len(wide)])
    before = code[np.maximum(place - 1, 0)]
    before = np.where(before == 0x20, code[np.maximum(place - 2, 0)], before)
    latin = ((before | 0x20) >= 0x61) & ((before | 0x20) <= 0x7A) | (before == 0x5F)
    line = np.concatenate(([-1], scene.breaks))
    near = place - line[np.searchsorted(scene.breaks, place)] <= KEY
    keep = (latin | (before == 0x22) | (before == 0x27) | ((before >= 0x80) & near)) & (place > 0)
    segment = np.searchsorted(scene.batch.segments, place, "right") - 1
    keep &= np.isin(scene.batch.role[np.minimum(segment, len(scene.batch.role) - 1)], ROLES_READ)
    order = np.argsort(place[keep], kind="stable")
    return place[keep][order].astype(np.int64), size[keep][order].astype(np.int64)


def _records(scene: Scene, members: list[Member]) -> Iterator[list[Member]]:
    """Members of one object, line or block."""
    record: list[Member] = []
    for member in members:
        if record:
            between = scene.text(record[-1].end, member.place)
            if member.place - record[-1].end > GAP + KEY or _BREAK.search(between):
                yield record
                record = []
        record.append(member)
    yield record


def _read(
    scene: Scene, record: list[Member], inside: Candidates, titles: dict[int, str]
) -> Iterator[tuple[int, int, int, float]]:
    """What stands in one record, given what was found `inside` of it, by start; `titles` of documents are filled in."""
    plan = scene.plan
    kinds = _kinds(scene, record, titles)
    told = [
        (member, *cell) for member in record if kinds[member.key] >= 0 and (cell := _cell(scene, kinds[member.key], member.text))
    ]
    patterns = plan.patterns
    start, end = record[0].place - KEY, record[-1].end
    proven = any(patterns[kind].category in PROOF and patterns[kind].id not in PUBLIC for kind in inside.kind.tolist())
    own = any(
        patterns[kind].category in (*OWN, *PROOF) and patterns[kind].id not in PUBLIC and member.key not in VAGUE
        for member, kind, _, _ in told
    )
    if not (own or (proven and not _BODY.search(scene.text(start, end)))):
        return
    longest = int((inside.end - inside.start).max(initial=0))
    for member, kind, first, last in told:
        pattern = patterns[kind]
        if member.form and pattern.category not in SOFT:
            continue
        if pattern.category == "person_name" and (member.key in VAGUE or member.form):
            continue
        low = member.start + len(member.text[:first].encode())
        high = member.start + len(member.text[:last].encode())
        near = slice(*np.searchsorted(inside.start, [low - longest, high]).tolist())
        if "*" in member.text or (plan.alike[inside.kind[near], kind] & (low < inside.end[near])).any():
            continue
        yield low, high, kind, pattern.score["column"]


def _kinds(scene: Scene, record: list[Member], titles: dict[int, str]) -> dict[str, int]:
    """The kind each key of a record announces, -1 for none; one that many kinds use is told by the others."""
    plan = scene.plan
    kinds = {member.key: plan.headers.get(member.key, -1) for member in record}
    unclear = [key for key, kind in kinds.items() if kind < 0]
    if unclear:
        document = int(scene.documents(np.array([record[0].place]))[0])
        if document not in titles:
            titles[document] = heading(scene, document)
        around = ("\t".join(f"{member.key}\t{member.text}" for member in record), titles[document])
        kinds |= {key: meant(plan.beside[key], around) for key in unclear}
    return kinds


def _cell(scene: Scene, kind: int, text: str) -> tuple[int, int, int] | None:
    """The kind that a value under such a key is, and where in it; None for no such value."""
    for choice in choices(scene, kind):
        if match := scene.plan.cells[choice].fullmatch(text):
            return choice, *(match.span("v") if "v" in match.groupdict() else (0, len(text)))
    return None
