"""Who sees what in a damaged file: readers that have nothing in common with deident's.

`seen(data, values)`: the values that stand in the bytes of a file, in what is packed in it, or in what PDFium and calamine show of it.
"""

from __future__ import annotations

import bz2
import email
import email.policy
import io
import lzma
import re
import signal
import tarfile
import warnings
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager

_MARKS = (b"\xff\xfe", b"\xfe\xff")
LARGEST = 8 << 20  # bytes of what is unpacked
DEPTH = 4
SECONDS = 2.0  # CPU time that a reader may take for one file
Reader = Callable[[bytes], Iterable[bytes]]


def seen(data: bytes, values: Sequence[str]) -> set[str]:
    """Which of the values (digits, perhaps X) stand somewhere by themselves, in ASCII or UTF-16."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parts = list(_parts(data, 0))
    return {value for value in values if any(_holds(part, value) for part in parts)}


def _holds(data: bytes, value: str) -> bool:
    """In UTF-16 a character begins at an even place, and what begins with its mark is read as nothing else."""
    if data[:5] == b"{\\rtf":  # `\uN` is followed by a stand-in that nobody sees, and there are no signs of digits
        data = re.sub(rb"\\u-?\d* ?.?|\\[0-9]", b"", data)
    if data[:2] not in _MARKS and re.search(rb"(?<![0-9A-Za-z])" + value.encode() + rb"(?![0-9A-Za-z])", data):
        return True
    if data[:4] == b"\xd0\xcf\x11\xe0":  # characters begin at even places of a stream, whatever the file
        return False
    for encoding, other in (("utf-16-le", rb"[0-9A-Za-z]\0"), ("utf-16-be", rb"\0[0-9A-Za-z]")):
        wrong = data[:2] in _MARKS and data[:2] != "\ufeff".encode(encoding)
        wrong |= encoding == "utf-16-be" and data[:1] not in (b"\0", b"\xfe")  # else half of it is taken for the other order
        alone = rb"(?<!" + other + rb")" + value.encode(encoding) + rb"(?!" + other + rb")"
        if not wrong and any(not found.start() % 2 for found in re.finditer(alone, data)):
            return True
    return False


def _parts(data: bytes, depth: int) -> Iterator[bytes]:
    """The bytes, and those of everything inside."""
    yield data
    if depth >= DEPTH or len(data) > LARGEST:
        return
    for reader in _readers(data, depth):
        inside: list[bytes] = []
        try:
            with _in_time():
                inside.extend(reader(data))  # one by one: what was read until it fails stays
        except BaseException as problem:  # a damaged file; calamine panics, which is no Exception
            if isinstance(problem, KeyboardInterrupt | SystemExit):
                raise
        for part in inside:
            yield from _parts(part, depth + 1)


@contextmanager
def _in_time() -> Iterator[None]:
    """A reader that does not end on a damaged file (xlrd on a ring of sectors) is stopped: that is not what is tested."""

    def stop(*_: object) -> None:
        raise TimeoutError

    before = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _readers(data: bytes, depth: int) -> Iterator[Reader]:
    # A piece of a packed file in the middle of something else is nobody's text.
    if data.startswith(b"PK\3\4") or (not depth and b"PK\3\4" in data and b"PK\5\6" in data[-66000:] and data[:5] != b"{\\rtf"):
        yield _zip
        yield _locals
        if b"workbook" in data or b"mimetype" in data:
            yield _cells
    if data[:2] == b"\x1f\x8b":
        yield _gzip
    if data[:3] == b"BZh":
        yield lambda one: [bz2.BZ2Decompressor().decompress(one, LARGEST)]
    if data[:6] == b"\xfd7zXZ\0":
        yield lambda one: [lzma.LZMADecompressor().decompress(one, LARGEST)]
    if b"%PDF" in data[:1024]:
        yield _pages
    if data[257:262] == b"ustar":
        yield _tar
    if data[:6] == b"7z\xbc\xaf\x27\x1c":
        yield _seven
    if data[:8] == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
        yield _streams
        yield _sheets
    if re.search(rb"(?i)\n?MIME-Version:", data[:4096]):
        yield _mail
    if data[:4] == b"\x89PNG":
        yield _chunks


def _zip(data: bytes) -> Iterator[bytes]:
    """As the directory says."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        for info in file.infolist():
            try:
                with file.open(info) as one:
                    body = one.read(LARGEST)
            except Exception:  # noqa: BLE001  one damaged member hides no other
                continue
            yield body


def _locals(data: bytes) -> Iterator[bytes]:
    """As the local headers say (APPNOTE 4.3.7), whatever the directory says."""
    for found in re.finditer(rb"PK\3\4.{4}(..).{16}(..)(..)", data, re.DOTALL):
        start = found.end() + int.from_bytes(found[2], "little") + int.from_bytes(found[3], "little")
        if found[1] == b"\x08\0":
            yield _inflated(data[start:], -15)


def _inflated(data: bytes, bits: int) -> bytes:
    """As far as it goes."""
    one, out = zlib.decompressobj(bits), bytearray()
    try:
        for at in range(0, len(data), 256):
            out += one.decompress(data[at : at + 256], LARGEST)
            if one.eof or len(out) > LARGEST:
                break
    except zlib.error:
        pass
    return bytes(out)


def _gzip(data: bytes) -> Iterator[bytes]:
    out = b""
    while data[:2] == b"\x1f\x8b" and len(out) < LARGEST:
        one = zlib.decompressobj(31)
        try:
            out += one.decompress(data, LARGEST)
        except zlib.error:
            out += _inflated(data, 31)
            break
        data = one.unused_data
    yield out


def _tar(data: bytes) -> Iterator[bytes]:
    with tarfile.open(fileobj=io.BytesIO(data)) as file:
        for info in file:
            if (one := file.extractfile(info)) is not None:
                yield one.read(LARGEST)


def _seven(data: bytes) -> Iterator[bytes]:
    from benchmarks import readers

    yield from (body for _, body in readers.py7zr(data))


def _streams(data: bytes) -> Iterator[bytes]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        for name in file.listdir():
            yield file.openstream(name).read()


def _cells(data: bytes) -> Iterator[bytes]:
    from benchmarks import readers

    yield repr(readers.calamine(data)).encode("utf-8", "replace")


def _sheets(data: bytes) -> Iterator[bytes]:
    """By xlrd: calamine may end the process on a damaged compound file."""
    import xlrd

    with xlrd.open_workbook(file_contents=data, logfile=io.StringIO()) as book:
        for sheet in book.sheets():
            yield repr([sheet.row_values(row) for row in range(sheet.nrows)]).encode("utf-8", "replace")


def _pages(data: bytes) -> Iterator[bytes]:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        for number in range(min(20, len(document))):
            yield document[number].get_textpage().get_text_range().encode("utf-8", "replace")
    finally:
        document.close()


def _mail(data: bytes) -> Iterator[bytes]:
    for part in email.message_from_bytes(data, policy=email.policy.compat32).walk():
        if isinstance(body := part.get_payload(decode=True), bytes):
            yield body


def _chunks(data: bytes) -> Iterator[bytes]:
    """Packed text of a PNG."""
    for found in re.finditer(rb"(?:zTXt|iTXt)", data):
        for shift in range(8, 40):
            if data[found.end() + shift : found.end() + shift + 1] == b"\x78":
                yield _inflated(data[found.end() + shift :], 15)
