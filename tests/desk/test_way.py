"""The whole way in a real browser: what a clerk, a reviewer and a supervisor see and do.  DEIDENT_SHOTS=DIR keeps pictures of it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from desk.serving import PASSWORD, Served
from desk.visitor import Visitor

TITLE = "关于2024年度城乡低保新增对象的公示"
TEXT = """各乡镇人民政府，县直各部门：
经个人申请、村级评议、乡镇审核，现将2024年度城乡居民最低生活保障新增对象公示如下，公示期7天。

序号\t姓名\t身份证号\t住址\t联系电话\t月保障金额（元）
1\t陈一一\t52010219010315904X\t贵阳市云岩区中华北路12号3单元502室\t19900000001\t620
2\t罗二二\t520102190204159036\t贵阳市云岩区普陀路8号2栋301室\t19900000002\t540
3\t潘三三\t520102190305159071\t云岩镇三桥村4组17号\t19900000003\t480

申请人陈一一患尿毒症，需长期透析，家庭生活困难。
公示期间如有异议，请向县民政局反映。监督电话：0851-85550101，值班手机：19900000008。
县民政局
2024年9月5日"""
WIDE, NARROW, LEAST = (1440, 900), (390, 844), (360, 740)


@pytest.fixture
def page(browser: Any, served: Served) -> Iterator[Any]:
    """A page of a new visitor; errors of scripts and of the content policy fail the test."""
    context = browser.new_context(locale="zh-CN", viewport={"width": WIDE[0], "height": WIDE[1]}, accept_downloads=True)
    page, said = context.new_page(), []
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on(
        "console",
        lambda message: (
            said.append(message.text)
            if message.type == "error" and not message.text.startswith("Failed to load resource")
            else None
        ),
    )
    page.on("request", lambda request: said.append(request.url) if not request.url.startswith((served.url, "data:")) else None)
    yield page
    context.close()
    assert said == []


def look(page: Any, name: str) -> None:
    """No serious finding by axe, nothing that is wider than the window, at any width; a picture where pictures are wanted."""
    from axe_playwright_python.sync_playwright import Axe

    folder = os.environ.get("DEIDENT_SHOTS")
    for size, suffix in ((WIDE, "wide"), (NARROW, "narrow"), (LEAST, "")):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, (name, size)
        if suffix:
            found = Axe().run(page).response["violations"]
            assert [
                (each["id"], each["nodes"][0]["html"]) for each in found if each["impact"] in ("serious", "critical")
            ] == [], name
        if folder and suffix:
            page.screenshot(path=Path(folder) / f"{name}-{suffix}.png", full_page=True)
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


def scripted(page: Any) -> None:
    """Waits for the page's script: a button can be seen, and pressed, before it has run."""
    page.locator("html.js").wait_for()


def sign_in(page: Any, served: Served, name: str) -> None:
    page.goto(f"{served.url}/login")
    page.get_by_label("账号").fill(name)
    page.get_by_label("密码", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.get_by_role("button", name="退出").wait_for()
    scripted(page)


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="退出").click()
    page.get_by_role("button", name="登录").wait_for()


def test_from_paste_to_the_verified_log(page: Any, served: Served, tmp_path: Path) -> None:
    page.goto(served.url)
    look(page, "login")
    sign_in(page, served, "bianji")
    look(page, "empty")
    page.get_by_label("标题").fill(TITLE)
    page.get_by_label("内容", exact=True).fill(TEXT)
    page.get_by_role("button", name="开始检查").click()
    page.wait_for_url("**/documents/*")
    marks = {mark.inner_text(): mark.get_attribute("class") for mark in page.locator(".mark").all()}
    assert marks["52010219010315904X"] == "mark mask" and marks["0851-85550101"] == "mark keep"
    look(page, "document")

    # click on what was found: its card, with reason and basis
    page.locator(".mark", has_text="19900000008").click()
    card = page.locator(".value.now")
    assert "手机号码" in card.inner_text() and "理由" in card.inner_text()
    card.get_by_text("修改结论").click()
    card.get_by_label("保留").check()
    card.get_by_label("理由（必填）").fill("值班手机，经办公室批准公开")
    card.get_by_role("button", name="确定").click()
    page.locator(".said.suggestion").wait_for()
    assert "bianji 建议“保留”" in page.locator(".value.now").inner_text()

    page.get_by_role("link", name="查看脱敏结果").click()
    page.wait_for_url("**/result")
    assert "52010219010315904X" in page.locator("del").all_inner_texts()
    assert "***" in page.locator("ins").all_inner_texts()
    look(page, "result")
    page.go_back()
    page.get_by_label("给复核员的说明").fill("值班手机建议保留")
    page.get_by_role("button", name="交复核").click()
    page.get_by_text("已交复核").wait_for()
    path = page.url
    assert page.get_by_role("button", name="交复核").count() == 0
    sign_out(page)

    sign_in(page, served, "fuhe")
    page.get_by_role("link", name="待复核").click()
    page.wait_for_url("**/reviews")
    look(page, "reviews")
    page.get_by_role("link", name=TITLE).click()
    page.wait_for_url(path)
    look(page, "review")
    page.locator(".mark", has_text="19900000008").click()
    card = page.locator(".value.now")
    card.get_by_text("修改结论").click()
    card.get_by_label("保留").check()
    card.get_by_label("理由（必填）").fill("同意公开")
    card.get_by_role("button", name="确定").click()
    page.locator(".value.keep .said").wait_for()
    scripted(page)
    assert page.locator(".mark", has_text="19900000008").get_attribute("class") == "mark keep now"
    page.get_by_label("意见").fill("同意")
    page.get_by_role("button", name="通过").click()
    page.get_by_text("原文已删除").wait_for()
    look(page, "approved")
    sign_out(page)

    sign_in(page, served, "bianji")
    page.goto(path)
    with page.expect_download() as started:
        page.get_by_role("link", name="下载脱敏后的内容").click()
    assert started.value.suggested_filename == f"{TITLE}.txt"
    started.value.save_as(tmp_path / "masked.txt")
    text = (tmp_path / "masked.txt").read_text(encoding="utf-8")
    assert "值班手机：19900000008" in text and "监督电话：0851-85550101" in text
    assert "19900000001" not in text and "5201021901" not in text and "尿毒症" not in text
    assert len(text.splitlines()) == len(TEXT.splitlines())
    sign_out(page)

    sign_in(page, served, "jiandu")
    page.get_by_role("link", name="审计日志").click()
    page.get_by_role("button", name="核验日志是否被改动").click()
    page.get_by_text("核验通过").wait_for()
    body = page.locator("main").inner_text()
    assert "同意公开" in body and "手机号码" in body and "1990000" not in body
    look(page, "audit")
    with page.expect_download() as started:
        page.get_by_role("link", name="导出 CSV").click()
    assert started.value.suggested_filename == "deident-audit.csv"

    with sqlite3.connect(served.data / "desk.sqlite") as database:
        changed = database.execute("SELECT seq FROM audit WHERE action = 'decided'").fetchone()[0]
        database.execute("UPDATE audit SET who = 'somebody' WHERE seq = ?", (changed,))
    database.close()
    page.get_by_role("button", name="核验日志是否被改动").click()
    page.get_by_text(f"第 {changed} 条记录被改动").wait_for()


