"""Who may do what, on a real server: every route by every role, forged forms, hostile documents, what leaks."""

from __future__ import annotations

import base64
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import unquote

import httpx
import pytest
from desk.serving import PASSWORD, PEOPLE, ROOT, Served, deident, serving
from desk.visitor import ID, MOBILE, TEXT, Visitor, seen

from deident.server.desk.pages import PAGES
from deident.server.desk.site import EVERYBODY

ROLES = {"editor": "bianji2", "reviewer": "fuhe", "supervisor": "jiandu"}


@pytest.fixture(scope="module")
def people(served: Served) -> Iterator[dict[str, Visitor]]:
    made = {name: Visitor(served.url, name) for name in PEOPLE}
    yield made
    for visitor in made.values():
        visitor.close()


# ---- roles

#: What each role may do with a document of somebody else's that waits for a review: 2xx/3xx or what is refused.
OTHERS = {
    ("GET", "/documents/{id}"): {"editor": 403, "reviewer": 200, "supervisor": 200},
    ("GET", "/documents/{id}/result"): {"editor": 403, "reviewer": 200, "supervisor": 403},
    ("GET", "/documents/{id}/download/{which}"): {"editor": 403, "reviewer": 200, "supervisor": 403},
    ("POST", "/documents/{id}/decisions"): {"editor": 403, "reviewer": 422, "supervisor": 403},  # no such tag
    ("POST", "/documents/{id}/file"): {"editor": 403, "reviewer": 403, "supervisor": 403},
    ("POST", "/documents/{id}/erase"): {"editor": 403, "reviewer": 403, "supervisor": 403},
    ("POST", "/documents/{id}/return"): {"editor": 403, "reviewer": 422, "supervisor": 403},  # no comment
    ("POST", "/documents/{id}/approve"): {"editor": 403, "reviewer": 303, "supervisor": 403},
}


def test_the_table_of_routes_is_complete(people: dict[str, Visitor]) -> None:
    assert {(page.method, page.path) for page in PAGES if "{id}" in page.path} == set(OTHERS)
    assert {page.path for page in PAGES if not page.roles} == {"/login"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page.method} {page.path}")
def test_nobody_gets_in_without_signing_in(served: Served, page: object) -> None:
    method, path = page.method, page.path.format(id="AAAAAAAAAAAAAAAA", which="page")  # type: ignore[attr-defined]
    with closing(Visitor(served.url)) as stranger:
        stranger.get("/login")
        answer = stranger.get(path) if method == "GET" else stranger.send_form(path, name="x", password="x")
    expected = 200 if (method, path) == ("GET", "/login") else 401
    assert answer.status_code == expected
    assert "登录" in answer.text and "log out" not in answer.text
    assert "no-store" in answer.headers["cache-control"]


@pytest.mark.parametrize("role", EVERYBODY)
def test_each_role_by_each_route(people: dict[str, Visitor], role: str) -> None:
    path = people["bianji"].check()
    people["bianji"].send_form(f"{path}/file")
    visitor, got, expected = people[ROLES[role]], {}, {}
    # signing out would end the session, and approving the document: both come last
    for page in sorted(PAGES, key=lambda page: ("approve" in page.path, page.path == "/logout")):
        if page.path in ("/login", "/logout"):
            continue
        where = page.path.replace("/documents/{id}", path).replace("{which}", "page")
        answer = visitor.get(where) if page.method == "GET" else visitor.send_form(where)
        key = page.method, page.path
        got[key] = answer.status_code
        expected[key] = OTHERS[key][role] if key in OTHERS else 403 if role not in page.roles else {
            ("POST", "/documents"): 422, ("POST", "/account"): 422, ("GET", "/"): 303 if role == "supervisor" else 200,
        }.get(key, 200)  # fmt: skip
    assert got == expected


