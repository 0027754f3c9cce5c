"""Readers that deident does not write with: what a person could still get out of a file.

`traces` unpacks a file as deep as it goes (zipfile, tarfile, libarchive, olefile, email, FastWARC, qpdf, pypdf, pdfium, poppler, exiftool)
and looks for values in every reading of every part.
"""

from __future__ import annotations

import base64
import email
import email.policy
import gzip
import io
import re
import subprocess
import tarfile
import tempfile
import unicodedata
import zipfile
from collections.abc import Callable, Iterable, Iterator
from html import unescape
from pathlib import Path
from urllib.parse import unquote_to_bytes

Part = tuple[str, bytes]
SAID = "(said)"  # ends the name of a part that a program wrote: there is nothing packed in it
_ESCAPE = re.compile(
    r"\\+u\{?([0-9a-fA-F]{4})\}?|\\+x([0-9a-fA-F]{2})|\\'((?:[0-9a-fA-F]{2}\\')*[0-9a-fA-F]{2})|\\u(-?[0-9]{3,5}) ?\??|\\([0-7]{3})"
)
RADICALS = str.maketrans("⺠⻘⻔⻓", "民青门长")  # Unicode: EquivalentUnifiedIdeograph; NFKC leaves these
IGNORED = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}\s*){4,}")
_TAG = re.compile(r"<[^<>]{0,300}>")
_BETWEEN = re.compile(r"(?<=[0-9])[\s.·,'\"+-]{1,4}(?=[0-9])")


def program(*command: str, data: bytes = b"", name: str = "a", folder: str | None = None) -> bytes:
    """Standard output of a program that gets `data` as a file: "{}" in the command."""
    with tempfile.TemporaryDirectory(dir=folder) as place:
        path = Path(place, name)
        path.write_bytes(data)
        line = [word.replace("{}", str(path)) for word in command]
        return subprocess.run(line, capture_output=True, check=False, timeout=60).stdout


# what is inside


def spread(name: str, data: bytes, depth: int = 0) -> Iterator[Part]:
    """The file and everything packed in it, with the names of its members as parts of their own."""
    yield name, data
    if depth > 5 or name.endswith(SAID):
        return
    for inner, content in _inside(data):
        yield f"{name}!{inner} {SAID}", inner.encode("utf-8", "surrogateescape")
        yield from spread(f"{name}!{inner}", content, depth + 1)


def _inside(data: bytes) -> Iterable[Part]:
    for signature, reader in _READERS:
        if data.startswith(signature):
            return reader(data)
    if data[257:262] == b"ustar":
        return _tar(data)
    if re.match(rb"(?:[A-Za-z-]+: [^\n]*\n(?:[ \t][^\n]*\n)*)*(?:MIME-Version|Content-Type):", data[:4096]):
        return _mail(data)
    return ()


def _zip(data: bytes) -> Iterator[Part]:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        yield "comment (said)", file.comment
        for info in file.infolist():
            yield info.filename, file.read(info)
            if not info.flag_bits & 0x800:  # no UTF-8: the bytes are the system's own
                yield "raw name (said)", info.orig_filename.encode("cp437", "ignore")
            yield "extra (said)", info.extra + info.comment


def _tar(data: bytes) -> Iterator[Part]:
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        for member in file:
            held = file.extractfile(member) if member.isfile() else None
            yield member.name, held.read() if held else b""
            yield "link, owner, pax (said)", repr((member.linkname, member.uname, member.pax_headers)).encode()


def _gzip(data: bytes) -> Iterator[Part]:
    yield "gunzip", gzip.decompress(data)


def _seven(data: bytes) -> Iterator[Part]:
    import libarchive

    with libarchive.memory_reader(data) as file:
        for entry in file:
            yield entry.pathname, b"".join(entry.get_blocks())


def _ole(data: bytes) -> Iterator[Part]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        for path in file.listdir():
            yield "/".join(path), file.openstream(path).read()


def _mail(data: bytes) -> Iterator[Part]:
    message = email.message_from_bytes(data, policy=email.policy.default)
    for part in message.walk():
        yield "headers (said)", "\n".join(f"{key}: {value}" for key, value in part.items()).encode("utf-8", "surrogateescape")
        content = part.get_payload(decode=True)
        if isinstance(content, bytes):
            yield part.get_filename() or part.get_content_type(), content


def _warc(data: bytes) -> Iterator[Part]:
    from fastwarc.warc import ArchiveIterator

    for record in ArchiveIterator(io.BytesIO(data), parse_http=True):
        yield "record (said)", "\n".join(f"{key}: {value}" for key, value in record.headers).encode()
        if record.http_headers is not None:
            yield "http (said)", "\n".join(f"{key}: {value}" for key, value in record.http_headers).encode()
        body = record.reader.read()
        yield "body", gzip.decompress(body) if body.startswith(b"\x1f\x8b") else body


