"""Documents at the desk: what became of them, what people decided on their values.

draft ─file─▶ pending ─approve─▶ approved        filed by the hook: pending at once
                      └─return──▶ returned ─file─▶ pending
Content lies encrypted while it is needed: the original until a reviewer has approved (or has returned what the hook filed), then the
masked result.  All of it is erased after some days, or at once when its owner says so.
"""

from __future__ import annotations

import base64
import secrets
import time
from collections.abc import Iterable, Mapping
from dataclasses import fields
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, insert, select, update

from deident.errors import InputError
from deident.gate.submission import Attachment, Submission
from deident.server.desk.audit import SYSTEM, Actor, Change, Log, now
from deident.server.desk.keyring import Keyring
from deident.server.desk.tables import DECISION, DOCUMENT

STATUSES = ("draft", "pending", "approved", "returned", "erased")
OPEN = ("draft", "returned")  # its owner works on it
DAY = 86400
SWEEPER = Actor(SYSTEM, SYSTEM)
_SHOWN = [column for column in DOCUMENT.c if column.name != "content"]


class Document(NamedTuple):
    """A row without its content.  `title`, `note` (of who filed it) and `comment` (the reviewer's) are masked."""

    id: str
    created: str
    changed: str
    owner: str
    author: str
    title: str
    channel: str
    doc_type: str
    status: str
    verdict: str
    to_mask: int
    to_review: int
    kept: int
    files: int
    note: str
    comment: str
    reviewer: str
    expires: int

    @property
    def hooked(self) -> bool:
        """Whether the publish hook filed it."""
        return not self.owner


class Decision(NamedTuple):
    """What a person said of a value."""

    tag: str
    kind: str
    before: str
    verdict: str
    reason: str
    who: str
    role: str
    at: str


class Gone(InputError):
    """The document is not, or no longer, in the state that this needs."""


