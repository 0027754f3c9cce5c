"""Somebody at the desk: an HTTP client that signs in and sends forms as the pages do."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
from desk.serving import PASSWORD

ID = "52010219010315904X"
MOBILE = "19900000001"
TEXT = f"低保公示\n姓名\t身份证号\t电话\n陈一一\t{ID}\t{MOBILE}\n监督电话：0851-85550101"


class Visitor(httpx.Client):
    """A browser without scripts."""

    def __init__(self, url: str, name: str = "", lang: str = "zh") -> None:
        super().__init__(base_url=url, headers={"Accept-Language": lang}, timeout=60)
        if name:
            self.sign_in(name)

    @property
    def token(self) -> str:
        return self.cookies["deident_csrf"]

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        self.get("/login")
        return self.send_form("/login", name=name, password=password)

    def send_form(self, path: str, files: Any = None, **fields: str) -> httpx.Response:
        return self.post(path, data={"csrf": self.token, **fields}, files=files)

    def check(self, text: str = TEXT, title: str = "低保公示", files: Any = None, **fields: str) -> str:
        """The path of the page of a new document."""
        if files:
            fields = {"title": title, **fields}
        else:
            fields = {"title": title, "body": text, **fields}
        answer = self.send_form("/documents", files, **fields)
        assert answer.status_code == 303, re.findall(r'role="alert">(.*?)<', answer.text)
        return answer.headers["location"]

    def tag(self, path: str, kind: str) -> str:
        """The tag of the first value of a kind on a document's page."""
        card = re.search(rf"<b>{kind}</b>.*?name=\"tag\" value=\"(\w+)\"", self.get(path).text, re.S)
        assert card, kind
        return card[1]


def seen(page: str) -> str:
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", page))
