"""Which format bytes are, seen by content; the name only decides between what the content allows.

Binary: a known signature, or too many control bytes.  JSON: begins as a value, as JSONP or as an assignment (or is named
`.js`).  Markup: an XML declaration or a root element that is not HTML's.  HTML: one of its tags near the beginning.
Delimited: so named, or rows that agree on a delimiter.  Else plain text.

ZIP: what its directory holds says which document it is.  "binary" is what nobody here reads.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from io import BytesIO

from deident.formats.delimited import delimiter
from deident.text.charset import decode

HEAD = 1 << 16
#: Signature → format, and what a person calls it where there is no reader ("binary").
_SIGNATURES = (
    (b"%PDF", "pdf", ""), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "ole", ""), (b"{\\rtf", "rtf", ""),
    (b"\x89PNG\r\n", "image", ""), (b"\xff\xd8\xff", "image", ""), (b"GIF8", "image", ""),
    (b"II*\0", "image", ""), (b"MM\0*", "image", ""), (b"\x1f\x8b", "stream", ""), (b"BZh", "stream", ""),
    (b"\xfd7zXZ\0", "stream", ""), (b"7z\xbc\xaf\x27\x1c", "7z", ""), (b"Rar!\x1a\x07", "rar", ""), (b"WARC/1.", "warc", ""),
    (b"RIFF", "binary", "RIFF media"), (b"\x28\xb5\x2f\xfd", "binary", "zstd archive"), (b"wOF", "binary", "web font"),
    (b"ID3", "binary", "MP3 audio"), (b"OggS", "binary", "Ogg media"), (b"SQLite format 3\0", "binary", "SQLite database"),
    (b"CFDS", "binary", "database"), (b"\xd7\xcd\xc6\x9a", "metafile", ""),
    *((bytes((kind, 0, 9, 0, 0, version)), "metafile", "") for kind in (1, 2) for version in (1, 3)),
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
#: Flat OpenDocument, flat OPC, Word and Excel of 2003, by root element and namespace.
_FLAT = re.compile(
    rb"<(?:[A-Za-z_][\w.-]*:)?(?:document|package|wordDocument|Workbook)\s[^<>]*[\"'](?:urn:oasis:names:tc:opendocument:xmlns:office:1\.0"
    rb"|http://schemas\.microsoft\.com/office/(?:2006/xmlPackage|word/2003/wordml)|urn:schemas-microsoft-com:office:spreadsheet)[\"']"
)
_ROOT = re.compile(rb"<([A-Za-z_\x80-\xff][^\s/<>]*)")


def sniff(data: bytes, name: str = "") -> tuple[str, str]:
    """(format, hint): the format's name, and for "binary" what it was recognised as."""
    if _PAGE.match(data) and b"\0" not in data[:1024]:
        return "html", ""
    if binary := _binary(data):
        return binary
    view = decode(data[:HEAD]).view
    name = name.lower()
    delimited = name.endswith((".csv", ".tsv", ".tab"))
    head = view.lstrip()
    if _JSON.match(head) and not (delimited and not name.endswith(".json")):
        return "json", ""
    if head.startswith(b"<"):
        return _marked(head) if _ROOT.match(head, _prologue(head)) else _text(view, name), ""
    if delimited:
        return "delimited", ""
    if name.endswith((".js", ".json", ".jsonl", ".ndjson", ".jsonp")):
        return "json", ""
    return _text(view, name), ""


def _marked(head: bytes) -> str:
    """HTML, an office document in one file, or any other XML."""
    if _is_html(head):
        return "html"
    return "flat" if _FLAT.match(head, _prologue(head)) else "markup"


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


def _binary(data: bytes) -> tuple[str, str] | None:
    for signature, format, hint in _SIGNATURES:
        if data.startswith(signature):
            if signature == b"RIFF" and data[8:12] == b"WEBP":
                return "image", ""
            return ("warc", "") if format == "stream" and _unpacked(data).startswith(b"WARC/1.") else (format, hint)
    if data[40:44] == b" EMF" and data.startswith(b"\1\0\0\0"):
        return "metafile", ""  # which may hold the same as PDF near its beginning
    if b"%PDF-" in data[:1024]:
        return "pdf", ""
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) or (b"PK\x05\x06" in data[-66000:] and b"PK\x01\x02" in data):
        return _zip(data), ""
    if data[257:262] == b"ustar":
        return "tar", ""
    if data[4:8] == b"ftyp":
        return "binary", "MP4 media"
    if data.startswith(b"BM") and int.from_bytes(data[2:6], "little") == len(data):
        return "image", ""
    head = data[:HEAD]
    if _MAIL.search(head[:4096]) and not head.lstrip().startswith(b"<"):
        return "mail", ""
    if (decoded := decode(head)).encoding.startswith("utf-16"):
        head = decoded.view
    strange = len(head) - len(head.translate(None, _CONTROL))
    return ("binary", "unknown binary data") if strange * 50 > len(head) else None


def _unpacked(data: bytes) -> bytes:
    """The first bytes of a gzip stream (RFC 1952)."""
    try:
        return zlib.decompressobj(31).decompress(data[:4096], 64)
    except zlib.error:
        return b""


def _zip(data: bytes) -> str:
    """Which document a ZIP is, by its members: OPC and ODF name their main part, GB/T 33190 its root."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as container:
            names = {info.filename for info in container.infolist()[:20_000]}
    except (zipfile.BadZipFile, ValueError, OverflowError, NotImplementedError, OSError):
        return "zip"
    if "[Content_Types].xml" in names:
        for folder, format in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
            if any(name.startswith(folder) for name in names):
                return format
        return "package"
    if "OFD.xml" in names:
        return "ofd"
    if "content.xml" in names and {"mimetype", "META-INF/manifest.xml"} & names:
        return "odf"
    if "datapackage.json" in names and any(name.startswith("archive/") for name in names):
        return "wacz"
    return "package" if "META-INF/container.xml" in names else "zip"
