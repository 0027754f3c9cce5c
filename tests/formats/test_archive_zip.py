"""ZIP archives: members, comments, what stands between; read back by zipfile, libarchive and bsdtar."""

from __future__ import annotations

import io
import stat
import struct
import zipfile

import pytest
from formats.containers import FILES, ID, NAME, SAMPLES, TEL, TEXT, edits, fuzz, masked, sane, text, zipped

from deident.formats import Child, Limits, open_document

libarchive = pytest.importorskip("libarchive")


def names(data: bytes) -> list[str]:
    with libarchive.memory_reader(data) as archive:
        return [entry.pathname for entry in archive]


def test_members_are_children() -> None:
    data = zipped()
    document = open_document(data, "a.zip")
    sane(document, data)
    assert (document.format, document.status, document.archive, document.warnings) == ("zip", "clean", True, [])
    assert {child.name: child.data for child in document.children()} == FILES


def test_masked_members_comment_and_names_leave_nothing() -> None:
    files = {**FILES, f"{NAME}/申请.txt": TEXT.encode("gb18030"), "图.bin": bytes(range(256))}
    document = open_document(zipped(files, f"压缩人{NAME}".encode("gbk")), "a.zip")
    assert f"comment：压缩人{NAME}" in text(document)
    done = masked(document)
    with zipfile.ZipFile(io.BytesIO(done)) as archive:
        assert archive.testzip() is None
        assert archive.comment.decode("gbk") == "压缩人***"
        infos = archive.infolist()
        assert [info.filename for info in infos] == ["公示/名单.txt", "b.csv", "空.txt", "***/申请.txt", "图.bin"]
        assert [info.date_time[:3] for info in infos] == [(2021, 5, day) for day in range(1, 6)]
        assert {info.external_attr >> 16 for info in infos} == {0o100640}
        everything = b"".join(archive.read(info) for info in infos)
        assert archive.read("图.bin") == bytes(range(256))
    for value in (NAME, ID, TEL):
        assert value.encode() not in everything and value.encode("gbk") not in everything + done
    assert len(names(done)) == 5
    assert masked(open_document(done, "a.zip")) == done


def test_left_out() -> None:
    document = open_document(zipped(), "a.zip")
    done = document.write([], {1: None})
    assert names(done) == ["公示/名单.txt", "空.txt"]


def test_gbk_names_are_read_and_written_as_utf_8() -> None:
    data = (SAMPLES / "arch/gbkname.zip").read_bytes() if SAMPLES.exists() else pytest.skip("no samples")
    document = open_document(data, "gbkname.zip")
    [child] = document.children()
    assert child.name == "张伟民的申请表.txt"
    done = document.write(edits(document, "张伟民"), {0: Child("***的申请表.txt", child.data)})
    assert names(done) == ["***的申请表.txt"]
    assert "张伟民".encode("gbk") not in done.replace(child.data, b"")


def test_what_belongs_to_nobody_is_shown_and_not_written() -> None:
    whole = zipped({"a.txt": b"plain"})
    for data in (f"前面{TEL}".encode() + whole, whole + f"后面{TEL}".encode()):
        document = open_document(data, "a.zip")
        assert document.warnings == ["hidden-bytes"]
        done = document.write(edits(document, TEL))
        assert TEL.encode() not in done and done == open_document(whole).write([], {0: Child("a.txt", b"plain")})
    noise = open_document(bytes([1, 2, 255]) * 100 + whole, "a.zip")
    assert (noise.status, noise.reason) == ("partial", "hidden-bytes")


def test_a_deleted_member_and_an_extra_field() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("gone.txt", TEXT)
        info = zipfile.ZipInfo("a.txt")
        info.extra = struct.pack("<HH", 0x9999, 11) + TEL.encode()
        archive.writestr(info, b"plain")
        del archive.NameToInfo["gone.txt"], archive.filelist[0]
    document = open_document(out.getvalue(), "a.zip")
    assert ID in text(document) and TEL in text(document)
    done = document.write(edits(document, ID, TEL))
    assert TEL.encode() not in done and ID.encode() not in done


def test_links() -> None:
    def link(target: str) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            info = zipfile.ZipInfo("l")
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, target)
            archive.writestr("a.txt", "x")
        return out.getvalue()

    document = open_document(link(f"{TEL}.txt"), "a.zip")
    assert document.warnings == ["links-dropped"] and TEL in text(document)
    assert names(document.write(edits(document, TEL))) == ["a.txt"]
    assert open_document(link("../../etc/passwd")).reason == "traversal"


@pytest.mark.parametrize(("name", "reason"), [("traversal.zip", "traversal"), ("dup.docx", "duplicate-member")])
def test_hostile_samples(name: str, reason: str) -> None:
    if not SAMPLES.exists():
        pytest.skip("no samples")
    document = open_document((SAMPLES / "hostile" / name).read_bytes(), "a.zip")
    assert (document.status, document.reason) == ("refused", reason)


def test_limits() -> None:
    bomb = zipped({"a.txt": bytes(30 << 20)})
    assert open_document(bomb).reason == "bomb"
    many = zipped({str(number): b"" for number in range(60)})
    assert open_document(many, limits=Limits(max_members=50)).reason == "too-many-members"
    assert open_document(zipped({"a": b"1" * 600, "b": b"2" * 600}), limits=Limits(max_total=1000)).reason == "bomb"
    data = bytearray(zipped({"a.txt": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert open_document(bytes(data)).reason == "encrypted"
    shared = bytearray(zipped({"a": b"x" * 50, "b": b"x" * 50}))
    second = shared.rindex(b"PK\x01\x02")
    shared[second + 42 : second + 46] = bytes(4)
    assert open_document(bytes(shared)).status == "refused"


def test_fuzz() -> None:
    fuzz(zipped(FILES, "压缩人".encode()), "a.zip", 500)
