"""The client of the hook: what it sends, and in which words it says that no verdict could be had."""

from __future__ import annotations

import base64
import json
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from deident.errors import DeidentError
from deident.integrations.client import Hook, HookDown, HookError, HookRefused

SECRET = "身份证号：52010219010315904X"
GOOD = {"verdict": "publishable", "message": "", "documents": [], "counts": {}}
Answer = Callable[..., None]


@pytest.fixture
def served() -> Iterator[tuple[str, Answer, list[dict[str, Any]]]]:
    """A server's address, what sets its next answer, and what it was asked."""
    asked: list[dict[str, Any]] = []
    given: dict[str, Any] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append({"path": self.path, "headers": dict(self.headers), "body": json.loads(body)})
            self.send_response(given["status"])
            for name, value in given["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(given["content"])))
            self.end_headers()
            self.wfile.write(given["content"])

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    def answer(content: object, status: int = 200, **headers: str) -> None:
        given.update(
            status=status, content=content if isinstance(content, bytes) else json.dumps(content).encode(), headers=headers
        )

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", answer, asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_what_is_asked(served: tuple[str, Answer, list[dict[str, Any]]]) -> None:
    url, answer, asked = served
    answer(GOOD)
    hook = Hook(url + "/", "the key")
    assert (
        hook.check(title="标题", html="<p>", channel="site", url="", attachments=[("a.bin", b"\0\xff")])["verdict"]
        == "publishable"
    )
    [one] = asked
    assert one["path"] == "/v1/check" and one["headers"]["Authorization"] == "Bearer the key"
    files = [{"name": "a.bin", "content": base64.b64encode(b"\0\xff").decode()}]
    assert one["body"] == {"title": "标题", "html": "<p>", "channel": "site", "lang": "zh", "attachments": files}
    assert "the key" not in repr(hook)


def test_masked_attachments_come_back_as_bytes(served: tuple[str, Answer, list[dict[str, Any]]]) -> None:
    url, answer, asked = served
    files = [{"name": "a", "content": base64.b64encode(b"x").decode()}, {"name": "b", "content": None}]
    answer({**GOOD, "masked": {"title": "", "html": "<p>", "attachments": files}})
    assert [file["content"] for file in Hook(url).mask(html="<p>")["masked"]["attachments"]] == [b"x", None]
    assert asked[0]["path"] == "/v1/mask" and "Authorization" not in asked[0]["headers"]


@pytest.mark.parametrize(
    ("status", "code", "kind", "words"),
    [
        (401, "unauthorized", HookDown, "密钥"),
        (413, "too_large", HookRefused, "told"),
        (415, "unsupported", HookRefused, "told"),
        (422, "malformed", HookRefused, "told"),
        (503, "busy", HookDown, "told"),
        (503, "stopping", HookDown, "told"),
        (503, "timeout", HookRefused, "told"),
        (503, "worker_lost", HookRefused, "told"),
        (500, "", HookDown, "500"),
        (413, "", HookRefused, "413"),
        (404, "", HookDown, "无法理解"),
        (302, "", HookDown, "无法理解"),
    ],
)
def test_what_is_no_verdict(
    served: tuple[str, Answer, list[dict[str, Any]]], status: int, code: str, kind: type[HookError], words: str
) -> None:
    url, answer, asked = served
    error = {"error": {"code": code, "message": "told"}} if code else {}
    answer(error, status, **{"Retry-After": "3"}, Location=f"{url}/elsewhere")
    with pytest.raises(kind, match=words) as raised:
        Hook(url, "k").check(text=SECRET)
    assert (raised.value.status, raised.value.retry) == (status, 3.0) and isinstance(raised.value, DeidentError)
    assert len(asked) == 1, "no redirect is followed"
    assert raised.value.__suppress_context__ and SECRET not in str(raised.value)


@pytest.mark.parametrize("content", [b"", b"<html>", b"[]", b'{"verdict": "fine"}', b"\xff"])
def test_an_answer_that_is_none(served: tuple[str, Answer, list[dict[str, Any]]], content: bytes) -> None:
    url, answer, _ = served
    answer(content)
    with pytest.raises(HookDown, match="cannot be understood"):
        Hook(url, lang="en").check(text=SECRET)


def test_nobody_listens_or_answers() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(HookDown, match="deident serve"):
            Hook(url, timeout=1).check(text=SECRET)
        silent.listen()
        with pytest.raises(HookDown, match=r"did not answer within 0\.2 seconds"):
            Hook(url, timeout=0.2, lang="en").check(text=SECRET)


@pytest.mark.parametrize("url", ["", "ftp://x", "file:///etc/passwd", "127.0.0.1:8765"])
def test_an_address_that_is_none(url: str) -> None:
    with pytest.raises(HookError, match="http"):
        Hook(url)


def test_half_a_character_is_sent_and_left_to_the_hook(served: tuple[str, Answer, list[dict[str, Any]]]) -> None:
    url, answer, _ = served
    answer({"error": {"code": "malformed", "message": "told"}}, 422)
    with pytest.raises((HookRefused, HookDown)):
        Hook(url, timeout=2).check(text="a\ud800")
