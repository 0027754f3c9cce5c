"""What a file is called where a person may see it: never by a name that holds a value."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import PurePosixPath

#: Masks values in many names at once: one name a call would cost a millisecond a file.
MaskNames = Callable[[Sequence[str]], list[str]]

#: Not allowed in file names on Windows, or awkward in a URL.
FORBIDDEN = re.compile(r'[*?"<>|:\\]')
_SUFFIX = re.compile(r"\.[0-9A-Za-z]{1,8}\Z")


def shown(names: Sequence[str], mask_names: MaskNames) -> list[str]:
    """The names with values masked, portable as file names; those in which there is nothing to mask stay as they are."""
    return [
        name if masked == name else _safe(name, masked, mask_names) for name, masked in zip(names, mask_names(names), strict=True)
    ]


def apart(names: Sequence[str], mask_names: MaskNames) -> list[str]:
    """As `shown`, for the members of one archive: a name that is taken gets -2, -3 … before its suffix."""
    taken = set(names)
    out = []
    for old, new in zip(names, shown(names, mask_names), strict=True):
        path, number = PurePosixPath(new), 1
        while new != old and new in taken:
            number += 1
            new = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
        taken.add(new)
        out.append(new)
    return out


def _safe(name: str, masked: str, mask_names: MaskNames) -> str:
    olds = name.split("/")
    if masked.count("/") != len(olds) - 1:  # a mask must not move the file to another folder
        masked = "/".join(part.replace("/", "_") for part in mask_names(olds))
    return "/".join(old if old == new else _portable(old, new) for old, new in zip(olds, masked.split("/"), strict=True))


def _portable(old: str, new: str) -> str:
    """`new` as a file name, with the suffix of `old`: it says what kind of file it is."""
    text = FORBIDDEN.sub("_", new).strip(" .") or "_"
    suffix = _SUFFIX.search(old)
    if suffix and not text.endswith(suffix[0]):
        text += suffix[0]
    return text if text not in (".", "..") else "_"
