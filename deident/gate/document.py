"""The publish gate: one document, from a file or standard input, checked before it goes online.

Standard input is either the document's bytes or a JSON object as a CMS sends it, `{"title": …, "html": …}` or
`{"title": …, "text": …}`, with `attachments` (gate/submission.py), which are documents of their own.  A title helps to tell the document's
type, so it is put before the document as `<title>`, on the same line and in ASCII (so that it fits any encoding); what is neither markup
nor text is judged as what hangs on a page of that title.  Places and offsets that are reported are those of the document as it came.
"""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import BinaryIO, NamedTuple, Protocol

from deident.crawl.risky import apart, risky_bytes
from deident.crawl.walk import readable
from deident.crawl.work import ScannerLike
from deident.engine.naming import shown
from deident.errors import InputError
from deident.formats import LIMITS
from deident.formats.sniff import sniff
from deident.gate import words
from deident.gate.submission import FIELDS, from_json
from deident.model import ACTIONS, FileReport
from deident.report import Run, Summary, explain, jsonl, region
from deident.report.explain import Explained
from deident.report.messages import because, say, why
from deident.report.region import Region

SECONDS = 60.0  # for a risky file; more for a large one, whose pages may be pictures
BOM = b"\xef\xbb\xbf"
MOST = LIMITS.max_bytes  # no reader takes more, so no more is read
TEXTS = ("html", "plain", "delimited", "json")  # formats before which a title can be written


class Submitted(NamedTuple):
    """A document to check: its name, its bytes, and how many bytes at `at` were put in for the title.

    called     what reports call it, where that is not its name
    title      of the page that it hangs on, or its own where none could be put in
    doc_type   its type, where whoever sent it says
    escaped    it is plain text that became markup
    strange    how many fields came with it that nobody looks at
    """

    name: str
    data: bytes
    at: int = 0
    added: int = 0
    called: str = ""
    title: str = ""
    doc_type: str | None = None
    escaped: bool = False
    strange: int = 0

    @property
    def source(self) -> bytes:
        """The bytes as they came."""
        data = self.data[: self.at] + self.data[self.at + self.added :]
        return data.replace(b"&lt;", b"<").replace(b"&amp;", b"&") if self.escaped else data

    def places(self, places: Iterable[int]) -> dict[int, int]:
        """Place in `data` → place in `source`; what stands in the title is at the beginning."""
        out, last, fewer = {}, self.at + self.added, self.added
        for place in sorted(set(places)):
            if self.escaped and place > last:
                passed = self.data[last:place]
                fewer, last = fewer + 4 * passed.count(b"&amp;") + 3 * passed.count(b"&lt;"), place
            out[place] = max(0, place - fewer) if place >= self.at else place
        return out


class Checked(NamedTuple):
    """What came out: one report, or several for an archive; `explained` goes with them where it was asked for.

    regions   where the findings of the first report stand in the text of the document; none where it is not text
    """

    summary: Summary
    reports: list[FileReport]
    explained: Sequence[Explained] = ()
    regions: Sequence[Region] = ()


class Gatekeeper(ScannerLike, Protocol):
    """What the gate needs of engine.Scanner."""

    def scan_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> list[FileReport]:
        """As in ScannerLike; `doc_type` where the caller knows it."""
        ...

    def explain_many(
        self, items: Sequence[tuple[str, bytes]], pages: Mapping[str, str] | None = None, doc_type: str | None = None
    ) -> Sequence[Explained]:
        """The same with explanations."""
        ...


def documents(file: str, title: str | None, lang: str, name: str = "", path: str | None = None) -> list[Submitted]:
    """What a FILE of the command line stands for: one document, or for "-" a page and what hangs on it.

    name   what standard input is called: its suffix helps to tell the format
    path   what a file is called in reports; by default its bare name

    Raises InputError when there is none.
    """
    if file == "-":
        return piped(name or "stdin", _standard_input(lang), title, lang)
    one = read(file, title, lang)
    return [one if path is None else one._replace(called=readable(path))]


