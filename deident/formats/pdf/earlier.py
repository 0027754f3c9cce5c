"""What earlier versions of a file hold that it no longer shows: lines of text, strings, files.

They are read like any PDF.  To remove them it is enough to write the file anew, without its history.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from hashlib import sha256
from typing import NamedTuple

from pikepdf import Pdf

from deident.formats import Child, Limits, Unreadable
from deident.formats.pdf import attachments, guard, images, strings
from deident.formats.pdf.body import Body
from deident.formats.pdf.revisions import earlier
from deident.formats.pdf.view import view

_MOST = 20  # versions


class Earlier(NamedTuple):
    """Lines that are gone, and files; `unseen`: was there a version that could not be read?"""

    lines: list[str]
    files: list[Child]
    unseen: bool


def read(data: bytes, limits: Limits, shown: Set[str], files: Set[bytes]) -> Earlier:
    """All earlier versions.  `shown`: lines of the version of today; `files`: marks of its files."""
    out = Earlier([], [], False)
    seen, known = set(shown), set(files)
    versions = earlier(data)
    for version in versions[-_MOST:]:
        try:
            pdf, _ = guard.open_pdf(version, replace(limits, budget=None))
        except Unreadable:
            out = out._replace(unseen=True)
            continue
        body = Body(pdf)
        texts = [view(page.text())[0].decode() for page in body.pages]
        texts += [view(placed)[0].decode() for _, placed in body.apart()]
        texts += [text.text for text in strings.collect(pdf)]
        for line in (line for text in texts for line in text.split("\n")):
            if line.strip() and line not in seen:
                seen.add(line)
                out.lines.append(line)
        for child in inside(pdf, body):
            if (digest := mark(child)) not in known:
                known.add(digest)
                out.files.append(child)
    return out._replace(unseen=out.unseen or len(versions) > _MOST)


def inside(pdf: Pdf, body: Body) -> list[Child]:
    """Files in a version: attachments and pictures."""
    found = [Child(one.name, one.data) for one in attachments.collect(pdf)]
    found += [one for one in images.files(pdf, images.listed(pdf, body.drawn()), body.inline) if one and one.data]
    return found


def mark(child: Child) -> bytes:
    """By which a file is known again."""
    return sha256(child.data).digest()
