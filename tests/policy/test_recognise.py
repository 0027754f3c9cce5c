"""Recognition of document types: equal to a plain reading of its docstrings, whatever else lies in the batch."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest
from generated import few, many
from hypothesis import given, settings
from hypothesis import strategies as st

from deident.engine.examine import Examiner, matcher
from deident.engine.texts import joined
from deident.matching.scene import Scene, look
from deident.model import Batch, Candidates, SourceMap
from deident.policy import DocType, Recogniser, Types, Typing
from deident.policy.recognise import ENOUGH, MARGIN, PART
from deident.policy.types import WEIGHTS, ZONES, Clue, Publish

Row = tuple[str, ...]  # cells of a line of a table
Line = str | Row


@dataclass(frozen=True, slots=True)
class Paper:
    """One document: its title ("": none), the title of the page it hangs on, its lines."""

    title: str
    page: str
    lines: tuple[Line, ...]

    def text(self) -> str:
        return "\n".join(line if isinstance(line, str) else "\t".join(line) for line in self.lines)


# --- what is read ---------------------------------------------------------------------------------------------------------


@cache
def examiner() -> Examiner:
    return Examiner.build("gov-publish", None, "auto", ())


def batch(papers: Sequence[Paper]) -> Batch:
    """Text and title of each paper are segments of one document."""
    texts, roles, owners = [], [], []
    for number, paper in enumerate(papers):
        texts.append(paper.text().encode())
        roles.append("text")
        owners.append(number)
        if paper.title:
            texts.append(paper.title.encode())
            roles.append("title")
            owners.append(number)
    made = joined(texts, roles)
    first = np.searchsorted(np.array(owners), np.arange(len(papers) + 1))
    return Batch(made.view, made.segments, np.array(owners), made.role, SourceMap.identity(len(made.view)), made.segments[first])


def scene(papers: Sequence[Paper]) -> Scene:
    made = examiner()
    folded, _ = made.fold(batch(papers))
    return look(made.plan, made.matcher, made.words, made.headers, folded)


def recogniser(types: Mapping[str, DocType], name: str = "auto") -> Recogniser:
    return Recogniser(types, lambda rules: matcher(rules, name))


def kind(id: str, rivals: float = 0.0, **zones: Mapping[str, Iterable[str]]) -> DocType:
    """A type of these clues: title={"sure": [...]}."""
    clues = [
        Clue(tuple(word.split("+")), zone, WEIGHTS[zone][strength], strength == "sure")
        for zone, strengths in zones.items()
        for strength, words in strengths.items()
        for word in words
    ]
    return DocType(id, "", {"zh": id, "en": id}, tuple(clues), rivals, Publish("internet", (), 0, "stay", ()), {}, (), "")


def told(types: Mapping[str, DocType], *papers: Paper) -> list[str]:
    """Type of each paper, "" for unknown; all in one batch."""
    made = examiner().recogniser if types is examiner().policy.types else recogniser(types)
    found = made.recognise(scene(papers), [paper.page for paper in papers])
    return [made.ids[number] if number >= 0 else "" for number in found.document.tolist()]


def paper(*lines: Line, title: str = "", page: str = "") -> Paper:
    return Paper(title, page, lines)


# --- the plain twin -------------------------------------------------------------------------------------------------------

BEFORE, BEHIND = (
    "\t\n ()-[]_|（《【“「：｜",
    "\t\n ()-[]_|（）》【】”」：｜。！？",
)  # what a title, line or cell begins behind, ends before
MOST = {"title": 14.0, "page": 10.0, "heads": 8.0, "body": 7.0}


def stands(word: str, text: str) -> bool:
    """Whether a word of a clue stands in a zone: ^ where something begins, $ where something ends."""
    bare = word.strip("^$").lower()
    text = text.lower()
    at = text.find(bare)
    while at >= 0:
        begins = at == 0 or text[at - 1] in BEFORE
        ends = at + len(bare) == len(text) or text[at + len(bare)] in BEHIND
        if (begins or not word.startswith("^")) and (ends or not word.endswith("$")):
            return True
        at = text.find(bare, at + 1)
    return False


def zones(one: Paper) -> dict[str, str]:
    """Title (else the first line, unless it is a row), header cells, running text of a paper that is short and has no navigation."""
    body = one.text().lstrip("\t\n ")
    first = body.split("\n")[0]
    cells: list[str] = []
    for above, line in zip(("", *one.lines), one.lines, strict=False):
        if isinstance(line, tuple) and not isinstance(above, tuple):
            cells += line
    return {"title": one.title or ("" if "\t" in first else first), "page": one.page, "heads": "\n".join(cells), "body": body}


def weighed(types: Mapping[str, DocType], texts: Mapping[str, str]) -> dict[str, float]:
    """Points of every type."""
    points: dict[str, float] = {}
    takers: dict[str, float] = {}
    for id, one in types.items():
        sums: dict[str, float] = defaultdict(float)
        for clue in one.clues:
            for zone in (clue.zone, "page") if clue.zone == "title" else (clue.zone,):
                if zone in texts and all(stands(word, texts[zone]) for word in clue.words):
                    sums[zone] += clue.weight * (0.6 if zone == "page" else 1)
                    if clue.sure and zone == "title" and one.rivals:
                        takers[id] = one.rivals
        points[id] = sum(min(total, MOST[zone]) + 0.05 * max(0.0, total - MOST[zone]) for zone, total in sums.items())
    taken = max(takers.values(), default=0.0)
    return {id: worth - (0 if id in takers else taken) for id, worth in points.items()}


def leading(points: Mapping[str, float], enough: float) -> str:
    """The type that has enough points and leads, "" for none."""
    ranked = sorted(points, key=lambda one: -points[one])
    behind = max([points[id] for id in ranked[1:]] + [0.0])
    return ranked[0] if points[ranked[0]] >= enough and points[ranked[0]] - behind >= MARGIN else ""


def plain(types: Mapping[str, DocType], one: Paper) -> str:
    return leading(weighed(types, zones(one)), ENOUGH)


# --- papers made of clues -------------------------------------------------------------------------------------------------

NOISE = (
    "关于",
    "的",
    "青溪县",
    "2024年",
    "第1号",
    "（",
    "）",
    "《",
    "》",
    "：",
    "，",
    "。",
    " ",
    "-",
    "“",
    "”",
    "附件",
    "A",
    "及",
    "！",
    "|",
)


@cache
def clues(zone: str) -> tuple[str, ...]:
    """Clues of the shipped types, without anchors (a `+` between words has noise in its place), in a fixed order."""
    seen = {str(clue) for one in examiner().policy.types.values() for clue in one.clues if clue.zone == zone}
    return tuple(sorted(word.replace("^", "").replace("$", "").replace("+", "等") for word in seen))


def phrases(zone: str, most: int = 5) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(st.deferred(lambda: st.sampled_from(clues(zone))), st.sampled_from(NOISE)), max_size=most).map(
        "".join
    )


@pytest.fixture(autouse=True, scope="module")
def _loaded() -> None:
    """The policy is read before strategies ask for its clues: reading it overflows the cache of `regex`, which then draws from `random`."""
    clues("body")


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """A title of clues or none, lines, and tables under clues of headers with nothing but numbers below."""
    lines: list[Line] = []
    for _ in range(draw(st.integers(1, 4))):
        if draw(st.integers(0, 2)):
            lines.append(draw(phrases("body", 6)).replace("|", "") or "甲")
            continue
        width = draw(st.integers(2, 4))
        heads = draw(st.lists(phrases("heads", 2), min_size=width, max_size=width))
        lines += [
            tuple(head.replace("|", "")[:25] for head in heads),
            *[tuple("1" for _ in heads)] * draw(st.integers(0, 2)),
            "乙",
        ]
    title = draw(st.one_of(st.just(""), phrases("title")))
    return Paper(title.replace("|", ""), draw(st.one_of(st.just(""), phrases("title"))), tuple(lines))


def test_the_twin_reads_the_same_weights() -> None:
    assert set(ZONES) | {"page"} == set(MOST)
    assert kind("a", title={"sure": ["甲乙"]}).clues[0].weight == WEIGHTS["title"]["sure"]


@settings(many, max_examples=70)
@given(st.lists(papers(), min_size=1, max_size=6))
def test_recognition_equals_its_plain_twin(some: list[Paper]) -> None:
    types = examiner().policy.types
    made = examiner().recogniser
    seen = scene(some)
    found = made.recognise(seen, [one.page for one in some])
    for number, one in enumerate(some):
        points = weighed(types, zones(one))
        known = leading(points, ENOUGH)
        type = int(found.document[number])
        assert (made.ids[type] if type >= 0 else "") == known, one
        assert found.score[number] == pytest.approx(max(points.values()))


def small(words: st.SearchStrategy[str]) -> st.SearchStrategy[dict[str, DocType]]:
    """A few types with clues of a handful of short words, anchored and joined in all ways, for and against, with and without rivals."""
    anchored = st.builds(lambda a, word, b: a + word + b, st.sampled_from(("", "", "^")), words, st.sampled_from(("", "", "$")))
    clue = st.lists(anchored, min_size=1, max_size=3).map("+".join)
    strengths = st.dictionaries(st.sampled_from(("sure", "likely", "hint", "against")), st.lists(clue, max_size=3), max_size=4)
    one = st.builds(
        lambda rivals, title, heads, body: kind("", rivals, title=title, heads=heads, body=body),
        st.sampled_from((0.0, 0.0, 3.0, 6.0)), strengths, strengths, strengths,
    )  # fmt: skip
    return st.lists(one, min_size=1, max_size=4).map(lambda some: {f"type{n}": type for n, type in enumerate(some)})


WORDS = st.sampled_from(("名单", "名单公示", "公示", "低保", "QQ群", "qq", "办法"))
SHORT = st.lists(st.one_of(WORDS, st.sampled_from(NOISE)), max_size=6).map(lambda parts: "".join(parts).replace("|", ""))


@many
@given(
    small(WORDS),
    st.lists(st.builds(lambda t, p, body: Paper(t, p, (body or "甲",)), SHORT, SHORT, SHORT), min_size=1, max_size=4),
)
def test_anchors_sums_caps_and_rivals_equal_the_twin(types: dict[str, DocType], some: list[Paper]) -> None:
    assert told(types, *some) == [plain(types, one) for one in some]


@few
@given(small(WORDS), st.lists(st.builds(lambda t, body: Paper(t, "", (body or "甲",)), SHORT, SHORT), min_size=1, max_size=4))
def test_both_matchers_recognise_the_same(types: dict[str, DocType], some: list[Paper]) -> None:
    seen = scene(some)
    one, other = (recogniser(types, name).recognise(seen) for name in ("hyperscan", "python"))
    assert one.document.tolist() == other.document.tolist()
    assert one.score.tolist() == other.score.tolist()
    assert one.table == other.table


# --- alone, among others, lazily ------------------------------------------------------------------------------------------


@few
@given(st.lists(papers(), min_size=2, max_size=6))
def test_a_type_does_not_depend_on_its_neighbours(some: list[Paper]) -> None:
    types = examiner().policy.types
    assert told(types, *some) == [told(types, one)[0] for one in some]
    assert told(types, *reversed(some)) == told(types, *some)[::-1]


def test_no_table_reaches_from_one_document_into_the_next() -> None:
    lines = paper("鲁定国 男 户主 甲组"), paper("资助金额 学籍号 班级 学校"), paper("胥云霞 女 户主 乙组")
    made = recogniser({"aid": kind("aid", heads={"sure": ["学籍号"]})})
    assert made.recognise(scene(lines)).document.tolist() == [-1, -1, -1], (
        "a line of blanks is no table, whatever stands in the next text"
    )
    assert len(scene(lines).tables.start) == 0


def whole(typing: Typing) -> tuple[list[int], list[float]]:
    return typing.documents.document.tolist(), typing.documents.score.tolist()


@few
@given(st.lists(papers(), min_size=1, max_size=6), st.lists(st.lists(st.integers(0, 5), max_size=4), max_size=4))
def test_asked_for_bit_by_bit_or_at_once(some: list[Paper], order: list[list[int]]) -> None:
    seen, pages = scene(some), [one.page for one in some]
    none, nobody = Candidates.none(), np.zeros(0, np.int64)
    lazy, eager = (Typing(examiner().recogniser, seen, none, nobody, pages) for _ in range(2))
    eager.read(np.arange(len(some)))
    asked: set[int] = set()
    for part in order:
        chosen = [number % len(some) for number in part]
        lazy.read(np.array(chosen, np.int64))
        asked |= set(chosen)
        for number in range(len(some)):  # what nobody asked about is not known yet
            assert lazy.documents.document[number] == (eager.documents.document[number] if number in asked else -1)
    lazy.read(np.arange(len(some)))
    assert whole(lazy) == whole(eager)


def candidates(seen: Scene, word: str) -> tuple[Candidates, np.ndarray]:
    """Every place of a word as a candidate."""
    rows = []
    at = seen.batch.view.find(word.encode())
    while at >= 0:
        rows.append((at, at + len(word.encode()), 0, 1.0))
        at = seen.batch.view.find(word.encode(), at + 1)
    found = Candidates.rows(rows)
    segment = np.searchsorted(seen.batch.segments, found.start, "right") - 1
    return found, seen.batch.document[segment].astype(np.int64)


def test_the_type_is_asked_for_only_where_a_verdict_hangs_on_it() -> None:
    seen = scene([paper("低保名单", "13800001234"), paper("低保名单", "13800001234")])
    found, document = candidates(seen, "13800001234")
    typing = Typing(examiner().recogniser, seen, found, document)
    assert typing.of(document == 1).tolist()[1] == examiner().recogniser.ids.index("social_assistance")
    assert typing.documents.document.tolist()[0] == -1
    typing = Typing(examiner().recogniser, seen, found, document)
    typing.give(3)
    assert typing.of(document == 1).tolist() == [3, 3], "what the caller knows is not looked for"


# --- tables of another type -----------------------------------------------------------------------------------------------

NOTICE = kind("notice", title={"sure": ["通知"]})
AID = kind("aid", title={"sure": ["助学金"], "likely": ["资助"]}, heads={"sure": ["学籍号"], "likely": ["资助金额"]})
BOTH = {"notice": NOTICE, "aid": AID}
PADDING = "请各学校认真做好下列工作，按时报送有关材料，并在校园内张贴公布，接受社会监督。" * 4  # a table of its own stands apart
ROWS: tuple[Line, ...] = (("姓名", "学籍号", "资助金额"), ("鲁定国", "1", "1000"), ("胥云霞", "2", "1000"))


def parts(types: Mapping[str, DocType], *some: Paper) -> tuple[list[str], list[str]]:
    """Types of the documents, and of every 鲁定国 in them."""
    made, seen = recogniser(types), scene(some)
    found, document = candidates(seen, "鲁定国")
    typing = Typing(made, seen, found, document)
    of = typing.of(np.ones(len(found), np.bool_))
    names = (*made.ids, "")
    return [names[n] for n in typing.documents.document.tolist()], [names[n] for n in of.tolist()]


def test_a_table_with_a_caption_of_its_own_is_judged_by_it() -> None:
    page = paper("附：国家助学金资助名单", *ROWS, title="关于做好秋季工作的通知")
    apart = paper(PADDING, *page.lines, title=page.title)
    assert parts(BOTH, apart) == (["notice"], ["aid"])
    assert parts(BOTH, page) == (["notice"], ["notice"]), "right below the title it is the page's own"
    plainly = paper(PADDING, "附：名单", *ROWS[:1], *ROWS[1:], title=page.title)
    assert parts(BOTH, plainly) == (["notice"], ["aid"]), "two clues in the headers are enough"
    weak = paper(PADDING, "附：名单", ("姓名", "班级"), ("鲁定国", "1"), title=page.title)
    assert parts(BOTH, weak) == (["notice"], ["notice"]), "a table that says nothing is of the page's type"


def test_only_the_table_itself_is_of_its_type() -> None:
    page = paper(PADDING, "联系人：鲁定国", "附：国家助学金资助名单", *ROWS, "", "鲁定国", title="关于做好秋季工作的通知")
    assert parts(BOTH, page) == (["notice"], ["notice", "aid", "notice"])
    other = paper("鲁定国", title="关于做好秋季工作的通知")
    assert parts(BOTH, other, page, other)[1] == ["notice", "notice", "aid", "notice", "notice"]


def test_a_table_needs_more_than_a_document() -> None:
    assert ENOUGH < PART
    caption = paper(PADDING, "资助一览", ("姓名", "班级"), ("鲁定国", "1"), title="关于做好秋季工作的通知")
    assert parts(BOTH, caption) == (["notice"], ["notice"]), "one likely word is not enough for a table"


# --- pages and their attachments ------------------------------------------------------------------------------------------


def test_an_attachment_inherits_from_its_page_what_it_does_not_say_itself() -> None:
    types = examiner().policy.types
    bare = paper(("姓名", "金额"), ("鲁定国", "500"), title="附件1")
    assert told(types, bare) == [""]
    assert told(types, Paper(bare.title, "青溪县第一中学国家助学金受助学生名单公示", bare.lines)) == ["student_aid"]


def test_the_title_of_the_page_loses_against_the_document_s_own() -> None:
    types = {"one": kind("one", title={"sure": ["助学金"]}), "other": kind("other", title={"sure": ["低保"]})}
    assert told(types, paper("见下", title="低保名单", page="助学金名单")) == ["other"]
    assert told(types, paper("见下", title="助学金名单", page="低保名单")) == ["one"]
    assert told(types, paper("见下", title="名单", page="低保名单")) == ["other"]


def test_a_page_takes_no_points_from_others() -> None:
    types = {"rule": kind("rule", 6.0, title={"sure": ["办法"]}), "list": kind("list", title={"sure": ["低保"]})}
    assert told(types, paper("见下", title="低保", page="办法")) == ["list"], "the rule's 6 points are for titles of its own"
    assert told(types, paper("见下", title="低保办法")) == ["rule"]


def test_an_attachment_is_judged_again_by_its_own_header_row() -> None:
    types = examiner().policy.types
    rows: tuple[Line, ...] = (("户主姓名", "低保证号", "保障人数", "月保障金额"), ("鲁定国", "1", "2", "900"))
    assert told(types, Paper("附件", "关于做好2024年工作的通知", rows)) == ["social_assistance"]


# --- unknown --------------------------------------------------------------------------------------------------------------


def test_unknown_where_nothing_speaks_or_two_speak_alike() -> None:
    assert told(examiner().policy.types, paper("今日天气晴。"), paper(""), paper("甲", title="公示")) == ["", "", ""]
    twins = {"one": kind("one", title={"sure": ["名单"]}), "other": kind("other", title={"sure": ["名单"]})}
    assert told(twins, paper("甲", title="名单")) == [""]
    twins["other"] = kind("other", title={"likely": ["名单"]})
    assert told(twins, paper("甲", title="名单")) == ["one"]
    assert told({"one": kind("one", title={"hint": ["名单"]})}, paper("甲", title="名单")) == [""], "a hint alone is not enough"
    assert told({"one": kind("one", title={"sure": ["名单"], "against": ["办法"]})}, paper("甲", title="名单办法")) == [""]


@pytest.mark.parametrize("clue", ["^名单", "名单$", "^名单$"])
@pytest.mark.parametrize(("title", "begins", "ends"), [
    ("名单", True, True), ("低保名单", False, True), ("名单公示", True, False), ("《名单》", True, True), ("关于名单的说明", False, False),
    ("（名单）公示", True, True), ("名单（附表）", True, True), ("青溪县：名单", True, True), ("2024 名单 1", True, True),
])  # fmt: skip
def test_anchors(clue: str, title: str, begins: bool, ends: bool) -> None:
    wanted = (begins or not clue.startswith("^")) and (ends or not clue.endswith("$"))
    assert told({"a": kind("a", title={"sure": [clue]})}, paper("甲", title=title)) == ["a" if wanted else ""]


# --- long documents -------------------------------------------------------------------------------------------------------


def test_what_stands_in_the_middle_of_a_long_text_is_not_read() -> None:
    types = {"a": kind("a", body={"sure": ["低保金", "低保户"]})}
    filler = "青溪县人民政府按照有关规定开展工作，请各单位认真落实并按时报送材料。"
    cue = "低保金发放给低保户。"
    for size in (60, 300):  # 6 kB, 30 kB
        long = [filler] * size
        assert told(types, paper(cue, *long, title="通知")) == ["a"]
        assert told(types, paper(*long, cue, title="通知")) == ["a"]
        assert told(types, paper(*long[: size // 2], cue, *long[size // 2 :], title="通知")) == [""]


def test_a_long_text_is_no_better_evidence() -> None:
    types = {"a": kind("a", body={"sure": ["低保金", "低保户", "低保证", "低保对象"]}), "b": kind("b", title={"sure": ["通知"]})}
    assert told(types, paper("低保金、低保户、低保证、低保对象", title="通知")) == ["b"], "four sure words give 7 points, not 16"


def test_navigation_does_not_hide_the_text() -> None:
    types = {"a": kind("a", body={"sure": ["低保金发放"]}), "b": kind("b", body={"sure": ["政策"], "likely": ["解读"]})}
    links = ["首页", "政策", "解读", "机构", "服务"] * 200
    text = "经村民代表会议评议和乡镇审核，现将低保金发放情况公布如下，接受群众监督。"
    assert told(types, paper(*links, text, *links, title="正文")) == ["a"]
    assert told(types, paper(*links[:20], text, title="正文")) == ["b"], "a short document has no navigation: 6 points against 4"


def test_what_stands_behind_a_long_navigation_is_read() -> None:
    types = {"a": kind("a", body={"sure": ["低保金发放"]})}
    text = "经村民代表会议评议和乡镇审核，现将低保金发放情况公布如下，接受群众监督。"
    assert told(types, paper(*["首页"] * 3000, text, title="正文")) == ["a"]


def test_evidence_names_each_clue() -> None:
    types = {"a": kind("a", title={"sure": ["低保+名单"], "against": ["办法"]}, body={"hint": ["发放"]})}
    made = recogniser(types)
    found = made.evidence(scene([paper("已发放", title="低保对象名单办法")]), 0, "低保名单")
    assert [(row.type, row.zone, row.words, row.points) for row in found] == [
        ("a", "title", "低保+名单", 8.0), ("a", "title", "办法", -5.0), ("a", "page", "低保+名单", 4.8), ("a", "body", "发放", 0.75),
    ]  # fmt: skip


def test_lines_that_end_as_in_windows_read_the_same() -> None:
    types = {"a": kind("a", title={"sure": ["办法$"]})}
    assert told(types, paper("低保办法", "第一条")) == ["a"]
    made = recogniser(types)
    base = examiner()
    folded, _ = base.fold(joined(["低保办法\r\n第一条\r\n".encode()]))
    assert made.recognise(look(base.plan, base.matcher, base.words, base.headers, folded)).document.tolist() == [0]


def test_no_types_no_documents() -> None:
    empty = recogniser({})
    assert empty.recognise(scene([paper("甲")])).document.tolist() == [-1]
    assert isinstance(recogniser(BOTH).recognise(scene([])), Types)
