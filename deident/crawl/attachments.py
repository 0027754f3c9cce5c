"""Which page does an attachment hang on?  A list is often judged by the page that links to it: 附件1.csv under 低保对象公示.

The pages of a dump are looked through for links to files of the dump that are no pages; the title of the page and the words of the link
go with the file (law-and-masks §5, hard rule e: attachments inherit the page's type and are judged again by their own headers).
"""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import unquote

PAGES = (".html", ".htm", ".shtml", ".xhtml")
#: What every site is full of and no list is published in: not looked for, so that a site without attachments is not read twice.
FURNITURE = (
    ".css",
    ".js",
    ".png",
    ".jpg",
    ".jpeg",
    ".gif",
    ".bmp",
    ".ico",
    ".svg",
    ".webp",
    ".woff",
    ".woff2",
    ".ttf",
    ".mp3",
    ".mp4",
)
MOST = 4 << 20  # bytes of a page that are looked at
LONGEST = 120  # characters of a title, of the words of a link
_LINK = re.compile(
    rb"<a\s[^>]{0,400}?href\s*=\s*[\"']?([^\"'>\s?#]{1,400}\.[0-9A-Za-z]{2,5})(?=[\"'\s>?#])[^>]{0,400}>([^<]{0,300})", re.I
)
_TITLE = re.compile(rb"<title[^>]*>([^<]{1,600})", re.I)
_META = re.compile(rb"<meta\s[^>]*name\s*=\s*[\"']ArticleTitle[\"'][^>]*content\s*=\s*[\"']([^\"']{1,400})", re.I)


def pages_of(files: Sequence[tuple[str, Path]]) -> dict[str, str]:
    """Path in the dump of each attachment → title of the page that links to it and the words of the link; the first page counts.

    `files`: path in the dump (with `/`) and where it lies.  What cannot be read is passed over: the scan says so.
    """
    attachments = {name for name, _ in files if not name.lower().endswith((*PAGES, *FURNITURE))}
    found: dict[str, str] = {}
    if not attachments:
        return found
    for name, path in files:
        if name.lower().endswith(PAGES):
            for target, title in links(name, _head(path)):
                if target in attachments:
                    found.setdefault(target, title)
    return found


def links(name: str, data: bytes) -> Iterable[tuple[str, str]]:
    """(path in the dump, title and words) of every link to a file that is no page."""
    shown: str | None = None
    for link in _LINK.finditer(data):
        target = unquote(link[1].decode("ascii", "ignore"))
        if not target or target.lower().endswith(PAGES) or re.match(r"[a-z][a-z0-9+.-]*:|//", target, re.I):
            continue
        if shown is None:
            title = _META.search(data) or _TITLE.search(data)
            shown = _text(title[1]) if title else ""
        place = posixpath.normpath(posixpath.join("/" + posixpath.dirname(name), target)).lstrip("/")
        yield place, f"{shown}\n{_text(link[2])}".strip()


def _text(raw: bytes) -> str:
    """A few words of a page, whatever its encoding: UTF-8 if they are, else GB18030."""
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        text = raw.decode("gb18030", "replace")
    return html.unescape(text).strip()[:LONGEST]


def _head(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(MOST)
    except OSError:
        return b""
