"""Opening a PDF: hostile and damaged ones are refused in time and memory, whatever their trick."""

from __future__ import annotations

import base64
import random
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Encryption, Name, Pdf, Stream

from deident.formats import Limits, Unreadable
from deident.formats.pdf.guard import open_pdf
from deident.formats.pdf.inflate import unfolded

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT.parent / "shared/samples/formats"
MIB = 1 << 20


def outcome(data: bytes) -> str:
    """What opening gives: "refused: why", or the warnings."""
    try:
        return " ".join(open_pdf(data, Limits().fresh())[1])
    except Unreadable as problem:
        return f"refused: {problem.reason}"


def written(pdf: Pdf, **options: object) -> bytes:
    out = BytesIO()
    pdf.save(out, **options)
    return out.getvalue()


def with_stream(data: bytes, *filters: str, **entries: object) -> bytes:
    """A page whose content is this stream, as it is."""
    pdf = Pdf.new()
    page = pdf.add_blank_page().obj
    stream = Stream(pdf, data)
    for name, value in entries.items():
        stream.stream_dict[f"/{name}"] = value
    stream.stream_dict["/Filter"] = Array([Name(f"/{one}") for one in filters])
    page.Contents = pdf.make_indirect(stream)
    return written(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)


def in_object_stream(*objects: bytes, twice: bool = False) -> bytes:
    """A file whose objects (the first: the catalog) all stand in one object stream, which is opened with the file."""
    places, body = [], b""
    for number, one in enumerate(objects, 1):
        places.append(b"%d %d" % (number, len(body)))
        body += one + b" "
    head = b" ".join(places) + b" "
    packed = zlib.compress(head + body, 9)
    packed = zlib.compress(packed, 9) if twice else packed
    filters = b"[/FlateDecode/FlateDecode]" if twice else b"/FlateDecode"
    holder, table = len(objects) + 1, len(objects) + 2
    out = b"%PDF-1.5\n"
    entries = [(0, 0, 65535), *((2, holder, at) for at in range(len(objects))), (1, len(out), 0)]
    out += b"%d 0 obj\n<</Type/ObjStm/N %d/First %d/Filter %s/Length %d>>stream\n" % (
        holder,
        len(objects),
        len(head),
        filters,
        len(packed),
    )
    out += packed + b"\nendstream endobj\n"
    entries.append((1, len(out), 0))
    rows = b"".join(bytes([kind]) + at.to_bytes(4, "big") + more.to_bytes(2, "big") for kind, at, more in entries)
    start = len(out)
    out += b"%d 0 obj\n<</Type/XRef/W[1 4 2]/Size %d/Root 1 0 R/Length %d>>stream\n" % (table, table + 1, len(rows))
    return out + rows + b"\nendstream endobj\nstartxref\n%d\n%%%%EOF" % start


def catalog(more: bytes = b"") -> tuple[bytes, ...]:
    return (
        b"<</Type/Catalog/Pages 2 0 R" + more + b">>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources<<>>>>",
    )


