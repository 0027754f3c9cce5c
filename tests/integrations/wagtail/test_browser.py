"""An editor, a supervisor and the public, in a real browser on a running Wagtail site."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest
from axe_playwright_python.sync_playwright import Axe
from integrations.wagtail.project import SITE, environ
from playwright.sync_api import Browser, Page, sync_playwright
from server.service import Service, until

pytestmark = pytest.mark.skipif(shutil.which("chromium") is None, reason="chromium is not installed")

NUMBER, MASK = "52010219010315904X", "52****************"
QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip
SHOTS = os.environ.get("DEIDENT_SHOTS", "")  # a folder for screenshots, for people who want to look


@pytest.fixture(scope="module")
def data(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Files of a site of its own: what people write here stays."""
    return Path(shutil.copytree(migrated, tmp_path_factory.mktemp("served") / "data"))


@pytest.fixture(scope="module")
def site(data: Path) -> Iterator[str]:
    """The address of the site, served by its own process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-B", "manage.py", "runserver", "--noreload", "--insecure", "--skip-checks", f"127.0.0.1:{port}"]
    with (data / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=SITE, env=environ(data), stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            until(lambda: process.poll() is not None or fetch(f"{url}/admin/login/")[0] == 200, "the site")
            assert process.poll() is None, (data / "log").read_text()
            yield url
        finally:
            process.terminate()
            process.wait(30)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture
def person(browser: Browser, site: str) -> Iterator[Callable[[str], Page]]:
    """A person at a screen of his own, logged in."""
    contexts = []

    def login(name: str) -> Page:
        contexts.append(browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN"))
        page = contexts[-1].new_page()
        page.set_default_timeout(30_000)
        page.goto(f"{site}/admin/login/")
        page.fill("input[name=username]", name)
        page.fill("input[name=password]", "word for the test")
        page.click("button[type=submit]")
        page.wait_for_url("**/admin/")
        return page

    yield login
    for context in contexts:
        context.close()


def fetch(url: str) -> tuple[int, str]:
    """What the public gets."""
    try:
        with urlopen(url, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except HTTPError as problem:
        problem.close()
        return problem.code, ""
    except URLError:
        return 0, ""


def write(page: Page, site: str, slug: str, text: str) -> None:
    """A new page in the editor: its title, slug and a paragraph."""
    page.goto(f"{site}/admin/pages/add/notices/noticepage/2/")
    page.fill("#id_title", "关于困难救助的公示")
    page.click("[role=textbox] >> nth=0")
    page.keyboard.insert_text(text)
    page.wait_for_function("text => document.querySelector('input[name=body]').value.includes(text)", arg=text[:10])
    page.click("[role=tab] >> nth=1")
    page.fill("#id_slug", slug)


def press_publish(page: Page) -> None:
    """The button "publish" in the menu beside "save draft"."""
    page.click("footer [data-w-dropdown-target=toggle]")
    page.click("button[name=action-publish]")


def shots(page: Page, name: str) -> None:
    for width in (1440, 390) if SHOTS else ():
        page.set_viewport_size({"width": width, "height": 900 if width > 400 else 1700})
        page.screenshot(path=f"{SHOTS}/{name}-{width}.png", full_page=True)
    page.set_viewport_size({"width": 1440, "height": 900})


def accessible(page: Page) -> None:
    """No serious finding of axe in what is ours."""
    found = Axe().run(page, context=".deident").response["violations"]
    serious = [
        (each["id"], [node["html"] for node in each["nodes"]]) for each in found if each["impact"] in ("serious", "critical")
    ]
    assert not serious, json.dumps(serious, ensure_ascii=False, indent=1)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A hook, as the site's administrator would run it."""
    hook = Service(tmp_path_factory.mktemp("hook") / "data")
    yield hook
    hook.stop()


@pytest.mark.parametrize("mode", ["in process", "hook"])
def test_publishing_is_stopped_then_masked(person: Callable[[str], Page], site: str, settings: Callable[..., None], mode: str, request: pytest.FixtureRequest) -> None:  # fmt: skip
    if mode == "hook":
        service: Service = request.getfixturevalue("service")
        settings(URL=service.url, KEY=service.key)
    slug = mode.replace(" ", "-")
    editor = person("editor")
    write(editor, site, slug, f"申请人身份证号：{NUMBER}。监督电话：0851-85550101。")
    press_publish(editor)
    editor.wait_for_url("**/admin/deident/**")
    said = editor.inner_text(".deident")
    assert "须脱敏" in said and "正文" in said and MASK in said and "政府信息公开条例" in said and NUMBER not in said
    assert "内容未发布" in said and fetch(f"{site}/{slug}/")[0] == 404
    editor.click("summary")
    assert "0851" in editor.inner_text("details"), "what may stay, and why"
    accessible(editor)
    shots(editor, f"stopped-{slug}")
    editor.click("text=返回草稿")
    assert NUMBER in editor.inner_text("[role=textbox] >> nth=0"), "the draft is kept"
    editor.go_back()
    editor.click("text=脱敏并发布")
    editor.wait_for_url("**/edit/")
    assert "已发布" in editor.inner_text(".messages") and "草稿中已脱敏" in editor.inner_text(".messages")
    status, public = fetch(f"{site}/{slug}/")
    assert status == 200 and MASK in public and NUMBER not in public and "0851-85550101" in public


def test_a_supervisor_overrides_with_a_reason(person: Callable[[str], Page], site: str) -> None:
    supervisor = person("supervisor")
    write(supervisor, site, "override", f"法院公告：失信被执行人身份证号：{NUMBER}")
    press_publish(supervisor)
    supervisor.wait_for_url("**/admin/deident/**")
    accessible(supervisor)
    shots(supervisor, "override")
    supervisor.click("text=以此理由发布")
    assert supervisor.url.split("/")[4] == "deident", "a reason is required"
    supervisor.fill("#deident-reason", f"本人书面同意公开（{NUMBER}）")
    supervisor.click("text=以此理由发布")
    supervisor.wait_for_url("**/edit/")
    assert NUMBER in fetch(f"{site}/override/")[1]
    supervisor.goto(supervisor.url.replace("/edit/", "/history/"))
    history = supervisor.inner_text("main")
    assert "本人书面同意公开" in history and "不顾个人信息检查结果发布" in history and NUMBER not in history


def test_the_hook_is_down(person: Callable[[str], Page], site: str, settings: Callable[..., None]) -> None:
    settings(URL="http://127.0.0.1:9", TIMEOUT=2)
    editor = person("editor")
    write(editor, site, "down", "咨询电话：12345")
    press_publish(editor)
    editor.wait_for_url("**/admin/deident/**")
    said = editor.inner_text(".deident")
    assert "未能进行个人信息检查" in said and "无法连接检查服务" in said and "未经检查的内容不发布" in said
    assert fetch(f"{site}/down/")[0] == 404
    accessible(editor)
    shots(editor, "down")
    settings(URL="http://127.0.0.1:9", TIMEOUT=2, FAIL_OPEN=True)
    editor.click("text=重新检查")
    editor.click(".deident button:has-text('发布')")
    editor.wait_for_url("**/edit/")
    assert "已发布，但未经个人信息检查" in editor.inner_text(".messages")
    assert fetch(f"{site}/down/")[0] == 200


def test_an_office_hotline_goes_online_without_fuss(person: Callable[[str], Page], site: str) -> None:
    editor = person("editor")
    write(editor, site, "hotline", "咨询请拨打12345政务服务热线。")
    press_publish(editor)
    editor.wait_for_url("**/admin/pages/2/")
    assert "12345" in fetch(f"{site}/hotline/")[1]
