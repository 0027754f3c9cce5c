"""7z and RAR, read back by libarchive and py7zr.  No free program writes RAR: the tests build stored ones by its description."""

from __future__ import annotations

import io
import zipfile
import zlib

import pytest
from formats.containers import FILES, ID, NAME, SAMPLES, TEL, TEXT, edits, fuzz, masked, sane, text

from deident.formats import Child, open_document

py7zr = pytest.importorskip("py7zr")
libarchive = pytest.importorskip("libarchive")


def sevened(files: dict[str, bytes] = FILES, **settings: object) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **settings) as archive:
        for name, data in files.items():
            archive.writestr(data, name)
    return out.getvalue()


def members(data: bytes) -> dict[str, bytes]:
    with libarchive.memory_reader(data) as archive:
        return {entry.pathname: b"".join(entry.get_blocks()) for entry in archive}


def vint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes((*out, number))


def rar_block(fields: bytes) -> bytes:
    body = vint(len(fields)) + fields
    return zlib.crc32(body).to_bytes(4, "little") + body


def rar(files: dict[str, bytes] = FILES, comment: bytes = b"") -> bytes:
    """RAR 5.0, stored members."""
    out = b"Rar!\x1a\x07\x01\x00" + rar_block(vint(1) + vint(0) + vint(0))
    if comment:
        service = vint(0) + vint(len(comment)) + vint(0) + vint(0) + vint(0) + vint(3) + b"CMT"
        out += rar_block(vint(3) + vint(2) + vint(len(comment)) + service) + comment
    for name, data in files.items():
        raw = name.encode()
        own = vint(2 | 4) + vint(len(data)) + vint(0o100640) + (1_600_000_000).to_bytes(4, "little")
        own += zlib.crc32(data).to_bytes(4, "little") + vint(0) + vint(1) + vint(len(raw)) + raw
        out += rar_block(vint(2) + vint(2) + vint(len(data)) + own) + data
    return out + rar_block(vint(5) + vint(0) + vint(0))


def rar4_block(kind: int, flags: int, fields: bytes) -> bytes:
    body = bytes((kind,)) + flags.to_bytes(2, "little") + (7 + len(fields)).to_bytes(2, "little") + fields
    return (zlib.crc32(body) & 0xFFFF).to_bytes(2, "little") + body


def rar4_name(name: str, form: str) -> bytes:
    """As old programs write it (GBK), or followed by its Unicode, two bytes a character (WinRAR)."""
    if form == "gbk":
        return name.encode("gbk")
    units = [name[at : at + 4].encode("utf-16-le") for at in range(0, len(name), 4)]
    return name.encode("gbk") + b"\0\0" + b"".join(bytes((0b10101010,)) + unit for unit in units)


def rar4(files: dict[str, bytes] = FILES, form: str = "unicode", comment: bytes = b"") -> bytes:
    """RAR 4 (technote of RAR 4), stored members."""
    out = b"Rar!\x1a\x07\x00" + rar4_block(0x73, 0, bytes(6))
    named = [(0x74, rar4_name(name, form), data) for name, data in files.items()]
    for kind, name, data in [*named, (0x7A, b"CMT", comment)] if comment else named:
        size, sum = len(data).to_bytes(4, "little"), zlib.crc32(data).to_bytes(4, "little")
        when, length = (0x58210000).to_bytes(4, "little"), len(name).to_bytes(2, "little")
        fields = size + size + b"\2" + sum + when + bytes((20, 0x30)) + length + (0x20).to_bytes(4, "little") + name
        out += rar4_block(kind, 0x8200 if form == "unicode" and kind == 0x74 else 0x8000, fields) + data
    return out + rar4_block(0x7B, 0x4000, b"")


def test_7z() -> None:
    data = sevened()
    document = open_document(data, "a.7z")
    sane(document, data)
    assert (document.format, document.status, document.warnings) == ("7z", "clean", [])
    assert {child.name: child.data for child in document.children()} == FILES
    done = masked(document)
    assert set(members(done)) == set(FILES)
    assert not any(value.encode() in content for value in (NAME, ID, TEL) for content in members(done).values())
    with py7zr.SevenZipFile(io.BytesIO(data)) as before, py7zr.SevenZipFile(io.BytesIO(done)) as after:
        assert after.testzip() is None
        assert [one.lastwritetime for one in before.files] == [one.lastwritetime for one in after.files]
    again = open_document(done, "a.7z")
    assert masked(again) == done
    assert list(members(again.write([], {0: None, 1: Child("新.csv", b"n")}))) == ["新.csv", "空.txt"]


