"""The files that an object shows or links, as attachments of its submission."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from deident.integrations.wagtail.pieces import Choice
from deident.integrations.wagtail.settings import Settings


@dataclass(frozen=True, slots=True)
class Linked:
    """A file: `name` is unlike the others' of the same object, `data` None where it was not read, and `why` says so."""

    choice: Choice
    name: str
    record: Any = field(repr=False)
    data: bytes | None = field(default=None, repr=False)
    why: str = ""


def linked(choices: Iterable[Choice], settings: Settings) -> list[Linked]:
    """Each file once, up to the limits of the site."""
    out: list[Linked] = []
    names: set[str] = set()
    for choice in dict.fromkeys((c.model, c.key) for c in choices):
        first = next(c for c in choices if (c.model, c.key) == choice)
        if first.model == "image" and not settings.images:
            continue
        record = _record(first)
        if record is None:  # a link that leads nowhere shows nothing
            continue
        name = _unlike(str(record.filename), names)
        data, why = None, _("more than %(most)d linked files") % {"most": settings.files}
        if sum(each.data is not None for each in out) < settings.files:
            data, why = _bytes(record, settings)
        out.append(Linked(first, name, record, data, why))
    return out


def _record(choice: Choice) -> Any:
    if choice.model == "image":
        from wagtail.images import get_image_model as model
    else:
        from wagtail.documents import get_document_model as model
    return model()._base_manager.filter(pk=choice.key).first() if choice.key.isdigit() else None


def _bytes(record: Any, settings: Settings) -> tuple[bytes | None, str]:
    try:
        with record.file.open("rb") as file:
            if record.file.size > settings.max_mb * 2**20:
                return None, _("larger than %(most)g MB") % {"most": settings.max_mb}
            return bytes(file.read()), ""
    except (OSError, ValueError):  # ValueError: the record has no file
        return None, _("the file cannot be read")


def _unlike(name: str, names: set[str]) -> str:
    path, number, free = PurePosixPath(name or "file"), 1, name or "file"
    while free in names:
        number += 1
        free = f"{path.stem} ({number}){path.suffix}"
    names.add(free)
    return free