def test_a_draft_is_its_owners_alone(people: dict[str, Visitor]) -> None:
    path = people["bianji"].check(title="只给自己看")
    assert ID in people["bianji"].get(path).text
    for name in ("bianji2", "fuhe", "jiandu"):
        assert people[name].get(path).status_code == 403
        assert "只给自己看" not in people[name].get("/reviews").text
    assert people["bianji"].get("/documents/AAAAAAAAAAAAAAAA").status_code == 404


def test_a_supervisor_sees_no_value(people: dict[str, Visitor]) -> None:
    path = people["bianji"].check(title=f"公示{MOBILE}")
    people["bianji"].send_form(f"{path}/file", note=f"请看{MOBILE}")
    page = people["jiandu"].get(path)
    assert page.status_code == 200 and "居民身份证号码" in page.text and "52****************" in page.text
    for where in (path, "/reviews", "/audit", "/audit.csv", "/audit.jsonl"):
        text = people["jiandu"].get(where).text
        assert ID not in text and MOBILE not in text and "陈一一" not in text
    assert MOBILE in people["fuhe"].get(path).text  # a reviewer does


# ---- an editor suggests, a reviewer decides


def test_whose_word_takes_effect(people: dict[str, Visitor]) -> None:
    editor, reviewer = people["bianji"], people["fuhe"]
    path = editor.check()
    tag = editor.tag(path, "手机号码")
    assert editor.send_form(f"{path}/decisions", tag=tag, verdict="keep", reason=" ").status_code == 422
    assert editor.send_form(f"{path}/decisions", tag=tag, verdict="review", reason="理由").status_code == 422
    assert editor.send_form(f"{path}/decisions", tag="0" * 12, verdict="keep", reason="理由").status_code == 422
    assert editor.send_form(f"{path}/decisions", tag=tag, verdict="keep", reason="值班手机，已批准公开").status_code == 303
    assert "bianji 建议“保留”：值班手机" in seen(editor.get(path).text)
    assert MOBILE not in editor.get(f"{path}/download/page").text
    editor.send_form(f"{path}/file")
    reviewer.send_form(f"{path}/decisions", tag=tag, verdict="keep", reason="同意公开")
    assert reviewer.send_form(f"{path}/approve", comment="同意").status_code == 303
    text = editor.get(f"{path}/download/page").text
    assert MOBILE in text and ID not in text
    assert "fuhe 改为“保留”：同意公开" in seen(editor.get(f"{path}/result").text)
    assert reviewer.send_form(f"{path}/decisions", tag=tag, verdict="mask", reason="反悔").status_code == 403
    assert reviewer.send_form(f"{path}/approve").status_code == 403


def test_an_editor_may_hide_more(people: dict[str, Visitor]) -> None:
    path = people["bianji"].check()
    assert "陈一一" in people["bianji"].get(f"{path}/download/page").text
    tag = people["bianji"].tag(path, "姓名")
    people["bianji"].send_form(f"{path}/decisions", tag=tag, verdict="mask", reason="本人申请")
    assert "陈一一" not in people["bianji"].get(f"{path}/download/page").text


def test_what_is_undecided_is_neither_downloaded_nor_approved(people: dict[str, Visitor]) -> None:
    editor, reviewer = people["bianji"], people["fuhe"]
    path = editor.check("内部资料\n请于本周内报送。", title="内部资料 关于报送材料的通知")
    result = editor.get(f"{path}/result")
    assert "还不能下载" in result.text and editor.get(f"{path}/download/page").status_code == 403
    editor.send_form(f"{path}/file")
    assert reviewer.send_form(f"{path}/approve").status_code == 422  # a comment is needed
    assert reviewer.send_form(f"{path}/approve", comment="已经保密审查").status_code == 303
    assert editor.get(f"{path}/download/page").status_code == 200


def test_a_returned_document_comes_back_with_the_comment(people: dict[str, Visitor]) -> None:
    path = people["bianji"].check()
    people["bianji"].send_form(f"{path}/file", note="请复核")
    assert people["fuhe"].send_form(f"{path}/return", comment="请核对身份证号").status_code == 303
    page = seen(people["bianji"].get(path).text)
    assert "已退回" in page and "请核对身份证号" in page and "交复核" in page
    assert people["fuhe"].get(path).status_code == 200 and ID not in people["fuhe"].get(path).text  # the record, no text


