"""What is installed with deident may be used by everybody: no GPL or AGPL among its dependencies, whatever extra brings them."""

from __future__ import annotations

import re
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[1] / "pyproject.toml"
#: GPL and AGPL by their SPDX identifiers, classifiers and names; LGPL and MPL ask nothing of who only uses them.
COPYLEFT = re.compile(r"(?<![A-Za-z])A?GPL|(?<!Lesser )(?<!Library or Lesser )General Public License|\bAffero\b", re.IGNORECASE)
WEAK = re.compile(r"\bLGPL\S*|GNU (?:Library or )?(?:Lesser|Library) General Public License[^,;]*", re.IGNORECASE)
EXCEPTION = re.compile(r"\b(?:L?GPL)[\w.+-]* WITH [\w.-]*exception[\w.-]*", re.IGNORECASE)  # a runtime's, as GCC's


def forbidden(licence: str) -> bool:
    """Does an expression, a classifier or a name of a licence leave no way but GPL or AGPL?"""
    rest = WEAK.sub("weak", EXCEPTION.sub("weak", licence))
    return all(COPYLEFT.search(choice) for choice in re.split(r"\bOR\b", rest)) if rest.strip() else False


def licences(distribution: metadata.Distribution) -> list[str]:
    """What a distribution says of its licence: the expression, else the classifiers, else the first line of the old field."""
    about = distribution.metadata
    if expression := about.get("License-Expression"):
        return [expression]
    names = [one.rpartition(" :: ")[2] for one in about.get_all("Classifier") or () if one.startswith("License ::")]
    names = [name for name in names if name != "OSI Approved"]
    return [" OR ".join(names)] if names else (about.get("License") or "").strip().splitlines()[:1]


def installed() -> dict[str, metadata.Distribution]:
    """Every distribution that deident needs, with all extras but the tests' own, and what those need in turn."""
    project = tomllib.loads(PROJECT.read_text("utf-8"))["project"]
    ahead = [(one, "") for one in project["dependencies"]]
    ahead += [(one, "") for name, extra in project["optional-dependencies"].items() if name != "test" for one in extra]
    found: dict[str, metadata.Distribution] = {}
    seen: set[tuple[str, str]] = set()
    while ahead:
        text, asked = ahead.pop()
        requirement = Requirement(text)
        name = canonicalize_name(requirement.name)
        if (requirement.marker and not requirement.marker.evaluate({"extra": asked})) or name == "deident":
            continue
        try:
            distribution = metadata.distribution(requirement.name)
        except metadata.PackageNotFoundError:
            continue  # an extra that is not installed here
        found[name] = distribution
        for extra in ("", *requirement.extras):
            if (name, extra) not in seen:
                seen.add((name, extra))
                ahead += [(one, extra) for one in distribution.requires or ()]
    return found


def test_no_copyleft() -> None:
    found = installed()
    assert {"numpy", "pandas", "regex", "tqdm"} <= found.keys()
    said = {name: licences(one) for name, one in found.items()}
    assert {name: names for name, names in said.items() if any(map(forbidden, names))} == {}


def test_every_licence_is_stated() -> None:
    assert [name for name, one in installed().items() if not licences(one)] == []


@pytest.mark.parametrize(
    ("licence", "bad"),
    [
        ("MIT", False),
        ("Apache-2.0 OR GPL-2.0-or-later", False),
        ("MPL-2.0 AND MIT", False),
        ("LGPL-2.1-or-later", False),
        ("GNU Lesser General Public License v2 or later (LGPLv2+)", False),
        ("GNU Library or Lesser General Public License (LGPL)", False),
        ("BSD-3-Clause AND GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("GPLv3", True),
        ("GNU General Public License v3 (GPLv3)", True),
        ("GNU Affero General Public License v3", True),
        ("GPL-2.0 OR AGPL-3.0", True),
        ("MIT AND GPL-2.0", True),
        ("", False),
    ],
)
def test_forbidden(licence: str, bad: bool) -> None:
    assert forbidden(licence) is bad


def test_squatted_names() -> None:
    assert "zh-core-web-sm" not in PROJECT.read_text("utf-8")  # on PyPI it is not spaCy's model
