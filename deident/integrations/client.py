"""A client of the publish hook (`deident serve`), with the standard library alone.

>>> hook = Hook("http://127.0.0.1:8765", key="…", timeout=10)     # doctest: +SKIP
>>> hook.check(title="公示", html="<p>身份证号：52010219010315904X</p>")["verdict"]     # doctest: +SKIP
'blocked'

HookError (a DeidentError)
├── HookDown      no answer, or none from a working hook: the question may be asked again later
└── HookRefused   the hook does not take this submission: too large, malformed, too slow
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Iterable, Mapping
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request, build_opener

from deident.errors import DeidentError

TIMEOUT = 10.0  # seconds for a connection, and for each wait on it
MOST = 256 << 20  # bytes of an answer; a masked attachment comes back in base64
VERDICTS = frozenset(("publishable", "review", "blocked", "incomplete"))
# Of the submission's own doing, so that another try or another server would not help; everything else is the hook's.
OF_CONTENT = frozenset(("too_large", "malformed", "unsupported", "timeout", "worker_lost"))
TOO_LARGE, UNSUPPORTED, MALFORMED, BAD = 413, 415, 422, 400

SAID: dict[str, tuple[str, str]] = {
    "address": ("检查服务的地址 {url} 不是 http:// 或 https:// 地址。", "The checking service's address {url} is no http:// or https:// address."),
    "unreachable": (
        "无法连接检查服务（{host}）：{why}。请确认 deident serve 正在运行。",
        "The checking service ({host}) cannot be reached: {why}. See whether deident serve is running.",
    ),
    "slow": (
        "检查服务（{host}）在 {seconds:g} 秒内没有应答。",
        "The checking service ({host}) did not answer within {seconds:g} seconds.",
    ),
    "key": (
        "检查服务不接受本系统的密钥。请联系管理员核对密钥。",
        "The checking service does not accept this system's key. Ask the administrator to check the key.",
    ),
    "strange": (
        "检查服务（{host}）的应答无法理解（{status}）。",
        "The checking service ({host}) gave an answer that cannot be understood ({status}).",
    ),
    "refused": ("检查服务不受理这份内容（{status}）。", "The checking service does not take this content ({status})."),
    "busy": ("检查服务暂时不可用（{status}）。", "The checking service cannot be used at the moment ({status})."),
}  # fmt: skip


class HookError(DeidentError):
    """The hook gave no verdict.  `code` is the hook's word or one of SAID, `status` the HTTP status (0: no answer), `retry` seconds."""

    def __init__(self, message: str, code: str = "", status: int = 0, retry: float | None = None) -> None:
        super().__init__(message)
        self.code, self.status, self.retry = code, status, retry


class HookDown(HookError):
    """No working hook answered.  Whether one may publish without a verdict is the site's setting."""


class HookRefused(HookError):
    """The hook does not take this submission, which is therefore not cleared."""


