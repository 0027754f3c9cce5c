"""An object of Wagtail (a page, or a snippet with drafts) as pieces, and the way back.

What is read is the object's serialised data, the form in which Wagtail stores a revision.  So whatever is published from a revision
is read, of any model, and a mask is a changed string in it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

import swapper
from django.apps import apps
from django.db import models
from django.utils.crypto import salted_hmac
from modelcluster.fields import ParentalKey
from modelcluster.models import get_all_child_relations
from taggit.models import TagBase
from wagtail.fields import RichTextField, StreamField
from wagtail.models import COMMENTS_RELATION_NAME, DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin, WorkflowMixin

from deident.integrations.wagtail.blocks import loose, stream
from deident.integrations.wagtail.pieces import Choice, Path, Piece, Reader, relinked

OF_PAGE = frozenset(("title", "slug", "seo_title", "search_description"))  # what a page has that the public sees
NUMBERS = (models.IntegerField, models.DecimalField, models.FloatField, models.DateField, models.DurationField, models.TimeField)
SILENT = (models.BooleanField, models.UUIDField, models.BinaryField, models.AutoField)


@dataclass(frozen=True, slots=True)
class Content:
    """What was read.  `data` is the serialised object, its streams as lists and dictionaries; `streams` are their paths."""

    title: str = field(repr=False)
    pieces: tuple[Piece, ...]
    choices: tuple[Choice, ...]
    data: Mapping[str, Any] = field(repr=False)
    streams: tuple[Path, ...]

    def digest(self, more: str = "") -> str:
        """A keyed fingerprint of everything that was read; the site's SECRET_KEY keeps it from being guessed."""
        read = [[piece.path, piece.value] for piece in self.pieces] + [[each.model, each.key] for each in self.choices]
        return str(salted_hmac("deident.wagtail", json.dumps([self.title, read, more]), algorithm="sha256").hexdigest())

    def replaced(self, values: Mapping[Path, str], files: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
        """The serialised object with other texts, and other files: (model, key) → the new key."""
        data = deepcopy(dict(self.data))
        for path, value in values.items():
            _put(data, path, value)
        for choice in self.choices:
            if (choice.model, choice.key) in files:
                new = files[choice.model, choice.key]
                old = _get(data, choice.path)
                _put(data, choice.path, relinked(old, choice.model, choice.key, str(new)) if isinstance(old, str) else new)
        for path in self.streams:
            _put(data, path, json.dumps(_get(data, path)))
        return data


def read(instance: Any) -> Content:
    """Everything that goes public when the instance is published."""
    data = instance.serializable_data()
    reader, streams = Reader(_kind), []  # type: tuple[Reader, list[Path]]
    _fields(reader, streams, type(instance), data, (), "")
    title = data.get("title")
    return Content(title if isinstance(title, str) else "", tuple(reader.pieces), tuple(reader.choices), data, tuple(streams))


def touches(model: Any, names: Iterable[str]) -> bool:
    """Whether saving these fields of a live object changes what the public sees."""
    return "live" in names or bool(set(names) - _silent(model) - {COMMENTS_RELATION_NAME})


def _fields(reader: Reader, streams: list[Path], model: Any, data: Any, path: Path, before: str) -> None:
    silent = _silent(model)
    for one in model._meta.fields:
        if one.name in silent or one.name not in data or one.primary_key or isinstance(one, SILENT):
            continue
        value, place, label = data[one.name], (*path, one.name), f"{before}{one.verbose_name}"
        cue = "" if path == () and one.name in OF_PAGE else str(one.verbose_name)
        if isinstance(one, StreamField):
            data[one.name] = value = json.loads(value) if isinstance(value, str) else value
            streams.append(place)
            stream(reader, one.stream_block, value, place, label)
        elif isinstance(one, models.ForeignKey):
            _chosen(reader, one, value, place, label)
        elif path == () and one.name == "title":
            continue  # the submission has a place of its own for it
        elif isinstance(one, models.JSONField):
            loose(reader, value, place, label)
        elif not one.choices:
            fixed = isinstance(one, (*NUMBERS, models.FileField))
            reader.take(str(value) if fixed and value is not None else value, place, label, cue=cue, html=isinstance(one, RichTextField), fixed=fixed)  # fmt: skip
    for relation in get_all_child_relations(model):
        name = relation.get_accessor_name()
        if _of_wagtail(relation.related_model):
            continue
        for number, child in enumerate(data.get(name) or ()):
            before_child = f"{before}{relation.related_model._meta.verbose_name} {number + 1} › "
            _fields(reader, streams, relation.related_model, child, (*path, name, number), before_child)


def _chosen(reader: Reader, one: Any, value: Any, place: Path, label: str) -> None:
    if isinstance(one, ParentalKey) or value is None:
        return
    if issubclass(one.related_model, TagBase):
        tag = one.related_model._base_manager.filter(pk=value).first()
        reader.take(tag and tag.name, place, label, fixed=True)
    else:
        reader.choose(one.related_model, value, place, label)


def _silent(model: Any) -> set[str]:
    """Names of the fields with which Wagtail keeps its books."""
    page = swapper.load_model("wagtailcore", "Page")
    if issubclass(model, page):
        return {one.name for one in page._meta.fields} - OF_PAGE
    mixins = [
        each
        for each in (DraftStateMixin, LockableMixin, RevisionMixin, TranslatableMixin, WorkflowMixin)
        if issubclass(model, each)
    ]
    return {one.name for each in mixins for one in each._meta.local_fields} | {"sort_order"}


def _of_wagtail(model: Any) -> bool:
    """Comments of editors hang on a page as children, and never go public."""
    return bool(model._meta.app_label == "wagtailcore")


def _kind(model: Any) -> str:
    for name in ("document", "image"):
        app = f"wagtail.{name}s"
        if apps.is_installed(app) and issubclass(model, getattr(import_module(f"{app}.models"), f"Abstract{name.title()}")):
            return name
    return ""


def _get(data: Any, path: Path) -> Any:
    for step in path:
        data = data[step]
    return data


def _put(data: Any, path: Path, value: Any) -> None:
    _get(data, path[:-1])[path[-1]] = value
