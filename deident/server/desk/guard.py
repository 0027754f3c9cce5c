"""What stands before every page of the desk: size limits, forms, the CSRF token, headers.

Forms are read once, here, into memory: what people submit is on no disk, not even for a moment.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

from itsdangerous import BadSignature
from starlette.datastructures import FormData, MutableHeaders
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette_csrf.middleware import CSRFMiddleware

FIELD = "csrf"
SMALL = 64 << 10  # bytes of a form of somebody who is not signed in
POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


class Refused(Exception):
    """A form that is not taken: `status` and a key of words.py."""

    def __init__(self, status: int, word: str) -> None:
        super().__init__(word)
        self.status, self.word = status, word


class Headers:
    """Every answer of the desk has HEADERS."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sending)


class Guard(CSRFMiddleware):
    """The library's double submit of a signed token, which may come in a form's field as well as in its header.

    `scope["form"]` holds the form, `scope["csrf"]` the token for the next one.  `refuse` makes a page of a Refused.
    """

    def __init__(self, app: ASGIApp, secret: str, *, most: int, files: int, refuse: Any, secure: bool) -> None:
        super().__init__(app, secret, cookie_name="deident_csrf", cookie_secure=secure, cookie_httponly=True)
        self.most, self.files, self.refuse = most, files, refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        request = Request(scope, receive)
        token = request.cookies.get(self.cookie_name, "")
        scope["csrf"] = token if self._csrf_tokens_match(token, token) else self._generate_csrf_token()
        scope["form"] = FormData()
        try:
            if request.method not in self.safe_methods:
                scope["form"] = await _form(request, self.most if request.session.get("token") else SMALL, self.files)
        except Refused as problem:
            response: Response = await self.refuse(request, problem)
            await response(scope, receive, send)
            return
        await super().__call__(scope, receive, send)

    async def send(self, message: Message, send: Send, scope: Scope) -> None:
        """The cookie, where the browser has none that is good."""
        if message["type"] == "http.response.start" and Request(scope).cookies.get(self.cookie_name) != scope["csrf"]:
            cookie = f"{self.cookie_name}={scope['csrf']}; path=/; httponly; samesite=lax{'; secure' * self.cookie_secure}"
            MutableHeaders(scope=message).append("set-cookie", cookie)
        await send(message)

    async def _get_submitted_csrf_token(self, request: Request) -> str | None:
        given = request.scope["form"].get(FIELD) or request.headers.get(self.header_name)
        return given if isinstance(given, str) else None

    def _csrf_tokens_match(self, token1: str, token2: str) -> bool:
        try:
            return super()._csrf_tokens_match(token1, token2)
        except (BadSignature, TypeError, ValueError):  # signed by nobody, or nothing that the library can read
            return False

    def _get_error_response(self, request: Request) -> Response:
        return _Later(self.refuse, request, Refused(403, "csrf"))


class _Later(Response):
    """The page of a refusal, which takes time to make."""

    def __init__(self, refuse: Any, request: Request, problem: Refused) -> None:
        super().__init__(status_code=problem.status)
        self._made = refuse, request, problem

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refuse, request, problem = self._made
        await (await refuse(request, problem))(scope, receive, send)


class _InMemory(MultiPartParser):
    spool_max_size = 1 << 40  # never to a temporary file


async def _form(request: Request, most: int, files: int) -> FormData:
    """The form of a request.  Raises Refused."""

    async def stream() -> AsyncGenerator[bytes, None]:
        size = 0
        async for part in request.stream():
            size += len(part)
            if size > most:
                raise Refused(413, "too_large")
            yield part

    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    try:
        if kind == "multipart/form-data":
            return await _InMemory(request.headers, stream(), max_files=files, max_fields=50, max_part_size=most).parse()
        if kind == "application/x-www-form-urlencoded":
            return await FormParser(request.headers, stream()).parse()
    except (MultiPartException, ValueError, KeyError, LookupError):
        raise Refused(400, "malformed") from None
    async for _ in stream():  # nothing that a page of ours sends
        pass
    return FormData()
