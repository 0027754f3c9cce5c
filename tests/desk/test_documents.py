"""What is kept of documents: encrypted while it is needed, then gone."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from deident.errors import InputError
from deident.gate.submission import Attachment, Submission
from deident.server.desk import stores
from deident.server.desk.audit import Actor
from deident.server.desk.desk import Stores
from deident.server.desk.documents import DOCUMENT, Decision, Gone, in_force, submission
from deident.server.desk.keyring import Keyring
from deident.server.settings import Settings

ANNA, REVIEWER, HOOK = Actor("anna", "editor"), Actor("rosa", "reviewer"), Actor("cms", "hook")
SECRET = "19900000001"
SENT = Submission(title=f"公示{SECRET}", text=f"手机{SECRET}", attachments=(Attachment("a.txt", SECRET.encode()),))
ANSWER: dict[str, Any] = {"verdict": "blocked", "counts": {"mask": 2, "review": 0, "keep": 0}, "doc_type": None, "documents": []}
READ: list[dict[str, Any]] = [{"file": "@page", "parts": [{"label": "", "text": f"手机{SECRET}", "marks": []}], "cut": False}]


def sent(opened: Stores, actor: Actor = ANNA, status: str = "draft") -> str:
    return opened.documents.submit(actor, SENT, ANSWER, READ, "公示***", status)


def test_content_comes_back_as_it_was(opened: Stores) -> None:
    id = sent(opened)
    content = opened.documents.content(id)
    assert content and submission(content) == SENT
    assert content["reading"] == READ
    document = opened.documents.get(id)
    assert document and (document.owner, document.title, document.status, document.files) == ("anna", "公示***", "draft", 1)


def test_no_file_of_the_desk_holds_a_value(tmp_path: Path) -> None:
    opened = stores(Settings(data=tmp_path / "data"))
    id = sent(opened)
    opened.documents.file(ANNA, id, "请复核")
    opened.documents.decide(REVIEWER, id, "0123abcd", "mobile", 2, "mask", "keep", "值班电话")
    opened.documents.give_back(REVIEWER, sent(opened, HOOK, "pending"), "请修改")
    opened.database.close()
    files = {path.name: path.read_bytes() for path in (tmp_path / "data").iterdir()}
    assert set(files) == {"desk.sqlite", "desk.key", "desk.head"}
    assert "请复核".encode() in files["desk.sqlite"]  # what may stand there does, so the test can fail
    for form in (SECRET.encode(), SECRET.encode("utf-16-le"), SECRET.encode().hex().encode(), "手机".encode()):
        assert not [name for name, content in files.items() if form in content]
    if os.name == "posix":
        assert {path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()} == {0o600}
        assert (tmp_path / "data").stat().st_mode & 0o777 == 0o700


def test_erased_content_is_overwritten(tmp_path: Path) -> None:
    opened = stores(Settings(data=tmp_path / "data"))
    id = sent(opened)
    with opened.database.read() as sql:
        locked = bytes(sql.scalar(select(DOCUMENT.c.content)))
    assert locked[20:80] in (tmp_path / "data/desk.sqlite").read_bytes()
    opened.documents.erase(ANNA, id)
    opened.database.close()
    assert locked[20:80] not in (tmp_path / "data/desk.sqlite").read_bytes()


def test_the_way_of_a_document(opened: Stores) -> None:
    documents = opened.documents
    id = sent(opened)
    with pytest.raises(Gone):
        documents.approve(REVIEWER, id, 0, {}, "")
    documents.file(ANNA, id, "")
    with pytest.raises(Gone):
        documents.file(ANNA, id, "")
    with pytest.raises(Gone):  # an editor leaves alone what the reviewers have
        documents.decide(ANNA, id, "t", "mobile", 1, "mask", "keep", "理由")
    with pytest.raises(Gone):
        documents.erase(ANNA, id)
    documents.give_back(REVIEWER, id, "请补充")
    assert documents.content(id)  # its owner works on
    documents.file(ANNA, id, "已补充")
    documents.decide(REVIEWER, id, "t", "mobile", 1, "mask", "keep", "值班电话")
    with pytest.raises(Gone):  # a decision that the result does not know
        documents.approve(REVIEWER, id, 0, {"answer": 1}, "同意")
    documents.approve(REVIEWER, id, 1, {"answer": 1}, "同意")
    assert documents.content(id) == {"answer": 1}  # the original is gone
    assert [entry.action for entry in opened.log.page()] == ["approved", "decided", "filed", "returned", "filed", "checked"]
    documents.erase(ANNA, id)
    assert documents.content(id) is None
    with pytest.raises(Gone):
        documents.erase(ANNA, id)
    assert opened.log.verify().ok


def test_what_the_hook_filed_is_erased_when_it_goes_back(opened: Stores) -> None:
    id = sent(opened, HOOK, "pending")
    opened.documents.give_back(REVIEWER, id, "请在系统中修改")
    document = opened.documents.get(id)
    assert document and (document.status, document.hooked) == ("returned", True)
    assert opened.documents.content(id) is None


def test_content_goes_when_its_time_is_over(opened: Stores) -> None:
    draft, pending = sent(opened), sent(opened, HOOK, "pending")
    now = int(time.time())
    left = {id: document.expires - now for id in (draft, pending) if (document := opened.documents.get(id))}
    assert left[draft] <= 86400 < left[pending] <= 30 * 86400
    assert opened.documents.sweep() == 0
    with opened.database.write() as sql:
        sql.execute(update(DOCUMENT).values(expires=now - 1))
    assert opened.documents.sweep() == 2
    assert opened.documents.sweep() == 0
    assert [opened.documents.content(id) for id in (draft, pending)] == [None, None]
    assert [document.status for document in map(opened.documents.get, (draft, pending)) if document] == ["erased", "erased"]
    assert [entry.action for entry in opened.log.page(limit=2)] == ["expired", "expired"]


def test_content_of_another_row_is_noticed(opened: Stores) -> None:
    one, two = sent(opened), sent(opened)
    with opened.database.write() as sql:
        locked = sql.scalar(select(DOCUMENT.c.content).where(DOCUMENT.c.id == one))
        sql.execute(update(DOCUMENT).where(DOCUMENT.c.id == two).values(content=locked))
    with pytest.raises(InputError, match="not its row's own"):
        opened.documents.content(two)
    with opened.database.write() as sql:
        sql.execute(update(DOCUMENT).where(DOCUMENT.c.id == two).values(content=b"gAAAA" + bytes(100)))
    with pytest.raises(InputError, match="cannot be decrypted") as problem:
        opened.documents.content(two)
    assert SECRET not in str(problem.value)


def test_whose_word_counts() -> None:
    def said(role: str, verdict: str, tag: str = "t") -> Decision:
        return Decision(tag, "mobile", "mask", verdict, "理由", role, role, "2026")

    def outcome(*decisions: Decision) -> tuple[dict[str, str], dict[str, str]]:
        hold, suggested = in_force(decisions)
        return {t: d.verdict for t, d in hold.items()}, {t: d.verdict for t, d in suggested.items()}

    assert outcome(said("editor", "keep")) == ({}, {"t": "keep"})
    assert outcome(said("editor", "mask")) == ({"t": "mask"}, {})
    assert outcome(said("editor", "keep"), said("reviewer", "keep")) == ({"t": "keep"}, {})
    assert outcome(said("editor", "keep"), said("reviewer", "mask")) == ({"t": "mask"}, {})
    assert outcome(said("reviewer", "mask"), said("editor", "keep")) == ({"t": "mask"}, {"t": "keep"})
    assert outcome(said("reviewer", "keep"), said("editor", "mask"), said("editor", "keep", "u")) == (
        {"t": "mask"},
        {"u": "keep"},
    )


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    if os.name != "posix":
        pytest.skip("no such permissions on this system")
    Keyring.load(tmp_path / "desk.key")
    (tmp_path / "desk.key").chmod(0o644)
    with pytest.raises(InputError, match="chmod 600"):
        Keyring.load(tmp_path / "desk.key")
    (tmp_path / "desk.key").write_text("short")
    (tmp_path / "desk.key").chmod(0o600)
    with pytest.raises(InputError, match="damaged"):
        Keyring.load(tmp_path / "desk.key")


@pytest.mark.parametrize("url", ["mysql://a@b/c", "nonsense", "sqlite+nothing:///x"])
def test_another_database_is_an_error_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(InputError, match="sqlite:///"):
        stores(Settings(data=tmp_path / "data", database=url))


def test_a_password_in_the_url_is_not_told(tmp_path: Path) -> None:
    from deident.errors import OutputError

    with pytest.raises(OutputError) as problem:
        stores(Settings(data=tmp_path / "data", database="postgresql://desk:geheim@127.0.0.1:1/desk"))
    assert "geheim" not in str(problem.value)
