"""Why a request gets no answer.  Each has a code, a status, and words that say what to do (words.py).

Refused
├── Unauthorized   401    no valid key
├── TooLarge       413    the body, or what it unfolds to in memory     TooMany        413    attachments
├── Unsupported    415    neither JSON nor a form
├── Malformed      422    it cannot be a submission                     Slow           408    the body did not arrive
├── NotFound       404                                                  NotAllowed     405
├── BadRequest     400
├── Internal       500
└── Unavailable    503    with Retry-After
    ├── Busy, Starting, Stopping
    ├── TooSlow           it took too long; its worker was killed
    └── WorkerLost        its worker died
"""

from __future__ import annotations

from typing import Any, ClassVar

from deident.server.words import say


class Refused(Exception):
    """Base of all; `values` fill in its words."""

    code: ClassVar[str] = "bad_request"
    status: ClassVar[int] = 400
    retry: ClassVar[int] = 0  # seconds after which it may be tried again

    def __init__(self, **values: object) -> None:
        super().__init__(self.code)
        self.values = values

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.values)

    def body(self, lang: str) -> dict[str, Any]:
        """As JSON."""
        return {"error": {"code": self.code, "message": say(lang, self.code, **self.values)}}

    def headers(self) -> dict[str, str]:
        """Besides those that every answer has."""
        return {"Retry-After": str(self.retry)} if self.retry else {}


class BadRequest(Refused):
    """What HTTP itself has against it."""


class Unauthorized(Refused):
    code, status = "unauthorized", 401

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": "Bearer"}


class NotFound(Refused):
    code, status = "not_found", 404


class NotAllowed(Refused):
    code, status = "not_allowed", 405


class Slow(Refused):
    code, status = "slow", 408


class TooLarge(Refused):
    code, status = "too_large", 413


class TooMany(Refused):
    code, status = "too_many", 413


class Unsupported(Refused):
    code, status = "unsupported", 415


class Malformed(Refused):
    """`why`: a sentence in the language of the submission."""

    code, status = "malformed", 422


class Internal(Refused):
    code, status = "internal", 500


class Unavailable(Refused):
    status, retry = 503, 1


class Busy(Unavailable):
    code = "busy"


class Starting(Unavailable):
    code, retry = "starting", 2


class Stopping(Unavailable):
    code, retry = "stopping", 5


class TooSlow(Unavailable):
    code, retry = "timeout", 5


class WorkerLost(Unavailable):
    code, retry = "worker_lost", 2


def _again(kind: type[Refused], values: dict[str, object]) -> Refused:
    return kind(**values)
