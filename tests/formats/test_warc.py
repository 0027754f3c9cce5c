"""WARC and WACZ: records found, masked and built anew; digests checked by warcio and fastwarc."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import zipfile
import zlib
from collections.abc import Iterator

import pytest
from formats.containers import ID, NAME, SAMPLES, TEL, TEXT, edits, fuzz, gz, sane, text
from warcio.archiveiterator import ArchiveIterator
from warcio.recordloader import ArcWarcRecord
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from deident import Scanner
from deident.formats import Child, Limits, open_document

fastwarc = pytest.importorskip("fastwarc.warc")

pytestmark = pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")  # the writer of warcio leaves its own open

URI = "http://www.x.gov.cn/a.html?n=%E9%B2%81%E5%AE%9A%E5%9B%BD"
PAGE = f"<html><body><p>申请人{NAME}，电话{TEL}</p></body></html>".encode()
OTHER = "110105194912310029"
FORM = "name=%C2%B3%B6%A8%B9%FA&id=" + ID + "&a=b+c"


def chunked(data: bytes) -> bytes:
    return (
        b"".join(b"%x\r\n%s\r\n" % (len(data[at : at + 50]), data[at : at + 50]) for at in range(0, len(data), 50)) + b"0\r\n\r\n"
    )


def archive(zipped: bool = True, version: str = "WARC/1.1") -> bytes:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=zipped, warc_version=version)

    def add(
        uri: str, type: str, payload: bytes, headers: list[tuple[str, str]] | None = None, first: str = "200 OK", **own: str
    ) -> str:
        http = StatusAndHeaders(first, headers, protocol="HTTP/1.1") if headers is not None else None
        if type == "request" and http is not None:
            http = StatusAndHeaders(first, headers or [], is_http_request=True)
        record = writer.create_warc_record(
            uri,
            type,
            payload=io.BytesIO(payload),
            http_headers=http,
            warc_headers_dict={key.replace("_", "-"): v for key, v in own.items()},
        )
        writer.write_record(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))

    writer.write_record(writer.create_warcinfo_record("x.warc.gz", {"software": "t", "operator": NAME}))
    page = add(
        URI,
        "response",
        gzip.compress(PAGE),
        [("Content-Type", "text/html"), ("Set-Cookie", f"u={ID}"), ("Content-Encoding", "gzip")],
    )
    add("http://x.gov.cn/api", "response", chunked(json.dumps({"tel": TEL, "xm": NAME}).encode()),
        [("Content-Type", "application/json"), ("Transfer-Encoding", "chunked"), ("Location", f"/x?tel={TEL}")])  # fmt: skip
    add("http://x.gov.cn/img.png", "response", bytes(range(256)), [("Content-Type", "image/png")])
    add(
        "http://x.gov.cn/d",
        "response",
        zlib.compress(PAGE)[2:-4],
        [("Content-Type", "text/html"), ("Content-Encoding", "deflate")],
    )
    add(f"http://x.gov.cn/f?tel={TEL}", "request", FORM.encode(), [("Host", "x.gov.cn"), ("Referer", f"http://x/?t={TEL}")], "POST /f HTTP/1.1",
        WARC_Concurrent_To=page)  # fmt: skip
    add(
        "http://x.gov.cn/j",
        "request",
        json.dumps({"tel": TEL}).encode(),
        [("Content-Type", "application/json")],
        "POST /j HTTP/1.1",
    )
    add("urn:text:http://x.gov.cn/a.html", "conversion", TEXT.encode(), None, Content_Type="text/plain")
    add("http://x.gov.cn/res.txt", "resource", b"nothing here", None, Content_Type="text/plain")
    return out.getvalue()


def records(data: bytes) -> Iterator[tuple[ArcWarcRecord, bytes]]:
    for record in ArchiveIterator(io.BytesIO(data), check_digests="raise"):
        yield record, record.content_stream().read()


def everything(data: bytes) -> bytes:
    return (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data) + b"".join(content for _, content in records(data))


def cleaned(data: bytes, *values: str, name: str = "a.warc.gz") -> bytes:
    document = open_document(data, name)
    children: dict[int, Child | None] = {}
    for number, child in enumerate(document.children()):
        inner = open_document(child.data, child.name)
        if inner.status == "clean" and (found := edits(inner, *values)):
            children[number] = Child(child.name, inner.write(found))
    return document.write(edits(document, *values), children)


@pytest.mark.parametrize("zipped", [True, False])
def test_records(zipped: bool) -> None:
    data = archive(zipped)
    document = open_document(data, "a.warc")
    sane(document, data)
    assert (document.format, document.status, document.archive, document.warnings) == ("warc", "clean", True, [])
    children = list(document.children())
    assert [child.name for child in children] == [
        "www.x.gov.cn/a.html", "x.gov.cn/api.json", "x.gov.cn/img.png", "x.gov.cn/d.html", "x.gov.cn/j.json", "x.gov.cn/a.html",
        "x.gov.cn/res.txt",
    ]  # fmt: skip
    assert children[0].data == children[3].data == PAGE and json.loads(children[1].data)["tel"] == TEL
    view = text(document)
    assert f"a.html?n={NAME}" in view and f"u={ID}" in view and f"operator: {NAME}" in view
    assert f"form：name={NAME}\nid={ID}\na=b c" in view and view.count(TEL) == 3
    assert "sha1:" not in view and "urn:uuid" not in view


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("version", ["WARC/1.0", "WARC/1.1"])
def test_masked_records(zipped: bool, version: str) -> None:
    data = archive(zipped, version)
    done = cleaned(data, NAME, ID, TEL)
    whole = everything(done)
    for value in (NAME.encode(), ID.encode(), TEL.encode(), b"%E9%B2%81", b"%C2%B3"):
        assert value not in whole
    before, after = list(records(data)), list(records(done))
    assert [one.rec_type for one, _ in before] == [one.rec_type for one, _ in after]
    for (old, _), (new, content) in zip(before, after, strict=True):
        for key in ("WARC-Record-ID", "WARC-Date", "WARC-Type", "Content-Type"):
            assert old.rec_headers.get_header(key) == new.rec_headers.get_header(key)
        if new.http_headers and (size := new.http_headers.get_header("Content-Length")):
            assert int(size) == len(content)
    assert after[1][0].http_headers.get_header("Content-Encoding") is None
    assert after[1][1] == PAGE.replace(NAME.encode(), b"***").replace(TEL.encode(), b"*" * 11)
    count = 0
    for record in fastwarc.ArchiveIterator(io.BytesIO(done), parse_http=False):
        assert record.verify_block_digest()
        count += 1
    assert count == len(before)
    assert cleaned(done, NAME, ID, TEL) == done
    saved = open_document(data).saved  # type: ignore[attr-defined]
    assert data[slice(*saved[3].raw)] in done and data[slice(*saved[-1].raw)] in done, "without an edit byte for byte"


def test_only_headers_change() -> None:
    data = archive()
    document = open_document(data, "a.warc.gz")
    done = document.write(edits(document, ID))
    [(record, content)] = [one for one in records(done) if one[0].rec_headers.get_header("WARC-Target-URI") == URI]
    assert content == PAGE and record.http_headers.get_header("Content-Encoding") == "gzip"
    assert record.http_headers.get_header("Set-Cookie") == "u=" + "*" * 18


def test_left_out_records_take_their_requests_along() -> None:
    data = archive()
    done = open_document(data, "a.warc.gz").write([], {0: None, 2: None})
    kinds = [record.rec_type for record, _ in records(done)]
    assert kinds == ["warcinfo", "response", "response", "request", "conversion", "resource"]


def test_revisits_follow_the_digest() -> None:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    page = writer.create_warc_record(
        "http://x.cn/", "response", payload=io.BytesIO(PAGE), http_headers=StatusAndHeaders("200 OK", [], "HTTP/1.1")
    )
    writer.write_record(page)
    old = page.rec_headers.get_header("WARC-Payload-Digest")
    writer.write_record(writer.create_revisit_record("http://x.cn/2", old, "http://x.cn/", "2024-01-01T00:00:00Z"))
    done = cleaned(out.getvalue(), NAME)
    first, second = [record.rec_headers.get_header("WARC-Payload-Digest") for record, _ in records(done)]
    assert first == second != old


def test_one_gzip_member_for_all_and_bytes_of_nobody() -> None:
    data = gzip.compress(archive(False))
    assert cleaned(data, NAME, ID, TEL) and NAME.encode() not in everything(cleaned(data, NAME, ID, TEL))
    place = archive(False).index(b"WARC/1.1\r\n", 100)
    between = archive(False)[:place] + f"身份证{OTHER}\r\n".encode() + archive(False)[place:]
    document = open_document(between, "a.warc")
    assert document.warnings == ["hidden-bytes"] and OTHER in text(document)
    assert OTHER.encode() not in everything(cleaned(between, OTHER))
    named = gz(archive(False), f"{TEL}.warc")
    assert f"filename：{TEL}.warc" in text(open_document(named, "a.warc.gz"))
    assert TEL.encode() not in cleaned(named, NAME, ID, TEL)
    assert open_document(archive(False)[:-200], "a.warc").reason == "damaged"
    bomb = io.BytesIO()
    writer = WARCWriter(bomb, gzip=True)
    headers = StatusAndHeaders("200 OK", [("Content-Encoding", "gzip")], "HTTP/1.1")
    writer.write_record(
        writer.create_warc_record(
            "http://x", "response", payload=io.BytesIO(gzip.compress(bytes(300 << 20))), http_headers=headers
        )
    )
    assert open_document(bomb.getvalue()).reason == "bomb"
    assert open_document(archive(), limits=Limits(max_members=3)).reason == "too-many-members"


def test_codings() -> None:
    def one(payload: bytes, coding: str) -> bytes:
        out = io.BytesIO()
        writer = WARCWriter(out, gzip=False)
        headers = StatusAndHeaders("200 OK", [("Content-Encoding", coding), ("Content-Type", "text/html")], "HTTP/1.1")
        writer.write_record(writer.create_warc_record("http://x/", "response", payload=io.BytesIO(payload), http_headers=headers))
        return out.getvalue()

    brotli = pytest.importorskip("brotli")
    for payload, coding in (
        (brotli.compress(PAGE), "br"),
        (PAGE, "gzip"),
        (gzip.compress(PAGE[:60]) + gzip.compress(PAGE[60:]), "x-gzip"),
    ):
        document = open_document(one(payload, coding), "a.warc")
        assert document.status == "clean"
        assert next(iter(document.children())).data == PAGE
    cut = open_document(one(gzip.compress(PAGE)[:-12], "gzip"), "a.warc")
    assert next(iter(cut.children())).data.startswith(PAGE[:40])
    assert (cut.status, open_document(one(b"\x28\xb5", "zstd"), "a.warc").status) == ("clean", "partial")


def test_sample() -> None:
    if not SAMPLES.exists():
        pytest.skip("no samples")
    values = ("张伟民", "欧阳雪梅", "李建国", "110101199003074578", "13800138000", "zhangwm90@example.gov.cn")
    data = (SAMPLES / "arch/s.warc.gz").read_bytes()
    done = cleaned(data, *values)
    assert sum(1 for _ in records(done)) == 5
    for record, content in records(done):
        if not str(record.rec_headers.get_header("WARC-Target-URI")).endswith("docx"):
            raw = (
                str(record.rec_headers.headers).encode()
                + str(record.http_headers and record.http_headers.headers).encode()
                + content
            )
            assert not any(value.encode() in raw or value.encode("gbk") in raw for value in values) and b"%E5%BC%A0" not in raw


def wacz() -> bytes:
    warc = archive()
    pages = json.dumps({"format": "json-pages-1.0"}) + "\n" + json.dumps({"url": URI, "title": NAME}) + "\n"
    index = f'cn,gov,x)/a.html?n={TEL} 20240101000000 {{"url": "{URI}", "offset": "0", "length": "1", "filename": "a.warc.gz"}}\n'
    files = {
        "archive/a.warc.gz": warc, "pages/pages.jsonl": pages.encode(), "indexes/index.cdx.gz": gzip.compress(index.encode()),
        "indexes/index.idx": b'!meta 0 {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"}\n', "indexes/index.cdxj": index.encode(),
    }  # fmt: skip
    resources = [
        {"name": name.rsplit("/")[-1], "path": name, "hash": "sha256:0", "bytes": len(data)} for name, data in files.items()
    ]
    package = json.dumps({"profile": "data-package", "title": NAME, "resources": resources}).encode()
    digest = json.dumps({"path": "datapackage.json", "hash": "sha256:0", "signedData": {"signature": "x"}}).encode()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archived:
        for name, data in {**files, "datapackage.json": package, "datapackage-digest.json": digest}.items():
            archived.writestr(name, data)
    return out.getvalue()


def test_wacz_is_built_anew() -> None:
    data = wacz()
    document = open_document(data, "a.wacz")
    sane(document, data)
    assert (document.format, document.status) == ("wacz", "clean")
    children = list(document.children())
    assert [child.name for child in children] == ["archive/a.warc.gz", "pages/pages.jsonl", "datapackage.json"]
    assert text(document).count(TEL) == 2 and f"n={NAME}" in text(document)
    new = {0: Child(children[0].name, cleaned(children[0].data, NAME, ID, TEL))}
    for number in (1, 2):
        inner = open_document(children[number].data, children[number].name)
        new[number] = Child(children[number].name, inner.write(edits(inner, NAME)))
    done = document.write(edits(document, NAME, TEL), new)
    assert document.warnings == ["signature-broken"]
    with zipfile.ZipFile(io.BytesIO(done)) as archived:
        files = {name: archived.read(name) for name in archived.namelist()}
    index = gzip.decompress(files["indexes/index.cdx.gz"])
    assert index == files["indexes/index.cdxj"]
    warc = files["archive/a.warc.gz"]
    lines = index.decode().splitlines()
    assert lines == sorted(lines) and len(lines) == 5
    for line in lines:
        surt, when, entry = line.split(" ", 2)
        place = json.loads(entry)
        start, size = int(place["offset"]), int(place["length"])
        [(record, _)] = list(records(warc[start : start + size]))
        assert record.rec_headers.get_header("WARC-Target-URI") == place["url"]
        assert place["digest"] == record.rec_headers.get_header("WARC-Payload-Digest")
        assert surt.startswith("cn,gov,x)/") and len(when) == 14 and place["filename"] == "a.warc.gz"
    meta, block = files["indexes/index.idx"].decode().splitlines()
    assert meta.startswith("!meta 0 ") and json.loads(block.split(" ", 2)[2])["length"] == len(files["indexes/index.cdx.gz"])
    package = json.loads(files["datapackage.json"])
    assert package["title"] == "***" and len(package["resources"]) == 5
    for one in package["resources"]:
        content = files[one["path"]]
        assert one["hash"] == "sha256:" + hashlib.sha256(content).hexdigest() and one["bytes"] == len(content)
    digest = json.loads(files["datapackage-digest.json"])
    assert digest == {"path": "datapackage.json", "hash": "sha256:" + hashlib.sha256(files["datapackage.json"]).hexdigest()}
    everything_ = b"".join(files.values()) + index + gzip.decompress(warc)
    assert NAME.encode() not in everything_ and TEL.encode() not in everything_ and b"%E9%B2%81" not in everything_


def test_many_records_in_linear_time() -> None:
    out = io.BytesIO()
    writer = WARCWriter(out, gzip=True)
    for number in range(3000):
        headers = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], "HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"http://x.gov.cn/{number}.html", "response", payload=io.BytesIO(PAGE), http_headers=headers
            )
        )
    document = open_document(out.getvalue(), "a.warc.gz")
    assert len(list(document.children())) == 3000
    done = document.write(edits(document, "2999.html"), {0: Child("x", b"new")})
    assert len(list(open_document(done).children())) == 3000


#: What the article pages of a messaging service look like: the text is in the page, the title and the author in scripts too.
ARTICLE = """<html><head><meta property="og:title" content="低保对象公示"><title></title></head><body><div id="js_content" style="visibility: hidden;">
<p>申请人鲁定国，身份证号：11010519491231002X。</p><img data-src="https://mmbiz.example.cn/a.png?sfz=11010519491231002X" alt="身份证11010519491231002X">
</div><script>var msg_title = '公示：身份证号11010519491231002X'.html(false); window.cgiData = { nick_name: "某某县民政局", desc: "身份证号：11010519491231002X" };
</script></body></html>"""
DUMP = {
    "ret": 0,
    "data": {
        "list": [
            {"title": "公示", "content": "<p>申请人鲁定国，身份证号：<b>110105</b>19491231002X</p>", "sfz": "11010519491231002X"}
        ]
    },
}


def test_article_pages_and_dumps_of_interfaces() -> None:
    dump = json.dumps(DUMP).encode()
    done = Scanner(ner=False).mask_many([("s/article", ARTICLE.encode()), ("api/list", dump)])
    for data, report in done:
        assert data is not None and report.findings
        assert b"19491231002X" not in data
    content = json.loads(done[1][0] or b"")["data"]["list"][0]["content"]
    assert "申请人" in content and "<b>" in content


def test_fuzz() -> None:
    fuzz(archive(False), "a.warc", 500)
    fuzz(archive(), "a.warc.gz", 500)
    fuzz(wacz(), "a.wacz", 300)