def test_reasons_hold_no_values(people: dict[str, Visitor]) -> None:
    path = people["bianji"].check()
    tag = people["bianji"].tag(path, "手机号码")
    people["bianji"].send_form(f"{path}/decisions", tag=tag, verdict="mask", reason=f"与{MOBILE}相同，身份证号{ID}")
    said = people["jiandu"].get("/audit.jsonl").text
    assert "相同" in said and MOBILE not in said and ID not in said


# ---- forged requests, sessions


def test_a_form_without_its_token_is_refused(people: dict[str, Visitor]) -> None:
    visitor = people["bianji"]
    for page in PAGES:
        if page.method == "POST":
            where = page.path.replace("{id}", "AAAAAAAAAAAAAAAA")
            for token in ({}, {"csrf": ""}, {"csrf": "x"}, {"csrf": f"{visitor.token}x"}):
                assert visitor.post(where, data={**token, "body": "x"}).status_code == 403, page
            assert visitor.post(where, data={"body": "x"}, files={"file": ("a.txt", b"x")}).status_code == 403
            assert visitor.post(where, content=b"{}", headers={"content-type": "application/json"}).status_code == 403
    with closing(Visitor(str(visitor.base_url))) as other:
        other.get("/login")
        assert visitor.post("/documents", data={"csrf": other.token, "body": "x"}).status_code == 403
    assert visitor.get("/").status_code == 200  # nothing signed anybody out


def test_a_session_that_was_planted_is_not_used(served: Served) -> None:
    with closing(Visitor(served.url)) as victim:
        victim.cookies.set("deident_session", "planted", domain="127.0.0.1", path="/")
        answer = victim.sign_in("bianji")
        assert answer.status_code == 303
        cookie = next(value for value in answer.headers.get_list("set-cookie") if value.startswith("deident_session="))
        assert "httponly" in cookie.lower() and "samesite=lax" in cookie.lower()
        first = victim.cookies["deident_session"]
        victim.send_form("/login", name="bianji", password=PASSWORD)
        second = victim.cookies["deident_session"]
        assert second not in ("planted", first)
        victim.send_form("/logout")
        for old in (first, second):  # a copy of the cookie opens nothing after signing out
            with httpx.Client(base_url=served.url, cookies={"deident_session": old}) as thief:
                assert thief.get("/").status_code == (401 if old == second else 200)


def test_signing_in_leads_nowhere_else(served: Served) -> None:
    for next, expected in (
        ("/reviews", "/reviews"), ("https://evil.example/", "/"), ("//evil.example", "/"), ("/\\evil.example", "/"),
        ("/\r\nSet-Cookie: a=b", "/"), ("javascript:alert(1)", "/"),
    ):  # fmt: skip
        with closing(Visitor(served.url)) as visitor:
            visitor.get("/login")
            answer = visitor.send_form("/login", name="bianji", password=PASSWORD, next=next)
            assert answer.headers["location"] == expected


def test_wrong_passwords_have_to_wait(served: Served) -> None:
    with closing(Visitor(served.url)) as visitor:
        codes = [visitor.sign_in("nobody-at-all", "wrong password").status_code for _ in range(6)]
    assert codes == [401] * 5 + [429]


def test_a_new_password_ends_the_session(tmp_path: object, served: Served) -> None:
    with closing(Visitor(served.url, "bianji2")) as visitor:
        wrong = {"old": "wrong", "new": "new long password", "again": "new long password"}
        assert "现在的密码不正确" in visitor.send_form("/account", **wrong).text
        assert "不一致" in visitor.send_form("/account", **{**wrong, "old": PASSWORD, "again": "x"}).text
        assert visitor.send_form("/account", old=PASSWORD, new=PASSWORD, again=PASSWORD).status_code == 200
        assert visitor.get("/").status_code == 401


