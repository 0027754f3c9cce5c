"""What a file is called in reports and in the masked copy: never by a name that holds a person's value.

The masked copy gives such a file (or folder) a new name, and the links to it follow (`renames`).  The new names are found in one
pass over all names before masking begins, because a page may link to a file that comes later.  A folder has one new name
for all that is in it, so links within it stay right.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from itertools import islice
from pathlib import PurePosixPath

from deident.crawl.walk import Source
from deident.engine.naming import MaskNames, shown

_CHUNK = 4096


def rename_table(files: Iterable[Source], mask_names: MaskNames, lexists: Callable[[str], bool]) -> dict[str, str]:
    """Old name → new name, of the files that need one.  A name that is taken gets -2, -3 … before its suffix."""
    table: dict[str, str] = {}
    folders: dict[str, str] = {"": ""}  # old path → new path
    taken: set[str] = set()

    def place(old: str, new_name: str) -> str:
        """The new path of a file or folder, whose folder has its new path already."""
        folder, _, name = old.rpartition("/")
        home = folders[folder]
        free = new_name == name
        path, number = PurePosixPath(new_name), 1
        while not free and (f"{home}/{new_name}" in taken or lexists(f"{folder}/{new_name}".lstrip("/"))):
            number += 1
            new_name = f"{path.stem}-{number}{path.suffix}"
        new = f"{home}/{new_name}".lstrip("/")
        if not free:
            taken.add(f"{home}/{new_name}")
        return new

    stream = iter(files)
    while chunk := [file.name for file in islice(stream, _CHUNK)]:
        above = {folder: None for name in chunk for folder in _above(name) if folder not in folders}
        for folder, new in zip(above, shown(list(above), mask_names), strict=True):
            folders[folder] = place(folder, new.rpartition("/")[2])
        new_names = [place(name, new.rpartition("/")[2]) for name, new in zip(chunk, shown(chunk, mask_names), strict=True)]
        table |= {name: new for name, new in zip(chunk, new_names, strict=True) if name != new}
    return table


def _above(name: str) -> list[str]:
    """The folders of a name, the topmost first."""
    parts = name.split("/")
    return ["/".join(parts[:depth]) for depth in range(1, len(parts))]


def exists_under(root: str) -> Callable[[str], bool]:
    """A function that tells whether a relative name is taken in the source tree."""
    return lambda name: os.path.lexists(os.path.join(root, *name.split("/")))