def test_7z_limits() -> None:
    assert open_document(sevened({"a": bytes(300 << 20)}), "a.7z").reason == "bomb"
    assert open_document(sevened(password="p"), "a.7z").reason == "encrypted"
    hidden = open_document(sevened() + TEL.encode(), "a.7z")
    assert hidden.warnings == ["hidden-bytes"] and TEL.encode() not in hidden.write(edits(hidden, TEL))
    if SAMPLES.exists():
        [child] = open_document((SAMPLES / "arch/n.7z").read_bytes(), "n.7z").children()
        assert child.name == "a.txt" and "110101199003074578" in child.data.decode("gb18030")


def test_rar_is_written_as_zip() -> None:
    data = rar()
    document = open_document(data, "a.rar")
    sane(document, data)
    assert (document.format, document.status, document.warnings) == ("rar", "clean", [])
    assert {child.name: child.data for child in document.children()} == FILES
    done = masked(document)
    assert document.warnings == ["written-as:zip"] and document.suffix == ".zip"  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(done)) as archive:
        assert archive.testzip() is None and archive.namelist() == list(FILES)
        assert {info.external_attr >> 16 for info in archive.infolist()} == {0o100640}
        assert {info.date_time[:3] for info in archive.infolist()} == {(2020, 9, 13)}
        assert not any(value.encode() in archive.read(name) for value in (NAME, ID, TEL) for name in FILES)


def test_rar_comment_and_limits() -> None:
    commented = open_document(rar(comment=f"由{NAME}打包".encode()), "a.rar")
    assert f"comment：由{NAME}打包" in text(commented)
    assert NAME.encode() not in commented.write(edits(commented, NAME))
    assert open_document(rar({"../a": b""}), "a.rar").reason == "traversal"
    assert open_document(rar()[:-60], "a.rar").status in ("refused", "clean")
    hidden = open_document(rar() + TEXT.encode(), "a.rar")
    assert hidden.warnings == ["hidden-bytes"] and ID in text(hidden)


@pytest.mark.parametrize("form", ["gbk", "unicode"])
def test_rar_4(form: str) -> None:
    data = rar4(form=form)
    document = open_document(data, "a.rar")
    sane(document, data)
    assert (document.format, document.status, document.warnings) == ("rar", "clean", [])
    assert {child.name: child.data for child in document.children()} == FILES
    done = masked(document)
    with zipfile.ZipFile(io.BytesIO(done)) as archive:
        assert archive.testzip() is None and archive.namelist() == list(FILES)
        assert not any(value.encode() in archive.read(name) for value in (NAME, ID, TEL) for name in FILES)


def test_rar_4_comment_and_what_is_behind_the_end() -> None:
    commented = open_document(rar4(comment=f"由{NAME}打包".encode()), "a.rar")
    assert f"comment：由{NAME}打包" in text(commented)
    assert NAME.encode() not in commented.write(edits(commented, NAME))
    hidden = open_document(rar4() + TEXT.encode(), "a.rar")
    assert hidden.warnings == ["hidden-bytes"] and ID in text(hidden)
    assert open_document(rar4()[:-30], "a.rar").status == "refused"
    assert open_document(rar4({"../a": b""}), "a.rar").reason == "traversal"


def test_fuzz() -> None:
    fuzz(rar4(comment=b"c" * 20), "a.rar", 500)
    fuzz(sevened(), "a.7z", 500)
    fuzz(rar(comment=b"c" * 20), "a.rar", 500)


def test_a_rar_whose_blocks_break_off_is_damaged() -> None:
    data = rar()
    for broken in (data[:12] + b"\0" + data[13:], data.replace("名单".encode(), "名單".encode()), data[:-8]):
        document = open_document(broken, "a.rar")
        assert (document.status, document.reason) == ("refused", "damaged")
