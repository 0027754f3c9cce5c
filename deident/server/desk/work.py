"""A document on its way: submitted, looked at, decided on, filed, approved or given back."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from deident.gate.submission import Attachment, Submission, checked
from deident.gate.words import CHANNEL_NAMES
from deident.server.desk.documents import Gone, in_force
from deident.server.desk.guard import Refused
from deident.server.desk.rights import opened, rights, written
from deident.server.desk.site import Visit
from deident.server.desk.values import grouped, marked, values

CARDS = 300  # values of one verdict that are listed


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


async def document(visit: Visit) -> Response:
    """What was found, in the text for whoever may read it."""
    row, may, content = await opened(visit, "list")
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
    row, _, content = await opened(visit, "decide")
    tag, verdict = visit.field("tag"), visit.field("verdict")
    found = {value.tag: value for value in values(content["answer"], {}, {}, visit.lang) if value.tag} if content else {}
    if verdict not in ("mask", "keep") or tag not in found:
        raise Refused(422, "wrong_choice")
    reason, value = await written(visit, "reason", "reason_needed"), found[tag]
    before = in_force(await run_in_threadpool(visit.desk.documents.decisions, row.id))[0].get(tag)
    was = before.verdict if before else value.found
    await run_in_threadpool(
        visit.desk.documents.decide, visit.who.actor, row.id, tag, value.kind, value.count, was, verdict, reason
    )
    return visit.to(f"/documents/{row.id}#v{value.number}")


async def file(visit: Visit) -> Response:
    """To the reviewers."""
    row, _, _ = await opened(visit, "file")
    await run_in_threadpool(visit.desk.documents.file, visit.who.actor, row.id, await written(visit, "note"))
    return visit.to(f"/documents/{row.id}")


async def approve(visit: Visit) -> Response:
    """The masked result is fit to be published; the original goes."""
    row, _, content = await opened(visit, "approve")
    if not content:
        raise Gone("erased")
    done = await visit.desk.masked(row, content)
    if any(done.open.values()):
        return visit.page(
            "message.html", 422, word="approve_open", filled=done.open, link=f"/documents/{row.id}", link_word="back"
        )
    comment = await written(visit, "comment", "" if done.ready else "approve_why")
    result = {"submission": {"title": done.answer["masked"].get("title") or ""}, "answer": done.answer, "reading": done.reading}
    await run_in_threadpool(visit.desk.documents.approve, visit.who.actor, row.id, done.decided, result, comment)
    return visit.to(f"/documents/{row.id}")


async def give_back(visit: Visit) -> Response:
    """Back to whoever sent it."""
    row, _, _ = await opened(visit, "approve")
    comment = await written(visit, "comment", "comment_needed")
    await run_in_threadpool(visit.desk.documents.give_back, visit.who.actor, row.id, comment)
    return visit.to(f"/documents/{row.id}")


async def erase(visit: Visit) -> Response:
    """Away with its content."""
    row, _, _ = await opened(visit, "erase")
    await run_in_threadpool(visit.desk.documents.erase, visit.who.actor, row.id)
    return visit.to("/")


async def reviews(visit: Visit) -> Response:
    """What waits, and what was decided lately; an editor sees their own."""
    await run_in_threadpool(visit.desk.documents.sweep)
    waiting = await run_in_threadpool(visit.desk.documents.with_status, ["pending"], 200)
    done = await run_in_threadpool(visit.desk.documents.with_status, ["approved", "returned"], 50)
    own = [[row for row in rows if "list" in rights(row, visit.who)] for rows in (waiting, done)]
    return visit.page("reviews.html", waiting=own[0], done=own[1])
