"""Small archives and messages built in code, and what every container must do with them.  All people are invented."""

from __future__ import annotations

import gzip
import io
import random
import tarfile
import zipfile
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import numpy as np

from deident.formats import Child, Document, open_document
from deident.model import Edit

SAMPLES = Path(__file__).parents[2].parent / "shared/samples/formats"
NAME, ID, TEL = "鲁定国", "110105190001010010", "13800000000"
TEXT = f"申请人{NAME}，身份证{ID}，电话{TEL}"
FILES = {"公示/名单.txt": TEXT.encode(), "b.csv": f"姓名,电话\n{NAME},{TEL}\n".encode("gb18030"), "空.txt": b""}
SLOWEST = 5.0  # seconds for one mutated file


def zipped(files: dict[str, bytes] = FILES, comment: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.comment = comment
        for number, (name, data) in enumerate(files.items()):
            info = zipfile.ZipInfo(name, (2021, 5, 1 + number, 8, 30, 0))
            info.external_attr, info.compress_type = 0o100640 << 16, zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    return out.getvalue()


def tarred(files: dict[str, bytes] = FILES, format: int = tarfile.PAX_FORMAT, uname: str = "root") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=format, encoding="utf-8") as archive:
        for number, (name, data) in enumerate(files.items()):
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode, info.uname, info.gname = len(data), 1_600_000_000 + number, 0o640, uname, "staff"
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def text(document: Document) -> str:
    return document.batch().view.decode()


def edits(document: Document, *values: str) -> list[Edit]:
    """Stars for every place of the values."""
    view, found = document.batch().view, []
    for value in values:
        raw, at = value.encode(), -1
        while (at := view.find(raw, at + 1)) >= 0:
            found.append(Edit(at, at + len(raw), "*" * len(value)))
    return sorted(found)


def masked(document: Document) -> bytes:
    """Own text and children with the values above masked, one level deep in text files."""
    children: dict[int, Child | None] = {}
    for number, child in enumerate(document.children()):
        name, inner = child.name.replace(NAME, "***"), open_document(child.data, child.name)
        new = inner.write(edits(inner, NAME, ID, TEL)) if inner.status == "clean" else child.data
        if (name, new) != child:
            children[number] = Child(name, new)
    return document.write(edits(document, NAME, ID, TEL), children)


def sane(document: Document, data: bytes) -> None:
    """What every container promises of its batch."""
    batch = document.batch()
    assert batch.view.decode() is not None
    ends = np.flatnonzero(np.frombuffer(batch.view, np.uint8) == 0) + 1
    assert batch.segments[1:].tolist() == ends.tolist()
    assert batch.map.size == len(batch.view)
    lengths, size = batch.map.lengths(), int(batch.sources[-1])
    real = batch.map.width > 0
    assert (lengths >= 0).all() and (batch.map.source[real] >= 0).all()
    if document.status not in ("refused", "unscannable"):
        assert ((batch.map.source + batch.map.width)[real] <= size).all()
    assert document.write([]) == data


def fuzz(data: bytes, name: str, rounds: int) -> None:
    """Mutations: opened, read, written; no exception, no hang."""
    chance = random.Random(len(data))
    for _ in range(rounds):
        changed, began = mutated(data, chance), perf_counter()
        document = open_document(changed, name)
        sane(document, changed)
        places: Sequence[Child] = list(document.children())
        view = document.batch().view
        if document.status not in ("refused", "unscannable"):
            some = [Edit(at, at + 1, "*") for at in range(0, len(view) - 1, max(1, len(view) // 20)) if 32 < view[at] < 127]
            document.write(some, {0: None, 1: Child("x.txt", b"x")} if document.archive and len(places) > 1 else {})
        list(document.contents())
        assert perf_counter() - began < SLOWEST


def mutated(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(1, 5)):
        at, size = chance.randrange(len(data) + 1), chance.randrange(40)
        other = chance.randrange(len(data) + 1)
        new = chance.choice(
            [b"", bytes([chance.randrange(256)]), data[other : other + size], b"\xff" * size, b"\0" * size, b"\n", b"9"]
        )
        data = data[:at] + new + data[at + chance.choice([0, len(new), size]) :]
    return data if chance.randrange(8) else data[: chance.randrange(len(data) + 1)]


def gz(data: bytes, name: str = "") -> bytes:
    out = io.BytesIO()
    with gzip.GzipFile(name, "wb", fileobj=out, mtime=1) as file:
        file.write(data)
    return out.getvalue()
