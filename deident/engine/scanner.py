"""The Scanner: built once, used from many threads; processes build their own from the same settings."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from deident import tagger
from deident.catalog import Catalogue
from deident.detectors import Detector, plugged, subjects
from deident.detectors.tagged import Tagged
from deident.engine import texts as text_batches
from deident.engine.edits import Editor, keyless
from deident.engine.examine import Examiner, Judged
from deident.engine.files import Files
from deident.engine.links import Links
from deident.engine.pages import Explained, Pages
from deident.errors import InputError, OutputError
from deident.matching.rules import Rule
from deident.model import ACTIONS, FileReport, Findings, Ground, Kind
from deident.policy import UNKNOWN, Explanation, Policy, Secrecy, Suppressions, load_suppressions

ROUNDS = 8  # a mask may bring to light what was glued to the value; more rounds than two are hardly ever needed
LANGUAGES = ("zh", "en")


class Scanner:
    """Finds and masks.

    policy     id of a policy (`deident list policies`) or the path of a policy file
    patterns   folder with the user's own pattern files
    ner        names and telling phrases by a tagger (deident/tagger): None the built-in one where its extra `ner` is installed, True insists on
               it, False rules alone, or a tagger of one's own
    detectors  detectors of one's own, besides the built-in ones and those of installed packages
    matcher    "auto", "hyperscan" or "python"
    key        key for tags (linkage.load_key); without one findings carry no tag
    data_set   name of the data set: pseudonyms are the same within one, different in another (trap T11)
    suppressions   file of what the site lets stay (policy/suppressions.py)
    lang       language of reasons: "zh" or "en" (places are the same in both: "line 12 @title")

    `tagged` is the detector made from the tagger, None without one.
    """

    def __init__(
        self, *, policy: str = "gov-publish", patterns: Path | str | None = None, detectors: Sequence[Detector] = (),
        ner: object | None = None, matcher: str = "auto", key: bytes | None = None, lang: str = "zh",
        data_set: str = "", suppressions: Path | str | None = None,
    ) -> None:  # fmt: skip
        if lang not in LANGUAGES:
            raise InputError(f"lang '{lang}' is none of {', '.join(LANGUAGES)}")
        self._settings: dict[str, Any] = {
            "policy": policy, "patterns": patterns, "detectors": tuple(detectors), "matcher": matcher, "key": key, "lang": lang,
            "data_set": data_set, "suppressions": suppressions, "ner": ner,
        }  # fmt: skip
        folder = Path(patterns) if patterns is not None else None
        chosen = tagger.choose(ner)
        self.tagged = Tagged(chosen) if chosen is not None else None
        self._examiner = Examiner.build(policy, folder, matcher, (*plugged(), *detectors), self.tagged)
        entries = Suppressions()
        if suppressions is not None:
            entries = load_suppressions(Path(suppressions), self._examiner.catalogue, self._examiner.today)
        self._editor = Editor(self._examiner, key, data_set, entries)
        if not key and (keyed := keyless(self._examiner)):
            raise InputError(f"policy {policy} makes pseudonyms ({keyed[0]}), which need a key: give key= or set DEIDENT_KEY")
        self._no_links = Links({})
        self._links: tuple[Mapping[str, str], Links] = ({}, self._no_links)  # of the renames that came last
        self._kinds = tuple(Kind(p.id, p.category) for p in self._examiner.plan.patterns)
        self._grounds = tuple(
            Ground(verdict.id, verdict.reason[lang], verdict.basis, verdict.source) for verdict in self._editor.verdicts
        )
        self._files = Files(self._editor, self._grounds, self.mask_names)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (self._settings, self._editor.decisions)

    @cached_property
    def alone(self) -> Scanner:
        """This scanner without its tagger: rules alone."""
        if self.tagged is None:
            return self
        other = self._like(replace(self._examiner, tagged=None), self._editor.decisions)
        other._settings = {**self._settings, "ner": False}
        other.tagged = None
        return other

    def decided(self, decisions: Mapping[str, str]) -> Scanner:
        """This scanner with what a person has decided on values: tag (`Finding.tag`) → action, in `scan_many`, `mask_many` and what
        builds on them.  The findings' source is "decision" then.  Raises InputError without a key, or for an action that is none."""
        if not self._settings["key"]:
            raise InputError("decisions name values by their tags, which need a key: give key=")
        if unknown := set(decisions.values()) - set(ACTIONS):
            raise InputError(f"'{min(unknown)}' is none of {', '.join(ACTIONS)}")
        return self._like(self._examiner, {tag: ACTIONS.index(action) for tag, action in decisions.items()})

    def _like(self, examiner: Examiner, decisions: Mapping[str, int]) -> Scanner:
        """A copy that shares what was built."""
        other = copy(self)
        other.__dict__.pop("alone", None)
        other._examiner = examiner
        other._editor = Editor(examiner, self._settings["key"], self._settings["data_set"], self._editor.suppressions, decisions)
        other._files = Files(other._editor, self._grounds, self.mask_names)
        return other

    @property
    def catalogue(self) -> Catalogue:
        """The kinds and laws in use."""
        return self._examiner.catalogue

    @property
    def policy(self) -> Policy:
        """The policy in use."""
        return self._examiner.policy

    @property
    def secrecy(self) -> Secrecy:
        """The marks of secrecy that are looked for."""
        return self._examiner.secrecy

    @property
    def suppressions(self) -> Suppressions:
        """What the site lets stay, and the entries that have expired."""
        return self._editor.suppressions

    @property
    def matcher(self) -> Any:
        """The matcher in use; `.name` is "hyperscan" or "python"."""
        return self._examiner.matcher

    @property
    def rules(self) -> tuple[Rule, ...]:
        """Everything that is looked for, in all passes."""
        return tuple(rule for matcher in (self.matcher, self._examiner.words, self._examiner.folder) for rule in matcher.rules)

    def scan(self, text: str, title: str | None = None, doc_type: str | None = None) -> Findings:
        """Findings of one text, offsets in code points: `text[f.start:f.end]` is what was found."""
        source, judged = self._one(text, title, doc_type)
        if doc_type is None and (number := int(judged.types.document[0])) >= 0:
            doc_type = self._examiner.recogniser.ids[number]
        return self._findings(source, judged, 0, doc_type, previews=True)

    def explain(self, text: str, title: str | None = None, doc_type: str | None = None) -> list[Explanation]:
        """Why `scan` says what it says: one explanation for each of its findings, in their order."""
        _, judged = self._one(text, title, doc_type)
        segment = np.searchsorted(judged.scene.batch.segments, judged.found.start, "right") - 1
        own = judged.scene.batch.role[segment] == 0
        return [said for said, inside in zip(self._examiner.explain(judged), own.tolist(), strict=True) if inside]

    def mask(self, text: str, title: str | None = None, doc_type: str | None = None) -> str:
        """The text with everything masked that the policy says to mask."""
        for _ in range(ROUNDS):
            source, judged = self._one(text, title, doc_type)
            [masked] = self._masked([text], source, judged)
            if masked == text:
                break
            text = masked
        return text

    def _masked(self, texts: Sequence[str], source: bytes, judged: Judged) -> list[str]:
        """The texts of a judged batch (one document each) after one round of masking; what stands in their titles is left out."""
        batch = judged.scene.batch
        made = self._editor.replacements(judged)
        made = made.take(batch.role[np.searchsorted(batch.segments, made.start, "right") - 1] == 0)
        low, high = made.through(batch.map)
        origin = batch.sources[made.document]
        low, high = text_batches.code_points(source, origin, low), text_batches.code_points(source, origin, high)
        rows: list[list[tuple[int, int, str]]] = [[] for _ in texts]
        columns = (low.tolist(), high.tolist(), made.new.tolist(), made.document.tolist())
        for first, last, new, document in zip(*columns, strict=True):
            rows[document].append((first, last, new))
        return [_spliced(text, sorted(part)) if part else text for text, part in zip(texts, rows, strict=True)]

    def scan_texts(self, texts: Iterable[Any]) -> Findings:
        """Findings of many texts (list, pandas.Series, pyarrow.Array; str or bytes) as columns; `text` is the position."""
        parts: list[Findings] = []
        before = 0
        for batch in text_batches.batches(texts):
            parts.append(self._findings(batch.view, self._editor.judge(batch, every=False), before, None))
            before += len(batch)
        if not parts:
            return self.scan("")
        return Findings.join(parts)

    def scan_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> list[FileReport]:
        """One report for each (name, bytes), whatever the format; those on files inside are its `members`.  Bad data never raises.

        `pages`: name of an attachment → title of the page that it hangs on, which helps to tell its type; `doc_type`: the type
        of all of them, where the caller knows it.
        """
        given = self._type(doc_type) if doc_type is not None else None
        return self._files.scan(items, _titles(items, pages), given)

    def opened(self, name: str, data: bytes, page: str = "", doc_type: str | None = None) -> Pages:
        """One document with the text that was read, for whoever shows where its findings stand: `batch`, `reports`, `in_view()`.  It
        holds what the document holds.  `page`, `doc_type` as in scan_many; the members of an archive are not in it."""
        given = self._type(doc_type) if doc_type is not None else None
        return Pages(self._editor, self._grounds, [(name, data)], [page], given=given)

    def explain_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> list[Explained]:
        """As scan_many, with an explanation for each finding, and the evidence for the document type; the reports on files inside a
        file come after its own."""
        given = self._type(doc_type) if doc_type is not None else None
        return [explained for each in self._files.explain(items, _titles(items, pages), given) for explained in each]

    def mask_many(
        self,
        items: Sequence[tuple[str, bytes]],
        renames: Mapping[str, str] | None = None,
        pages: Mapping[str, str] | None = None,
        doc_type: str | None = None,
    ) -> list[tuple[bytes | None, FileReport]]:
        """Masked and verified bytes (None: must not be written) and the report for each (name, bytes).

        `pages` and `doc_type` as in scan_many; `renames`: old path → new path of the files that get new names, because theirs held a value; links to them follow.
        """
        known, links = self._links if renames else ({}, self._no_links)
        if renames and known is not renames:
            links = Links(renames)
            self._links = (renames, links)
        given = self._type(doc_type) if doc_type is not None else None
        return self._files.mask(items, _titles(items, pages), links, given=given)

    def mask_name(self, name: str) -> str:
        """A file name or path with the values in it masked."""
        return self.mask_names([name])[0]

    def mask_names(self, names: Sequence[str]) -> list[str]:
        """Many of them at once; by rules alone: a name of some words is no sentence, and a crawl asks before its processes fork."""
        own, out = self.alone, list[str]()
        for batch in text_batches.batches(names):
            out += own._masked(names[len(out) : len(out) + len(batch)], batch.view, own._editor.judge(batch, every=False))
        return out

    def scan_file(self, path: Path | str) -> FileReport:
        """The report on one file.  Raises InputError when it cannot be read."""
        return self.scan_many([(Path(path).name, _bytes(path))])[0]

    def mask_file(self, source: Path | str, target: Path | str) -> FileReport:
        """Mask one file into another, which is written only when verified; one that had to be written in another format gets the
        report's `suffix` behind its name.  Raises InputError, OutputError."""
        data, report = self.mask_many([(Path(source).name, _bytes(source))])[0]
        target = f"{target}{report.suffix}"
        if data is not None:
            part = Path(target).with_name(Path(target).name + ".part")
            try:
                part.write_bytes(data)
                os.replace(part, target)
            except OSError as problem:
                part.unlink(missing_ok=True)
                raise OutputError(
                    f"{target}: cannot be written ({problem.strerror}); free space or choose another place"
                ) from None
        return report

    def _one(self, text: str, title: str | None, doc_type: str | None = None) -> tuple[bytes, Judged]:
        given = self._type(doc_type) if doc_type is not None else None
        both = list(text_batches.encoded([text, title or ""]))
        batch = text_batches.titled(*both) if title else text_batches.joined(both[:1])
        return batch.view, self._editor.judge(batch, given=given)

    def _type(self, doc_type: str) -> int:
        """Number of a document type; "unknown" is none.  Raises InputError."""
        types = list(self.policy.types)
        if doc_type == UNKNOWN:
            return -1
        if doc_type not in types:
            raise InputError(f"no document type '{doc_type}'; there are {', '.join(types)}, and {UNKNOWN}")
        return types.index(doc_type)

    def _findings(self, source: bytes, judged: Judged, before: int, doc_type: str | None, previews: bool = False) -> Findings:
        """Columns in code points from judged candidates; the title's own findings are left out."""
        found, batch = judged.found, judged.scene.batch
        segment = np.searchsorted(batch.segments, found.start, "right") - 1
        own = batch.role[segment] == 0
        found, document = found.take(own), judged.document[own]
        low, high = batch.map.stretch(found.start, found.end)
        origin = batch.sources[document]
        shown: tuple[str, ...] = ()
        if previews:
            shown = tuple(
                self._editor.preview(kind, verdict, batch.view[start:end].decode("utf-8", "replace"))
                for kind, verdict, start, end in zip(
                    found.kind.tolist(), judged.verdict[own].tolist(), found.start.tolist(), found.end.tolist(), strict=True
                )
            )
        return Findings(
            document + before, text_batches.code_points(source, origin, low), text_batches.code_points(source, origin, high),
            found.kind, found.score, judged.action[own], judged.verdict[own], subjects.numbered(judged.subject[own], document),
            self._kinds, self._grounds, doc_type, shown,
            judged.marks.get(0, ()) if previews else (),
        )  # fmt: skip


def _spliced(text: str, edits: Sequence[tuple[int, int, str]]) -> str:
    """The text with code points `start:end` replaced, edits in order; one pass, however many there are."""
    out, at = [], 0
    for start, end, new in edits:
        out += [text[at:start], new]
        at = end
    return "".join(out) + text[at:]


def _bytes(path: Path | str) -> bytes:
    try:
        return Path(path).read_bytes()
    except OSError as problem:
        raise InputError(f"{path}: cannot be read ({problem.strerror}); check the path and its permissions") from None


def _titles(items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None) -> list[str]:
    return [pages.get(name, "") for name, _ in items] if pages else []


def _rebuild(settings: Mapping[str, Any], decisions: Mapping[str, int]) -> Scanner:
    scanner = Scanner(**settings)
    return scanner._like(scanner._examiner, decisions) if decisions else scanner
