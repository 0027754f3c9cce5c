"""What a person has decided on a value holds wherever it stands, also when the masked document is read again."""

from __future__ import annotations

import pickle

import pytest

from deident.engine import Scanner
from deident.errors import InputError

PAGE = (
    "<title>低保公示</title><p>张晓梅，身份证号：52010219010315904X，电话：13900000001。</p>"
    "<p>身份证号 52010219010315904X 已核。监督电话：0851-85550101。</p>"
).encode()


@pytest.fixture(scope="module")
def scanner() -> Scanner:
    return Scanner(ner=False, key=b"key")


def tags(scanner: Scanner, kind: str) -> set[str]:
    [report] = scanner.scan_many([("a.html", PAGE)])
    return {finding.tag for finding in report.findings if finding.kind == kind}


def test_a_value_that_was_to_go_stays(scanner: Scanner) -> None:
    [tag] = tags(scanner, "resident_id")
    [(data, report)] = scanner.decided({tag: "keep"}).mask_many([("a.html", PAGE)])
    assert data is not None
    assert data.count(b"52010219010315904X") == 2
    assert b"13900000001" not in data
    found = [finding for finding in report.findings if finding.tag == tag]
    assert {(f.action, f.source, f.rule) for f in found} == {("keep", "decision", "decided-keep")}


def test_a_value_that_was_to_stay_goes(scanner: Scanner) -> None:
    [tag] = tags(scanner, "landline")
    [(data, report)] = scanner.decided({tag: "mask"}).mask_many([("a.html", PAGE)])
    assert data is not None
    assert b"85550101" not in data
    assert report.status == "masked"


def test_what_is_left_open_is_not_masked_and_waits(scanner: Scanner) -> None:
    [tag] = tags(scanner, "resident_id")
    [(data, report)] = scanner.decided({tag: "review"}).mask_many([("a.html", PAGE)])
    assert data is not None
    assert data.count(b"52010219010315904X") == 2
    assert report.status == "partial"


def test_the_scanner_itself_is_as_before_and_the_copy_can_be_sent(scanner: Scanner) -> None:
    [tag] = tags(scanner, "resident_id")
    other = pickle.loads(pickle.dumps(scanner.decided({tag: "keep"})))
    assert other.scan_many([("a.html", PAGE)])[0].count("mask") == 1
    assert other.alone.scan_many([("a.html", PAGE)])[0].count("mask") == 1
    assert scanner.scan_many([("a.html", PAGE)])[0].count("mask") == 3


def test_wrong_use(scanner: Scanner) -> None:
    with pytest.raises(InputError, match="key"):
        Scanner(ner=False).decided({"0" * 12: "keep"})
    with pytest.raises(InputError, match="delete"):
        scanner.decided({"0" * 12: "delete"})
