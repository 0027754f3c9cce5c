"""What may be done with a document, and by whom."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import run_in_threadpool

from deident.errors import InputError
from deident.server.desk.accounts import Account
from deident.server.desk.documents import OPEN, Document
from deident.server.desk.guard import Refused
from deident.server.desk.site import Visit

LEAST = 2  # characters of a reason
FILED = ("pending", "approved", "returned")


def rights(document: Document, account: Account) -> frozenset[str]:
    """What an account may do with a document: list, preview, read, decide, file, approve, erase."""
    own, status = document.owner == account.name, document.status
    if account.role == "supervisor":
        return frozenset(("list", "preview")) if status in FILED else frozenset()
    may = set()
    if own:
        may |= {"list", "preview", "read"}
        may |= {"decide", "file", "erase"} if status in OPEN else {"erase"} if status == "approved" else set()
    if account.role == "reviewer" and status in FILED:
        may |= {"list"}
        may |= {"preview", "read", "decide", "approve"} if status == "pending" else set()
        may |= {"preview", "read"} if status == "approved" else set()
    return frozenset(may)


async def opened(visit: Visit, right: str) -> tuple[Document, frozenset[str], dict[str, Any]]:
    """The document of the address, what may be done with it, and its content ({}: erased).  Raises Refused."""
    document = await run_in_threadpool(visit.desk.documents.get, visit.request.path_params["id"])
    if document is None:
        raise Refused(404, "not_found")
    may = rights(document, visit.who)
    if right not in may:
        raise Refused(403, "forbidden")
    try:
        content = await run_in_threadpool(visit.desk.documents.content, document.id)
    except InputError:
        raise Refused(500, "damaged") from None
    if content and "read" in may and document.owner != visit.who.name and document.status == "pending":
        await run_in_threadpool(visit.desk.documents.opened, visit.who.actor, document.id)
    return document, may, content or {}


async def written(visit: Visit, field: str, needed: str = "") -> str:
    """What somebody wrote, fit for the log.  Raises Refused with `needed` where it is missing."""
    given = await visit.desk.safe(visit.field(field))
    if needed and len(given) < LEAST:
        raise Refused(422, needed)
    return given
