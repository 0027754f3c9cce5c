"""The snippets of plugins/ci and the hook of pre-commit, run as a build server runs them, in a git repository with a synthetic page."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CI = ROOT / "plugins/ci"
NUMBER, MOBILE = "52010219010315904X", "19900000001"
PAGE = f"<meta charset=utf-8><title>低保对象名单</title><p>陈一一 身份证号：{NUMBER} 电话：{MOBILE}</p>"
FINE = "<meta charset=utf-8><title>通知</title><p>今日天气晴。咨询电话：12345</p>"

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `deident`, the one that is tested, and a `pip` that notes what it was asked for and installs nothing."""
    folder = tmp_path_factory.mktemp("bin")
    for name, script in {
        "deident": f'exec "{sys.executable}" -m deident "$@"',
        "pip": 'echo "$@" >>"$PIP_ASKED"',
    }.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return folder


@pytest.fixture
def here(tmp_path: Path, programs: Path) -> dict[str, str]:
    """The environment of a job; HOME is empty, and git asks nobody who commits."""
    (tmp_path / "home").mkdir()
    who = {f"GIT_{role}_{what}": "t@example.org" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "DEIDENT_", "LC_", "LANG"))}
    return kept | who | {
        "HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "home"), "GIT_CONFIG_GLOBAL": "/dev/null",
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": str(ROOT), "PIP_ASKED": str(tmp_path / "asked"),
        "DEIDENT_KEY": "0123456789abcdef",
    }  # fmt: skip


def bash(script: str, folder: Path, environment: dict[str, str], code: int | None = 0) -> subprocess.CompletedProcess[str]:
    """As GitHub runs it: https://docs.github.com/actions, `shell: bash`."""
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=folder, env=environment, capture_output=True, text=True, check=False, encoding="utf-8", stdin=subprocess.DEVNULL,
    )  # fmt: skip
    assert code is None or done.returncode == code, done.stdout + done.stderr
    assert NUMBER not in done.stdout + done.stderr
    return done


def repository(folder: Path, environment: dict[str, str], **pages: str) -> Path:
    """A git repository whose `public` holds the pages."""
    (folder / "site/public/mzj").mkdir(parents=True)
    for name, text in pages.items():
        (folder / f"site/public/mzj/{name}.html").write_text(text, encoding="utf-8")
    bash("git init -q -b main . && git add -A && git commit -qm pages", folder / "site", environment)
    return folder / "site"


def steps(name: str) -> tuple[dict[str, str], list[str]]:
    """Variables and shell steps of a snippet."""
    text = (CI / name).read_text(encoding="utf-8")
    if name == "Jenkinsfile":
        return dict(re.findall(r"(SITE) = '(\w+)'", text)), [
            a or b for a, b in re.findall(r"""\bsh (?:'([^']*)'|"([^"]*)")""", text)
        ]
    content: Any = yaml.safe_load(text)
    if name == "github.yml":
        job = content["jobs"]["deident"]
        return content["env"], [step["run"] for step in job["steps"] if "run" in step]
    return content["deident"]["variables"], [*content["deident"]["before_script"], *content["deident"]["script"]]


@pytest.mark.parametrize(
    ("name", "page", "code"),
    [("github.yml", FINE, 0), ("github.yml", PAGE, 1), ("gitlab.yml", PAGE, 1), ("Jenkinsfile", PAGE, 1)],
)
def test_a_snippet_runs(name: str, page: str, code: int, tmp_path: Path, here: dict[str, str], programs: Path) -> None:
    site = repository(tmp_path, here, a=page, b=FINE)
    variables, scripts = steps(name)
    scripts = [script for script in scripts if " -m venv " not in script]
    assert len(scripts) == 2 and "pip install 'deident[" in scripts[0]
    scripts = [script.replace(".deident-venv/bin/", "") for script in scripts]
    bash(scripts[0], site, here | variables)
    assert (tmp_path / "asked").read_text().startswith("install deident[")
    done = bash(scripts[1], site, here | variables, code)
    assert done.stderr == "", "no progress where nobody watches"
    log = json.loads((site / "deident.sarif").read_text(encoding="utf-8"))
    uris = {result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]}
    assert uris == ({"public/mzj/a.html"} if code else set()), "as the repository knows them"
    cases = list(ElementTree.parse(site / "deident.xml").iter("testcase"))
    assert [(case.get("name"), [element.get("type") for element in case]) for case in cases] == [
        ("public/mzj/a.html", ["mask"] if code else []),
        ("public/mzj/b.html", []),
    ]
    assert (site / "deident-report/report.html").exists()


def test_what_the_snippets_upload_is_what_they_make(tmp_path: Path) -> None:
    for name in ("github.yml", "gitlab.yml", "Jenkinsfile"):
        text = (CI / name).read_text(encoding="utf-8")
        (command,) = (line for line in text.splitlines() if "deident scan" in line)
        for option, file in (("--sarif", "deident.sarif"), ("--junit", "deident.xml"), ("--out", "deident-report")):
            assert f"{option} {file}" in command, name
            assert text.count(file) >= 2, (name, file)
    github: Any = yaml.safe_load((CI / "github.yml").read_text(encoding="utf-8"))
    steps = github["jobs"]["deident"]["steps"]
    assert github["permissions"]["security-events"] == "write"
    assert all("always()" in step["if"] for step in steps if "upload" in step.get("uses", "")), "also when the scan says no"
    assert "secrets.DEIDENT_KEY" in next(step for step in steps if "deident scan" in step.get("run", ""))["env"]["DEIDENT_KEY"]
    gitlab: Any = yaml.safe_load((CI / "gitlab.yml").read_text(encoding="utf-8"))["deident"]["artifacts"]
    assert gitlab["when"] == "always" and gitlab["reports"] == {"junit": "deident.xml"}


