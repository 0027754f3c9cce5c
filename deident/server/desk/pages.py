"""The pages: what each shows and does.  Who may open one stands in PAGES; what may be done with a document, in `rights`."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response, StreamingResponse

from deident.errors import InputError
from deident.gate.submission import Attachment, Submission, checked
from deident.gate.words import CHANNEL_NAMES
from deident.server.desk import compare
from deident.server.desk.accounts import LONGEST, SHORTEST, Account, Waiting
from deident.server.desk.desk import Masked
from deident.server.desk.documents import OPEN, Document, Gone, in_force
from deident.server.desk.guard import Refused
from deident.server.desk.site import EVERYBODY, Page, Visit, nobody
from deident.server.desk.values import grouped, marked, text, values

WORKERS = ("editor", "reviewer")
CARDS = 300  # values of one verdict that are listed
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


async def _open(visit: Visit, right: str) -> tuple[Document, frozenset[str], dict[str, Any]]:
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


async def _written(visit: Visit, field: str, needed: str = "") -> str:
    """What somebody wrote, fit for the log.  Raises Refused with `needed` where it is missing."""
    given = await visit.desk.safe(visit.field(field))
    if needed and len(given) < LEAST:
        raise Refused(422, needed)
    return given


# ---- signing in


async def login(visit: Visit) -> Response:
    """The form, or the first page for whoever is signed in."""
    if visit.account:
        return visit.to("/")
    response = await nobody(visit)
    response.status_code = 200
    return response


async def sign_in(visit: Visit) -> Response:
    """A new session, under a new cookie."""
    name, next, problem, seconds, status = visit.field("name"), visit.field("next"), "sign_in_wrong", 0, 401
    try:
        token = await run_in_threadpool(visit.desk.accounts.sign_in, name, visit.field("password"))
    except Waiting as waiting:
        token, problem, seconds, status = None, "sign_in_wait", waiting.seconds, 429
    if token is None:
        empty = await run_in_threadpool(visit.desk.accounts.empty)
        return visit.page("login.html", status, next=next, empty=empty, problem=problem, name=name, seconds=seconds)
    visit.request.session.clear()
    visit.request.session["token"] = token
    return visit.to(next if next.startswith("/") and not next.startswith(("//", "/\\")) and next.isprintable() else "/")


async def sign_out(visit: Visit) -> Response:
    """The end of the session."""
    await run_in_threadpool(visit.desk.accounts.sign_out, visit.request.session.get("token", ""), visit.who)
    visit.request.session.clear()
    return visit.to("/login")


async def account(visit: Visit) -> Response:
    """The form for another password."""
    return visit.page("account.html", problem="", least=SHORTEST, most=LONGEST)


async def set_password(visit: Visit) -> Response:
    """Another password, which ends all sessions of the account."""
    old, new, problem = visit.field("old"), visit.field("new"), ""
    if new != visit.field("again"):
        problem = "password_differs"
    elif not SHORTEST <= len(new) <= LONGEST:
        problem = "password_short"
    elif not await run_in_threadpool(visit.desk.accounts.check, visit.who, old):
        problem = "password_old_wrong"
    if problem:
        return visit.page("account.html", 422, problem=problem, least=SHORTEST, most=LONGEST)
    await run_in_threadpool(visit.desk.accounts.set_password, visit.who.name, new, visit.who.actor)
    visit.request.session.clear()
    return visit.page("message.html", word="password_done", filled={}, link="/login", link_word="sign_in")


# ---- submitting


async def home(visit: Visit) -> Response:
    """The form for a document, and one's own documents; a supervisor's first page are the reviews."""
    if visit.who.role == "supervisor":
        return visit.to("/reviews")
    return await _home(visit)


async def _home(visit: Visit, status: int = 200, problem: str = "") -> Response:
    index = 1 if visit.lang == "en" else 0
    channels = [(id, names[index]) for id, names in CHANNEL_NAMES.items()]
    types = sorted((names[visit.lang], id) for id, names in visit.desk.types)
    mine = await run_in_threadpool(visit.desk.documents.of, visit.who.name)
    return visit.page(
        "home.html", status, problem=problem, channels=channels, types=types, documents=mine, size=visit.site.megabytes
    )


async def submit(visit: Visit) -> Response:
    """Check a document; its page is a draft, which only its owner sees."""
    body, files = visit.field("body"), []
    for file in visit.form.getlist("file"):
        if isinstance(file, UploadFile) and file.filename:
            files.append(Attachment(file.filename.replace("\\", "/").rpartition("/")[2], await file.read()))
    html = visit.field("form") == "html"
    if not body.strip() and not files:
        return await _home(visit, 422, "nothing_given")
    submission = checked(
        Submission(
            title=visit.field("title").strip(), html=body if html and body.strip() else None,
            text=body if not html and body.strip() else None, channel=visit.field("channel"), doc_type=visit.field("doc_type") or None,
            attachments=tuple(files), lang=visit.lang, author=visit.who.name,
        )
    )  # fmt: skip
    return visit.to(f"/documents/{await visit.desk.check(visit.who, submission)}")


# ---- a document


async def document(visit: Visit) -> Response:
    """What was found, in the text for whoever may read it."""
    row, may, content = await _open(visit, "list")
    decisions = await run_in_threadpool(visit.desk.documents.decisions, row.id)
    hold, suggested = in_force(decisions)
    answer = content.get("answer")
    found = values(answer, hold, suggested, visit.lang) if answer and "preview" in may else []
    reads = bool(content) and "read" in may
    if reads and row.status == "approved":
        return visit.to(f"/documents/{row.id}/result")
    texts = marked(content.get("reading", []), found, visit.lang) if reads else []
    title = content["submission"]["title"] if reads else row.title
    problems = [said for said in answer["documents"] if said["status"] in ("unscannable", "refused")] if answer else []
    changed = {action: sum(value.count for value in found if value.action == action) for action in ("mask", "review", "keep")}
    return visit.page(
        "document.html", document=row, may=may, alive=bool(content), title=title, texts=texts, values=found, counts=changed,
        groups=list(grouped(found, CARDS)), answer=answer, problems=problems, decisions=decisions, reads=reads,
        unsettled=len(suggested),
    )  # fmt: skip


async def decide(visit: Visit) -> Response:
    """A person's word on a value of the document."""
    row, _, content = await _open(visit, "decide")
    tag, verdict = visit.field("tag"), visit.field("verdict")
    found = {value.tag: value for value in values(content["answer"], {}, {}, visit.lang) if value.tag} if content else {}
    if verdict not in ("mask", "keep") or tag not in found:
        raise Refused(422, "wrong_choice")
    reason, value = await _written(visit, "reason", "reason_needed"), found[tag]
    before = in_force(await run_in_threadpool(visit.desk.documents.decisions, row.id))[0].get(tag)
    was = before.verdict if before else value.found
    await run_in_threadpool(
        visit.desk.documents.decide, visit.who.actor, row.id, tag, value.kind, value.count, was, verdict, reason
    )
    return visit.to(f"/documents/{row.id}#v{value.number}")