def read(file: str, title: str | None, lang: str) -> Submitted:
    """The document named on the command line.  Raises InputError when there is none."""
    if file == "-":
        return submitted("stdin", _standard_input(lang), title, lang)
    there(file, lang)
    path = Path(file)
    try:
        with path.open("rb") as opened:
            return with_title(readable(path.name), _most(opened), title)
    except OSError as problem:
        raise InputError(say(lang, "unreadable_input", path=file, why=problem.strerror)) from None


def there(file: str, lang: str) -> None:
    """Raises InputError unless there is a file of this name, or a pipe (`<(…)` of a shell)."""
    path = Path(file)
    if not path.exists():
        raise InputError(say(lang, "missing", path=file))
    if not path.is_file() and not stat.S_ISFIFO(path.stat().st_mode):
        raise InputError(say(lang, "not_plain", path=file) if not path.is_dir() else say(lang, "is_folder", path=file))


def piped(name: str, data: bytes, title: str | None, lang: str) -> list[Submitted]:
    """The documents on standard input: the page, then its attachments.  Raises InputError for JSON that cannot be used."""
    content = _content(data)
    if content is None:
        return [with_title(name, data, title)]
    texts = _texts(content, lang)
    title, given = title or texts["title"], texts["doc_type"] or None
    out = []
    for field, suffix in (("html", ".html"), ("text", ".txt")):
        if (text := texts[field]) is not None:
            named = name if Path(name).suffix.lower() == suffix else name + suffix
            out.append(with_title(named, text.encode("utf-8", "replace"), title)._replace(doc_type=given))
    if len(out) > 1:
        raise InputError(words.say(lang, "two_pages"))
    if content.get("attachments"):
        files = from_json({"attachments": content["attachments"], "lang": lang}).attachments
        out += [Submitted(file.name, file.data, title=title or "", doc_type=None if out else given) for file in files]
    return [out[0]._replace(strange=len(content.keys() - set(FIELDS))), *out[1:]]


def submitted(name: str, data: bytes, title: str | None, lang: str) -> Submitted:
    """The document on standard input: JSON with a field html or text, or the bytes as they are; without what hangs on it."""
    return piped(name, data, title, lang)[0]


def _content(data: bytes) -> dict[str, object] | None:
    """The JSON object of a CMS; None where the bytes are a document like any other."""
    if data.removeprefix(BOM).lstrip()[:1] != b"{":
        return None
    try:
        content = json.loads(data.removeprefix(BOM))
    except (ValueError, RecursionError):
        return None
    if not isinstance(content, dict) or not ({"html", "text"} & content.keys() or _attached(content.get("attachments"))):
        return None
    return content


def _attached(files: object) -> bool:
    return (
        isinstance(files, list)
        and bool(files)
        and all(isinstance(file, dict) and {"name", "content"} <= file.keys() for file in files)
    )


def _texts(content: Mapping[str, object], lang: str) -> dict[str, str | None]:
    texts: dict[str, str | None] = {}
    for key in ("title", "html", "text", "doc_type"):
        value = content.get(key)
        if value is not None and not isinstance(value, str):
            raise InputError(say(lang, "stdin_json", why=f"{key}: {type(value).__name__}"))
        texts[key] = value
    if texts["html"] is None and texts["text"] is None and not content.get("attachments"):
        texts["text"] = ""
    return texts


def _standard_input(lang: str) -> bytes:
    if sys.stdin is None or sys.stdin.closed:
        raise InputError(say(lang, "no_stdin"))
    try:
        return _most(sys.stdin.buffer)
    except OSError as problem:
        raise InputError(say(lang, "unreadable_input", path="-", why=problem.strerror)) from None


def _most(opened: BinaryIO) -> bytes:
    """All of it, or one byte more than any reader takes: then it is refused, as larger than that."""
    return opened.read(MOST + 1)


def with_title(name: str, data: bytes, title: str | None) -> Submitted:
    """The document with its title before it.  Only markup can take one; plain text becomes markup of one line more."""
    if not title:
        return Submitted(name, data)
    kind = _kind(name, data) if len(data) <= MOST else ""
    if not kind:
        return Submitted(name, data, title=title)
    head = b"<title>" + escape(" ".join(title.split())).encode("ascii", "xmlcharrefreplace") + b"</title>"
    if kind == "text":
        return Submitted(
            Path(name).stem + ".html", head + b"<pre>" + data.replace(b"&", b"&amp;").replace(b"<", b"&lt;"), 0, len(head) + 5,
            called=name, escaped=True,
        )  # fmt: skip
    at = len(BOM) if data.startswith(BOM) else 0
    return Submitted(name, data[:at] + head + data[at:], at, len(head))


