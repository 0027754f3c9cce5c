"""Walk a dump: every plain file under the roots, sorted, streaming.

Symbolic links inside the root are read like the file they name; a link that leads out of the root is never followed and is
reported, because what stands behind it would be published unseen.  Links to folders inside the root are skipped (their content
is reached by its own path, and cycles end here), and so are devices, sockets and pipes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from deident.errors import InputError
from deident.report.messages import say

STATE = ".state.sqlite"
REPORT = ".deident"

#: Told about everything that is not yielded: path, and why (a key of messages.MESSAGES).
Skipped = Callable[[Path, str], None]


class Source(NamedTuple):
    """One file of the dump: name relative to the root, where it is, and what tells that it has changed."""

    name: str
    path: str
    size: int
    mtime_ns: int


def walk(root: Path, skipped: Skipped = lambda path, why: None, leave_out: Path | None = None) -> Iterator[Path]:
    """Plain files under `root` (or `root` itself), sorted by name in every folder."""
    if root.is_file():
        yield root
        return
    home = os.path.realpath(root)
    unseen = None if leave_out is None else os.path.realpath(leave_out)
    open_ = _list(root, skipped)
    while open_:
        entry = open_.pop()
        if entry.is_symlink():
            why = _link(entry.path, home)
            if why:
                skipped(Path(entry.path), why)
            else:
                yield Path(entry.path)
        elif entry.is_dir(follow_symlinks=False):
            if unseen is not None and os.path.realpath(entry.path) == unseen:
                continue
            if entry.name == REPORT and os.path.exists(os.path.join(entry.path, STATE)):
                skipped(Path(entry.path), "own_report")
                continue
            open_ += _list(Path(entry.path), skipped)
        elif entry.is_file(follow_symlinks=False):
            yield Path(entry.path)
        else:
            skipped(Path(entry.path), "special")


def sources(roots: list[Path], skipped: Callable[[str, str], None], leave_out: Path | None = None) -> Iterator[Source]:
    """The files of all roots with their names.  One root: names are relative to it; several: each is prefixed by its root."""
    for root, prefix in zip(roots, prefixes(roots), strict=True):
        single = root.is_file()

        def named(path: Path, root: Path = root, prefix: str = prefix, single: bool = single) -> str:
            relative = path.name if single else path.relative_to(root).as_posix()
            return readable(f"{prefix}/{relative}" if prefix and not single else prefix or relative)

        def tell(path: Path, why: str, named: Callable[[Path], str] = named, root: Path = root) -> None:
            skipped("." if path == root else named(path), why)

        for path in walk(root, tell, leave_out):
            try:
                status = path.stat()
            except OSError:  # gone since it was listed; the reader will say why
                yield Source(named(path), str(path), 0, 0)
            else:
                yield Source(named(path), str(path), status.st_size, status.st_mtime_ns)


def check(paths: list[Path], lang: str) -> list[Path]:
    """The roots as absolute paths.  Raises InputError for one that is missing or is no file or folder."""
    for path in paths:
        if not os.path.lexists(path) or not path.exists():
            raise InputError(say(lang, "missing", path=path))
        if not (path.is_file() or path.is_dir()):
            raise InputError(say(lang, "not_plain", path=path))
    return [Path(os.path.abspath(path)) for path in paths]


def readable(name: str) -> str:
    """A name whose bytes are not UTF-8 (old dumps are full of GBK names) as readable text.

    >>> readable("公开".encode("gbk").decode("utf-8", "surrogateescape"))
    '公开'
    """
    try:
        name.encode()
    except UnicodeEncodeError:
        raw = name.encode("utf-8", "surrogateescape")
        for encoding in ("utf-8", "gb18030"):  # the first where the locale is ASCII
            try:
                return raw.decode(encoding)
            except UnicodeDecodeError:
                continue
        return raw.decode("utf-8", "backslashreplace")
    return name


def _list(folder: Path, skipped: Skipped) -> list[os.DirEntry[str]]:
    """Entries of a folder, last name first, ready to be popped."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name, reverse=True)
    except OSError:
        skipped(folder, "cannot_list")
        return []


def _link(path: str, home: str) -> str:
    """Why a symbolic link is not read; "" when it is."""
    target = os.path.realpath(path)
    if target != home and not target.startswith(home.rstrip(os.sep) + os.sep):
        return "link_out"
    if os.path.isdir(target):
        return "link_folder"
    if not os.path.exists(target):
        return "link_broken"
    return "" if os.path.isfile(target) else "special"


def prefixes(roots: list[Path]) -> list[str]:
    """What names of files under each root begin with; nothing where there is but one."""
    if len(roots) == 1:
        return [""]
    out: list[str] = []
    for root in roots:
        name, number = root.name or "root", 1
        while name in out:
            number += 1
            name = f"{root.stem or 'root'}-{number}{root.suffix}"
        out.append(name)
    return out