async def file(visit: Visit) -> Response:
    """To the reviewers."""
    row, _, _ = await _open(visit, "file")
    await run_in_threadpool(visit.desk.documents.file, visit.who.actor, row.id, await _written(visit, "note"))
    return visit.to(f"/documents/{row.id}")


async def approve(visit: Visit) -> Response:
    """The masked result is fit to be published; the original goes."""
    row, _, content = await _open(visit, "approve")
    if not content:
        raise Gone("erased")
    done = await visit.desk.masked(row, content)
    if any(done.open.values()):
        return visit.page(
            "message.html", 422, word="approve_open", filled=done.open, link=f"/documents/{row.id}", link_word="back"
        )
    comment = await _written(visit, "comment", "" if done.ready else "approve_why")
    result = {"submission": {"title": done.answer["masked"].get("title") or ""}, "answer": done.answer, "reading": done.reading}
    await run_in_threadpool(visit.desk.documents.approve, visit.who.actor, row.id, done.decided, result, comment)
    return visit.to(f"/documents/{row.id}")


async def give_back(visit: Visit) -> Response:
    """Back to whoever sent it."""
    row, _, _ = await _open(visit, "approve")
    comment = await _written(visit, "comment", "comment_needed")
    await run_in_threadpool(visit.desk.documents.give_back, visit.who.actor, row.id, comment)
    return visit.to(f"/documents/{row.id}")


async def erase(visit: Visit) -> Response:
    """Away with its content."""
    row, _, _ = await _open(visit, "erase")
    await run_in_threadpool(visit.desk.documents.erase, visit.who.actor, row.id)
    return visit.to("/")


# ---- its masked result


async def _result(visit: Visit) -> tuple[Document, frozenset[str], dict[str, Any], Masked]:
    row, may, content = await _open(visit, "read")
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


# ---- reviews


async def reviews(visit: Visit) -> Response:
    """What waits, and what was decided lately; an editor sees their own."""
    await run_in_threadpool(visit.desk.documents.sweep)
    waiting = await run_in_threadpool(visit.desk.documents.with_status, ["pending"], 200)
    done = await run_in_threadpool(visit.desk.documents.with_status, ["approved", "returned"], 50)
    own = [[row for row in rows if "list" in rights(row, visit.who)] for rows in (waiting, done)]
    return visit.page("reviews.html", waiting=own[0], done=own[1])


# ---- the audit log


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


PAGES = (
    Page("GET", "/login", login),
    Page("POST", "/login", sign_in),
    Page("POST", "/logout", sign_out, EVERYBODY),
    Page("GET", "/account", account, EVERYBODY),
    Page("POST", "/account", set_password, EVERYBODY),
    Page("GET", "/", home, EVERYBODY),
    Page("POST", "/documents", submit, WORKERS),
    Page("GET", "/documents/{id}", document, EVERYBODY),
    Page("POST", "/documents/{id}/decisions", decide, WORKERS),
    Page("POST", "/documents/{id}/file", file, WORKERS),
    Page("POST", "/documents/{id}/approve", approve, ("reviewer",)),
    Page("POST", "/documents/{id}/return", give_back, ("reviewer",)),
    Page("POST", "/documents/{id}/erase", erase, WORKERS),
    Page("GET", "/documents/{id}/result", result, WORKERS),
    Page("GET", "/documents/{id}/download/{which}", download, WORKERS),
    Page("GET", "/reviews", reviews, EVERYBODY),
    Page("GET", "/audit", audit, ("supervisor",)),
    Page("POST", "/audit/verify", verify, ("supervisor",)),
    Page("GET", "/audit.csv", export_csv, ("supervisor",)),
    Page("GET", "/audit.jsonl", export_json, ("supervisor",)),
)
