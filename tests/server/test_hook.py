"""The hook over HTTP: a real service, real requests."""

from __future__ import annotations

import base64
import json
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from random import Random
from typing import Any

import httpx
import pytest
from gate.submissions import CLEAN, DIRTY, ID, MOBILE, attached, letter, values
from generated import resident_id
from server.service import Service

UNSEEN = "SECRET-0001"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("hook"), "--no-desk", "--workers", "2", "--max-mb", "1", "--max-files", "3")
    yield made
    assert made.stop() == 0, made.log
    for value in (ID, MOBILE, UNSEEN, made.key):
        assert value not in made.log
    assert "Traceback" not in made.log and "Warning" not in made.log


def error(response: httpx.Response) -> tuple[int, str]:
    """Status and code; nothing of the request is in it."""
    content = response.json()
    assert content.keys() == {"error"} and content["error"].keys() == {"code", "message"} and content["error"]["message"]
    assert UNSEEN not in response.text and ID not in response.text
    return response.status_code, content["error"]["code"]


# ---- answers


def test_check(service: Service) -> None:
    answer = service.check(title="公示", html=DIRTY, channel="site").json()
    assert (answer["verdict"], answer["exit_code"], answer["counts"]) == ("blocked", 1, {"mask": 2, "review": 0, "keep": 0})
    found = answer["documents"][0]["findings"]
    assert [DIRTY[f["start"] : f["end"]] for f in found] == [ID, MOBILE] and all(f["tag"] for f in found)
    assert service.check(html=CLEAN).json()["verdict"] == "publishable"


def test_mask_with_a_letter(service: Service) -> None:
    answer = service.mask(html=DIRTY, attachments=[attached("a.docx", letter(f"身份证号：{ID}"))]).json()
    assert answer["masked"]["html"] == DIRTY.replace(ID, ID[:2] + "*" * 16).replace(MOBILE, "199********")
    [word] = answer["masked"]["attachments"]
    with zipfile.ZipFile(BytesIO(base64.b64decode(word["content"]))) as package:
        assert ID not in package.read("word/document.xml").decode()
    assert (word["status"], answer["verdict"], answer["counts_before"]["mask"]) == ("masked", "publishable", 3)
    assert ID not in json.dumps(values(answer), ensure_ascii=False)


def test_a_form_is_as_good_as_json(service: Service) -> None:
    files = [("file", ("a.docx", letter(f"身份证号：{ID}"))), ("file", (f"名单{ID}.txt", "通知".encode()))]
    form = {"title": "公示", "html": DIRTY, "channel": "site", "text": "", "lang": "en", "review": "false"}
    by_form = service.client.post("/v1/check", data=form, files=files)
    listed = [attached("a.docx", files[0][1][1]), attached(files[1][1][0], files[1][1][1])]
    by_json = service.check(title="公示", html=DIRTY, channel="site", attachments=listed)
    assert by_form.json() == by_json.json() and by_form.status_code == 200
    assert by_form.json()["verdict"] == "blocked" and ID not in by_form.text


def test_the_language_of_the_submission(service: Service) -> None:
    for lang, said in (("zh", "不能发布"), ("en", "It must not")):
        answer = service.client.post("/v1/check", json={"html": DIRTY, "lang": lang}).json()
        assert answer["message"].startswith(said)


def test_the_key_in_another_header(service: Service) -> None:
    response = httpx.post(f"{service.url}/v1/check", json={"text": "x"}, headers={"X-API-Key": service.key})
    assert response.status_code == 200


# ---- what is refused


@pytest.mark.parametrize(
    "headers", [{}, {"X-API-Key": UNSEEN}, {"Authorization": f"Bearer {UNSEEN}"}, {"Authorization": "Basic eDp5"}]
)
@pytest.mark.parametrize("path", ["/v1/check", "/v1/mask"])
def test_without_a_key(service: Service, path: str, headers: dict[str, str]) -> None:
    response = httpx.post(service.url + path, content=b"x" * 3_000_000, headers={"Content-Type": "application/json", **headers})
    assert error(response) == (401, "unauthorized") and response.headers["WWW-Authenticate"] == "Bearer"


def test_too_large_is_said_before_it_is_read(service: Service) -> None:
    response = service.client.post("/v1/check", content=b"x" * 1_000_001, headers={"Content-Type": "application/json"})
    assert error(response) == (413, "too_large")
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        while sent < 400_000_000:
            sent += 1 << 16
            yield b" " * (1 << 16)

    try:
        response = service.client.post("/v1/check", content=endless(), headers={"Content-Type": "application/json"})
    except httpx.WriteError:  # the connection was closed while it was still sending
        pass
    else:
        assert error(response) == (413, "too_large")
    assert sent < 200_000_000
    assert service.check(text="x").status_code == 200


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe{}", "application/json"),
        ('{"text": "陈一一"}'.encode("gbk"), "application/json; charset=gbk"),
        (b'{"text": "x", "text": "' + UNSEEN.encode() + b'"}', "application/json"),
        (b'{"text": "x", "other": "' + UNSEEN.encode() + b'"}', "application/json"),
        (b'{"text": ' + b"[" * 200_000, "application/json"),
        (b'{"text": ' + b"9" * 200_000 + b"}", "application/json"),
        (b'{"text": "x", "doc_type": "' + UNSEEN.encode() + b'"}', "application/json"),
        (b'{"text": "x", "attachments": [{"name": "a", "content": "' + UNSEEN.encode() + b'"}]}', "application/json"),
        (b"", "multipart/form-data; boundary=b"),
        (b"--b\r\n\r\nx", "multipart/form-data; boundary=b"),
        (b"x", "multipart/form-data"),
        (b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\n\xb3\xc2\r\n--b--\r\n', "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="SECRET-0001"\r\n\r\nx\r\n--b--\r\n', "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="file"\r\n\r\nx\r\n--b--\r\n', "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="text"; filename="a"\r\n\r\nx\r\n--b--\r\n', "multipart/form-data; boundary=b"),
        (b'--b\r\nContent-Disposition: form-data; name="text"\r\n\r\nx', "multipart/form-data; boundary=b"),
    ],
)  # fmt: skip
def test_malformed(service: Service, body: bytes, kind: str) -> None:
    response = service.client.post("/v1/check", content=body, headers={"Content-Type": kind, "Accept-Language": "en"})
    assert error(response) == (422, "malformed")


