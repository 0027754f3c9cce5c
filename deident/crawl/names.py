"""What a file is called in reports and in the masked copy: never by a name that holds a person's value.

The masked copy gives such a file (or folder) a new name, and the links to it follow (`renames`).  The new names are found in one
pass over all names before masking begins, because a page may link to a file that comes later.  A folder has one new name
for all that is in it, so links within it stay right.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Sequence
from itertools import islice
from pathlib import PurePosixPath

from deident.crawl.walk import Source

#: Masks values in many names at once: one name a call would cost a millisecond a file.
MaskNames = Callable[[Sequence[str]], list[str]]

#: Not allowed in file names on Windows, or awkward in a URL.
FORBIDDEN = re.compile(r'[*?"<>|:\\]')
_SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,8}\Z")
_CHUNK = 4096


def shown(names: Sequence[str], mask_names: MaskNames) -> list[str]:
    """The names with values masked, portable as file names; those in which there is nothing to mask stay as they are."""
    return [
        name if masked == name else _safe(name, masked, mask_names) for name, masked in zip(names, mask_names(names), strict=True)
    ]


def _safe(name: str, masked: str, mask_names: MaskNames) -> str:
    olds = name.split("/")
    if masked.count("/") != len(olds) - 1:  # a mask must not move the file to another folder
        masked = "/".join(part.replace("/", "_") for part in mask_names(olds))
    return "/".join(old if old == new else _portable(old, new) for old, new in zip(olds, masked.split("/"), strict=True))


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


def _portable(old: str, new: str) -> str:
    """`new` as a file name, with the suffix of `old`: it says what kind of file it is."""
    text = FORBIDDEN.sub("_", new).strip(" .") or "_"
    suffix = _SUFFIX.search(old)
    if suffix and not text.endswith(suffix[0]):
        text += suffix[0]
    return text if text not in (".", "..") else "_"
