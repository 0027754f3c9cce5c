"""Damaged files of every format: the law of benchmarks/fuzz.py, on few mutations, in one process apart with its limits."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import fuzz, mutate, seeds, witness

ROOT = Path(__file__).parents[2]
COUNT = 40


@pytest.fixture(scope="module")
def tallies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """Every format, from what is made in code."""
    pytest.importorskip("pikepdf")
    found = tmp_path_factory.mktemp("fuzz") / "found.json"
    command = [sys.executable, "-m", "benchmarks.fuzz", "--quick", "--count", str(COUNT), "--jobs", "2", "--json", str(found)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False, text=True, timeout=600)
    assert found.exists(), done.stderr[-2000:]
    told: dict[str, dict[str, object]] = json.loads(found.read_text(encoding="utf-8"))
    return told


@pytest.mark.skipif(sys.platform != "linux", reason="processes are forked, with limits on memory")
@pytest.mark.parametrize("format", sorted(set(seeds.FORMATS) - {"ole"}))
def test_damaged_files_do_no_harm(format: str, tallies: dict[str, dict[str, object]]) -> None:
    assert tallies[format]["count"] == COUNT
    assert tallies[format]["failures"] == [], f"python -m benchmarks.fuzz --quick --only {format} --number …"


def test_a_mutation_is_known_by_its_number() -> None:
    for format in ("docx", "pdf", "warc", "image"):
        one, other = (fuzz.mutation(format, 1, 7, False)[:2] for _ in range(2))
        assert one == other
        assert fuzz.mutation(format, 2, 7, False)[1] != one[1]


@pytest.mark.parametrize("format", sorted(set(seeds.FORMATS) - {"ole", "image"}))
def test_the_canary_is_seen_before_anything_is_damaged(format: str) -> None:
    small, _ = seeds.seeds(format, False)
    for name, data in small:
        assert witness.seen(data, seeds.CANARIES), name


def test_the_witness_reads_what_a_person_would() -> None:
    value = seeds.CANARY
    for encoding in ("utf-8", "gb18030", "utf-16", "utf-16-le", "utf-16-be"):
        assert witness.seen(f"a：{value}，".encode(encoding), [value]), encoding
        assert not witness.seen(f"a：9{value}，".encode(encoding), [value]), encoding
    assert not witness.seen(b"\0" + f"号{value}".encode("utf-16-le"), [value])
    assert not witness.seen(b"\xff\xfe" + value.encode(), [value])


def test_what_is_packed_is_damaged_inside_too() -> None:
    [docx], _ = seeds.seeds("docx", False)
    chance, changed = random.Random(3), 0
    for _ in range(40):
        damaged = mutate.inner(docx.data, [docx.data], chance)
        changed += damaged[:4] == b"PK\3\4" and damaged != docx.data
    assert changed > 30, "the rest came out as they were"


def test_a_leak_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    from deident import Scanner

    scanner = Scanner(ner=False)
    data = f"身份证号：{seeds.CANARY}\n".encode()
    assert fuzz.check(scanner, "a.txt", data, random.Random(1)) == ("masked", "")
    [clean] = scanner.scan_many([("b.txt", b"a\n")])
    monkeypatch.setattr(scanner, "scan_many", lambda items: [clean])
    assert fuzz.check(scanner, "a.txt", data, random.Random(1))[1].startswith("leak: clean")
    monkeypatch.setattr(scanner, "scan_many", lambda items: 1 / 0)
    with pytest.raises(ZeroDivisionError) as problem:
        fuzz.check(scanner, "a.txt", data, random.Random(1))
    assert fuzz.where(problem.value).startswith("raised ZeroDivisionError")
