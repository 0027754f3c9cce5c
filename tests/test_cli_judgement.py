"""The doors of judgement: list types, policy show and check, check --explain and --doc-type, suppressions, marks, data sets."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from deident import catalog, cli, policy
from deident.crawl import Options, dump
from deident.engine import Scanner
from deident.errors import InputError
from deident.linkage import tag
from deident.model import CATEGORIES
from deident.report import law_names

KEY = "0123456789abcdef"
ROW = "<tr><td>张测试</td><td>11010519491231002X</td></tr>"  # the worked example of GB 11643
PAGE = (
    f"<title>城乡低保对象名单公示</title><table><tr><th>姓名</th><th>身份证号</th></tr>{ROW}</table><p>举报电话：13900000000</p>"
)
DEBTORS = f"<title>失信被执行人名单</title><table><tr><th>被执行人姓名</th><th>身份证号</th></tr>{ROW}</table>"
TAG = tag(KEY.encode(), b"13900000000")


@pytest.fixture(autouse=True)
def settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEIDENT_KEY", KEY)
    monkeypatch.setenv("LC_ALL", "en_US.UTF-8")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_text(f'<meta charset="utf-8">{PAGE}', encoding="utf-8")
    return path


def listed(path: Path, *entries: str) -> Path:
    path.write_text(
        "\n".join(f'[[suppress]]\nreason = "checked"\nowner = "Office"\n{entry}\n' for entry in entries), encoding="utf-8"
    )
    return path


def checked(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, object]:
    capsys.readouterr()
    cli.main(["check", str(path), "--format", "json", *more])
    made: dict[str, object] = json.loads(capsys.readouterr().out)
    return made


# ---- list types, policy show, policy check


def test_list_types(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["list", "types"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(policy.load("gov-publish", catalog.load()).types)
    assert ["student_aid", "8", "Student aid and scholarships"] in [line.split(maxsplit=2) for line in lines]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("type", ["student_aid", "dishonest_debtor", "unknown"])
def test_policy_show_says_what_happens_with_every_category(type: str, lang: str, capsys: pytest.CaptureFixture[str]) -> None:
    made = policy.load("gov-publish", catalog.load())
    laws = law_names(catalog.load().laws, lang)
    assert cli.main(["policy", "show", type, "--format", "json", "--lang", lang]) == 0
    row = json.loads(capsys.readouterr().out)
    assert [cell["category"] for cell in row["cells"] if not cell["kind"]] == list(CATEGORIES)
    for cell in row["cells"]:
        found = made.matrix.cell(type, cell["category"], cell["kind"])
        assert (cell["action"], [law["key"] for law in cell["basis"]]) == (found.action, list(found.basis))
        assert all(law["title"] == laws[law["key"]] for law in cell["basis"])
        assert cell["says"] and not cell["says"].startswith(cell["name"])
    assert {cell["kind"] for cell in row["cells"] if cell["kind"]} == {
        kind for kind, pattern in catalog.load().patterns.items()
        if made.matrix.cell(type, pattern.category, kind) != made.matrix.cell(type, pattern.category)
    }  # fmt: skip
    assert [e["id"] for e in row["exemptions"]] == [e.id for e in made.exemptions if e.type == type]
    assert cli.main(["policy", "show", type, "--lang", lang]) == 0
    out = capsys.readouterr().out
    assert all(cell["says"] in out for cell in row["cells"])
    assert all(title in out for cell in row["cells"] for title in (law["title"] for law in cell["basis"]))


def test_policy_show_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["policy", "show", "dishonest_debtor"])
    out = capsys.readouterr().out
    for words in ("row 15 of the matrix", "audience: the internet", "after the period: it is taken down", "debtor-number",
                  "punitive publicity", "unless: table: bank_account, mobile", "(convention or advice, not law)"):  # fmt: skip
        assert words in out, words


def test_policy_show_follows_the_profile(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "county.toml"
    own.write_text('id = "county"\nextends = "gov-publish"\nname = { zh = "本县", en = "Our county" }\n\n[cells.student_aid]\n'
                   'person_name = { action = "mask", to = "name", basis = ["default"] }\n', encoding="utf-8")  # fmt: skip
    cli.main(["policy", "show", "student_aid", "--policy", str(own)])
    out = capsys.readouterr().out
    assert "Our county (county)" in out
    assert "Person names (person_name): must be masked (only the surname left)" in out


def test_an_unknown_type_lists_the_types(capsys: pytest.CaptureFixture[str], page: Path) -> None:
    for arguments in (["policy", "show", "nothing"], ["check", str(page), "--doc-type", "nothing"]):
        assert cli.main(arguments) == 2
        error = capsys.readouterr().err
        assert "'nothing'" in error and "student_aid" in error and "unknown" in error


def test_policy_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = tmp_path / "county.toml"
    text = 'id = "county"\nextends = "gov-publish"\nname = { zh = "本县", en = "Our county" }\n'
    own.write_text(text, encoding="utf-8")
    assert cli.main(["policy", "check", str(own)]) == 0
    assert "county.toml: fine" in capsys.readouterr().out
    own.write_text(text + '\n[cells.student_aid]\nphone = { action = "msk" }\n', encoding="utf-8")
    assert cli.main(["policy", "check", str(own)]) == 2
    assert "county.toml:6: cells.student_aid.phone.action: 'msk' is none of" in capsys.readouterr().err
    assert cli.main(["policy", "check", str(tmp_path / "gone.toml")]) == 2


# ---- check --explain, --doc-type


@pytest.mark.parametrize("title", ["", "关于低保对象13800000000的公示"])
def test_explanations_are_in_the_order_of_the_findings(title: str, page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = checked(page, capsys, "--explain", *(["--title", title] if title else []))
    findings = made["findings"]
    assert isinstance(findings, list) and len(findings) == (4 if title else 3)
    decided = {"resident_id": "social_assistance.id_number", "person_name": "social_assistance.person_name"}
    for row in findings:
        why = row["explanation"]
        assert row["basis"] == [law["key"] for law in why["basis"]]
        if row["kind"] in decided:
            assert why["decided_by"] == {"source": "cell", "id": decided[row["kind"]]}
    (mobile,) = [row for row in findings if row["kind"] == "mobile" and row["action"] == "review"]
    why = mobile["explanation"]
    assert why["rule"] == "public-mobile" and why["decided_by"]["source"] == "rule"
    assert ("before", "举报") in {(word["place"], word["text"]) for word in why["for"]}
    assert {"type": "social_assistance", "zone": "title", "words": "低保", "points": 8.0} in made["doc_type_evidence"]  # type: ignore[operator]
    assert "explanation" not in checked(page, capsys)["findings"][0]  # type: ignore[index]


@pytest.mark.parametrize(("name", "text"), [
    ("a.csv", "姓名,身份证号\n张测试,11010519491231002X\n"), ("a.txt", "身份证号：11010519491231002X"),
    ("a.json", '{"身份证号": "11010519491231002X"}'), ("a.xml", "<?xml version='1.0'?><a><身份证号>11010519491231002X</身份证号></a>"),
])  # fmt: skip
def test_every_format_is_explained(name: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    rows = checked(tmp_path / name, capsys, "--explain")["findings"]
    ids = [row["explanation"]["rule"] for row in rows if row["kind"] == "resident_id"]  # type: ignore[union-attr]
    assert ids == ["identity-number"]
    assert cli.main(["check", str(tmp_path / name), "--explain"]) == 1
    out = capsys.readouterr().out
    assert "rule: identity-number (no conditions)" in out and "decided by: cell of the matrix" in out
    assert "19491231" not in out


def test_explain_in_words(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", str(page), "--explain"]) == 1
    out = capsys.readouterr().out
    for words in ("document type: Social assistance (social_assistance)", "clues: title「低保」+8.0", "rule: public-mobile (",
                  "for: before「举报」(", "decided by: cell of the matrix social_assistance.id_number", "decided by: rule public-mobile"):  # fmt: skip
        assert words in out, words
    assert "13900000000" not in out and "张测试" not in out


def test_the_caller_knows_the_type(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = checked(page, capsys, "--doc-type", "student_aid", "--explain")
    assert made["doc_type"] == "student_aid"
    by_kind = {row["kind"]: row for row in made["findings"]}  # type: ignore[attr-defined]
    assert by_kind["resident_id"]["explanation"]["decided_by"]["id"] == "student_aid.id_number"
    assert by_kind["resident_id"]["doc_type"] == "student_aid"
    assert checked(page, capsys, "--doc-type", "unknown")["doc_type"] is None
    assert checked(page, capsys)["doc_type"] == "social_assistance"


def test_an_exemption_is_explained_and_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in/a.html").write_text(f'<meta charset="utf-8">{DEBTORS}', encoding="utf-8")
    rows = checked(tmp_path / "in/a.html", capsys, "--explain")["findings"]
    assert {"source": "exemption", "id": "debtor-number"} in [row["explanation"]["decided_by"] for row in rows]  # type: ignore[union-attr]
    assert cli.main(["scan", str(tmp_path / "in"), "-o", str(tmp_path / "out"), "--jobs", "2", "-q"]) == 0
    summary = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))
    assert {(use["id"], use["findings"], use["files"]) for use in summary["exemptions"]} == {
        ("debtor-number", 1, 1),
        ("debtor-name", 1, 1),
    }
    assert [note["type"] for note in summary["retention"]] == ["dishonest_debtor"]
    assert summary["doc_types"] == {"dishonest_debtor": 1}
    assert "debtor-number" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


# ---- the site's list


def test_a_suppression_holds_in_every_worker_and_is_counted(
    page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    site = tmp_path / "site"
    for number in range(3):
        (site / str(number)).mkdir(parents=True)
        shutil.copy(page, site / str(number) / "a.html")
    entries = listed(tmp_path / "site.toml", f'tag = "{TAG}"\nexpires = 2999-01-01', 'tag = "0123456789ab"\nexpires = 2020-01-31')
    command = ["scan", str(site), "-o", str(tmp_path / "out"), "-q", "--jobs", "2", "--suppressions", str(entries)]
    assert cli.main(command) == 1
    error = capsys.readouterr().err
    assert "0123456789ab" in error and "Office" in error and "2020-01-31" in error
    summary = json.loads((tmp_path / "out/summary.json").read_text(encoding="utf-8"))
    assert summary["suppressions"] == {
        "file": "site.toml", "used": 3, "expired": [{"name": "0123456789ab", "owner": "Office", "expires": "2020-01-31"}]}  # fmt: skip
    assert summary["findings"]["review"] == 0
    assert "2020-01-31" in (tmp_path / "out/report.html").read_text(encoding="utf-8")


def test_a_changed_list_is_not_resumed_over(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = listed(tmp_path / "site.toml", f'tag = "{TAG}"\nexpires = 2999-01-01')
    command = ["scan", str(page), "-o", str(tmp_path / "out"), "-q", "--jobs", "1", "--suppressions", str(entries), "--resume"]
    assert cli.main(command) == 1
    assert cli.main(command) == 1
    listed(tmp_path / "site.toml", 'tag = "0123456789ab"\nexpires = 2999-01-01')
    assert cli.main(command) == 2
    assert "suppressions" in capsys.readouterr().err
    assert cli.main(command[:-3]) == 1, "without --resume it starts over"


def test_a_suppression_by_place_is_explained(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = listed(tmp_path / "site.toml", 'file = "page.html"\nkind = "mobile"\nexpires = 2999-01-01')
    rows = checked(page, capsys, "--suppressions", str(entries), "--explain")["findings"]
    (mobile,) = [row for row in rows if row["kind"] == "mobile"]  # type: ignore[attr-defined]
    assert (mobile["action"], mobile["explanation"]["decided_by"]["source"]) == ("keep", "suppression")
    assert "checked" in mobile["reason"] and "Office" in mobile["reason"]


def test_mask_and_check_take_the_list_too(page: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    entries = listed(tmp_path / "site.toml", f'tag = "{TAG}"\nexpires = 2999-01-01', f'tag = "{TAG}"\nexpires = {date.min}')
    assert cli.main(["mask", str(page), "-o", str(tmp_path / "m.html"), "-q", "--jobs", "1", "--suppressions", str(entries)]) == 0
    assert cli.main(["check", str(page), "--suppressions", str(entries)]) == 1
    captured = capsys.readouterr()
    assert captured.err.count("has expired") == 2, "once for each command"
    assert "0 to review" in captured.out
    assert cli.main(["check", str(page), "--suppressions", str(tmp_path / "gone.toml")]) == 2


# ---- marks of secrecy


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_mark_of_secrecy_holds_a_clean_page_back(lang: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "in").mkdir()
    path = tmp_path / "in/a.html"
    path.write_text('<meta charset="utf-8"><p>（内部资料　注意保存）</p><p>今日天气晴。</p>', encoding="utf-8")
    words = {
        "zh": "内部资料标志；公开前须经复核",
        "en": "mark of internal use: it must be reviewed before anything is published",
    }[lang]
    made = checked(path, capsys, "--lang", lang)
    assert (made["status"], made["marks"], made["exit_code"]) == ("partial", ["internal"], 1)
    assert words in str(made["reason"])
    for form in ("text", "sarif"):
        assert cli.main(["check", str(path), "--lang", lang, "--format", form]) == 1
        assert words in capsys.readouterr().out
    for command in (["scan", "-o", str(tmp_path / "s")], ["mask", "-o", str(tmp_path / "m")]):
        assert cli.main([command[0], str(tmp_path / "in"), *command[1:], "--lang", lang, "-q", "--jobs", "1"]) == 1
    for out in (tmp_path / "s", tmp_path / "m/.deident"):
        assert json.loads((out / "summary.json").read_text(encoding="utf-8"))["marks"] == {"files": 1, "by_mark": {"internal": 1}}
        assert words in (out / "files.csv").read_text(encoding="utf-8-sig")
        assert '<section id="marks">' in (out / "report.html").read_text(encoding="utf-8")


# ---- data sets


def test_the_data_set_is_the_root_unless_it_is_named(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def scanner(options: Options) -> Scanner:
        made.append(options.data_set)
        return Scanner(data_set=options.data_set)

    monkeypatch.setattr(dump, "_scanner", scanner)
    (tmp_path / "county").mkdir()
    shutil.copy(page, tmp_path / "county/a.html")
    monkeypatch.chdir(tmp_path / "county")
    cli.main(["scan", ".", "-o", str(tmp_path / "s"), "-q", "--jobs", "1"])
    cli.main(["mask", str(tmp_path / "county"), "-o", str(tmp_path / "m"), "-q", "--jobs", "1"])
    cli.main(["mask", str(page), "-o", str(tmp_path / "m.html"), "-q", "--jobs", "1"])
    cli.main(["scan", str(page), "-o", str(tmp_path / "n"), "-q", "--jobs", "1", "--data-set", "subsidies"])
    assert made == ["county", "county", "page.html", "subsidies"]


def test_another_data_set_or_policy_text_is_not_resumed_over(page: Path, tmp_path: Path) -> None:
    own = tmp_path / "mine.toml"
    text = 'id = "mine"\nextends = "gov-publish"\nname = { zh = "甲", en = "A" }\n'
    own.write_text(text, encoding="utf-8")
    options = {"jobs": 1, "quiet": True, "lang": "en", "policy": str(own)}
    dump.scan_dump([page], tmp_path / "out", Options(**options))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="data-set"):
        dump.scan_dump([page], tmp_path / "out", Options(**options, resume=True, data_set="other"))  # type: ignore[arg-type]
    own.write_text(
        text + '\n[cells.social_assistance]\nperson_name = { action = "review", basis = ["default"] }\n', encoding="utf-8"
    )
    with pytest.raises(InputError, match="patterns"):
        dump.scan_dump([page], tmp_path / "out", Options(**options, resume=True))  # type: ignore[arg-type]
