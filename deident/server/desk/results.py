"""The masked result of a document: beside the original, and to take away."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from deident.server.desk import compare
from deident.server.desk.desk import Masked
from deident.server.desk.documents import Document, Gone, in_force
from deident.server.desk.guard import Refused
from deident.server.desk.rights import opened
from deident.server.desk.site import Visit
from deident.server.desk.values import text


async def _result(visit: Visit) -> tuple[Document, frozenset[str], dict[str, Any], Masked]:
    row, may, content = await opened(visit, "read")
    if not content:
        raise Gone("erased")
    if row.status == "approved":
        return row, may, content, Masked(content["answer"], content["reading"], 0)
    return row, may, content, await visit.desk.masked(row, content)


async def result(visit: Visit) -> Response:
    """The masked result beside the original; after approval it alone is left."""
    row, may, content, done = await _result(visit)
    masked, approved = done.answer["masked"], row.status == "approved"
    before = {document["file"]: text(document) for document in content["reading"]} if not approved else {}
    pairs = _pairs(content["reading"] if not approved else [], done.reading)
    shown = [
        {"file": name, "blocks": compare.blocks(rows), "changed": any(row.changed for row in rows), "cut": cut}
        for name, rows, cut in pairs
    ]
    plain = masked.get("text") if masked.get("text") is not None else masked.get("html")
    decisions = await run_in_threadpool(visit.desk.documents.decisions, row.id)
    unsettled = len(in_force(decisions)[1])
    return visit.page(
        "result.html", document=row, may=may, done=done, shown=shown, masked=masked, plain=plain, approved=approved, before=before,
        may_download=approved or done.ready, title=masked.get("title") or row.title, answer=done.answer, decisions=decisions,
        unsettled=unsettled,
    )  # fmt: skip


async def download(visit: Visit) -> Response:
    """The masked page ("page") or a masked attachment, by its number."""
    row, _, _, done = await _result(visit)
    if row.status != "approved" and not done.ready:
        raise Refused(403, "download_not")
    masked, which = done.answer["masked"], visit.request.path_params["which"]
    if which == "page":
        suffix = "html" if masked.get("html") is not None else "txt"
        data = masked.get("html") if suffix == "html" else masked.get("text")
        if data is None:
            raise Refused(404, "not_found")
        name, content = f"{row.title or 'deident'}.{suffix}", data.encode()
    else:
        files = masked["attachments"]
        if not which.isascii() or not which.isdecimal() or int(which) >= len(files) or files[int(which)]["content"] is None:
            raise Refused(404, "not_found")
        name, content = files[int(which)]["name"].rpartition("/")[2], base64.b64decode(files[int(which)]["content"])
    await run_in_threadpool(visit.desk.documents.note, visit.who.actor, "downloaded", row.id, {"file": which})
    # never opened by the browser, whatever is in it
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _pairs(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[tuple[str, list[compare.Row], bool]]:
    """Documents before and after by their order: a masked file may have got another name."""
    for number, new in enumerate(after):
        old = before[number] if len(before) == len(after) else None
        rows = compare.compared(text(old if old else new), text(new))
        yield new["file"], rows, bool(new["cut"] or (old and old["cut"]))
