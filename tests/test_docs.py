"""The documentation says what the code does: its examples run, its commands work, nothing that exists is left out."""

from __future__ import annotations

import doctest
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

import deident
from deident import catalog, checks, cli, examples, masks, policy
from deident.engine import Scanner
from deident.formats import open_document
from deident.masks import Sheet
from deident.model import ACTIONS
from deident.policy.cells import VERDICTS
from deident.policy.matrix import DELETES
from deident.policy.rules import MATRIX, TEXT_CONDITIONS
from deident.policy.types import AUDIENCES

ROOT = Path(__file__).resolve().parents[1]
READMES = ("README.md", "README.zh.md")
PAGES = (*READMES, "docs/library.md", "docs/cli.md", "docs/policies.md", "docs/dataframes.md")
DOCS = "\n".join(
    path.read_text(encoding="utf-8") for path in [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), ROOT / "patterns/README.md"]
)
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.M | re.S)


def blocks(page: str, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall((ROOT / page).read_text(encoding="utf-8")) if name == language]


# ---- code blocks


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")])
def test_python_examples_run(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    parser, runner = doctest.DocTestParser(), doctest.DocTestRunner(verbose=False)
    told: list[str] = []
    names: dict[str, object] = {}
    for text in blocks(page, "python"):
        test = parser.get_doctest(text, names, page, page, 0)
        assert test.examples, text
        test.globs = names  # one session for the whole page
        runner.run(test, out=told.append, clear_globs=False)
    assert runner.failures == 0, "".join(told)


def commands(page: str) -> Iterator[tuple[str, int]]:
    """Each `deident …` command of the page with the exit code it announces."""
    for text in blocks(page, "sh")[2 if page in READMES else 0 :]:
        for line in text.splitlines():
            code = re.search(r"# .*?(?:exit code|退出码) (\d)", line)
            yield line.partition("  #")[0].strip(), int(code[1]) if code else -1


@pytest.mark.parametrize(("page", "command", "code"), [(page, *command) for page in PAGES for command in commands(page)])
def test_commands_work(page: str, command: str, code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(ROOT / "examples/site", tmp_path / "examples/site")
    (tmp_path / "page.html").write_text("<p>工牌号：BG00000001</p>", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEIDENT_KEY", "0123456789abcdef")
    own_kind(page, tmp_path)
    front, pipe, back = command.rpartition(" | ")
    arguments = shlex.split(back)
    assert arguments[0] == "deident", command
    if pipe:
        script = "import sys; sys.path.insert(0, sys.argv.pop(1)); from deident.cli import main; sys.exit(main())"
        typed = subprocess.run(["bash", "-c", front], capture_output=True, check=True).stdout
        done = subprocess.run(
            [sys.executable, "-c", script, str(ROOT), *arguments[1:]], input=typed, capture_output=True, check=False
        )
        assert done.returncode == code, done.stderr.decode()
        return
    result = cli.main(arguments[1:])
    assert result == code if code >= 0 else result in (0, 1)
    for made in re.findall(r"--out (\S+)", command):
        assert (tmp_path / made).is_dir()


def own_kind(page: str, folder: Path) -> Path:
    """The folder with the pattern file that a README shows."""
    home = folder / "mykinds"
    home.mkdir()
    for text in blocks(page, "toml") if page in READMES else []:
        first = text.partition("\n")[0]
        if first.startswith("# mykinds/"):
            (home / first.removeprefix("# mykinds/")).write_text(text, encoding="utf-8")
    return home


@pytest.mark.parametrize("page", READMES)
def test_the_kind_in_the_readme_works(page: str, tmp_path: Path) -> None:
    scanner = Scanner(patterns=own_kind(page, tmp_path))
    assert "staff_badge" in scanner.catalogue.patterns
    assert [failure for failure in examples.run(scanner) if failure.file == "staff_badge.toml"] == []
    assert scanner.mask("工牌号：BG00000001") == "工牌号：****"


@pytest.mark.parametrize("page", READMES)
def test_the_policy_in_the_readme_works(page: str, tmp_path: Path) -> None:
    (text,) = (text for text in blocks(page, "toml") if not text.startswith("# mykinds/"))
    path = tmp_path / text.partition("\n")[0].removeprefix("# ")
    path.write_text(text, encoding="utf-8")
    assert policy.load(str(path), catalog.load()).matrix.own


PARTS = [
    (page, text) for page in ("docs/policies.md", "patterns/README.md") for text in blocks(page, "toml") if text.startswith("# ")
]


@pytest.mark.parametrize(("page", "text"), PARTS, ids=[text.partition("\n")[0] for _, text in PARTS])
def test_the_files_in_the_documentation_work(page: str, text: str, tmp_path: Path) -> None:
    """Each block begins with the path of the file that it is; its own examples hold."""
    path = tmp_path / text.partition("\n")[0].removeprefix("# ")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    own = path.parts[len(tmp_path.parts)] == "policies"  # else it is a site's list
    profile = path.parent.name == "policies" and path.stem in policy.names(tmp_path)
    scanner = Scanner(
        policy=path.stem if profile else "gov-publish", patterns=tmp_path if own else None, suppressions=None if own else path
    )
    assert [failure for failure in examples.run(scanner) if failure.file == path.name] == []
    assert not profile or scanner.policy.examples
    assert own or len(scanner.suppressions.active) == text.count("[[suppress]]")
    assert path.parent.name != "types" or path.stem in scanner.policy.types


def test_the_masks_in_the_documentation_are_right() -> None:
    part = (ROOT / "patterns/README.md").read_text(encoding="utf-8").partition("## Masks")[2]
    rows = [[cell.strip() for cell in row.split("|")[1:-1]] for row in part.splitlines() if row.startswith("| `")]
    sheet = Sheet(b"key", "", date(2026, 3, 4))
    for form, settings, _, value, becomes in rows:
        given = tomllib.loads(settings.replace("`", "").replace("], ", "]\n"))
        mask = catalog.Mask(form.strip("`"), tuple(given.get("keep", (0, 0))), length=given.get("length", 0))
        wanted = re.escape(becomes.strip("`")).replace("…", ".+")
        assert re.fullmatch(wanted, masks.hide(mask, value.strip("`"), sheet)), (form, masks.hide(mask, value.strip("`"), sheet))
    assert {row[0].strip("`") for row in rows} == set(catalog.FORMS)


# ---- the two commands


@pytest.mark.parametrize("page", READMES)
def test_the_first_block_installs_and_masks_the_example_site(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The block itself is run by .ci/run in a fresh environment; here what comes after the installation."""
    first = blocks(page, "sh")[0]
    make, install, run = first.strip().split(" && ")
    assert (make, install) == ("python3 -m venv .venv", ".venv/bin/pip install --quiet .")
    arguments = shlex.split(run)
    assert arguments[:3] == [".venv/bin/deident", "mask", "examples/site"]
    shutil.copytree(ROOT / "examples/site", tmp_path / "examples/site")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DEIDENT_KEY", "0123456789abcdef")
    for _ in range(2):  # it may be run again
        assert cli.main(arguments[1:]) == 0
    for name in ("findings.jsonl", "files.csv", "summary.json", "report.html"):
        assert (tmp_path / "masked/.deident" / name).stat().st_size > 500, name
    before, after = (
        {p.relative_to(tmp_path / d) for p in (tmp_path / d).rglob("*.*") if ".deident" not in p.parts}
        for d in ("examples/site", "masked")
    )
    assert len(after) == len(before)


def test_ci_runs_the_commands_of_the_readme() -> None:
    script = (ROOT / ".ci/run").read_text(encoding="utf-8").splitlines()
    first, second = (block.strip() for block in blocks("README.md", "sh")[:2])
    assert first in script and second in script
    assert blocks("README.zh.md", "sh")[1].strip() == second


# ---- nothing is left out


def test_made_documentation_is_up_to_date() -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts/make_docs.py"), "--check"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_every_command_and_option_is_documented() -> None:
    text = (ROOT / "docs/cli.md").read_text(encoding="utf-8")
    for command in ("scan", "mask", "check", "test", "list", "policy", "serve", "users"):
        assert f"\n## {command}\n" in text
        for page in READMES:
            assert f"deident {command}" in (ROOT / page).read_text(encoding="utf-8"), (page, command)
    assert {line.removeprefix("## deident ") for line in DOCS.splitlines() if line.startswith("## deident ")} == {
        "scan",
        "mask",
        "check",
        "test",
        "list",
        "policy",
        "serve",
        "users",
    }


def test_every_kind_check_and_policy_is_documented() -> None:
    text = (ROOT / "docs/kinds.md").read_text(encoding="utf-8")
    names = [*catalog.load().patterns, *checks.load(), *policy.names(), *catalog.load().laws]
    assert [name for name in names if f"`{name}`" not in text] == []
    assert [name for name in policy.names() if f"`{name}`" not in (ROOT / "docs/policies.md").read_text(encoding="utf-8")] == []
    types = policy.load("gov-publish", catalog.load()).types
    assert [name for name in types if f"`{name}`" not in (ROOT / "docs/doc_types.md").read_text(encoding="utf-8")] == []


def test_every_format_is_documented() -> None:
    samples = {
        "a.html": b"<html><p>x",
        "a.xml": b"<?xml version='1.0'?><a>x</a>",
        "a.json": b'{"a": 1}',
        "a.csv": b"a,b\n1,2\n",
        "a.txt": b"x",
        "a": b"\0\1\2",
    }
    formats = {open_document(data, name).format for name, data in samples.items()}
    assert len(formats) == len(samples)
    for page in READMES:
        text = (ROOT / page).read_text(encoding="utf-8").lower()
        assert [name for name in formats if name not in text] == []


def test_every_key_of_a_pattern_is_documented() -> None:
    keys = set()
    for path in catalog.home().glob("*.toml"):
        if path.name != "law.toml":
            content = tomllib.loads(path.read_text(encoding="utf-8"))
            keys |= set(content) | set(content["find"]) | set(content.get("mask", {}))
            keys |= {key for phrase in content["find"].get("phrase", ()) for key in phrase}
            keys |= {key for side in ("example", "counterexample") for example in content.get(side, ()) for key in example}
    text = (ROOT / "patterns/README.md").read_text(encoding="utf-8") + (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert [key for key in sorted(keys) if not re.search(rf"\b{key}\b", text)] == []


def test_every_condition_of_a_policy_is_documented() -> None:
    text = (ROOT / "docs/policies.md").read_text(encoding="utf-8")
    for name in (*policy.CLASS_CONDITIONS, *policy.KIND_CONDITIONS, *TEXT_CONDITIONS, "type", "role", "minor", "relative"):
        assert f"`{name}`" in text, name
    for name in (*ACTIONS, MATRIX, *VERDICTS, *DELETES, *AUDIENCES):
        assert re.search(rf"\b{name}\b", text), name


def test_every_public_name_is_documented() -> None:
    assert [name for name in deident.__all__ if name not in DOCS + (deident.errors.__doc__ or "")] == []


def test_every_folder_of_the_package_is_in_the_architecture() -> None:
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    parts = [p.name + ("/" if p.is_dir() else "") for p in (ROOT / "deident").iterdir() if not p.name.startswith(("_", "."))]
    assert [part for part in parts if part not in text and part != "py.typed"] == []


def test_the_two_readmes_have_the_same_parts() -> None:
    one, other = (re.sub(r"(?s)<!-- (\w+) -->.*?<!-- /\1 -->", "", (ROOT / page).read_text(encoding="utf-8")) for page in READMES)
    for mark in (r"(?m)^#+ ", r"(?m)^\|", r"(?m)^- ", r"(?m)^```\w+"):
        assert len(re.findall(mark, one)) == len(re.findall(mark, other)), mark
    assert blocks("README.md", "python") == blocks("README.zh.md", "python")
    assert blocks("README.md", "toml") == blocks("README.zh.md", "toml")


def test_links_lead_somewhere() -> None:
    pages = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("training/*.md")]
    wrong = [
        (page.name, link)
        for page in pages
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8"))
        if not (page.parent / link).exists()
    ]
    assert wrong == []


def test_one_version() -> None:
    assert deident.__version__ in (ROOT / "README.md").read_text(encoding="utf-8") or deident.__version__.startswith("0.1")
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
