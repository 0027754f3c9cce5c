"""The hook and the review desk in one service."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from gate.submissions import CLEAN, DIRTY, ID, MOBILE, attached
from server.service import Service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("review"), "--workers", "1")
    yield made
    assert made.stop() == 0, made.log
    for value in (ID, MOBILE, made.key):
        assert value not in made.log
    assert "Traceback" not in made.log


def test_what_is_not_publishable_is_filed(service: Service) -> None:
    answer = service.check(title="公示", html=DIRTY, review=True, author="编辑一", attachments=[attached("a.txt", b"x")]).json()
    assert answer["verdict"] == "blocked" and answer["review_url"].startswith("/")
    assert "review_url" not in service.check(title="通知", html=CLEAN, review=True).json()
    assert "review_url" not in service.check(title="公示", html=DIRTY).json()
    form = service.client.post("/v1/check", data={"html": DIRTY, "review": "true"}, files={"file": ("a.txt", b"x")}).json()
    assert form["review_url"].startswith("/") and form["review_url"] != answer["review_url"]


def test_a_key_does_not_open_the_desk(service: Service) -> None:
    path = service.check(html=DIRTY, review=True).json()["review_url"]
    for client in (service.client, httpx.Client(base_url=service.url)):
        response = client.get(path, follow_redirects=True)
        assert ID not in response.text and "身份证号" not in response.text
        client.close() if client is not service.client else None


def test_errors_of_the_hook_stay_json(service: Service) -> None:
    response = service.client.get("/v1/nothing")
    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")