class Hook:
    """The hook at `url`, asked with `key`.  `timeout` in seconds; `lang` of its sentences, "zh" or "en".

    No redirect is followed, and no proxy of the environment is used: content goes to this address and nowhere else.
    May be used from many threads.  Each question is a connection of its own, which costs under a millisecond on one machine.
    """

    def __init__(
        self, url: str, key: str = "", *, timeout: float = TIMEOUT, lang: str = "zh", context: ssl.SSLContext | None = None
    ) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise HookError(_say(lang, "address", url=url), "address")
        self.url, self.timeout, self.lang = url.rstrip("/"), timeout, lang
        self._host, self._key = parts.netloc.rpartition("@")[2], key
        self._opener = build_opener(ProxyHandler({}), _Stay, HTTPSHandler(context=context))

    def __repr__(self) -> str:
        return f"Hook({self._host})"

    def check(self, **submission: Any) -> dict[str, Any]:
        """The answer on a submission: its fields by name, `attachments` as (name, bytes).  Raises HookDown, HookRefused."""
        return self._ask("/v1/check", submission)

    def mask(self, **submission: Any) -> dict[str, Any]:
        """The same with the cleaned content in `masked`, attachments in `masked["attachments"]` in their order, as bytes or None."""
        answer = self._ask("/v1/mask", submission)
        try:
            for file in answer["masked"].get("attachments") or ():
                content = file.get("content")
                file["content"] = None if content is None else base64.b64decode(content, validate=True)
        except (AttributeError, KeyError, TypeError, ValueError):
            raise HookDown(_say(self.lang, "strange", host=self._host, status="masked"), "strange") from None
        return answer

    def _ask(self, path: str, submission: Mapping[str, Any]) -> dict[str, Any]:
        body = {name: value for name, value in submission.items() if value is not None and value != ""}
        body.setdefault("lang", self.lang)
        body["attachments"] = _attachments(submission.get("attachments") or ())
        headers = {"Content-Type": "application/json; charset=utf-8", "Accept": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        lang = body["lang"]
        request = Request(
            self.url + path, json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"), headers, method="POST"
        )
        # `from None`: what urllib raises may hold the request, and with it the content.
        try:
            status, content = _opened(self._opener, request, self.timeout)
        except HTTPError as problem:
            with problem:
                raise self._error(problem, lang) from None
        except TimeoutError:
            raise HookDown(_say(lang, "slow", host=self._host, seconds=self.timeout), "slow") from None
        except URLError as problem:
            if isinstance(problem.reason, TimeoutError):
                raise HookDown(_say(lang, "slow", host=self._host, seconds=self.timeout), "slow") from None
            raise HookDown(_say(lang, "unreachable", host=self._host, why=_why(problem.reason)), "unreachable") from None
        except (OSError, HTTPException) as problem:
            raise HookDown(_say(lang, "unreachable", host=self._host, why=_why(problem)), "unreachable") from None
        answer = _json(content)
        if answer.get("verdict") not in VERDICTS:
            raise HookDown(_say(lang, "strange", host=self._host, status=status), "strange", status)
        return answer

    def _error(self, problem: HTTPError, lang: str) -> HookError:
        """What a status that is not 200 means."""
        status = problem.code
        try:
            told = _json(problem.read(1 << 16)).get("error")
        except (OSError, HTTPException):
            told = None
        code, message = (str(told.get("code", "")), str(told.get("message", ""))) if isinstance(told, dict) else ("", "")
        retry = problem.headers.get("Retry-After", "") if problem.headers else ""
        after = float(retry) if retry.isdigit() else None
        if code in OF_CONTENT or (not code and status in (BAD, TOO_LARGE, UNSUPPORTED, MALFORMED)):
            return HookRefused(message or _say(lang, "refused", status=status), code or "refused", status, after)
        if status in (401, 403):
            return HookDown(_say(lang, "key"), code or "key", status, after)
        if status < 400 or status == 404:  # a redirect, or another program at this address
            return HookDown(_say(lang, "strange", host=self._host, status=status), code or "strange", status, after)
        return HookDown(message or _say(lang, "busy", status=status), code or "busy", status, after)


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is an answer like another: an error."""
        return


def _opened(opener: OpenerDirector, request: Request, timeout: float) -> tuple[int, bytes]:
    with opener.open(request, timeout=timeout) as reply:
        return reply.status, reply.read(MOST)


def _attachments(files: Iterable[tuple[str, bytes]]) -> list[dict[str, str]]:
    return [{"name": name, "content": base64.b64encode(data).decode()} for name, data in files]


def _json(content: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(content)
    except (UnicodeDecodeError, ValueError):
        return {}
    return answer if isinstance(answer, dict) else {}


def _why(problem: object) -> str:
    """The operating system's words for it, without its number."""
    return str(getattr(problem, "strerror", "") or type(problem).__name__)


def _say(lang: str, key: str, **values: object) -> str:
    return SAID[key][lang == "en"].format(**values)
