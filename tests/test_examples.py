"""The examples: nobody in them can be a real person, their annotations are exact, and the engine handles them.

The tests of the second half run the engine over `examples/`; they are skipped where there is no engine.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from deident.model import ACTIONS, CATEGORIES

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
SITE = EXAMPLES / "site"
FILES = sorted(path for path in SITE.rglob("*") if path.is_file())
GBK = {"t20240905_100102.html", "t20240509_32988.shtml", "pxmd2016.htm", "njbt.txt", "dzzh.csv"}
EXEMPT = "fy/sxbzxr/003.html"  # dishonest debtors: the number is published by law
NOT_PERSONAL = re.compile(r"(?:流水号|build = \")\d+|(?<=[0-9A-Z])\d{18}|\d{18}(?=[0-9A-WYZ])")

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)  # GB 11643-1999
_ID = re.compile(r"(?<!\d)[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])\d{5}[\dXx]")
_MOBILE = re.compile(r"(?<![\dA-Za-z.])1[3-9]\d{9}(?![\dA-Za-z])")


def decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def plain(text: str) -> str:
    """Text as a reader sees it: no tags, no separators inside numbers, ASCII digits."""
    text = re.sub(r"</?(?:span|b)\b[^>]*>", "", text)
    text = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text)
    text = text.translate({**{0xFEE0 + code: code for code in range(0x21, 0x7F)}, 0x200B: None})
    return re.sub(r"(?<=\d)[ -](?=\d{3})", "", text)


def valid(number: str) -> bool:
    rest = sum(int(digit) * weight for digit, weight in zip(number, _WEIGHTS, strict=False)) % 11
    return number[17].upper() == "10X98765432"[rest]


def id_numbers(text: str) -> set[str]:
    """Checksum-valid resident numbers in a text (also inside certificates that hold one)."""
    return {number for number in _ID.findall(text) if valid(number)}


def annotated() -> list[dict[str, Any]]:
    lines = (EXAMPLES / "annotated.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


DOCUMENTS = annotated()


def test_there_are_enough_examples() -> None:
    assert len(FILES) >= 40
    assert len(DOCUMENTS) >= 60
    assert {path.suffix for path in FILES} >= {".html", ".htm", ".shtml", ".csv", ".json", ".txt", ".xml"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SITE).as_posix())
def test_nobody_on_the_site_can_be_alive(path: Path) -> None:
    data = path.read_bytes()
    text = plain(decode(data))
    assert path.name in GBK or data.decode("utf-8-sig")
    years = {int(number[6:10]) for number in id_numbers(text + " " + path.name)}
    assert all(1900 <= year <= 1912 for year in years), years
    assert all(number[3:7] == "0000" for number in _MOBILE.findall(text) if number != "1725931815000"), path.name


@pytest.mark.parametrize("name", sorted(GBK))
def test_gbk_pages_are_not_utf8(name: str) -> None:
    data = next(path for path in FILES if path.name == name).read_bytes()
    with pytest.raises(UnicodeDecodeError):
        data.decode("utf-8")
    assert "�" not in data.decode("gb18030")


def test_links_of_the_site_lead_somewhere() -> None:
    missing = []
    for path in FILES:
        if path.suffix in {".html", ".htm", ".shtml"}:
            for link in re.findall(r'href="([^":]+\.(?:s?html?|csv|json))"', decode(path.read_bytes())):
                target = SITE / link.lstrip("/") if link.startswith("/") else path.parent / link
                if not target.exists():
                    missing.append((path.name, link))
    assert missing == []


def test_annotated_file_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "scripts/make_examples.py"), "--check"], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])
def test_annotations_are_sane(document: dict[str, Any]) -> None:
    text = document["text"]
    assert not set(text) & set("⟦⟧‹›→"), "a mark is left in the text"
    assert document["title"] and document["genre"] and document["channel"]
    for span in document["spans"]:
        value = text[span["start"] : span["end"]]
        assert value and value == value.strip()
        assert span["category"] in CATEGORIES and span["action"] in ACTIONS
        assert "\t" not in value
        if "detail" in span:
            start, end = span["detail"]
            assert span["start"] <= start < end <= span["end"]
    for one in document["spans"]:
        for other in document["spans"]:
            overlap = one["start"] < other["start"] < one["end"] < other["end"]
            assert not overlap, "spans nest or are apart"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document["id"])
def test_nobody_annotated_can_be_alive(document: dict[str, Any]) -> None:
    text = plain(document["text"].replace("\n", ""))
    assert all(1900 <= int(number[6:10]) <= 1912 for number in id_numbers(text))
    assert all(number[3:7] == "0000" for number in _MOBILE.findall(plain(document["text"])))
    for span in document["spans"]:
        if span.get("kind") == "resident_id":
            number = re.sub(r"\s", "", plain(document["text"][span["start"] : span["end"]]))
            assert valid(number), number


def test_annotations_cover_every_category_and_the_look_alikes() -> None:
    spans = [span for document in DOCUMENTS for span in document["spans"]]
    masked = Counter(span["category"] for span in spans if span["action"] == "mask")
    assert set(masked) == set(CATEGORIES)
    kinds = {span.get("kind") for span in spans if span["action"] == "keep"}
    wanted = "uscc org_account hotline office official project_code index_no coordinate order_no exam_no"
    assert kinds >= set(wanted.split())
    assert sum(document["doc_type"] == "policy_document" for document in DOCUMENTS) >= 4


# ---- with the engine


def engine() -> Any:
    """The scanner class, or None while there is no engine."""
    try:
        return importlib.import_module("deident.engine").Scanner
    except (ImportError, AttributeError):
        return None


needs_engine = pytest.mark.skipif(not hasattr(engine(), "mask_many"), reason="no engine yet")


@pytest.fixture(scope="module")
def masked_site() -> dict[str, str]:
    """Text of every masked file of the site, by its old path."""
    items = [(path.relative_to(SITE).as_posix(), path.read_bytes()) for path in FILES]
    results = engine()().mask_many(items)
    return {name: plain(decode(result[0])) for (name, _), result in zip(items, results, strict=True)}


@needs_engine
def test_no_id_number_stays_on_the_masked_site(masked_site: dict[str, str]) -> None:
    left = {name: len(id_numbers(NOT_PERSONAL.sub("", text))) for name, text in masked_site.items() if name != EXEMPT}
    assert {name: count for name, count in left.items() if count} == {}


@needs_engine
def test_no_private_mobile_stays_on_the_masked_site(masked_site: dict[str, str]) -> None:
    left = {name: sum(number[3:7] == "0000" for number in _MOBILE.findall(text)) for name, text in masked_site.items()}
    assert {name: count for name, count in left.items() if count} == {}


@needs_engine
def test_offices_stay_on_the_masked_site(masked_site: dict[str, str]) -> None:
    offices = re.compile(r"0851-?85550\d{3}")
    for path in FILES:
        name = path.relative_to(SITE).as_posix()
        before = Counter(offices.findall(plain(decode(path.read_bytes()))))
        after = Counter(offices.findall(masked_site[name]))
        assert before == after, name


@needs_engine
@pytest.mark.parametrize("name", ["mzj/202407/t20240701_100070.html", "czj/ysgk/2024ys.html", "wjw/xwdt/content_2077.html", "xzfbgs/lxwm.html",
                                  "xzfbgs/ldxx.html", "xzfbgs/zcwj/2024_5.html", "nyj/zc/2024yjfa.html", "jyj/info/1004/10255.htm"])  # fmt: skip
def test_clean_pages_are_left_alone(masked_site: dict[str, str], name: str) -> None:
    assert masked_site[name] == plain(decode((SITE / name).read_bytes()))


@needs_engine
def test_id_numbers_of_debtors_stay_by_law(masked_site: dict[str, str]) -> None:
    assert id_numbers(masked_site[EXEMPT]) == id_numbers(plain(decode((SITE / EXEMPT).read_bytes())))
    assert "四组38号" not in masked_site[EXEMPT]