@pytest.mark.parametrize("kind", ["", "text/plain", "application/x-www-form-urlencoded", "application/json5"])
def test_unsupported(service: Service, kind: str) -> None:
    response = service.client.post("/v1/check", content=b"{}", headers={"Content-Type": kind})
    assert error(response) == (415, "unsupported")


def test_too_many_attachments(service: Service) -> None:
    files = [attached(f"{number}.txt", b"x") for number in range(4)]
    assert error(service.check(attachments=files)) == (413, "too_many")
    form = [("file", (f"{number}.txt", b"x")) for number in range(4)]
    assert error(service.client.post("/v1/check", files=form)) == (413, "too_many")
    assert service.check(attachments=files[:3]).status_code == 200


def test_other_addresses_and_methods(service: Service) -> None:
    assert error(service.client.get(f"/{UNSEEN}?{ID}={ID}")) == (404, "not_found")
    response = service.client.get("/v1/check")
    assert error(response) == (405, "not_allowed") and response.headers["Allow"] == "POST"
    for path in ("/docs", "/redoc"):  # those of the framework load from elsewhere
        assert error(service.client.get(path)) == (404, "not_found")


def test_no_desk_to_file_it_at(service: Service) -> None:
    response = service.check(html=DIRTY, review=True)
    assert error(response) == (422, "malformed") and "review desk" not in service.check(html=CLEAN, review=True).text


def test_errors_are_in_the_language_of_the_client(service: Service) -> None:
    for asked, said in (("zh-CN,zh;q=0.9", "请求类型"), ("fr, en-GB", "The content type"), ("fr", "The content type")):
        response = service.client.post("/v1/check", content=b"x", headers={"Content-Type": "a/b", "Accept-Language": asked})
        assert response.json()["error"]["message"].startswith(said)


def test_a_bomb_is_refused_and_does_no_harm(service: Service) -> None:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", b"<w:t>" + b" " * (256 << 20))
    answer = service.check(html=CLEAN, attachments=[attached("bomb.docx", out.getvalue())]).json()
    assert (answer["verdict"], answer["exit_code"], answer["documents"][1]["status"]) == ("incomplete", 3, "refused")
    assert "bomb" in answer["reasons"][0]
    assert service.check(html=CLEAN).json()["verdict"] == "publishable" and service.metric("deident_workers_lost") == 0


# ---- what is around it


def test_health_and_metrics(service: Service) -> None:
    assert httpx.get(f"{service.url}/healthz").json() == {"status": "ready", "version": "0.1.0", "workers": 2}
    assert httpx.get(f"{service.url}/healthz/live").json()["status"] == "live"
    before = service.metric("deident_findings_total"), service.metric("deident_requests_total")
    service.check(html=DIRTY)
    text = httpx.get(f"{service.url}/metrics").text
    assert 'deident_requests_total{endpoint="/v1/check",status="200",verdict="blocked"}' in text
    assert 'deident_findings_total{action="mask",category="id_number"}' in text
    assert service.metric("deident_findings_total") == before[0] + 2 and service.metric("deident_requests_total") > before[1]
    assert service.metric("deident_request_seconds_bucket") > 0 and service.metric("deident_workers") == 2
    assert UNSEEN not in text and ID not in text


def test_requests_are_not_mixed_up(service: Service) -> None:
    random = Random(5)
    ids = [resident_id(random) for _ in range(500)]

    def ask(number: int) -> None:
        before = f"第{number}号{'。' * number}"
        fields: dict[str, Any] = {"title": f"通知{number}", "text": f"{before}身份证号：{ids[number]}。"}
        if number % 2:
            answer = service.check(**fields).json()
            [found] = answer["documents"][0]["findings"]
            assert (found["start"], found["end"]) == (len(before) + 5, len(before) + 23)
        else:
            answer = service.mask(**fields).json()
            hidden = ids[number][:2] + "*" * 16
            assert answer["masked"] == {"title": f"通知{number}", "text": f"{before}身份证号：{hidden}。", "attachments": []}

    with ThreadPoolExecutor(8) as threads:
        assert len(list(threads.map(ask, range(500)))) == 500


def test_the_log_says_who_where_and_what(service: Service) -> None:
    service.client.get(f"/v1/check?{UNSEEN}={ID}")
    assert " INFO deident.access POST /v1/check 200 blocked " in service.log and " key=tests from=127.0.0.1" in service.log
    assert " INFO deident.access GET other 404 - " in service.log and "/healthz" not in service.log.replace("/healthz 503", "")