class Documents:
    """The documents of one log's database; content is kept for `days`, a draft's for one."""

    def __init__(self, log: Log, keyring: Keyring, days: int = 30) -> None:
        self.log, self._keyring, self.days = log, keyring, days

    def submit(
        self, actor: Actor, submission: Submission, answer: Mapping[str, Any], reading: list[dict[str, Any]], title: str, status: str,
    ) -> str:  # fmt: skip
        """A new document (its `title` masked), status "draft" or "pending"; its id."""
        id, at = secrets.token_urlsafe(12), now()
        counts = answer["counts"]
        locked = self._keyring.lock(id, {"submission": _plain(submission), "answer": dict(answer), "reading": reading})
        row = {
            "id": id, "created": at, "changed": at, "owner": "" if actor.role == "hook" else actor.name, "author": submission.author[:128],
            "title": title[:400], "channel": submission.channel, "doc_type": str(answer.get("doc_type") or ""), "status": status,
            "verdict": answer["verdict"], "to_mask": counts["mask"], "to_review": counts["review"], "kept": counts["keep"],
            "files": len(submission.attachments), "note": "", "comment": "", "reviewer": "", "expires": self._until(status),
            "content": locked,
        }  # fmt: skip
        with self.log.write() as change:
            change.sql.execute(insert(DOCUMENT).values(**row))
            said = {"title": row["title"], "verdict": row["verdict"], "counts": dict(counts), "files": row["files"]}
            change.record(actor, "filed" if status == "pending" else "checked", id, said)
        return id

    def get(self, id: str) -> Document | None:
        """The document, if there is one."""
        with self.log.database.read() as sql:
            row = sql.execute(select(*_SHOWN).where(DOCUMENT.c.id == id)).one_or_none()
        return Document(*row) if row else None

    def content(self, id: str) -> dict[str, Any] | None:
        """What is kept of it, decrypted: `submission`, `answer`, `reading`, or after approval `result`; None once erased."""
        with self.log.database.read() as sql:
            locked = sql.scalar(select(DOCUMENT.c.content).where(DOCUMENT.c.id == id))
        return self._keyring.open(id, locked) if locked else None

    def of(self, owner: str, limit: int = 50) -> list[Document]:
        """What an account submitted, newest first."""
        return self._list(DOCUMENT.c.owner == owner, DOCUMENT.c.status != "erased", limit=limit)

    def with_status(self, statuses: Iterable[str], limit: int = 100) -> list[Document]:
        """Those of everybody and the hook, newest first."""
        return self._list(DOCUMENT.c.status.in_(tuple(statuses)), limit=limit)

    def decide(self, actor: Actor, id: str, tag: str, kind: str, places: int, before: str, verdict: str, reason: str) -> None:
        """A person's word on a value.  Raises Gone."""
        with self.log.write() as change:
            self._move(change, id, (*OPEN, "pending") if actor.role == "reviewer" else OPEN)
            row = {"tag": tag, "kind": kind, "before": before, "verdict": verdict, "reason": reason, "who": actor.name}
            change.sql.execute(insert(DECISION).values(**row, document=id, role=actor.role, at=now()))
            said = {"tag": tag, "kind": kind, "places": places, "before": before, "verdict": verdict, "reason": reason}
            change.record(actor, "decided" if binding(actor.role, verdict) else "suggested", id, said)

    def decisions(self, id: str) -> list[Decision]:
        """All of them, oldest first."""
        with self.log.database.read() as sql:
            columns = [DECISION.c[name] for name in Decision._fields]
            return [
                Decision(*row) for row in sql.execute(select(*columns).where(DECISION.c.document == id).order_by(DECISION.c.id))
            ]

    def file(self, actor: Actor, id: str, note: str) -> None:
        """To the reviewers.  Raises Gone."""
        with self.log.write() as change:
            self._move(change, id, OPEN, status="pending", note=note, expires=self._until("pending"))
            change.record(actor, "filed", id, {"note": note})

    def approve(self, actor: Actor, id: str, decided: int, result: Mapping[str, Any], comment: str) -> None:
        """Keep the masked result instead of the original.  `decided`: how many decisions it was made with.  Raises Gone."""
        locked = self._keyring.lock(id, dict(result))
        with self.log.write() as change:
            row = self._move(
                change, id, ("pending",), status="approved", comment=comment, reviewer=actor.name, content=locked,
                expires=self._until("approved"),
            )  # fmt: skip
            if len(change.sql.execute(select(DECISION.c.id).where(DECISION.c.document == id)).all()) != decided:
                raise Gone("another decision was made meanwhile")
            change.record(actor, "approved", id, {"comment": comment, "decisions": decided, "own": row["owner"] == actor.name})

    def give_back(self, actor: Actor, id: str, comment: str) -> None:
        """Back to who filed it; what the hook filed goes back to the CMS, so nothing of it is kept.  Raises Gone."""
        with self.log.write() as change:
            row = self._move(
                change, id, ("pending",), status="returned", comment=comment, reviewer=actor.name, expires=self._until("returned")
            )
            if not row["owner"]:
                change.sql.execute(update(DOCUMENT).where(DOCUMENT.c.id == id).values(content=None))
            change.record(actor, "returned", id, {"comment": comment})

    def erase(self, actor: Actor, id: str) -> None:
        """Away with it.  Raises Gone."""
        with self.log.write() as change:
            self._move(change, id, (*OPEN, "approved"), status="erased", content=None)
            change.record(actor, "erased", id)

    def sweep(self) -> int:
        """Erase what is over its time; how many documents that were."""
        over = (DOCUMENT.c.expires < int(time.time()), DOCUMENT.c.content.is_not(None))
        with self.log.database.read() as sql:
            if not sql.execute(select(DOCUMENT.c.id).where(*over).limit(1)).all():
                return 0
        with self.log.write() as change:
            change.lock()
            rows = change.sql.execute(select(DOCUMENT.c.id, DOCUMENT.c.status).where(*over)).all()
            for id, status in rows:
                left = status if status in ("approved", "returned") else "erased"
                change.sql.execute(update(DOCUMENT).where(DOCUMENT.c.id == id).values(content=None, status=left, changed=now()))
                change.record(SWEEPER, "expired", id, {"status": status})
        return len(rows)

    def opened(self, actor: Actor, id: str) -> None:
        """Somebody reads what somebody else sent: written down once."""
        if not self.log.page(limit=1, action="opened", who=actor.name, document=id):
            self.note(actor, "opened", id)

    def note(self, actor: Actor, action: str, id: str = "", detail: Mapping[str, Any] | None = None) -> None:
        """Something that only the log keeps: a download, an export."""
        with self.log.write() as change:
            change.record(actor, action, id, detail)

    def _list(self, *conditions: Any, limit: int) -> list[Document]:
        query = select(*_SHOWN).where(*conditions).order_by(DOCUMENT.c.created.desc()).limit(limit)
        with self.log.database.read() as sql:
            return [Document(*row) for row in sql.execute(query)]

    def _move(self, change: Change, id: str, statuses: tuple[str, ...], **values: Any) -> RowMapping:
        """The row as it was, locked; then changed."""
        change.lock()  # always the head first: two writers cannot wait for each other
        row = change.sql.execute(select(DOCUMENT).where(DOCUMENT.c.id == id)).mappings().one_or_none()
        if row is None or row["status"] not in statuses or row["content"] is None:
            raise Gone("the document is in another state")
        change.sql.execute(update(DOCUMENT).where(DOCUMENT.c.id == id).values(changed=now(), **values))
        return row

    def _until(self, status: str) -> int:
        return int(time.time()) + DAY * (1 if status == "draft" else self.days)


def binding(role: str, verdict: str) -> bool:
    """Whether a word counts by itself: a reviewer's does; an editor may hide more than the policy, to show more is a suggestion."""
    return role == "reviewer" or verdict == "mask"


def in_force(decisions: Iterable[Decision]) -> tuple[dict[str, Decision], dict[str, Decision]]:
    """By tag: the decisions that count, and the suggestions that nobody has decided on."""
    hold: dict[str, Decision] = {}
    suggested: dict[str, Decision] = {}
    for decision in decisions:
        if binding(decision.role, decision.verdict):
            hold[decision.tag] = decision
            suggested.pop(decision.tag, None)
        else:
            suggested[decision.tag] = decision
    return hold, suggested


def submission(content: Mapping[str, Any]) -> Submission:
    """What was submitted, from stored content."""
    plain = dict(content["submission"])
    files = tuple(Attachment(name, base64.b64decode(data)) for name, data in plain.pop("attachments"))
    return Submission(**plain, attachments=files)


def _plain(submission: Submission) -> dict[str, Any]:
    files = [[file.name, base64.b64encode(file.data).decode()] for file in submission.attachments]
    return {**{field.name: getattr(submission, field.name) for field in fields(submission)}, "attachments": files}
