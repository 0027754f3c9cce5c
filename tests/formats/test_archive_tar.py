"""TAR and compressed streams, read back by tarfile and the compressors' own modules."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import tarfile
import zlib

import pytest
from formats.containers import FILES, ID, NAME, SAMPLES, TEL, TEXT, edits, fuzz, gz, masked, sane, tarred, text

from deident.formats import Child, open_document

LONG = "很长的名字/" * 30 + "a.txt"


@pytest.mark.parametrize("format", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_children(format: int) -> None:
    files = dict(FILES) if format == tarfile.USTAR_FORMAT else {**FILES, LONG: b"x"}
    data = tarred(files, format)
    document = open_document(data, "a.tar")
    sane(document, data)
    assert (document.format, document.status, document.warnings) == ("tar", "clean", [])
    assert {child.name: child.data for child in document.children()} == files
    done = document.write([], {1: Child("b2.csv", b"new")})
    with tarfile.open(fileobj=io.BytesIO(done)) as archive:
        infos = archive.getmembers()
        assert [info.name for info in infos] == [*list(files)[:1], "b2.csv", *list(files)[2:]]
        assert [(info.mtime, info.mode, info.uname) for info in infos] == [
            (1_600_000_000 + n, 0o640, "root") for n in range(len(files))
        ]
        file = archive.extractfile("b2.csv")
        assert file and file.read() == b"new"


def test_owners_and_pax_records_are_masked() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": f"由{NAME}制作"}) as archive:
        info = tarfile.TarInfo("a.txt")
        info.size, info.uname, info.pax_headers = 1, NAME, {"SCHILY.xattr.user.note": f"电话{TEL}", f"X{TEL}": "y"}
        archive.addfile(info, io.BytesIO(b"x"))
    document = open_document(out.getvalue(), "a.tar")
    assert f"uname：{NAME}" in text(document) and f"由{NAME}制作" in text(document)
    done = document.write(edits(document, NAME, TEL))
    assert NAME.encode() not in done and TEL.encode() not in done
    with tarfile.open(fileobj=io.BytesIO(done)) as archive:
        [member] = archive.getmembers()
        assert member.uname == "***" and member.pax_headers["SCHILY.xattr.user.note"] == "电话***********"
        assert archive.pax_headers["comment"] == "由***制作"


def test_links_and_devices() -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"same"))
        for name, type, target in (
            ("hard", tarfile.LNKTYPE, "a.txt"),
            ("soft", tarfile.SYMTYPE, f"{TEL}.txt"),
            ("pipe", tarfile.FIFOTYPE, ""),
        ):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = type, target
            archive.addfile(link)
    document = open_document(out.getvalue(), "a.tar")
    assert document.warnings == ["links-dropped"] and TEL in text(document)
    assert [(child.name, child.data) for child in document.children()] == [("a.txt", b"same"), ("hard", b"same")]
    with tarfile.open(fileobj=io.BytesIO(document.write(edits(document, TEL)))) as archive:
        assert [info.name for info in archive] == ["a.txt", "hard"]


def test_leading_out_is_refused() -> None:
    for name in ("../evil", "/etc/passwd", "a/../../b"):
        assert open_document(tarred({name: b""}), "a.tar").reason == "traversal"
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        link = tarfile.TarInfo("l")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    assert open_document(out.getvalue(), "a.tar").reason == "traversal"
    if SAMPLES.exists():
        outer = open_document((SAMPLES / "arch/n.tar.gz").read_bytes(), "n.tar.gz")
        [child] = outer.children()
        assert child.name == "n.tar" and open_document(child.data, child.name).reason == "traversal"


def test_bytes_of_nobody() -> None:
    data = bytearray(tarred({"a.txt": b"x"}))
    data[520:540] = TEL.encode().ljust(20, b"\0")  # behind the content, in its last block
    data[-300:-289] = TEL.encode()  # behind the end
    document = open_document(bytes(data), "a.tar")
    assert text(document).count(TEL) == 2 and document.warnings == ["hidden-bytes"]
    assert TEL.encode() not in document.write(edits(document, TEL))


def test_masked_leaves_nothing() -> None:
    done = masked(open_document(tarred(uname=NAME), "a.tar"))
    for value in (NAME, ID, TEL):
        assert value.encode() not in done and value.encode("gbk") not in done
    assert masked(open_document(done, "a.tar")) == done


def test_streams() -> None:
    for pack, unpack, ending in (
        (gz, gzip.decompress, "gz"),
        (bz2.compress, bz2.decompress, "bz2"),
        (lzma.compress, lzma.decompress, "xz"),
    ):
        data = pack(tarred())
        document = open_document(data, f"x/{NAME}.tar.{ending}")
        sane(document, data)
        [child] = document.children()
        assert child == (f"{NAME}.tar", tarred())
        inner = open_document(child.data, child.name)
        done = document.write([], {0: Child("y.tar", masked(inner))})
        assert TEXT.encode() not in unpack(done) and open_document(done).format == "stream"
        assert unpack(document.write([], {0: None})) == b""
        twice = open_document(data + pack(b"more"), f"a.{ending}")
        assert [one.data for one in twice.children()] == [tarred() + b"more"]
        assert open_document(data + f"TEL {TEL}".encode(), f"a.{ending}").warnings == ["hidden-bytes"]
        assert open_document(data[:-20], f"a.{ending}").reason == "damaged"
        assert open_document(pack(bytes(300 << 20)), f"a.{ending}").reason == "bomb"
    assert [child.name for child in open_document(gz(b"x"), "a.tgz").children()] == ["a.tar"]


def test_gzip_header() -> None:
    body = gz(TEXT.encode(), f"{TEL}.txt")
    document = open_document(body, "a.gz")
    assert f"filename：{TEL}.txt" in text(document)
    done = document.write(edits(document, TEL), {0: Child("a", b"x")})
    assert gzip.decompress(done) == b"x" and TEL.encode() not in done and b"***********.txt" in done
    extra = bytearray(gzip.compress(b"x"))
    extra[3] |= 4
    extra[10:10] = b"\x0f\0AB\x0b\0" + TEL.encode()
    assert zlib.decompress(bytes(extra), 31) == b"x"
    document = open_document(bytes(extra), "a.gz")
    assert TEL in text(document) and TEL.encode() not in document.write(edits(document, TEL))


def test_fuzz() -> None:
    fuzz(tarred(uname=NAME), "a.tar", 500)
    fuzz(tarred({**FILES, LONG: b"y"}, tarfile.GNU_FORMAT), "a.tar", 300)
    for pack in (gz, bz2.compress, lzma.compress):
        fuzz(pack(TEXT.encode() * 20), "a.txt.gz", 500)