def zeros(size: int, times: int = 1) -> bytes:
    packer = zlib.compressobj(9)
    data = b"".join([*(packer.compress(bytes(MIB)) for _ in range(size // MIB)), packer.flush()])
    for _ in range(times - 1):
        data = zlib.compress(data, 9)
    return data


MEASURE = """
import re, sys, time
from pathlib import Path
from deident.formats import Limits, Unreadable
from deident.formats.pdf.guard import open_pdf

def peak():  # of this process alone, in KiB
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

data = sys.stdin.buffer.read()
before, begun, what = peak(), time.perf_counter(), "opened"
try:
    open_pdf(data, Limits().fresh())
except Unreadable as problem:
    what = problem.reason
print(what, time.perf_counter() - begun, (peak() - before) // 1024)
"""
BOMBS: dict[str, Callable[[], bytes]] = {
    "flate twice": lambda: with_stream(zeros(600 * MIB, 2), "FlateDecode", "FlateDecode"),
    "flate": lambda: with_stream(zeros(200 * MIB), "FlateDecode"),
    "ascii85": lambda: with_stream(base64.a85encode(zeros(200 * MIB)), "ASCII85Decode", "FlateDecode"),
    "hex": lambda: with_stream(zeros(200 * MIB).hex().encode(), "ASCIIHexDecode", "FlateDecode"),
    "runs": lambda: with_stream(zlib.compress(b"\x81a" * MIB), "FlateDecode", "RunLengthDecode"),
    "three": lambda: with_stream(b"x", "FlateDecode", "FlateDecode", "FlateDecode"),
    "row": lambda: with_stream(b"x", "FlateDecode", DecodeParms=Dictionary(Predictor=15, Columns=2_000_000_000)),
    "picture": lambda: with_stream(b"x", "DCTDecode", Subtype=Name.Image, Width=60_000, Height=60_000),
    "object stream": lambda: in_object_stream(*catalog(), bytes(50 * MIB)),
    "object stream twice": lambda: in_object_stream(*catalog(), bytes(50 * MIB), twice=True),
    "numbers": lambda: in_object_stream(*catalog(b"/X[" + b"0 " * 10_000_000 + b"]")),
}


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="measured on Linux")
@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str) -> None:
    done = subprocess.run([sys.executable, "-c", MEASURE], input=BOMBS[name](), capture_output=True, check=True, cwd=ROOT)
    what, seconds, megabytes = done.stdout.decode().split()
    assert what in ("bomb", "damaged")
    assert float(seconds) < 5 and int(megabytes) < 100, done.stdout


def test_the_document_has_a_limit_as_well() -> None:
    pdf = Pdf.new()
    page = pdf.add_blank_page().obj
    packed = zeros(90 * MIB)
    page.Contents = Array([pdf.make_indirect(Stream(pdf, packed, Filter=Name.FlateDecode)) for _ in range(6)])
    data = written(pdf, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    assert outcome(data) == "refused: bomb"
    limits = Limits(max_total=MIB).fresh()
    with pytest.raises(Unreadable, match="bomb"):
        open_pdf(with_stream(zeros(2 * MIB), "FlateDecode"), limits)


def lzw(codes: list[int]) -> bytes:
    """9-bit codes."""
    bits = "".join(f"{code:09b}" for code in codes)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def test_sizes_are_those_of_the_decoders() -> None:
    text = bytes(range(256)) * 5000
    assert unfolded(zlib.compress(text), ["FlateDecode"]) == len(text)
    assert unfolded(zlib.compress(zlib.compress(text)), ["Fl", "Fl"]) == len(text)
    assert unfolded(base64.a85encode(zlib.compress(text)) + b"~>", ["A85", "Fl"]) == len(text)
    assert unfolded(zlib.compress(text).hex().encode() + b">", ["AHx", "Fl"]) == len(text)
    assert unfolded(bytes([2, 1, 2, 3, 254, 9, 128]), ["RL"]) == 6
    assert unfolded(zlib.compress(text)[:-2000], ["FlateDecode"]) <= len(text)
    assert unfolded(lzw([256, 45, 258, 258, 65, 259, 66, 257]), ["LZWDecode"]) == 10  # the standard's example, 7.4.4.2
    assert unfolded(b"x", ["DCTDecode"]) == 1
    assert unfolded(b"", ["FlateDecode"]) == 0


def test_lzw_bomb() -> None:
    run = [256, 0, *range(258, 500)]  # each stands for one more than the one before
    assert unfolded(lzw([*run, 257]), ["LZWDecode"]) == 1 + sum(range(2, 244))
    with pytest.raises(Unreadable, match="bomb"):
        unfolded(lzw(run * 1000), ["LZWDecode"], most=MIB)


def test_passwords() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    assert outcome(written(pdf)) == ""
    assert outcome(written(pdf, encryption=Encryption(owner="o", user="u"))) == "refused: encrypted"
    assert outcome(written(pdf, encryption=Encryption(owner="o", user=""))) == "encrypted-owner"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"\0" * 1000, written(Pdf.new())])
def test_nothing_in_it(data: bytes) -> None:
    assert outcome(data) == "refused: damaged"


def test_cut_off() -> None:
    pdf = Pdf.new()
    pdf.add_blank_page()
    assert outcome(written(pdf)[:-30]) == "repaired"


@pytest.mark.skipif(not SAMPLES.exists(), reason="no samples here")
@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("hostile/bomb", "refused: bomb"),
        ("hostile/enc_user", "refused: encrypted"),
        ("hostile/enc_owner", "encrypted-owner"),
        ("hostile/recursive", ""),
        ("hostile/trunc", "repaired"),
        ("incremental", ""),
        ("chromium", ""),
        ("oldwps_gbk", ""),
    ],
)
def test_samples(name: str, what: str) -> None:
    begun = time.perf_counter()
    assert outcome((SAMPLES / f"{name}.pdf").read_bytes()) == what
    assert time.perf_counter() - begun < 1


@pytest.mark.skipif(not SAMPLES.exists(), reason="no samples here")
def test_mutations_only_refuse() -> None:
    chance = random.Random(5)
    for name in ("reportlab", "incremental", "oldwps_gbk", "hostile/enc_owner"):
        whole = (SAMPLES / f"{name}.pdf").read_bytes()
        for _ in range(125):
            data = bytearray(whole)
            for _ in range(chance.choice((1, 5, 50))):
                at = chance.randrange(len(data))
                match chance.randrange(4):
                    case 0:
                        data[at] = chance.randrange(256)
                    case 1:
                        del data[at : at + chance.randrange(200)]
                    case 2:
                        data[at:at] = data[chance.randrange(len(data)) :][:100]
                    case 3:
                        data[at : at + 1] = chance.choice((b"<<", b">>", b"[", b"(", b" 0 R ", b"99999999999 ", b"/Length 0"))
            begun = time.perf_counter()
            outcome(bytes(data))
            assert time.perf_counter() - begun < 5
