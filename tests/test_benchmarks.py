"""The benchmarks measure what they say: generator, scores and floors on small inputs whose answer is known."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchmarks import formats, made, peers, quality, speed, synthesis, witness
from benchmarks.quality import Found, Result
from deident import policy
from deident.engine import Scanner

_ID = re.compile(rb"(?<!\d)\d{17}[\dX](?!\d)")


# ---- synthesis


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert synthesis.html_pages(100_000, seed=5) == synthesis.html_pages(100_000, seed=5)
    assert synthesis.html_pages(100_000, seed=5) != synthesis.html_pages(100_000, seed=6)


def test_pages_look_like_government_pages() -> None:
    pages = synthesis.html_pages(3_000_000)
    size = sum(map(len, pages))
    assert 25_000 < size / len(pages) < 42_000
    assert 13_000 < sum(page.count(b"<") for page in pages) / size * 1e6 < 21_000
    assert 0.25 < sum(b"<table" in page for page in pages) / len(pages) < 0.45
    broken = sum(len(re.findall("身份证号：[0-9X]{4,12}(?:</span>|&#)".encode(), page)) for page in pages)
    every = sum(page.count("身份证号：".encode()) for page in pages)
    assert 0.02 < broken / every < 0.25


def test_gbk_pages_say_the_same() -> None:
    gbk, utf8 = synthesis.html_pages(1, encoding="gb18030"), synthesis.html_pages(1)
    assert gbk[0].decode("gb18030").replace("gb2312", "utf-8") == utf8[0].decode()


def test_text_pages_hold_the_content_of_the_html_pages() -> None:
    html, text = synthesis.html_pages(300_000), synthesis.text_pages(100_000)
    for page, plain in zip(html, text, strict=False):
        assert set(_ID.findall(page)) <= set(_ID.findall(plain))
    assert any(b"\t" in plain for plain in text)
    assert not any(b"<" in plain for plain in text)


def test_nobody_in_the_pages_can_be_alive() -> None:
    found = [number for page in synthesis.text_pages(400_000) for number in _ID.findall(page)]
    assert len(found) > 20
    assert {int(number[6:10]) for number in found} <= set(range(1900, 1913))


# ---- quality

TEXT = "张三，身份证号520121190803140318，电话0851-85550100"
GOLD: list[dict[str, Any]] = [
    {"start": 0, "end": 2, "category": "person_name", "action": "review"},
    {"start": 7, "end": 25, "category": "id_number", "action": "mask"},
    {"start": 28, "end": 41, "category": "phone", "action": "keep"},
]
DOCUMENT: dict[str, Any] = {"id": "d", "title": "t", "text": TEXT, "spans": GOLD}


def scores(*found: Found, document: dict[str, Any] = DOCUMENT) -> dict[str, dict[str, float]]:
    return quality.score([document], lambda text, title: found).scores


def test_a_perfect_tool_scores_one() -> None:
    got = scores(Found(7, 25, "id_number", "mask"), Found(28, 41, "phone", "keep"))
    assert got["ALL"] == {"masked": 1.0, "kept": 1.0, "precision": 1.0, "reviews": 0.0}


def test_half_of_a_span_is_enough_and_less_is_not() -> None:
    assert scores(Found(7, 16, "id_number", "mask"))["id_number"]["masked"] == 1.0
    assert scores(Found(7, 15, "id_number", "mask"))["id_number"]["masked"] == 0.0


def test_two_findings_together_cover_a_span() -> None:
    assert scores(Found(7, 12, "id_number", "mask"), Found(12, 17, "phone", "mask"))["id_number"]["masked"] == 1.0


def test_review_findings_do_not_mask() -> None:
    assert scores(Found(7, 25, "id_number", "review"))["id_number"]["masked"] == 0.0


def test_a_masked_office_phone_is_spoilt_and_false() -> None:
    got = scores(Found(28, 41, "phone", "mask"))
    assert got["phone"] == {"kept": 0.0, "precision": 0.0}


def test_masking_what_is_to_be_reviewed_is_no_fault() -> None:
    assert scores(Found(0, 2, "person_name", "mask"))["person_name"] == {"precision": 1.0}


def test_of_an_address_the_detail_counts() -> None:
    span = {"start": 0, "end": 10, "category": "home_address", "action": "mask", "detail": [8, 10]}
    document = {**DOCUMENT, "spans": [span]}
    assert scores(Found(0, 8, "home_address", "mask"), document=document)["home_address"]["masked"] == 0.0
    assert scores(Found(8, 10, "home_address", "mask"), document=document)["home_address"]["masked"] == 1.0


def test_clean_texts_count_false_findings_by_length() -> None:
    result = quality.score_clean(
        [{"text": "法" * 50_000}], lambda text, title: [Found(0, 2, "phone", "mask"), Found(3, 4, "phone", "keep")]
    )
    assert result.scores == {"ALL": {"false_per_100k": 2.0}}


def results(**values: float) -> dict[str, Result]:
    return {"examples": Result("aa", {"phone": values})}


def test_floors_rise_and_never_fall() -> None:
    floors, refused = quality.raised(results(masked=0.9), {}, new_corpus=False)
    assert floors == {"examples": {"digest": "aa", "scores": {"phone": {"masked": 0.9}}}} and not refused
    higher, refused = quality.raised(results(masked=0.95), floors, new_corpus=False)
    assert higher["examples"]["scores"]["phone"]["masked"] == 0.95 and not refused
    same, refused = quality.raised(results(masked=0.5), higher, new_corpus=False)
    assert same == higher and len(refused) == 1


def test_false_findings_have_a_ceiling() -> None:
    floors, _ = quality.raised(results(false_per_100k=1.0), {}, new_corpus=False)
    lower, refused = quality.raised(results(false_per_100k=0.2), floors, new_corpus=False)
    assert lower["examples"]["scores"]["phone"]["false_per_100k"] == 0.2 and not refused
    assert quality.failures(results(false_per_100k=0.5), lower)


def test_the_score_a_floor_was_made_of_passes() -> None:
    third = results(masked=1 / 3, false_per_100k=1 / 3)
    floors, _ = quality.raised(third, {}, new_corpus=False)
    assert quality.failures(third, floors) == []
    assert len(quality.failures(results(masked=0.3, false_per_100k=0.4), floors)) == 2


def test_a_changed_corpus_is_named() -> None:
    floors = {"examples": {"digest": "bb", "scores": {"phone": {"masked": 0.1}}}}
    assert "corpus has changed" in quality.failures(results(masked=0.9), floors)[0]
    same, refused = quality.raised(results(masked=0.9), floors, new_corpus=False)
    assert same == floors and refused
    new, refused = quality.raised(results(masked=0.05), floors, new_corpus=True)
    assert new["examples"] == {"digest": "aa", "scores": {"phone": {"masked": 0.05}}} and not refused


def test_floors_file_is_of_the_present_corpus() -> None:
    floors = json.loads(quality.FLOORS.read_text(encoding="utf-8"))
    corpus = quality.read(*quality.ANNOTATED["examples"])
    assert corpus is not None
    assert floors.get("examples", {"digest": corpus[0]})["digest"] == corpus[0]


def test_misses_hold_no_value() -> None:
    result = quality.score([DOCUMENT], lambda text, title: [])
    assert result.misses and all("520121" not in str(miss) for miss in result.misses)


# ---- speed


class Idle:
    """A scanner that finds nothing."""

    matcher = SimpleNamespace(name="none")

    def scan_texts(self, texts: list[bytes]) -> None:
        for text in texts:
            text.count(b"1")

    def scan_many(self, items: list[tuple[str, bytes]]) -> None:
        for _, page in items:
            page.count(b"1")

    mask_many = scan_many


def test_everything_is_measured_even_without_an_engine() -> None:
    figures = speed.measure(Idle(), megabytes=0.3, rounds=1, dump_mb=0, with_peers=False)
    assert {"text scan", "html scan", "html scan, GBK", "html mask"} <= set(figures.speed)
    assert {"ten times the pages", "one page ten times as long"} <= set(figures.ratios)
    assert figures.ratios["judging / scanning (html)"] == figures.ratios["judging / scanning (text)"] == 0.0, "it judges nothing"
    assert "ten times the pages" in speed.table(figures)


def test_bounds_are_judged_only_when_measured() -> None:
    assert speed.Figures().failures() == []
    ratios = {"text / raw": 0.05, "html mask / raw": 0.5, "ten times the pages": 1.4}
    shares = {"judging / scanning (html)": 0.26, "judging / scanning (text)": 0.9}
    figures = speed.Figures(ratios=ratios | shares)
    wanted = ["text / raw", "ten times the pages", "judging / scanning (html)"]
    assert [failure.split(" is ")[0] for failure in figures.failures()] == wanted
    assert speed.Figures(ratios={"judging / scanning (html)": 0.24}).failures() == []


def test_growth_tells_linear_from_quadratic(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.process_time", lambda: now[0])

    def spender(power: int) -> Any:
        def run(times: int) -> speed.Run:
            return lambda: now.__setitem__(0, now[0] + float(times**power))

        return run

    assert speed.growth(spender(1), 3) == pytest.approx(1.0)
    assert speed.growth(spender(2), 3) == pytest.approx(10.0)


def test_judging_counts_every_part_of_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("time.process_time", lambda: now[0])

    def spend(seconds: float) -> None:
        now[0] += seconds

    class Parts:
        """What is watched: one calls the other."""

        def inner(self) -> None:
            spend(1)

        def outer(self) -> None:
            spend(2)
            self.inner()

    parts, before = Parts(), (Parts.inner, Parts.outer)
    with speed.timed((Parts, "inner"), (Parts, "outer")) as spent:
        parts.outer()
        spend(5)
        parts.inner()
    assert spent == [3.0, 1.0]
    assert (Parts.inner, Parts.outer) == before, "nothing is left behind"
    with pytest.raises(ZeroDivisionError), speed.timed((Parts, "inner")):
        _ = 1 / 0
    assert Parts.inner is before[0]


def test_the_share_of_judging_is_that_of_the_real_parts() -> None:
    scanner, page = Scanner(), synthesis.html_pages(1)[0]
    before = (policy.judge, policy.Recogniser.recognise, policy.Secrecy.find)
    assert 0 < speed.judging(lambda: scanner.scan_many([("a.html", page)] * 8), 1) < 1
    assert 0 < speed.judging(lambda: scanner.scan_texts(["低保名单\n手机13800000001\n" * 40] * 8), 1) < 1
    assert speed.judging(lambda: None, 1) == 0.0
    assert (policy.judge, policy.Recogniser.recognise, policy.Secrecy.find) == before


def test_a_longer_page_is_the_same_page_with_more_body() -> None:
    page = synthesis.html_pages(1)[0]
    longer = speed.longer(page, 4)
    assert longer.count(b"</html>") == 1 and longer.count(b'<div id="zoom"') == 4


def test_a_dump_is_written_in_folders(tmp_path: Path) -> None:
    size = speed.write_dump(tmp_path, 1)
    assert size >= 1_000_000
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.html")) == size


def test_plain_patterns_find_the_synthetic_values() -> None:
    text = "身份证号520121190803140318，手机13900000317，电话0851-85550100，账号6228480000000000310，邮箱a@example.com".encode()
    assert peers.plain_re()([text]) == 5


def test_types_clean_documents_and_reviews_are_counted() -> None:
    clean = {"id": "c", "doc_type": "news", "text": "热线12345", "title": None, "spans": []}

    def find(text: str, title: str | None) -> list[Found]:
        find.doc_type = "news"  # type: ignore[attr-defined]
        return [Found(0, 2, "phone", "mask" if "身份证" in text else "review")]

    whole = quality.score([DOCUMENT | {"doc_type": "gazette"}, clean], find).scores["ALL"]
    assert (whole["doc_type"], whole["untouched"], whole["reviews"]) == (0.5, 1.0, 0.5)
    assert quality.score([clean], lambda text, title: [Found(0, 2, "phone", "mask")]).scores["ALL"]["untouched"] == 0.0


def test_too_much_to_review_fails_and_is_no_floor() -> None:
    busy = {"examples": Result("aa", {"ALL": {"reviews": quality.MOST_REVIEWS + 0.1}})}
    floors, refused = quality.raised(busy, {}, new_corpus=False)
    assert floors["examples"]["scores"] == {} and not refused
    assert "for review per document" in quality.failures(busy, floors)[0]


# ---- formats


def test_bounds_of_formats_survive_new_floors() -> None:
    floors, _ = quality.raised(results(masked=0.9), {"formats": {"xlsx": {"scan": 9.0}}}, new_corpus=False)
    assert floors["formats"] == {"xlsx": {"scan": 9.0}}
    assert not quality.failures(results(masked=0.95), floors)


def test_bounds_are_those_of_formats_that_are_measured() -> None:
    bounds = json.loads(quality.FLOORS.read_text(encoding="utf-8"))["formats"]
    assert set(bounds) <= set(formats.FORMATS)
    assert all({"read", "scan", "mask"} <= {*entry, *formats.TARGETS.get(name, ())} for name, entry in bounds.items())


def test_a_format_is_measured_beside_its_plain_reader() -> None:
    kind = formats.FORMATS["zip"]._replace(size=40_000, small=20_000)
    data = kind.make(40_000)
    assert data is not None
    figures = formats.measure(Scanner(ner=False), kind, data, data, "a.zip", 1)
    assert set(figures.seconds) == {"read", "scan", "mask", "scan, loose", "mask, loose", "unzip"}
    assert set(figures.ratios) == {"read", "scan", "mask", "scan, loose", "mask, loose"}
    assert figures.peak > 0 and figures.bytes == len(data)
    text = formats.table({"zip": figures, "7z": "py7zr is not installed"}, {"zip": {"scan": 3.5}})
    assert "3.5" in text and "not measured: py7zr is not installed" in text


def test_ratios_above_their_bound_and_files_that_were_not_read_fail() -> None:
    good = formats.Figures(1, "rows", 1, {}, {"scan": 4.0, "mask": 1.0}, 1.0, "masked", 3)
    assert good.failures("docx", {"scan": 4.5, "read": 1.0}) == []
    assert good.failures("docx", {"scan": 3.5}) == ["docx: scan is 4, must be at most 3.5"]
    slow = formats.Figures(1, "rows", 1, {}, {"scan": 12.0}, 1.0, "masked", 3)
    assert slow.failures("xlsx", {"scan": 20.0}) == ["xlsx: scan is 12, must be at most 10"], "a promise goes before a bound"
    assert formats.Figures(1, "rows", 1, status="refused").failures("xlsx", {}) == ["xlsx: refused, 0 findings"]
    assert formats.pinned({"docx": good, "7z": "no"}) == {"docx": {"scan": 6.0, "mask": 1.6}}
    assert formats.pinned({"xlsx": good}) == {"xlsx": {}}, "a promise is not pinned"


def test_made_files_hold_people_and_are_the_same_each_time() -> None:
    for make in (made.rtf, made.ods, made.ofd, made.pdf):
        assert make(9) == make(9)
    assert {int(row[2][6:10]) for row in made.roster(50)} <= set(range(1900, 1913))


# ---- the witness of the fuzzing


def test_a_reader_that_does_not_end_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    def endless(data: bytes) -> Iterator[bytes]:
        yield b"52010219010315904X"
        while True:
            pass

    readers = [endless, lambda data: [b"520102190204159036"]]
    monkeypatch.setattr(witness, "_readers", lambda data, depth: [] if depth else readers)
    monkeypatch.setattr(witness, "SECONDS", 0.05)
    assert witness.seen(b"", ["52010219010315904X", "520102190204159036"]) == {"52010219010315904X", "520102190204159036"}
