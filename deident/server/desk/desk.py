"""The desk: its stores, and what it asks of the workers."""

from __future__ import annotations

import asyncio
import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.concurrency import run_in_threadpool

from deident import catalog, policy
from deident.gate.submission import Attachment, Submission
from deident.server.desk import reading
from deident.server.desk.accounts import Account, Accounts
from deident.server.desk.audit import Actor, Log
from deident.server.desk.database import Database
from deident.server.desk.documents import Document, Documents, in_force, submission
from deident.server.desk.keyring import Keyring
from deident.server.settings import Settings

LOGGER = logging.getLogger("deident.desk")
HOUR = 3600


class Pool(Protocol):
    """What the desk needs of deident.server.pool.Pool."""

    async def check(self, submission: Submission, decisions: Mapping[str, str] | None = None) -> dict[str, Any]: ...
    async def mask(self, submission: Submission, decisions: Mapping[str, str] | None = None) -> dict[str, Any]: ...
    async def run(self, call: Callable[..., Any], *arguments: Any, lang: str = "zh") -> Any: ...


@dataclass(frozen=True)
class Stores:
    """What lies in the data folder and the database."""

    keyring: Keyring
    database: Database
    log: Log
    accounts: Accounts
    documents: Documents


def stores(settings: Settings) -> Stores:
    """Opened, and made where there is nothing yet.  Raises InputError, OutputError."""
    folder = settings.folder()
    keyring = Keyring.load(folder / "desk.key")
    database = Database(settings.database_url)
    log = Log(database, keyring.key("audit"), folder / "desk.head")
    accounts = Accounts(log, keyring.key("attempts"), settings.session_hours, settings.lang)
    return Stores(keyring, database, log, accounts, Documents(log, keyring, settings.keep_days))


@dataclass(frozen=True)
class Masked:
    """The masked result of a document: the answer on it, and its text."""

    answer: Mapping[str, Any]
    reading: list[dict[str, Any]]
    decided: int

    @property
    def open(self) -> dict[str, int]:
        """Places that are still to be masked or reviewed."""
        return {action: self.answer["counts"][action] for action in ("mask", "review")}

    @property
    def ready(self) -> bool:
        """Whether it may be published as it is."""
        return bool(self.answer["verdict"] == "publishable")


class Desk:
    """What the pages work with.  `pool`: gives the workers, which start after the desk was made."""

    def __init__(self, stores: Stores, pool: Callable[[], Pool], settings: Settings) -> None:
        self.stores, self.accounts, self.documents, self.log = stores, stores.accounts, stores.documents, stores.log
        self._pool = pool
        known = catalog.load(settings.patterns)
        types = policy.load(settings.policy, known, settings.patterns).types
        #: (id, names in both languages) of each type of document
        self.types = [(type.id, type.name) for type in types.values()]
        self._kinds = {pattern.id: pattern.name for pattern in known.patterns.values()}

    def kind(self, lang: str, id: str) -> str:
        """Readable name of a kind; one that is not known any more is shown as it is."""
        names = self._kinds.get(id, {})
        return str(names.get(lang) or names.get("zh") or id)

    async def file(self, submission: Submission, answer: Mapping[str, Any]) -> str:
        """File what the hook was sent at the desk, for any reviewer; the path of its page.

        The hook's `answer` may be one on the masked content; a reviewer looks at what was found in the original, so that is checked here.
        """
        found = await self._pool().check(submission)
        id = await self._store(Actor(submission.author or "hook", "hook"), submission, found, "pending")
        return f"/documents/{id}"

    async def check(self, account: Account, submission: Submission) -> str:
        """Check what somebody submits here; the id of the draft."""
        return await self._store(account.actor, submission, await self._pool().check(submission), "draft")

    async def masked(self, document: Document, content: Mapping[str, Any]) -> Masked:
        """The result by the decisions that count, made anew each time."""
        decisions = await run_in_threadpool(self.documents.decisions, document.id)
        chosen = {tag: decision.verdict for tag, decision in in_force(decisions)[0].items()}
        before = submission(content)
        said = await self._pool().mask(before, chosen)
        after = after_masking(before, said["masked"])
        read = await self._pool().run(reading.read, after, chosen, lang=before.lang) if after else []
        return Masked(said, read, len(decisions))

    async def safe(self, text: str, most: int = 500) -> str:
        """What a person wrote, with whatever is personal in it hidden: fit for the log."""
        text = " ".join(text.split())[:most]
        if not text:
            return ""
        return str((await self._pool().run(reading.safe, [text]))[0])

    async def sweep(self) -> None:
        """Erase what is over its time, each hour, until cancelled."""
        while True:
            try:
                await run_in_threadpool(self.documents.sweep)
            except Exception as problem:  # noqa: BLE001  tried again in an hour
                LOGGER.error("expired documents could not be erased (%s)", type(problem).__name__)
            await asyncio.sleep(HOUR)

    async def _store(self, actor: Actor, submission: Submission, said: Mapping[str, Any], status: str) -> str:
        read = await self._pool().run(reading.read, submission, lang=submission.lang)
        first = submission.attachments[0].name if submission.attachments else ""
        title = await self.safe(submission.title or first, 200)
        return await run_in_threadpool(self.documents.submit, actor, submission, said, read, title, status)


def after_masking(before: Submission, masked: Mapping[str, Any]) -> Submission | None:
    """The masked content as a submission, without what could not be masked; None where nothing is left."""
    files = tuple(
        Attachment(file["name"], base64.b64decode(file["content"]))
        for file in masked["attachments"]
        if file["content"] is not None
    )
    html, text = masked.get("html"), masked.get("text")
    if html is None and text is None and not files:
        return None
    return Submission(
        title=masked.get("title") or "", html=html, text=text, attachments=files, channel=before.channel, doc_type=before.doc_type,
        url=before.url, lang=before.lang, author=before.author,
    )  # fmt: skip
