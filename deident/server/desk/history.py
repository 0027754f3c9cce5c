"""The pages of the audit log: read, verified, exported."""

from __future__ import annotations

from typing import Any

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.responses import Response, StreamingResponse

from deident.server.desk.site import Visit


async def audit(visit: Visit, verified: Any = None) -> Response:
    """The log, newest first."""
    query = visit.request.query_params
    before = int(query["before"]) if query.get("before", "").isascii() and query.get("before", "").isdecimal() else 0
    wanted = {
        "action": query.get("action", "")[:32],
        "document": query.get("document", "")[:32],
        "who": query.get("who", "")[:64],
    }
    entries = await run_in_threadpool(lambda: visit.desk.log.page(min(before, 1 << 60), 51, **wanted))
    return visit.page(
        "audit.html", entries=entries[:50], more=len(entries) > 50, verified=verified, wanted=wanted, first=not before
    )


async def verify(visit: Visit) -> Response:
    """Read the whole log and say whether it is as it was written."""
    verified = await run_in_threadpool(visit.desk.log.verify)
    said = {"ok": verified.ok, "rows": verified.rows}
    await run_in_threadpool(visit.desk.documents.note, visit.who.actor, "verified", "", said)
    return await audit(visit, verified)


async def export_csv(visit: Visit) -> Response:
    """The log for a spreadsheet."""
    return await _export(visit, "csv", "text/csv; charset=utf-8")


async def export_json(visit: Visit) -> Response:
    """The log for programs."""
    return await _export(visit, "jsonl", "application/jsonl; charset=utf-8")


async def _export(visit: Visit, kind: str, media: str) -> Response:
    await run_in_threadpool(visit.desk.documents.note, visit.who.actor, "exported", "", {"format": kind})
    lines = visit.desk.log.csv() if kind == "csv" else visit.desk.log.json_lines()
    headers = {"Content-Disposition": f'attachment; filename="deident-audit.{kind}"'}
    return StreamingResponse(iterate_in_threadpool(lines), media_type=media, headers=headers)
