"""Has an object judged: by the hook (DEIDENT["URL"]), or by the library in this process."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from threading import Lock
from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from deident.errors import DeidentError
from deident.integrations.client import Hook, HookRefused
from deident.integrations.wagtail import settings as site
from deident.integrations.wagtail.content import Content, read
from deident.integrations.wagtail.linked import Linked, linked
from deident.integrations.wagtail.pieces import Path
from deident.integrations.wagtail.settings import Settings
from deident.integrations.wagtail.written import Written, write
from deident.report.messages import place

DOWN = "down"  # a verdict beside the hook's: none could be had


@dataclass(frozen=True, slots=True)
class Row:
    """A finding, as an editor reads it; no value."""

    label: str
    kind: str
    preview: str
    action: str
    reason: str
    basis: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said about an object.

    verdict    the hook's, or DOWN
    message    in a sentence; reasons: what is not a finding (a mark of secrecy, a file that could not be read)
    counts     findings by action; digest: of what was read
    """

    verdict: str
    message: str
    digest: str
    rows: tuple[Row, ...] = ()
    reasons: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)

    @property
    def publishable(self) -> bool:
        """Whether the gate lets it through."""
        return self.verdict == "publishable"

    def record(self) -> dict[str, Any]:
        """What logs keep: no value, and no more than fits a screen."""
        held = [row for row in self.rows if row.action != "keep"][:50]
        findings = [{"field": row.label, "kind": row.kind, "preview": row.preview, "action": row.action} for row in held]
        return {"verdict": self.verdict, "counts": dict(self.counts), "reasons": list(self.reasons), "findings": findings}


@dataclass(frozen=True, slots=True)
class Masked:
    """An object with masks: new texts by path, masked copies of files (file, bytes, new name), and what was not masked, in words."""

    content: Content = field(repr=False)
    values: Mapping[Path, str] = field(repr=False)
    files: tuple[tuple[Linked, bytes, str], ...] = ()
    left: tuple[str, ...] = ()

    def data(self, keys: Mapping[tuple[str, str], Any]) -> dict[str, Any]:
        """The serialised object, with `keys`, the new records of files: (model, old key) → new key."""
        return self.content.replaced(self.values, keys)


class Door:
    """One a process.  Nothing is built before the first question; a scanner takes a second, and is kept."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._scanners: dict[Any, Any] = {}
        self._laws: dict[str, Mapping[str, str]] = {}

    def check(self, instance: Any, author: str = "") -> Judged:
        """The verdict on an instance as it is in memory (of a revision: `revision.as_object()`)."""
        asked = _Question(instance, author, site.read())
        try:
            answer = self._ask(asked, "check")
        except HookRefused as problem:
            return Judged("incomplete", str(problem), asked.digest, reasons=asked.unread)
        except DeidentError as problem:
            return Judged(DOWN, str(problem), asked.digest)
        return asked.judged(answer, self._law_names(asked) if any(each["findings"] for each in answer["documents"]) else {})

    def mask(self, instance: Any, author: str = "") -> Masked:
        """The instance masked.  Raises DeidentError where that cannot be had."""
        asked = _Question(instance, author, site.read())
        return asked.masked(self._ask(asked, "mask"))

    def digest(self, instance: Any) -> str:
        """The fingerprint that `check` would give."""
        return _Question(instance, "", site.read()).digest

    def words(self, text: str) -> str:
        """A sentence of a person's, for a log: without what deident would mask in it.  Always judged here, so that it needs no hook."""
        return str(self._scanner(Settings(ner=False), "zh").mask(text))

    def _ask(self, asked: _Question, what: str) -> dict[str, Any]:
        settings, submission = asked.settings, asked.submission
        if settings.url:
            hook = Hook(settings.url, settings.key, timeout=settings.timeout, lang=asked.lang)
            answer: dict[str, Any] = getattr(hook, what)(**submission)
            return answer
        from deident.gate import answer as gate
        from deident.gate.submission import Attachment, Submission

        files = tuple(Attachment(name, data) for name, data in submission.pop("attachments"))
        ask: Callable[..., dict[str, Any]] = getattr(gate, what)
        answer = ask(self._scanner(settings, asked.lang), Submission(**submission, attachments=files))
        for file in answer.get("masked", {}).get("attachments") or ():
            file["content"] = None if file["content"] is None else base64.b64decode(file["content"])
        return answer

    def _law_names(self, asked: _Question) -> Mapping[str, str]:
        if asked.lang not in self._laws:
            from deident.catalog import load
            from deident.report import law_names

            patterns = asked.settings.patterns
            self._laws[asked.lang] = law_names(load(FilePath(patterns) if patterns else None).laws, asked.lang)
        return self._laws[asked.lang]

    def _scanner(self, settings: Settings, lang: str) -> Any:
        known = (settings.policy, settings.patterns, settings.suppressions, settings.ner, lang)
        with self._lock:
            if known not in self._scanners:
                from deident.engine import Scanner

                self._scanners[known] = Scanner(
                    policy=settings.policy,
                    patterns=settings.patterns,
                    suppressions=settings.suppressions,
                    ner=settings.ner,
                    lang=lang,
                )
            return self._scanners[known]


