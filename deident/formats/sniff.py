"""Which format bytes are, seen by content; the name only decides between what the content allows.

Binary: a known signature, or too many control bytes.  JSON: begins as a value, as JSONP or as an assignment (or is named
`.js`).  Markup: an XML declaration or a root element that is not HTML's.  HTML: one of its tags near the beginning.
Delimited: so named, or rows that agree on a delimiter.  Else plain text.

Mail, RTF and WARC are text to the eye but hide text in encodings nobody reads here: they count as binary.
"""

from __future__ import annotations

import re

from deident.formats.delimited import delimiter
from deident.text.charset import decode

HEAD = 1 << 16
#: Signature → what a person calls it.
_SIGNATURES = (
    (b"PK\x03\x04", "ZIP container (DOCX, XLSX, OFD, …)"), (b"PK\x05\x06", "empty ZIP archive"), (b"%PDF", "PDF document"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "OLE container (DOC, XLS, PPT, WPS)"), (b"{\\rtf", "RTF document"),
    (b"\x89PNG\r\n", "PNG image"), (b"\xff\xd8\xff", "JPEG image"), (b"GIF8", "GIF image"), (b"RIFF", "RIFF media"),
    (b"II*\0", "TIFF image"), (b"MM\0*", "TIFF image"), (b"\x1f\x8b", "gzip archive"), (b"BZh", "bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "7z archive"), (b"Rar!\x1a\x07", "RAR archive"), (b"\xfd7zXZ\0", "xz archive"),
    (b"\x28\xb5\x2f\xfd", "zstd archive"), (b"WARC/1.", "WARC archive"), (b"wOF", "web font"), (b"ID3", "MP3 audio"),
    (b"OggS", "Ogg media"), (b"SQLite format 3\0", "SQLite database"), (b"CFDS", "database"),
)  # fmt: skip
_MAIL = re.compile(rb"(?:\A|\n)(?:MIME-Version:|Content-Transfer-Encoding:|Content-Type: multipart/)", re.IGNORECASE)
_CONTROL = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1a\x1b")
_NAME = rb"[A-Za-z_$][\w$.]*"
_JSON = re.compile(
    rb"(?:\)\]\}',?|while\s*\(1\);|for\s*\(;;\);)?\s*(?:(?://[^\n]*\n|/\*(?:[^*]|\*(?!/))*+\*/)\s*)*+"
    rb"(?:(?:var\s+|let\s+|const\s+)?" + _NAME + rb"(?:\[[^\]\n]{0,80}\])?\s*=\s*(?=[\[{])|" + _NAME + rb"\s*\(\s*(?=[\[{\"']))?"
    rb"(?:\{\s*(?:[\"'}]|" + _NAME + rb"\s*:)|\[\s*(?:[\[{\"'\]]|-?[0-9.]+\s*[,\]]|(?:true|false|null)\b))"
)
_TAGS = (
    "a abbr article aside b big blockquote body br button caption center cite code col colgroup dd div dl dt em fieldset font footer form "
    "frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input label legend li link main meta nav noscript ol option p pre "
    "s script section select small span strong style sub sup table tbody td textarea tfoot th thead title tr u ul"
)
_HTML = re.compile(rb"<(?:!doctype\s+html|(?:" + "|".join(_TAGS.split()).encode() + rb")(?=[\s/>]))", re.IGNORECASE)
_PROLOGUE = re.compile(
    rb"(?:\s+|<\?(?:[^?]|\?(?!>))*+\?>|<!--(?:[^-]|-(?!->))*+-->|<!DOCTYPE(?:[^\[>]|\[[^\]]*\])*+>)*+", re.IGNORECASE
)
_PAGE = re.compile(rb"(?:\xef\xbb\xbf)?\s{0,80}<(?:!doctype\s+html|html[\s>])", re.IGNORECASE)  # most of what a crawl holds
_ROOT = re.compile(rb"<([A-Za-z_\x80-\xff][^\s/<>]*)")


def sniff(data: bytes, name: str = "") -> tuple[str, str]:
    """(format, hint): the format's name, and for "binary" what it was recognised as."""
    if _PAGE.match(data) and b"\0" not in data[:1024]:
        return "html", ""
    if hint := _binary(data):
        return "binary", hint
    view = decode(data[:HEAD]).view
    name = name.lower()
    delimited = name.endswith((".csv", ".tsv", ".tab"))
    head = view.lstrip()
    if _JSON.match(head) and not (delimited and not name.endswith(".json")):
        return "json", ""
    if head.startswith(b"<"):
        return ("html" if _is_html(head) else "markup") if _ROOT.match(head, _prologue(head)) else _text(view, name), ""
    if delimited:
        return "delimited", ""
    if name.endswith((".js", ".json", ".jsonl", ".ndjson", ".jsonp")):
        return "json", ""
    return _text(view, name), ""


def _prologue(head: bytes) -> int:
    found = _PROLOGUE.match(head)
    return found.end() if found else 0


def _is_html(head: bytes) -> bool:
    """Root of HTML, or no XML root at all."""
    if re.match(rb"<!doctype\s+html", head, re.IGNORECASE) or re.search(rb"<html[\s>]", head[:4096], re.IGNORECASE):
        return True
    found = _ROOT.match(head, _prologue(head))
    if head.startswith(b"<?xml"):
        return False
    return bool(found) and found[1].lower().decode("utf-8", "replace") in _TAGS.split()  # type: ignore[index]


def _text(view: bytes, name: str) -> str:
    if _HTML.search(view) or name.endswith((".html", ".htm", ".shtml", ".xhtml")):
        return "html"
    if name.endswith((".txt", ".md", ".log")):
        return "plain"
    comma, share, count = delimiter(view)
    rows = sum(1 for row in view[:8192].splitlines() if row.strip())
    return "delimited" if rows >= 3 and share >= 0.9 and (count > 1 or comma == b"\t") else "plain"


def _binary(data: bytes) -> str:
    for signature, hint in _SIGNATURES:
        if data.startswith(signature):
            return hint
    if data[4:8] == b"ftyp":
        return "MP4 media"
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data):
        return "BMP image"
    head = data[:HEAD]
    if _MAIL.search(head[:4096]) and not head.lstrip().startswith(b"<"):
        return "mail message (MIME)"
    if (decoded := decode(head)).encoding.startswith("utf-16"):
        head = decoded.view
    strange = len(head) - len(head.translate(None, _CONTROL))
    return "unknown binary data" if strange * 50 > len(head) else ""