def run(scanner: Gatekeeper, document: Submitted, lang: str, doc_type: str | None = None, explaining: bool = False) -> Checked:
    """Check the document; places are those of the document without the title that was put in.

    `doc_type`: the type, when the caller knows it; `explaining`: why each finding was decided so.
    """
    items = [(document.name, document.data)]
    pages = {document.name: document.title} if document.title else None
    doc_type = doc_type or document.doc_type

    def read() -> tuple[list[FileReport], Sequence[Explained]]:
        if explaining:
            explained = scanner.explain_many(items, pages, doc_type=doc_type)
            return [item.report for item in explained], explained
        return [report for top in scanner.scan_many(items, pages, doc_type=doc_type) for report in top.all()], []

    seconds = SECONDS * (1 + len(document.data) // (256 << 10))
    result = apart(read, seconds) if risky_bytes(document.name, document.data) else read()
    if isinstance(result, str):  # the process that read it took too long, or died
        result = [FileReport(document.name, status="refused", reason=result)], []
    summary, (reports, explained) = Summary(), result
    if not reports:
        reports = [FileReport(document.name, status="unscannable", reason=say(lang, "no_result"))]
    for report in reports:
        if document.added and report is reports[0]:  # places in a file inside are its own
            places = document.places(place for finding in report.findings for place in (finding.start, finding.end))
            report.findings = [f._replace(start=places[f.start], end=places[f.end]) for f in report.findings]
        if document.called:
            report.file = document.called + report.file.removeprefix(document.name)
        report.file = shown([report.file], scanner.mask_names)[0]
        report.reason = because(lang, report)
        summary.add(report)
    regions = region.regions(document.source, reports[0].encoding, reports[0].findings) if reports[0].encoding else ()
    return Checked(summary, reports, explained, regions)


def as_json(checked: Checked, about: Run) -> dict[str, object]:
    """The result for a program: the verdict, then every finding as in findings.jsonl with its byte offsets."""
    summary, reports, explained, _ = checked
    first = reports[0]
    rows = [(report, finding) for report in reports for finding in report.findings]
    more: list[dict[str, object]] = [{} for _ in rows]
    if explained:
        more = [{"explanation": explain.finding(said, about)} for item in explained for said in item.findings]
    evidence = {"doc_type_evidence": explain.evidence(explained[0])} if explained else {}
    return {
        "file": first.file,
        "status": first.status,
        "reason": why(about.lang, first, about.marks),
        "marks": first.marks,
        "doc_type": first.doc_type,
        **evidence,
        "exit_code": summary.exit_code("check"),
        "counts": {action: summary.places[action] for action in ACTIONS},
        "findings": [
            jsonl.row(report, finding) | {"start": finding.start, "end": finding.end} | explanation
            for (report, finding), explanation in zip(rows, more, strict=True)
        ],
    }


def all_as_json(checked: Sequence[Checked], about: Run) -> dict[str, object]:
    """The results on several documents: the exit code of all, their counts together, and each as `as_json` gives it."""
    total = together(checked)
    return {
        "exit_code": total.exit_code("check"),
        "counts": {action: total.places[action] for action in ACTIONS},
        "documents": [as_json(one, about) for one in checked],
    }


def together(checked: Sequence[Checked]) -> Summary:
    """One summary of all."""
    total = Summary()
    for one in checked:
        for report in one.reports:
            total.add(report)
    return total


def _kind(name: str, data: bytes) -> str:
    """ "html", "text", or "" for everything a title cannot be put into."""
    suffix = Path(name).suffix.lower()
    if suffix in (".html", ".htm", ".shtml", ".xhtml") or data.removeprefix(BOM).lstrip()[:1] == b"<":
        return "html" if data[:2] not in (b"\xff\xfe", b"\xfe\xff") and not data.lstrip().startswith(b"<?xml") else ""
    plain = suffix in ("", ".txt", ".text", ".md") and b"\0" not in data[:4096] and sniff(data, name)[0] in TEXTS
    return "text" if plain else ""
