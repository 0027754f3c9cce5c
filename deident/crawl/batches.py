"""Files → batches: small files together (at most 4 MiB or 256 of them), a big file alone, and so a risky one (risky.py)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from deident.crawl.risky import risky
from deident.crawl.walk import Source

BYTES, COUNT = 4 << 20, 256


def batches(files: Iterable[Source], most_bytes: int = BYTES, most_files: int = COUNT) -> Iterator[list[Source]]:
    """Group files in the order they come; a file larger than `most_bytes`, or one that is risky, does not wait for the group to fill."""
    group: list[Source] = []
    size = 0
    for file in files:
        if file.size > most_bytes or risky(file.path):
            yield [file]
            continue
        if group and (size + file.size > most_bytes or len(group) >= most_files):
            yield group
            group, size = [], 0
        group.append(file)
        size += file.size
    if group:
        yield group