def test_headers(people: dict[str, Visitor]) -> None:
    for path in ("/", "/reviews", "/static/desk.css", "/static/desk.js", "/documents/none"):
        headers = people["bianji"].get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'self'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff" and headers["cache-control"] == "no-store"
    assert people["bianji"].get("/static/../desk.py").status_code == 404
    assert people["bianji"].get("/static/%2e%2e/desk.py").status_code == 404


def test_what_is_not_the_desks_stays_the_servers(served: Served) -> None:
    assert httpx.get(f"{served.url}/v1/check").status_code == 405
    assert httpx.get(f"{served.url}/nothing").json()["error"]["code"] == "not_found"
    assert httpx.post(f"{served.url}/v1/check", json={"text": "x"}).status_code == 401  # no token of a form is asked for


def test_no_page_asks_for_anything_elsewhere() -> None:
    for path in (ROOT / "deident/server/desk").rglob("*"):
        if path.suffix in (".html", ".css", ".js"):
            text = path.read_text(encoding="utf-8")
            assert "http://" not in text and "https://" not in text and "//cdn" not in text, path
            assert " style=" not in text and "<style" not in text and " onclick" not in text and "|safe" not in text, path


# ---- hostile documents

HOSTILE = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<a href='javascript:alert(1)'>", "</textarea></div><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}", "\"'><b>",
)  # fmt: skip


@pytest.mark.parametrize("form", ["text", "html"])
def test_nothing_in_a_document_becomes_markup(people: dict[str, Visitor], form: str) -> None:
    text = "\n".join(f"手机{MOBILE} {part}" for part in HOSTILE)
    path = people["bianji"].check(text, title=HOSTILE[0] + HOSTILE[2], form=form)
    people["bianji"].send_form(f"{path}/file", note=HOSTILE[1])
    for name in ("bianji", "fuhe"):
        for where in (path, f"{path}/result", "/", "/reviews"):
            page = people[name].get(where).text
            assert (
                "<script>alert" not in page and "<img src=x" not in page and "<svg" not in page and "href='javascript" not in page
            )
            assert not re.search(r"手机[^<]*49", page)
    assert "&lt;script&gt;" in people["bianji"].get(path).text
    downloaded = people["bianji"].get(f"{path}/download/page")
    assert downloaded.headers["content-type"] == "application/octet-stream"
    assert downloaded.headers["content-disposition"].startswith("attachment")


def test_a_file_name_is_masked_and_no_markup(people: dict[str, Visitor]) -> None:
    name = f"<b onmouseover=alert(1)>{MOBILE}.txt"
    path = people["bianji"].check(title="", files={"file": (name, f"手机{MOBILE}".encode())})
    page = people["bianji"].get(path).text
    assert "<b onmouseover" not in page
    assert MOBILE not in people["bianji"].get("/").text  # the list shows it masked
    answer = people["bianji"].get(f"{path}/download/0")
    disposition = answer.headers["content-disposition"]
    assert MOBILE not in unquote(disposition) and '"' not in disposition and "\n" not in disposition
    assert MOBILE.encode() not in answer.content
    for which in ("1", "-1", "page", "x", "99999999999999999999999", "١"):
        assert people["bianji"].get(f"{path}/download/{which}").status_code == 404


def test_documents_of_other_formats_are_shown_as_they_were_read(people: dict[str, Visitor], tmp_path: object) -> None:
    import io

    import docx

    made, out = docx.Document(), io.BytesIO()
    made.add_paragraph(f"联系电话{MOBILE}，身份证号{ID}")
    made.save(out)
    path = people["bianji"].check(title="", files={"file": ("名单.docx", out.getvalue())})
    page = people["bianji"].get(path).text
    assert f'data-value="1" title="手机号码：须脱敏">{MOBILE}</a>' in page
    assert "名单.docx" in page and "第1段" in page
    masked = people["bianji"].get(f"{path}/download/0").content
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(masked)).paragraphs)
    assert "联系电话" in text and MOBILE not in text and ID not in text
    broken = people["bianji"].check(title="", files={"file": ("坏.docx", b"PK\x03\x04" + bytes(200))})
    assert "没有可显示的文字" in people["bianji"].get(broken).text


