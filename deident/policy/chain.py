"""Which files make a profile: its own, and those that it extends, one after the other."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deident.catalog import home
from deident.catalog.lines import line
from deident.errors import PolicyError

OTHERS = {"exemptions", "secrecy"}  # files beside the profiles that are none
DEEPEST = 8  # profiles that extend each other


def read(path: Path) -> tuple[dict[str, Any], str]:
    """Content and text of a file of the policy.  Raises PolicyError."""
    try:
        text = path.read_text(encoding="utf-8")
        return tomllib.loads(text), text
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise PolicyError(path.name, "", f"cannot be read: {problem}") from None


def names(extra: Path | None = None) -> list[str]:
    """Ids of all policies that can be loaded."""
    return sorted({path.stem for folder in folders(extra) for path in folder.glob("*.toml")} - OTHERS)


def folders(extra: Path | None) -> list[Path]:
    return [folder for folder in ([extra / "policies"] if extra else []) + [home() / "policies"] if folder.is_dir()]


def chain(name: str, extra: Path | None) -> list[tuple[Path, dict[str, Any], str]]:
    """The profile and those it extends: path, content, text."""
    files: list[tuple[Path, dict[str, Any], str]] = []
    while name:
        places = [Path(name)] if name.endswith(".toml") else []
        places += [folder / f"{name}.toml" for folder in folders(extra)]
        there = [place for place in places if place.is_file()]
        path = next((place for place in there if place not in [other for other, _, _ in files]), None)
        if path is None or len(files) >= DEEPEST:
            raise _no_parent(name, files, bool(there), names(extra))
        content, text = read(path)
        files.append((path, content, text))
        parent = content.get("extends", "")
        if not isinstance(parent, str):
            raise PolicyError(path.name, "extends", "must be the id of a policy", line(text, "extends"))
        name = parent
    return files


def _no_parent(name: str, chain: Sequence[tuple[Path, dict[str, Any], str]], there: bool, known: Sequence[str]) -> PolicyError:
    """What is wrong where a chain cannot go on to `name`; `there`: it exists."""
    there_are = f"there are {', '.join(known)}, or give the path of a .toml file"
    if not chain:
        return PolicyError(name, "", f"no such policy; {there_are}")
    path, _, text = chain[-1]
    ids = [other.stem for other, _, _ in chain]
    if not there:
        problem = f"no policy '{name}'; {there_are}"
    elif (stem := Path(name).stem) in ids and len(chain) < DEEPEST:
        problem = f"{' → '.join([*ids[ids.index(stem) :], stem])} is a circle; one of them must extend another policy or none"
    else:
        problem = f"more than {DEEPEST} profiles extend each other; put some of them into one file"
    return PolicyError(path.name, "extends", problem, line(text, "extends"))
