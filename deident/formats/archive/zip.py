"""ZIP archives (APPNOTE 6.3).  Members keep name, date and rights; what belongs to none of them is shown, and never written again."""

from __future__ import annotations

import stat
from collections.abc import Mapping

from deident.formats import LIMITS, Child, Limits
from deident.formats.archive.container import Container
from deident.formats.archive.entries import Entry, opened, read, safe, written
from deident.formats.archive.gaps import hidden


class ZipArchive(Container):
    """See the module.  Symbolic links are no members: they are shown as text and left out of what is written."""

    format = "zip"

    def __init__(self, data: bytes, name: str = "", limits: Limits = LIMITS) -> None:
        super().__init__(data, name, limits)
        self.entries: list[Entry] = []
        self._comments: dict[str, str] = {}  # name of a member → part
        with opened(data) as container:
            self._comment = self.note("comment", container.comment) if container.comment else ""
            for entry in read(container, limits):
                path = safe(entry.name)
                if stat.S_ISLNK(entry.info.external_attr >> 16):
                    safe(entry.data.decode("utf-8", "replace"))
                    self.note("link", entry.data, path)
                    self.warn("links-dropped")
                    continue
                self.entries.append(Entry(path, entry.data, entry.info))
                self.members.append(Child(path, entry.data))
                if entry.info.comment:
                    self._comments[path] = self.note("comment", entry.info.comment, path)
            for piece in hidden(data, container):
                self.hidden(piece)

    def pack(self, parts: Mapping[str, bytes], children: Mapping[int, Child | None]) -> bytes:
        """The archive with what is left."""
        kept = self.kept(children)
        members = [Entry(member.name, member.data, self.entries[number].info) for number, member in kept]
        comments = {member.name: self.text(self._comments.get(self.entries[number].name, ""), parts) for number, member in kept}
        return written(members, {}, self.text(self._comment, parts), comments)
