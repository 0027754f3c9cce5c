"""The WordPress plug-in as people meet it: the classic editor, the lists, the block editor and the settings, in Chromium.

`DEIDENT_SHOTS=folder` keeps pictures of every notice, wide and narrow.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright
from plugins.hook_server import Hook, hook
from plugins.ports import free_port
from plugins.wordpress_site import NEEDED, PASSWORD, SOURCE, Site, wordpress

MISSING = [name for name in (*NEEDED, "chromium") if shutil.which(name) is None] + [str(SOURCE)] * (not SOURCE.is_dir())
pytestmark = pytest.mark.skipif(
    bool(MISSING), reason=f"Debian's WordPress, PHP, MariaDB and Chromium are needed; missing: {', '.join(MISSING)}"
)

ID = "52010219010315904X"
HOTLINE = "0851-85550101"
TITLE = "低保对象公示"
DIRTY = f"身份证号：{ID}，监督电话：{HOTLINE}。"
CLEAN = f"公示期七天，监督电话：{HOTLINE}。"
ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Site, Hook]]:
    with hook(tmp_path_factory.mktemp("hook")) as served, wordpress(tmp_path_factory.mktemp("wp")) as site:
        yield site, served


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as program:
        expect.set_options(timeout=20_000)  # machines of CI are busy
        started = program.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS.split())
        yield started
        started.close()


@pytest.fixture(scope="module")
def logins(browser: Browser, running: tuple[Site, Hook]) -> dict[str, object]:
    """Cookies by login."""
    kept: dict[str, object] = {}
    for login in ("admin", "bianji"):
        context = browser.new_context()
        page = context.new_page()
        page.goto(f"{running[0].url}/wp-login.php")
        page.fill("#user_login", login)
        page.fill("#user_pass", PASSWORD)
        page.click("#wp-submit")
        page.wait_for_url("**/wp-admin/**")
        kept[login] = context.storage_state()
        context.close()
    return kept


@pytest.fixture
def site(running: tuple[Site, Hook]) -> Iterator[Site]:
    site, served = running
    settings(site, url=served.url, key=served.key, closed=True)
    yield site
    logged = site.log.read_text(encoding="utf-8") if site.log.exists() else ""
    assert "plugins/deident" not in logged and ID not in logged


@pytest.fixture
def editor(browser: Browser, logins: dict[str, object], site: Site) -> Iterator[Page]:
    yield from opened(browser, logins["bianji"])


@pytest.fixture
def administrator(browser: Browser, logins: dict[str, object], site: Site) -> Iterator[Page]:
    yield from opened(browser, logins["admin"])


def opened(browser: Browser, state: object) -> Iterator[Page]:
    """A page of a logged-in user, who confirms whatever a page asks; an error in a script fails the test."""
    context = browser.new_context(storage_state=state, viewport=WIDE)  # type: ignore[arg-type]
    context.set_default_timeout(30_000)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: dialog.accept())
    yield page
    assert errors == []
    context.close()


def settings(site: Site, **given: object) -> None:
    site.php("update_option( 'deident', array_merge( (array) get_option( 'deident', array() ), $given ) );", given=given)


def draft(site: Site, content: str, title: str = TITLE) -> int:
    fields = {"post_title": title, "post_content": content, "post_status": "draft", "post_author": 2, "post_type": "notice"}
    return int(site.php("echo wp_insert_post( $fields );", fields=fields))


def status(site: Site, number: int) -> object:
    return site.get("get_post( $number )->post_status", number=number)


def accessible(page: Page) -> None:
    """No serious finding of axe in what is ours, once it stands still: WordPress fades its dialogs in."""
    page.evaluate(
        "Promise.allSettled(document.getAnimations().filter(a => isFinite(a.effect.getTiming().iterations)).map(a => a.finished))"
    )
    for ours in (".deident-stopped", ".deident-dialog"):
        if page.locator(ours).count():
            found = Axe().run(page, context=ours).response["violations"]
            serious = [
                (each["id"], [node["html"] for node in each["nodes"]])
                for each in found
                if each["impact"] in ("serious", "critical")
            ]
            assert not serious, json.dumps(serious, ensure_ascii=False, indent=1)


def shots(page: Page, name: str) -> None:
    """Pictures for people, wide and narrow; nothing may stick out of a narrow screen."""
    folder = os.environ.get("DEIDENT_SHOTS")
    for size, view in (("wide", WIDE), ("narrow", NARROW)):
        page.set_viewport_size(view)  # type: ignore[arg-type]
        assert page.evaluate(
            "[...document.querySelectorAll('.deident-stopped, .deident-dialog')].every(e => e.getBoundingClientRect().right <= innerWidth)"
        )
        accessible(page)
        if folder:
            page.screenshot(path=Path(folder, f"{name}-{size}.png"))
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]


def write(page: Page, site: Site, text: str, title: str = TITLE) -> None:
    """A new notice in the classic editor."""
    page.goto(f"{site.url}/wp-admin/post-new.php?post_type=notice")
    page.fill("#title", title)
    page.click("#content-html")
    page.fill("#content", f"<p>{text}</p>")
    page.wait_for_selector("#sample-permalink")  # WordPress has saved the title, during which it takes no click


def press(page: Page, button: str = "#publish") -> None:
    """Sends the form and waits for the next page."""
    with page.expect_navigation(wait_until="load"):
        page.click(f"{button}:not(.disabled)")


def number_of(page: Page) -> int:
    return int(re.search(r"post=(\d+)", page.url)[1])  # type: ignore[index]


# ---- the classic editor


def test_classic_stops_then_masks_and_publishes(editor: Page, site: Site) -> None:
    write(editor, site, DIRTY)
    press(editor)
    notice = editor.locator(".deident-stopped")
    expect(notice).to_contain_text("不能发布")
    expect(notice.locator("tbody tr")).to_have_count(1)
    for words in ("正文", "居民身份证号码", "52****************", "须脱敏", "政府信息公开条例"):
        expect(notice.locator("tbody tr")).to_contain_text(words)
    assert ID not in notice.inner_text()
    expect(editor.locator("#message")).to_have_count(0)  # not "Post published"
    expect(editor.locator("#content")).to_have_value(f"<p>{DIRTY}</p>")
    expect(editor.get_by_role("button", name="说明理由后发布")).to_have_count(0)  # an editor may not
    number = number_of(editor)
    assert status(site, number) == "draft" and site.page(number)[0] == 404
    shots(editor, "classic-stopped")
    editor.get_by_role("button", name="脱敏后发布").click()
    expect(editor.locator(".notice-success")).to_contain_text("已脱敏并发布")
    expect(notice).to_have_count(0)
    code, html = site.page(number)
    assert code == 200 and ID not in html and "身份证号：***" in html and HOTLINE in html


def test_classic_publishes_what_is_clean(editor: Page, site: Site) -> None:
    write(editor, site, CLEAN)
    press(editor)
    expect(editor.locator("#message")).to_contain_text("published")
    code, html = site.page(number_of(editor))
    assert code == 200 and HOTLINE in html


def test_classic_keeps_what_is_online_and_masks_the_change(editor: Page, site: Site) -> None:
    number = int(
        site.php(
            "echo wp_insert_post( $fields );",
            fields={
                "post_title": TITLE,
                "post_content": CLEAN,
                "post_status": "publish",
                "post_type": "notice",
                "post_author": 2,
            },
        )
    )
    editor.goto(f"{site.url}/wp-admin/post.php?post={number}&action=edit")
    editor.click("#content-html")
    editor.fill("#content", f"<p>{DIRTY}</p>")
    press(editor)
    expect(editor.locator(".deident-stopped")).to_contain_text("不能发布")
    html = site.page(number)[1]
    assert "公示期七天" in html and ID not in html
    editor.get_by_role("button", name="脱敏后发布").click()
    expect(editor.locator(".notice-success")).to_contain_text("已脱敏并发布")
    html = site.page(number)[1]
    assert "身份证号：***" in html and ID not in html
    assert site.get("wp_get_post_autosave( $number, 2 )", number=number) is False  # which held the number


def test_classic_says_that_the_hook_is_down(editor: Page, site: Site) -> None:
    settings(site, url=f"http://127.0.0.1:{free_port()}")
    write(editor, site, CLEAN)
    press(editor)
    expect(editor.locator(".deident-stopped")).to_contain_text("未能检查 无法连接检查服务")
    expect(editor.get_by_role("button", name="脱敏后发布")).to_have_count(0)
    shots(editor, "classic-down")
    assert status(site, number_of(editor)) == "draft"
    settings(site, closed=False)
    press(editor)
    expect(editor.locator(".notice-warning")).to_contain_text("未经检查即已发布")
    assert status(site, number_of(editor)) == "publish"


def test_classic_override_with_a_reason(administrator: Page, site: Site) -> None:
    write(administrator, site, DIRTY, "法院公告")
    press(administrator)
    administrator.fill("#deident-reason", "依法须公告全文")
    shots(administrator, "classic-override")
    administrator.get_by_role("button", name="说明理由后发布").click()
    administrator.wait_for_url("**deident=*")
    print(
        administrator.url,
        site.get("get_post_meta( $n )", n=number_of(administrator)),
        site.get("get_post( $n )", n=number_of(administrator)),
    )
    expect(administrator.locator(".notice-success")).to_contain_text("理由已记录")
    number = number_of(administrator)
    assert ID in site.page(number)[1]
    administrator.goto(f"{site.url}/wp-admin/options-general.php?page=deident")
    row = administrator.locator(".deident-overrides tbody tr").first
    for words in ("admin", f"#{number}", "blocked", "依法须公告全文"):
        expect(row).to_contain_text(words)


def test_actions_need_nonce_and_rights(editor: Page, site: Site) -> None:
    number = draft(site, DIRTY)
    address = f"{site.url}/wp-admin/admin-post.php"
    forged = editor.request.post(address, form={"action": "deident_mask", "post": str(number), "_wpnonce": "1"})
    assert forged.status == 403 and status(site, number) == "draft"
    editor.goto(f"{site.url}/wp-admin/post.php?post={number}&action=edit")
    press(editor)
    nonce = editor.locator(".deident_mask input[name=_wpnonce]").get_attribute("value")
    crossed = editor.request.post(
        address, form={"action": "deident_override", "post": str(number), "_wpnonce": nonce, "reason": "不该可以"}
    )
    assert crossed.status == 403 and status(site, number) == "draft"


# ---- the lists


def test_quick_edit_shows_why(editor: Page, site: Site) -> None:
    number = draft(site, DIRTY)
    editor.goto(f"{site.url}/wp-admin/edit.php?post_type=notice")
    editor.locator(f"#post-{number}").hover()
    editor.locator(f"#post-{number} .editinline").click()
    form = editor.locator(f"#edit-{number}")
    form.locator("select[name=_status]").select_option("publish")
    form.locator("button.save").click()
    expect(form.locator(".notice-error .error")).to_contain_text("不能发布")
    expect(form.locator(".notice-error .error")).to_contain_text("52****************")
    assert status(site, number) == "draft"
    shots(editor, "quick-edit")


def test_bulk_edit_lists_what_was_stopped(editor: Page, site: Site) -> None:
    dirty, clean = draft(site, DIRTY, "低保公示（一）"), draft(site, CLEAN, "低保公示（二）")
    editor.goto(f"{site.url}/wp-admin/edit.php?post_type=notice")  # shows and forgets what other tests left
    for number in (dirty, clean):
        editor.check(f"#cb-select-{number}")
    editor.select_option("#bulk-action-selector-top", "edit")
    editor.click("#doaction")
    editor.locator("#bulk-edit select[name=_status]").select_option("publish")
    editor.click("#bulk_edit")
    notice = editor.locator(".deident-stopped")
    expect(notice.locator("li")).to_have_count(1)
    expect(notice).to_contain_text("低保公示（一）")
    assert (status(site, dirty), status(site, clean)) == ("draft", "publish")
    shots(editor, "bulk-edit")
    notice.get_by_role("link").click()
    expect(editor.locator(".deident-stopped tbody tr")).to_have_count(1)


# ---- the block editor


def type_post(page: Page, site: Site, text: str, title: str = TITLE) -> None:
    page.goto(f"{site.url}/wp-admin/post-new.php")
    page.locator(".editor-post-title__input").click()
    page.keyboard.insert_text(title)
    page.keyboard.press("Enter")
    page.keyboard.insert_text(text)
    page.locator(".editor-post-publish-panel__toggle").click()
    page.locator(".editor-post-publish-panel__header-publish-button button").click()


def current(page: Page) -> int:
    return int(page.evaluate("wp.data.select( 'core/editor' ).getCurrentPostId()"))


def online(page: Page) -> None:
    page.wait_for_function(
        "wp.data.select( 'core/editor' ).isCurrentPostPublished() && ! wp.data.select( 'core/editor' ).isSavingPost()"
    )


def test_block_editor_stops_then_masks_and_publishes(editor: Page, site: Site) -> None:
    type_post(editor, site, DIRTY)
    dialog = editor.locator(".deident-dialog")
    for words in ("不能发布", "正文", "居民身份证号码", "52****************", "须脱敏", "政府信息公开条例", "草稿"):
        expect(dialog).to_contain_text(words)
    assert ID not in dialog.inner_text()
    number = current(editor)
    assert status(site, number) == "draft" and site.page(number)[0] == 404
    expect(dialog.locator(".deident-override")).to_have_count(0)
    shots(editor, "block-stopped")
    dialog.locator(".deident-mask").click()
    online(editor)
    expect(dialog).to_have_count(0)
    expect(editor.locator(".components-notice.is-error")).to_have_count(0)
    assert editor.evaluate("wp.data.select( 'core/block-editor' ).getBlocks().map( b => b.name )") == ["core/paragraph"]
    code, html = site.page(number)
    assert code == 200 and ID not in html and "身份证号：***" in html and HOTLINE in html
    shots(editor, "block-masked")


def test_block_editor_publishes_what_is_clean(editor: Page, site: Site) -> None:
    type_post(editor, site, CLEAN)
    online(editor)
    code, html = site.page(current(editor))
    assert code == 200 and HOTLINE in html


def test_block_editor_shows_that_the_hook_is_down_and_an_earlier_stop(
    editor: Page, site: Site, running: tuple[Site, Hook]
) -> None:
    settings(site, url=f"http://127.0.0.1:{free_port()}")
    type_post(editor, site, CLEAN)
    expect(editor.locator(".deident-dialog")).to_contain_text("无法连接检查服务")
    shots(editor, "block-down")
    editor.get_by_role("button", name="返回编辑").click()
    expect(editor.locator(".deident-dialog")).to_have_count(0)
    editor.goto(f"{site.url}/wp-admin/post.php?post={current(editor)}&action=edit")
    editor.get_by_role("button", name="详情").click()
    expect(editor.locator(".deident-dialog")).to_contain_text("无法连接检查服务")


def test_block_editor_override_with_a_reason(administrator: Page, site: Site) -> None:
    type_post(administrator, site, DIRTY, "法院公告")
    dialog = administrator.locator(".deident-dialog")
    expect(dialog.locator(".deident-override")).to_be_disabled()
    dialog.get_by_label("理由").fill(f"身份证号：{ID}")
    dialog.locator(".deident-override").click()
    expect(dialog.locator(".components-notice")).to_contain_text("理由中含有个人信息")
    dialog.get_by_label("理由").fill("依法须公告全文")
    shots(administrator, "block-override")
    dialog.locator(".deident-override").click()
    online(administrator)
    assert ID in site.page(current(administrator))[1]
    [row] = site.get(r"Deident\latest_overrides( 1 )")  # type: ignore[misc]
    assert row["reason"] == "依法须公告全文" and row["user_login"] == "admin"


# ---- the settings


def test_settings_are_kept_and_the_key_is_not_shown(administrator: Page, site: Site, running: tuple[Site, Hook]) -> None:
    served = running[1]
    administrator.goto(f"{site.url}/wp-admin/options-general.php?page=deident")
    assert served.key not in administrator.content()
    administrator.select_option("#deident-closed", "open")
    administrator.fill("#deident-timeout", "7")
    administrator.click("#submit")
    expect(administrator.locator("#deident-timeout")).to_have_value("7")
    expect(administrator.locator("#deident-closed")).to_have_value("open")
    kept = site.get("get_option( 'deident' )")
    assert isinstance(kept, dict) and kept["key"] == served.key and kept["url"] == served.url and kept["closed"] is False
    administrator.get_by_role("button", name="测试连接").click()
    expect(administrator.locator(".notice-success").first).to_contain_text("服务正常")
    shots(administrator, "settings")
    settings(site, key="wrong")
    administrator.get_by_role("button", name="测试连接").click()
    expect(administrator.locator(".notice-error").first).to_contain_text("不认可")
    settings(site, timeout=20)