def test_by_the_keyboard_alone(page: Any, served: Served) -> None:
    page.goto(f"{served.url}/login")
    page.keyboard.type("bianji2")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{served.url}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("名单")
    page.keyboard.press("Tab")
    page.keyboard.type("电话19900000001，联系电话19900000002。")
    for _ in range(9):
        if page.evaluate("document.activeElement.textContent") == "开始检查":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.locator("[role=alert], .work").first.wait_for()
    assert page.locator("[role=alert]").all_inner_texts() == []
    page.locator(".keys").wait_for()  # the script is there
    texts = []
    for key in ("j", "j", "j", "k"):  # round to the first, and back to the last
        page.keyboard.press(key)
        texts.append(page.evaluate("document.activeElement.textContent"))
    assert texts == ["19900000001", "19900000002", "19900000001", "19900000002"]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "v2"
    page.keyboard.press("Tab")  # “修改结论”
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.name") == "verdict"
    page.keyboard.press("Tab")
    page.keyboard.type("jk 不是按键，是文字")
    page.keyboard.press("Enter")
    page.locator(".said").wait_for()
    assert "jk 不是按键" in page.locator(".said").inner_text()
    page.locator(".keys").wait_for()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.className").startswith("mark")


def test_a_file_is_dropped(page: Any, served: Served) -> None:
    sign_in(page, served, "bianji2")
    drop = """(target) => {
        const files = new DataTransfer();
        files.items.add(new File(["姓名,手机\\n陈一一,19900000001"], "<img src=x onerror=alert(1)>.csv"));
        target.dispatchEvent(new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true }));
    }"""
    page.locator(".target").evaluate(drop)
    assert page.locator(".chosen li").inner_text() == "<img src=x onerror=alert(1)>.csv"
    page.get_by_role("button", name="开始检查").click()
    page.wait_for_url("**/documents/*")
    assert "19900000001" in page.locator(".mark").all_inner_texts()
    assert page.locator("main img").count() == 0


def test_without_scripts(browser: Any, served: Served) -> None:
    context = browser.new_context(locale="en-US", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{served.url}/login")
    page.get_by_label("Account").fill("bianji2")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_label("Content", exact=True).fill("电话19900000001")
    page.get_by_role("button", name="Check").click()
    page.wait_for_url("**/documents/*")
    page.locator(".mark").click()
    assert page.url.endswith("#v1")
    page.get_by_role("link", name="See the masked result").click()
    page.locator("ins").wait_for()  # one, or it is an error
    context.close()


def test_other_pages_are_in_order(page: Any, served: Served) -> None:
    visitor = Visitor(served.url, "bianji2")
    path = visitor.check()
    visitor.close()
    sign_in(page, served, "jiandu")
    for where, heading in (("/account", "修改密码"), ("/documents/none", "无法完成"), (path, "无法完成")):
        page.goto(served.url + where)
        assert page.locator("h1").inner_text() == heading
        look(page, "account" if where == "/account" else "error")
    page.emulate_media(media="print")
    page.goto(f"{served.url}/reviews")
    page.get_by_role("button", name="退出").wait_for(state="hidden")
