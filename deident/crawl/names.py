"""What a file is called in reports and in the masked copy: never by a name that holds a person's value.

The masked copy gives such a file a new name, and the links to it follow (`renames`).  The new names are found in one pass over all
names before masking begins, because a page may link to a file that comes later.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from deident.crawl.walk import Source

#: Not allowed in file names on Windows, or awkward in a URL.
FORBIDDEN = re.compile(r'[*?"<>|:\\]')


def shown(name: str, mask_name: Callable[[str], str]) -> str:
    """`name` with values masked, portable as a file name; the same object where there is nothing to mask."""
    masked = mask_name(name)
    if masked == name:
        return name
    if masked.count("/") != name.count("/"):  # a mask must not move the file to another folder
        masked = "/".join(mask_name(part).replace("/", "_") for part in name.split("/"))
    parts = zip(name.split("/"), masked.split("/"), strict=True)
    return "/".join(old if old == new else _portable(new) for old, new in parts)


def rename_table(files: Iterable[Source], mask_name: Callable[[str], str], lexists: Callable[[str], bool]) -> dict[str, str]:
    """Old name → new name, of the files that need one.  A name that is taken gets -2, -3 … before its suffix."""
    table: dict[str, str] = {}
    taken: set[str] = set()
    for file in files:
        new = shown(file.name, mask_name)
        if new == file.name:
            continue
        path, number = PurePosixPath(new), 1
        while new in taken or lexists(new):
            number += 1
            new = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        taken.add(new)
        table[file.name] = new
    return table


def exists_under(root: str) -> Callable[[str], bool]:
    """A function that tells whether a relative name is taken in the source tree."""
    return lambda name: os.path.lexists(os.path.join(root, *name.split("/")))


def _portable(part: str) -> str:
    text = FORBIDDEN.sub("_", part).strip(" .") or "_"
    return text if text not in (".", "..") else "_"