# ---- pre-commit


def hook() -> dict[str, Any]:
    (one,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    return dict(one)


def test_the_manifest_is_one() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml")],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert (hook()["id"], hook()["language"]) == ("deident", "python")


def test_the_files_of_the_hook_are_those_that_are_published() -> None:
    files = re.compile(hook()["files"])
    for name in (
        "a.html",
        "b/名单.DOCX",
        "a.htm",
        "a.pdf",
        "x.tar.gz",
        "a.wps",
        "a.ofd",
        "data.json",
        "a.xlsx",
        "a.md",
        "a.zip",
        "a.et",
    ):
        assert files.search(name), name
    for name in ("a.py", "logo.png", "a.css", "font.woff2", "Makefile", "a.htmlx", "docx", "a.js"):
        assert not files.search(name), name


def test_the_hook_stops_a_commit(tmp_path: Path, here: dict[str, str]) -> None:
    """The hook's own entry and files as a local hook: what pre-commit does with them, without its installing deident once more
    (scripts/try_pre_commit.py does)."""
    site = repository(tmp_path, here, b=FINE)
    local = {key: hook()[key] for key in ("id", "name", "entry", "args", "types", "files")} | {"language": "system"}
    config = {"repos": [{"repo": "local", "hooks": [local]}]}
    (site / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    here["PRE_COMMIT_HOME"] = str(tmp_path / "cache")
    bash(f'"{sys.executable}" -m pre_commit install && git add -A && git commit -qm config', site, here)
    for name in ("a b.html", "d.html", "-x.html"):  # the last begins as an option does
        (site / name).write_text(PAGE, encoding="utf-8")
    (site / "code.py").write_text(f"x = '{NUMBER}'", encoding="utf-8")
    done = bash("git add -A && git commit -qm names", site, here, 1)
    said = done.stdout + done.stderr
    assert "a b.html：1" in said or "a b.html：2" in said, said
    assert "-x.html：" in said and "\nd.html：" in said and "b.html：未发现" not in said
    assert "exit code: 1" in said
    assert "code.py" not in said, "not a file that is published"
    # what is staged counts, not what lies in the folder
    bash("git rm -q --cached -- -x.html 'a b.html' d.html code.py", site, here)
    (site / "d.html").write_text(FINE, encoding="utf-8")
    bash("git add d.html", site, here)
    (site / "d.html").write_text(PAGE, encoding="utf-8")
    bash("git commit -qm fine", site, here)


# ---- git server


@pytest.fixture
def pushed(tmp_path: Path, here: dict[str, str]) -> tuple[Path, dict[str, str]]:
    """A clone of a bare repository that has the hook."""
    site = repository(tmp_path, here, b=FINE)
    bash(f"git init -q --bare -b main '{tmp_path}/bare.git' && git remote add origin '{tmp_path}/bare.git'", site, here)
    target = tmp_path / "bare.git/hooks/pre-receive"
    shutil.copy(CI / "pre-receive", target)
    assert target.stat().st_mode & 0o100
    return site, here


def test_a_push_is_refused(pushed: tuple[Path, dict[str, str]]) -> None:
    site, here = pushed
    bash("git push -q origin main", site, here)
    (site / "public/mzj/名 单.html").write_text(PAGE, encoding="utf-8")
    (site / "-o.html").write_text(PAGE, encoding="utf-8")
    done = bash("git add -A && git commit -qm list && git push -q origin main", site, here, 1)
    assert "public/mzj/名 单.html：" in done.stderr and "-o.html：" in done.stderr
    assert "推送被拒绝" in done.stderr
    assert "public/mzj/b.html" not in done.stderr, "nothing has changed there"
    bash("git push -q origin main:new", site, here, 1)  # a new branch: all of its files
    (site / "public/mzj/名 单.html").write_text(FINE, encoding="utf-8")
    bash("git rm -q -- -o.html; git add -A && git commit -qm masked && git push -q origin main", site, here)
    bash("git push -q origin main:new && git push -q --delete origin new", site, here)
    refs = bash("git ls-remote --heads origin", site, here).stdout
    assert refs.split() == [bash("git rev-parse HEAD", site, here).stdout.strip(), "refs/heads/main"]


def test_what_cannot_be_scanned_refuses_a_push_too(pushed: tuple[Path, dict[str, str]]) -> None:
    site, here = pushed
    (site / "movie.mp4").write_bytes(bytes(4) + b"ftypmp42" + bytes(50))
    bash("git add -A && git commit -qm movie", site, here)
    assert "movie.mp4" in bash("git push -q origin main", site, here, 1).stderr
    bare = site.parent / "bare.git"
    bash("git config deident.branch published", bare, here)
    bash("git push -q origin main", site, here)
    assert "movie.mp4" in bash("git push -q origin main:published", site, here, 1).stderr
    bash("git config deident.options '--lang en --no-ner' && git config deident.command /nonexistent/deident", bare, here)
    bash("git push -q origin main:published", site, here, 1)  # a missing program lets nothing through
    bash(f"git config deident.command '{shutil.which('deident', path=here['PATH'])}'", bare, here)
    assert "movie.mp4: could not be scanned" in bash("git push -q origin main:published", site, here, 1).stderr
