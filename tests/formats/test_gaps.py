"""What of a ZIP is not the stream of a member: headers, stored members, what stands between and behind them."""

from __future__ import annotations

import io
import zipfile
import zlib

from deident.formats.archive.gaps import unpacked

NUMBER = b"52010219010315904X"


def made(*members: tuple[str, bytes, int], comment: bytes = b"") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.comment = comment
        for name, data, how in members:
            archive.writestr(zipfile.ZipInfo(name), data, how)
    return file.getvalue()


def left(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return unpacked(data, archive.infolist())


def test_streams_are_left_out_and_nothing_else() -> None:
    deflated = bytes(range(256)) * 40
    data = made(("a.xml", deflated, zipfile.ZIP_DEFLATED), ("b.txt", NUMBER, zipfile.ZIP_STORED), comment=b"the end")
    rest = left(data)
    assert NUMBER in rest
    assert rest.endswith(b"the end")
    assert len(rest) < len(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        size = archive.getinfo("a.xml").compress_size
    assert len(rest) == len(data) - size + 1  # a line end stands for the stream


def test_what_hides_behind_the_end_of_a_stream_is_seen() -> None:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    stream = packer.compress(b"<a/>") + packer.flush()
    data = made(("a.xml", stream + NUMBER, zipfile.ZIP_STORED))
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, 4
    assert NUMBER in unpacked(data, [info])


def test_headers_that_lie_leave_the_whole_file() -> None:
    data = made(("a.xml", b"<a/>" * 100, zipfile.ZIP_DEFLATED))
    info = zipfile.ZipFile(io.BytesIO(data)).infolist()[0]
    info.header_offset = 3
    assert unpacked(data, [info]) == data
    info.header_offset, info.compress_size = 0, len(data) * 2
    assert unpacked(data, [info]) == data
