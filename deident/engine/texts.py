"""Plain texts from Python: one with its title, or a column of them, with offsets in code points."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from deident.errors import InputError
from deident.model import ROLES, Batch, Ints, SourceMap

BATCH = 8 << 20  # bytes matched together: each batch costs some 3 ms however small it is


def encoded(texts: Iterable[Any]) -> Iterator[bytes]:
    """Texts as UTF-8 that holds no NUL, one character for one character; missing values (None, NaN) are empty."""
    for number, text in enumerate(texts):
        if isinstance(text, str):
            data = text.encode("utf-8", "replace")
        elif isinstance(text, bytes):
            data = text  # taken as UTF-8; a stray byte is an unknown character
        elif text is None or type(text).__name__ in ("NAType", "NullScalar") or text != text:
            data = b""
        elif hasattr(text, "as_py"):
            data = str(text.as_py() or "").encode("utf-8", "replace")
        else:
            raise InputError(f"text {number} is a {type(text).__name__}; scan_texts takes str or bytes")
        yield data.replace(b"\0", b" ") if b"\0" in data else data


def batches(texts: Iterable[Any], size: int = BATCH) -> Iterator[Batch]:
    """Texts in batches of about `size` bytes; document = number of the text in its batch."""
    part: list[bytes] = []
    total = 0
    for data in encoded(texts):
        part.append(data)
        total += len(data) + 1
        if total >= size:
            yield joined(part)
            part, total = [], 0
    if part:
        yield joined(part)


def joined(texts: Sequence[bytes], roles: Sequence[str] | None = None) -> Batch:
    """One batch, one document and one segment a text."""
    view = b"\0".join(texts) + b"\0"
    starts = np.concatenate(([0], np.cumsum([len(t) + 1 for t in texts]))).astype(np.int64)
    role = np.array([ROLES.index(r) for r in roles] if roles else [0] * len(texts), np.uint8)
    return Batch(view, starts, np.arange(len(texts)), role, SourceMap.identity(len(view)), starts)


def titled(text: bytes, title: bytes) -> Batch:
    """One document of a text and its title; the title is the second segment, so that offsets are the text's."""
    batch = joined([text, title], ["text", "title"])
    return Batch(batch.view, batch.segments, np.zeros(2, np.int64), batch.role, batch.map, np.array([0, len(batch.view)]))


def code_points(source: bytes, origin: Ints, places: Ints) -> Ints:
    """How many code points lie between `origin` and `places` (byte offsets, both at character starts), (n,) int64."""
    if not len(places):
        return places
    tails = np.frombuffer(source, np.int8) < -64  # bytes 0x80 … 0xBF, which continue a character
    bits = np.packbits(tails, bitorder="little")
    words = np.zeros(len(bits) // 8 + 2, np.uint64)
    words.view(np.uint8)[: len(bits)] = bits
    before = np.concatenate(([0], np.cumsum(np.bitwise_count(words), dtype=np.int64)))

    def count(offsets: Ints) -> Ints:
        word = offsets // 64
        low = words[word] & ((np.uint64(1) << (offsets % 64).astype(np.uint64)) - np.uint64(1))
        found: Ints = offsets - before[word] - np.bitwise_count(low)
        return found

    return count(places) - count(origin)