@dataclass
class _Question:
    """An instance as a submission, and the answer on it in the editor's terms."""

    instance: Any
    author: str
    settings: Settings

    @cached_property
    def content(self) -> Content:
        return read(self.instance)

    @cached_property
    def files(self) -> list[Linked]:
        return linked(self.content.choices, self.settings)

    @cached_property
    def written(self) -> Written:
        return write(self.content.pieces)

    @cached_property
    def lang(self) -> str:
        return self.settings.lang or ("zh" if (get_language() or "").lower().startswith("zh") else "en")

    @cached_property
    def digest(self) -> str:
        return self.content.digest(" ".join(hashlib.sha256(file.data or b"").hexdigest() for file in self.files))

    @cached_property
    def unread(self) -> tuple[str, ...]:
        return tuple(_("%(file)s: %(why)s") % {"file": file.name, "why": file.why} for file in self.files if file.data is None)

    @property
    def submission(self) -> dict[str, Any]:
        return {
            "title": self.content.title, "html": self.written.html, "channel": self.settings.channel, "lang": self.lang,
            "author": self.author, "url": getattr(self.instance, "url", None) or "",
            "attachments": [(file.name, file.data) for file in self.files if file.data is not None],
        }  # fmt: skip

    def judged(self, answer: Mapping[str, Any], laws: Mapping[str, str]) -> Judged:
        verdict, message, unread = answer["verdict"], str(answer["message"]), self.unread
        if unread and verdict in ("publishable", "review"):
            verdict, message = "incomplete", _("It is not cleared: something could not be read.")
        rows = [
            Row(
                self._label(document["file"], found),
                str(found.get("kind_name") or found["kind"]), str(found["preview"]), str(found["action"]), str(found["reason"]),
                tuple(laws.get(key, key) for key in found["basis"]),
            )
            for document in answer["documents"] for found in document["findings"]
        ]  # fmt: skip
        rows.sort(key=lambda row: ("mask", "review", "keep").index(row.action))
        return Judged(
            verdict, message, self.digest, tuple(rows), (*map(str, answer.get("reasons", ())), *unread), answer["counts"]
        )

    def _label(self, file: str, found: Mapping[str, Any]) -> str:
        if file != "@page":
            return " › ".join(filter(None, [file.replace("!", " › "), place(self.lang, str(found.get("where", "")))]))
        if found.get("field") != "html":
            one = next((f for f in type(self.instance)._meta.fields if f.name == "title"), None)
            return str(one.verbose_name if one else found.get("field", ""))
        piece = self.written.at(int(found.get("start", 0)))
        return piece.label if piece else ""

    def masked(self, answer: Mapping[str, Any]) -> Masked:
        cleaned, left = answer["masked"], []  # type: Mapping[str, Any], list[str]
        values: dict[Path, str] = {}
        html = cleaned.get("html")
        changed = self.written.values(html) if isinstance(html, str) else None
        if changed is None:
            left.append(_("The text could not be masked; please do it by hand."))
        fixed = {piece.path: piece for piece in self.content.pieces if piece.fixed}
        for path, value in (changed or {}).items():
            if path in fixed:
                left.append(_("%(label)s: a mask does not fit here; please change it by hand.") % {"label": fixed[path].label})
            else:
                values[path] = _slug(value) if path == ("slug",) else value
        if self.content.title and isinstance(cleaned.get("title"), str) and cleaned["title"] != self.content.title:
            values["title",] = cleaned["title"]
        files, sent = [], [file for file in self.files if file.data is not None]
        for file, new in zip(sent, cleaned.get("attachments") or (), strict=False):
            if new["content"] is None or new["content"] == file.data:
                continue
            if file.choice.model == "document":
                files.append((file, bytes(new["content"]), str(new["name"])))
            else:
                left.append(_("%(file)s: please replace this picture by hand.") % {"file": file.name})
        return Masked(self.content, values, tuple(files), tuple(left))


def _slug(value: str) -> str:
    """A masked slug that is still one.

    >>> _slug("notice-52****************")
    'notice-52xxxxxxxxxxxxxxxx'
    """
    return value.replace("*", "x")
