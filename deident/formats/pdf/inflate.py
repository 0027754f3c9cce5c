"""How large the filters of a stream unfold it, without keeping what comes out (ISO 32000-2, 7.4).

Every decoder works in steps of at most 1 MiB, so that what a hostile stream costs is time up to the cap and no memory.
"""

from __future__ import annotations

import re
import zlib
from base64 import a85decode
from collections.abc import Iterable, Iterator
from itertools import count

from deident.formats import Unreadable

STEP = 1 << 20
STREAM = 100 << 20  # what one stream may unfold to
_LZW = 4 << 20  # packed bytes of an LZW stream: its codes are followed one by one
#: Filter (and its abbreviation) → how it is followed; pictures (DCT, JPX, JBIG2, CCITT) have a size of their own, see guard.
NAMES = {
    "FlateDecode": "flate", "Fl": "flate", "LZWDecode": "lzw", "LZW": "lzw", "RunLengthDecode": "run", "RL": "run",
    "ASCIIHexDecode": "hex", "AHx": "hex", "ASCII85Decode": "85", "A85": "85", "Crypt": "",
}  # fmt: skip


def unfolded(data: bytes, filters: Iterable[str], early: int = 1, most: int = STREAM) -> int:
    """Bytes that come out of the chain of filters, as far as it can be followed.  Raises Unreadable beyond `most`.

    `early`: the EarlyChange parameter of LZW.
    """
    steps = [data[at : at + STEP] for at in range(0, len(data), STEP)] if len(data) > STEP else [data]
    chain: Iterable[bytes] = steps
    kinds = [kind for kind in (NAMES.get(name, "picture") for name in filters) if kind]
    for number, kind in enumerate(kinds):
        if kind == "picture":
            break
        if kind == "lzw":
            size = _lzw(b"".join(_capped(chain, _LZW)), early, most)
            if number + 1 < len(kinds):
                raise Unreadable("bomb")  # nobody packs twice; only the sizes of what comes out are followed
            return size
        chain = _capped(_DECODERS[kind](chain), most)
    return sum(map(len, chain))


def _capped(steps: Iterable[bytes], most: int) -> Iterator[bytes]:
    total = 0
    for step in steps:
        total += len(step)
        if total > most:
            raise Unreadable("bomb")
        yield step


def _flate(steps: Iterable[bytes]) -> Iterator[bytes]:
    """What is broken ends there, as it does for the readers."""
    decoder = zlib.decompressobj()
    for step in steps:
        while step:
            try:
                out = decoder.decompress(step, STEP)
            except zlib.error:
                return
            if out:
                yield out
            if decoder.eof:
                return
            step = decoder.unconsumed_tail
    try:
        yield decoder.flush(STEP)
    except zlib.error:
        return


def _hex(steps: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for step in steps:
        digits = rest + re.sub(rb"[^0-9A-Fa-f]", b"", step.partition(b">")[0])
        even = len(digits) & ~1
        rest = digits[even:]
        yield bytes.fromhex(digits[:even].decode())
        if b">" in step:
            break
    if rest:
        yield bytes.fromhex(rest.decode() + "0")


def _ascii85(steps: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for step in steps:
        text, end, _ = step.partition(b"~")
        text = rest + re.sub(rb"[^!-uz]", b"", text).replace(b"z", b"!!!!!")
        whole = len(text) if end else len(text) - len(text) % 5
        rest = text[whole:]
        for at in range(0, whole, STEP):
            yield _a85(text[at : min(whole, at + STEP - STEP % 5)]) if whole > STEP else _a85(text[at:whole])
        if end:
            return
    if rest:
        yield _a85(rest)


def _a85(text: bytes) -> bytes:
    try:
        return a85decode(text)
    except ValueError:
        return bytes(len(text) * 4 // 5)


def _run(steps: Iterable[bytes]) -> Iterator[bytes]:
    """Runs are only measured: what packs a bomb into runs packs it into zeros."""
    data = b"".join(steps)
    place, size = 0, len(data)
    while place < size and data[place] != 128:
        length = data[place]
        if length < 128:
            yield data[place + 1 : place + 2 + length]
            place += 2 + length
        else:
            yield data[place + 1 : place + 2] * (257 - length)
            place += 2


_DECODERS = {"flate": _flate, "hex": _hex, "85": _ascii85, "run": _run}


def _lzw(data: bytes, early: int, most: int) -> int:
    """Length of what LZW codes stand for: a table of lengths instead of the strings."""
    lengths = [1] * 256 + [0, 0]
    total = bits = buffer = last = 0
    width = 9
    for byte in data:
        buffer = (buffer << 8 | byte) & 0xFFFFFF
        bits += 8
        if bits < width:
            continue
        bits -= width
        code = buffer >> bits & (1 << width) - 1
        if code == 257:
            break
        if code == 256:
            del lengths[258:]
            width, last = 9, 0
            continue
        if code > len(lengths):
            break
        if last and len(lengths) < 4096:
            lengths.append(last + 1)
        last = lengths[code] if code < len(lengths) else 1
        total += last
        if total > most:
            raise Unreadable("bomb")
        width = next(w for w in count(9) if len(lengths) + early < 1 << w or w == 12)
    return total
