"""Names of members that may tell something (media/张三.jpg): read like text, and changed wherever the package speaks of them.

Programs name the parts of a document by kind and number; only other names are read.  Pictures are children and have their names
from here as well.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from html import escape
from urllib.parse import quote

_TELLING = re.compile(r"[^\x00-\x7f]|\d[\d .-]{6,}\d|@")
_GENERATED = re.compile(r"[0-9A-F]{24,}\.\w+\Z|\{?[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}")  # LibreOffice's pictures, GUIDs
_LINKING = (".rels", ".xml", ".opf", ".ncx", ".html", ".xhtml", ".vml")


def telling(members: Iterable[str]) -> bytes:
    """The names that are read, a line each; b"" for none."""
    found = (name for name in members if _TELLING.search(name) and not _GENERATED.search(name) and "\n" not in name)
    return "\n".join(found).encode("utf-8", "replace")


def renamed(old: bytes, new: bytes, taken: Iterable[str]) -> dict[str, str]:
    """Old name → new name, where a name was changed."""
    before, after = old.decode().split("\n"), new.decode("utf-8", "replace").split("\n")
    used = set(taken)
    result: dict[str, str] = {}
    for name, wanted in zip(before, after, strict=False):
        if name != wanted:
            stem, extension = posixpath.splitext(re.sub(r'[*?"<>|:\\\x00-\x1f]', "_", wanted))
            wanted, number = stem + extension, 1
            while wanted in used:
                number += 1
                wanted = f"{stem}_{number}{extension}"
            used.add(wanted)
            result[name] = wanted
    return result


def relinked(name: str, data: bytes, changed: Mapping[str, str]) -> bytes:
    """A part in which the members that were renamed have their new names."""
    if not name.endswith(_LINKING):
        return data
    for old, new in changed.items():
        was, now = posixpath.basename(old), posixpath.basename(new)
        for form, becomes in ((escape(was), escape(now)), (quote(was), quote(now)), (quote(was).lower(), quote(now))):
            data = data.replace(form.encode(), becomes.encode())
    return data
