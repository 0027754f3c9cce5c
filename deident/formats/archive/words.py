"""Text in header lines: encoded words (RFC 2047) and parameters with percent codes and in pieces (RFC 2231), read and written.

A value is cut into Cells: bytes as they stand, a run of encoded words (one cell, since a character may lie across two words), or a
parameter with all its pieces.  Words inside of quotes are read, too: mail programs write file names so.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import NamedTuple
from urllib.parse import quote_from_bytes, unquote_to_bytes

from deident.text.charset import decode

_WORDS = re.compile(rb"=\?[\w.:*+-]++\?[bBqQ]\?[^?\r\n]*+\?=(?:\s*+=\?[\w.:*+-]++\?[bBqQ]\?[^?\r\n]*+\?=)*+")
_WORD = re.compile(rb"=\?([\w.:+-]++)(?:\*[\w-]*)?\?([bBqQ])\?([^?\r\n]*+)\?=")
_PIECE = re.compile(rb"""(?<![!#$&+.\w^`{}~-])([!#$&+.\w^`{}~-]++)\*(?:(\d{1,4})(\*?))?(=)("(?:[^"\\\r\n]|\\.)*+"|[^;\s]*)""")
_FLAT = dict.fromkeys((0, 9, 10, 13), " ")
_LONGEST = 45  # bytes in an encoded word: 60 in base64, 75 with its marks

Written = list[tuple[int, int, bytes]]


class Cell(NamedTuple):
    """A piece of a header's value, its text (UTF-8 unless it is plain), and what to write when that becomes another.

    name: of the parameter; "" for what stands in the line itself.  plain: bytes as they are.
    """

    start: int
    text: bytes
    written: Callable[[bytes], Written]
    name: str = ""
    plain: bool = False


def cells(raw: bytes, first: int, end: bytes) -> Iterator[Cell]:
    """The cells of a value that begins at `first`; `end`: the line end of the message."""
    taken: list[tuple[int, int]] = []
    if b"*" in raw:
        for cell, spans in _parameters(raw, first):
            yield cell
            taken += spans
    for found in _WORDS.finditer(raw):
        if not any(found.start() < stop and start < found.end() for start, stop in taken):
            yield _run(raw, found, first, end)
            taken.append(found.span())
    last = 0
    for start, stop in (*sorted(taken), (len(raw), len(raw))):
        if start > last:
            yield _plain(raw[last:start], first + last)
        last = max(last, stop)


def _plain(raw: bytes, start: int) -> Cell:
    return Cell(start, raw, lambda new: [(start, start + len(raw), new)], plain=True)


def _run(raw: bytes, found: re.Match[bytes], first: int, end: bytes) -> Cell:
    """A run of encoded words as one text."""
    pieces: list[tuple[str, bytes]] = []
    for charset, kind, text in _WORD.findall(found[0]):
        name = charset.decode("ascii", "replace").lower()
        plain = _base64(text) if kind in b"bB" else _quoted(text.replace(b"_", b" "))
        if pieces and pieces[-1][0] == name:
            pieces[-1] = name, pieces[-1][1] + plain
        else:
            pieces.append((name, plain))
    joined = "".join(to_text(plain, name) for name, plain in pieces)
    start, stop = first + found.start(), first + found.end()
    charset = pieces[0][0] if pieces else "utf-8"
    return Cell(
        start,
        joined.encode("utf-8", "replace"),
        lambda new: [(start, stop, encoded(new.decode("utf-8", "replace"), charset, end))],
    )


def encoded(text: str, charset: str, end: bytes) -> bytes:
    """Encoded words of at most 75 characters, one a line."""
    name = charset
    try:
        "".join(text.encode(name).decode(name))
    except (LookupError, UnicodeError):
        name = "utf-8"
    words: list[bytes] = []
    piece = b""
    for character in text:
        one = character.encode(name, "replace")
        if len(piece) + len(one) > _LONGEST:
            words.append(piece)
            piece = b""
        piece += one
    words += [piece] if piece else []
    return (end + b" ").join(b"=?%s?B?%s?=" % (name.encode(), b64encode(word)) for word in words)


def _parameters(raw: bytes, first: int) -> Iterator[tuple[Cell, list[tuple[int, int]]]]:
    """Parameters `name*=`, `name*0=`, `name*0*=`: the cell of each, and the places of its values."""
    found: dict[str, list[re.Match[bytes]]] = {}
    for piece in _PIECE.finditer(raw):
        found.setdefault(piece[1].decode("latin-1").lower(), []).append(piece)
    for name, pieces in found.items():
        pieces.sort(key=lambda piece: int(piece[2] or 0))
        charset, plain = "", b""
        for number, piece in enumerate(pieces):
            value = re.sub(rb'\\(.)|"', rb"\1", piece[5]) if piece[5][:1] == b'"' else piece[5]
            if _coded(piece):
                if not number and value.count(b"'") >= 2:
                    label, _, value = value.split(b"'", 2)
                    charset = label.decode("ascii", "replace")
                value = unquote_to_bytes(value)
            plain += value
        yield _parameter(name, pieces, plain, charset, first), [piece.span(5) for piece in pieces]


def _coded(piece: re.Match[bytes]) -> bool:
    """Does it hold percent codes: `name*=`, `name*0*=`?"""
    return piece[2] is None or bool(piece[3])


def _parameter(name: str, pieces: list[re.Match[bytes]], plain: bytes, charset: str, first: int) -> Cell:
    head, *rest = pieces

    def written(new: bytes) -> Written:
        text = new.decode("utf-8", "replace")
        if not _coded(head) and text.isascii():
            value = b'="' + re.sub(rb'(["\\])', rb"\\\1", new) + b'"'
        else:  # what was none becomes an extended one
            value = (b"=" if _coded(head) else b"*=") + b"utf-8''" + quote_from_bytes(text.encode(), safe="").encode()
        return [
            (first + head.start(4), first + head.end(5), value),
            *((first + piece.start(5), first + piece.end(5), b"" if _coded(piece) else b'""') for piece in rest),
        ]

    return Cell(first + head.start(5), to_text(plain, charset).encode("utf-8", "replace"), written, name)


def to_text(plain: bytes, charset: str) -> str:
    """Text of bytes that claim a character set; where they lie, whatever fits."""
    if codec := special(charset):
        return plain.decode(codec, "replace").translate(_FLAT)
    return decode(plain, charset).view.decode().translate(_FLAT)


def special(charset: str) -> str:
    """The codec of a character set in which ASCII may stand for something else (UTF-7, HZ, ISO 2022 …); "" for any other."""
    name = charset.strip().lower()
    if re.fullmatch(r"utf-7|unicode-1-1-utf-7|hz(-gb-2312)?|iso-2022-[\w-]+|utf-?(16|32)([-_]?[lb]e)?", name):
        try:
            return b"".decode(codec := {"hz-gb-2312": "hz", "unicode-1-1-utf-7": "utf-7"}.get(name, name)) or codec
        except LookupError:
            return ""
    return ""


def _base64(text: bytes) -> bytes:
    clean = re.sub(rb"[^A-Za-z0-9+/]", b"", text)
    try:
        return binascii.a2b_base64(clean[: len(clean) - (len(clean) % 4 == 1)] + b"===")
    except binascii.Error:
        return b""


def _quoted(text: bytes) -> bytes:
    return binascii.a2b_qp(text, header=False)
