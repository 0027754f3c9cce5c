"""The wheel is complete: built from the source archive, installed apart from the checkout, it runs its own examples.

The one test that catches a data file left out.  Takes a few seconds; needs no network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

import deident
from deident import catalog

pytest.importorskip("build")
pytest.importorskip("hatchling")
ROOT = Path(__file__).resolve().parents[1]


def run(*command: str, cwd: Path, **environment: str) -> str:
    own = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "PYTHONWARNINGS")}
    done = subprocess.run(command, cwd=cwd, env=own | environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the source archive, and the wheel that was built from it (as on PyPI)."""
    out = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "--no-isolation", "--outdir", str(out), str(ROOT), cwd=out)
    return out


@pytest.fixture(scope="module")
def wheel(built: Path) -> Path:
    (path,) = built.glob("*.whl")
    return path


def test_what_is_in_the_wheel(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        (metadata,) = [name for name in names if name.endswith(".dist-info/METADATA")]
        about = Parser().parsestr(archive.read(metadata).decode("utf-8"))
    tops = {name.split("/")[0] for name in names}
    assert tops == {"deident", f"deident-{deident.__version__}.dist-info"}, "neither tests nor examples nor benchmarks"
    assert about["Version"] == deident.__version__ and about["License-Expression"] == "Apache-2.0"
    assert about["Requires-Python"] == ">=3.11"
    assert {"deident/py.typed", "deident/report/page.html"} <= names
    inside = {name.removeprefix("deident/patterns/") for name in names if name.startswith("deident/patterns/")}
    assert inside == {path.relative_to(catalog.home()).as_posix() for path in catalog.home().rglob("*") if path.is_file()}
    code = {
        path.relative_to(ROOT).as_posix() for path in (ROOT / "deident").rglob("*") if path.is_file() and path.suffix != ".pyc"
    }
    assert code <= names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_what_is_in_the_source_archive(built: Path) -> None:
    (path,) = built.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "pyproject.toml",
        "LICENSE",
        "README.md",
        "patterns/law.toml",
        "tests/test_wheel.py",
        "examples/annotated.jsonl",
    } <= names
    assert not [name for name in names if "__pycache__" in name or name.startswith((".venv", ".git/", "masked"))]


def test_the_installed_wheel_runs_its_examples(wheel: Path, tmp_path: Path) -> None:
    site, elsewhere = tmp_path / "site", tmp_path / "elsewhere"
    elsewhere.mkdir()
    run(
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-deps",
        "--no-index",
        "--target",
        str(site),
        str(wheel),
        cwd=elsewhere,
    )
    where = run(sys.executable, "-c", "import deident; print(deident.__file__)", cwd=elsewhere, PYTHONPATH=str(site))
    assert Path(where.strip()).is_relative_to(site)
    said = run(sys.executable, "-m", "deident", "test", "--lang", "en", cwd=elsewhere, PYTHONPATH=str(site))
    assert said.startswith("all examples pass (")
    assert (
        run(sys.executable, "-m", "deident", "--version", cwd=elsewhere, PYTHONPATH=str(site)).strip()
        == f"deident {deident.__version__}"
    )
    page = elsewhere / "a.txt"
    page.write_text("本人手机13800000001", encoding="utf-8")
    run(
        sys.executable,
        "-m",
        "deident",
        "mask",
        str(page),
        "--out",
        str(elsewhere / "out"),
        cwd=elsewhere,
        PYTHONPATH=str(site),
        DEIDENT_KEY="0" * 16,
    )
    assert (elsewhere / "out/a.txt").read_text(encoding="utf-8") == "本人手机138********"