def _pdf(data: bytes) -> Iterator[Part]:
    import pypdf
    import pypdfium2

    yield "qpdf (said)", program("qpdf", "--qdf", "--object-streams=disable", "{}", "-", data=data)
    yield "pdftotext (said)", program("pdftotext", "{}", "-", data=data)
    yield "exiftool (said)", program("exiftool", "-a", "-u", "{}", data=data)
    document = pypdfium2.PdfDocument(data)
    for number in range(len(document)):
        page = document[number].get_textpage()
        yield f"pdfium page {number + 1} (said)", page.get_text_bounded().encode("utf-8", "surrogatepass")
        page.close()
    document.close()
    reader = pypdf.PdfReader(io.BytesIO(data))
    yield "pypdf (said)", "\n".join(page.extract_text() for page in reader.pages).encode("utf-8", "surrogatepass")
    yield "metadata (said)", repr(reader.metadata).encode()
    for name, contents in reader.attachments.items():
        for content in contents:
            yield name, content
    with tempfile.TemporaryDirectory() as folder:
        program("pdfimages", "-all", "{}", f"{folder}/picture", data=data)
        yield from ((path.name, path.read_bytes()) for path in sorted(Path(folder).iterdir()))


def _picture(data: bytes) -> Iterator[Part]:
    yield "exiftool (said)", program("exiftool", "-a", "-u", "-ee", "-b", "{}", data=data)
    yield "thumbnail", program("exiftool", "-b", "-ThumbnailImage", "{}", data=data)


def _rtf(data: bytes) -> Iterator[Part]:
    for number, digits in enumerate(re.findall(rb"(?:[0-9a-fA-F]{2}\s*){100,}", data)):
        yield f"hex {number}", bytes.fromhex(digits.decode())


_READERS: tuple[tuple[bytes, Callable[[bytes], Iterable[Part]]], ...] = (
    (b"PK\x03\x04", _zip), (b"\x1f\x8b", _gzip), (b"7z\xbc\xaf", _seven), (b"\xd0\xcf\x11\xe0", _ole), (b"WARC/1.", _warc),
    (b"%PDF", _pdf), (b"\x89PNG", _picture), (b"\xff\xd8\xff", _picture), (b"GIF8", _picture), (b"II*\0", _picture),
    (b"{\\rtf", _rtf),
)  # fmt: skip


# values in it


def readings(data: bytes) -> Iterator[str]:
    """All that bytes could be read as: encodings; in text escapes undone and tags left out."""
    for encoding in ("utf-16-le", "utf-16-be"):
        yield from (data[first:].decode(encoding, "ignore") for first in (0, 1))
    texts = [data.decode(encoding, "ignore") for encoding in ("utf-8", "gb18030")]
    yield from texts
    controls = len(data) - len(data.translate(None, bytes(range(9)) + bytes(range(14, 32))))
    if controls * 20 > len(data):  # pictures, fonts, packed streams
        return
    for digits in _HEX.findall(texts[0]):
        yield from _decoded(bytes.fromhex("".join(digits.split())))
    for block in _BASE64.findall(texts[0]):
        yield from _decoded(base64.b64decode(block[: len(block) & ~3].replace("-", "+").replace("_", "/")))
    for text in texts:
        for _ in range(3):
            text = unescape(_ESCAPE.sub(_character, text))
            if "%" in text:
                raw = unquote_to_bytes(text.encode("utf-8", "ignore"))
                yield raw.decode("gb18030", "ignore")
                text = raw.decode("utf-8", "ignore")
        yield text
        yield _TAG.sub("", text)


def _decoded(raw: bytes) -> Iterator[str]:
    return (raw.decode(encoding, "ignore") for encoding in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"))


def _character(found: re.Match[str]) -> str:
    r"""What \u5f20, \x31, \'d5\'c5, \u24352? and \061 stand for."""
    four, two, ansi, ten, eight = found.groups()
    if ansi:
        return bytes.fromhex(ansi.replace("\\'", "")).decode("gb18030", "ignore")
    return chr(int(four or two, 16) if four or two else int(ten) % 65536 if ten else int(eight, 8))


def plain(text: str) -> str:
    """Without what separates or disguises: widths, radicals, invisible signs, blanks between digits."""
    text = IGNORED.sub("", unicodedata.normalize("NFKC", text)).translate(RADICALS)
    return text + "\n" + _BETWEEN.sub("", text)


def traces(name: str, data: bytes, values: Iterable[str]) -> set[tuple[str, str]]:
    """(value, where) of every value that can be got out of a file."""
    left = set()
    wanted = list(values)
    for where, part in spread(name, data):
        for text in readings(part):
            shown = plain(text)
            left.update((value, where) for value in wanted if value in shown)
    return left