def test_too_much_is_refused(served: Served, people: dict[str, Visitor]) -> None:
    with closing(Visitor(served.url)) as stranger:
        stranger.get("/login")
        assert stranger.send_form("/login", name="x" * 70_000).status_code == 413
    big = {"file": ("a.txt", bytes(33_000_000))}
    assert people["bianji"].send_form("/documents", big, title="x").status_code == 413
    many = [("file", (f"{number}.txt", b"x")) for number in range(51)]
    assert people["bianji"].send_form("/documents", many, title="x").status_code == 400
    assert people["bianji"].send_form("/documents", title="x", body="x", channel="nowhere").status_code == 422
    assert people["bianji"].send_form("/documents", title="x", body="x", doc_type="nothing").status_code == 422
    assert people["bianji"].send_form("/documents", title="x", body=" ").status_code == 422


# ---- the hook, the languages, what leaks


@pytest.mark.parametrize("what", ["check", "mask"])
def test_the_hook_files_at_the_desk(served: Served, people: dict[str, Visitor], what: str) -> None:
    key = deident("serve", "--new-key", f"cms-{what}", "--data", str(served.data)).stdout.split()[-1]
    file = {"name": "a.txt", "content": base64.b64encode(MOBILE.encode()).decode()}
    content = {"title": "低保公示", "text": f"内部资料\n{TEXT}", "author": "网站编辑", "review": True, "attachments": [file]}
    answer = httpx.post(f"{served.url}/v1/{what}", json=content, headers={"Authorization": f"Bearer {key}"}, timeout=60).json()
    path = answer["review_url"]
    assert path in people["fuhe"].get("/reviews").text and path not in people["bianji"].get("/reviews").text
    page = people["fuhe"].get(path).text
    assert (
        ID in page and "网站编辑" in page and "a.txt" in page and "居民身份证号码" in page
    )  # the original, whatever was asked for
    assert people["bianji"].get(path).status_code == 403
    people["fuhe"].send_form(f"{path}/return", comment="请在系统中删除")
    assert ID not in people["fuhe"].get(path).text
    assert "内容已删除" in people["fuhe"].get(path).text


def test_the_desk_speaks_english(served: Served) -> None:
    with closing(Visitor(served.url, lang="en-GB,en;q=0.9")) as visitor:
        assert "Sign in" in visitor.get("/login").text
        assert "登录" in visitor.get("/login?lang=zh").text
        assert "登录" in visitor.get("/login").text  # the choice is kept
    with closing(Visitor(served.url, "bianji", lang="de")) as visitor:
        assert "送检" in visitor.get("/").text


def test_no_value_in_the_database_or_in_what_the_server_says(served: Served, people: dict[str, Visitor]) -> None:
    people["bianji"].check(title=f"关于{MOBILE}的公示")
    with sqlite3.connect(served.data / "desk.sqlite") as database:
        assert database.execute("SELECT count(*) FROM document WHERE content IS NOT NULL").fetchone()[0]
    database.close()
    for path in [*served.data.iterdir(), served.said]:
        content = path.read_bytes()
        for value in (ID, MOBILE, "陈一一"):
            assert value.encode() not in content, path.name
    said = served.said.read_text(encoding="utf-8")
    assert "POST desk 303" in said and "/documents" not in said


def test_cookies_are_for_https_alone_where_a_proxy_ends_it(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("https") / "data", "--https", people={}) as server:
        cookies = httpx.get(f"{server.url}/login").headers.get_list("set-cookie")
        assert cookies and all("secure" in cookie.lower() for cookie in cookies)


def test_the_first_start_says_which_command_makes_an_account(tmp_path_factory: pytest.TempPathFactory) -> None:
    with serving(tmp_path_factory.mktemp("first") / "data", people={}) as server:
        assert "deident users add" in httpx.get(f"{server.url}/").text
