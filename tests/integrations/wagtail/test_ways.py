"""The ways of publishing in Wagtail's admin and API: each is stopped, says so, and keeps the draft."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NUMBER = "52010219010315904X"
BAD = f"<p>申请人身份证号：{NUMBER}。</p>"
GOOD = "<p>咨询请拨打12345政务服务热线。</p>"

pytestmark = [pytest.mark.usefixtures("undone")]


@pytest.fixture
def client(django: None) -> Callable[[str], Any]:
    """A browser without scripts, logged in."""
    from django.contrib.auth import get_user_model
    from django.test import Client

    def login(name: str = "editor") -> Any:
        one = Client(HTTP_HOST="127.0.0.1")
        one.force_login(get_user_model().objects.get(username=name))
        return one

    return login


def form(body: str, **more: str) -> dict[str, str]:
    """What the editor's form sends."""
    from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

    return nested_form_data(
        {
            "title": "公示", "slug": "notice", "summary": "", "body": rich_text(body), "blocks": streamfield([]),
            "contacts": inline_formset([]), "comments": inline_formset([]), **more,
        }
    )  # fmt: skip


def made(body: str = BAD) -> Any:
    """A draft, with a revision."""
    from notices.models import NoticePage
    from wagtail.models import Page

    new = NoticePage(title="公示", slug=f"n{Page.objects.count()}", body=body, live=False)
    Page.objects.get(depth=2).add_child(instance=new)
    new.save_revision()
    return new


def test_publish_on_a_new_page(client: Callable[..., Any]) -> None:
    from notices.models import NoticePage
    from wagtail.models import Page

    one = client()
    root = Page.objects.get(depth=2)
    answer = one.post(f"/admin/pages/add/notices/noticepage/{root.pk}/", form(BAD, **{"action-publish": "1"}))
    [page] = NoticePage.objects.all()
    assert (answer.status_code, answer["Location"]) == (302, f"/admin/deident/notices/noticepage/{page.pk}/")
    assert not page.live and NUMBER in page.get_latest_revision().content["body"]
    shown = one.get(answer["Location"]).content.decode()
    assert "正文" in shown and NUMBER not in shown and "政府信息公开条例" in shown and "脱敏并发布" in shown
    assert one.get(page.get_url()).status_code == 404
    clean = one.post(f"/admin/pages/add/notices/noticepage/{root.pk}/", form(GOOD, slug="clean", **{"action-publish": "1"}))
    assert clean["Location"] == f"/admin/pages/{root.pk}/" and NoticePage.objects.get(slug="clean").live


def fresh(page: Any) -> Any:
    return type(page).objects.get(pk=page.pk)


def test_publish_on_a_live_page_keeps_what_the_public_sees(client: Callable[..., Any]) -> None:
    page = made(GOOD)
    page.get_latest_revision().publish()
    answer = client().post(f"/admin/pages/{page.pk}/edit/", form(BAD, **{"action-publish": "1"}))
    assert answer["Location"] == f"/admin/deident/notices/noticepage/{page.pk}/"
    page = fresh(page)
    assert (
        page.live
        and page.has_unpublished_changes
        and NUMBER not in page.body
        and NUMBER in page.get_latest_revision().content["body"]
    )
    assert "公众看到的仍是上一次发布的版本" in client().get(answer["Location"]).content.decode()


def test_a_revision_that_is_published_again(client: Callable[..., Any]) -> None:
    page = made()
    old = page.get_latest_revision()
    page.body = GOOD
    page.save_revision().publish()
    sent = form(BAD, revision=str(old.pk), **{"action-publish": "1"})
    answer = client().post(f"/admin/pages/{page.pk}/revisions/{old.pk}/revert/", sent)
    assert answer["Location"].startswith("/admin/deident/") or answer.status_code == 302
    assert NUMBER not in fresh(page).body


def test_saving_a_draft_is_not_publishing(client: Callable[..., Any]) -> None:
    page = made(GOOD)
    answer = client().post(f"/admin/pages/{page.pk}/edit/", form(BAD))
    assert answer["Location"] == f"/admin/pages/{page.pk}/edit/" and not fresh(page).live


def test_bulk_publishing_is_all_or_nothing(client: Callable[..., Any]) -> None:
    dirty, clean, parent = made(), made(GOOD), made(GOOD)
    from notices.models import NoticePage

    below = NoticePage(title="下级", slug="below", body=BAD, live=False)
    parent.add_child(instance=below)
    below.save_revision()
    url = f"/admin/bulk/wagtailcore/page/publish/?id={dirty.pk}&id={clean.pk}"
    answer = client().post(url, {"include_descendants": ""})
    text = answer.content.decode()
    assert answer.status_code == 200 and f"/admin/deident/notices/noticepage/{dirty.pk}/" in text and "2 个页面中有 1 个" in text
    assert not fresh(clean).live and not fresh(dirty).live
    answer = client().post(f"/admin/bulk/wagtailcore/page/publish/?id={parent.pk}", {"include_descendants": "on"})
    assert f"/admin/deident/notices/noticepage/{below.pk}/" in answer.content.decode() and not fresh(parent).live
    assert client().post(f"/admin/bulk/wagtailcore/page/publish/?id={clean.pk}", {"include_descendants": ""}).status_code == 302
    assert fresh(clean).live


@pytest.mark.parametrize("way", ["editor", "dialogue"])
def test_an_approval_that_publishes(client: Callable[..., Any], way: str) -> None:
    from django.contrib.auth import get_user_model
    from wagtail.log_actions import registry

    page = made()
    page.get_workflow().start(page, get_user_model().objects.get(username="writer"))
    state = page.current_workflow_task_state
    one = client()
    if way == "editor":
        answer = one.post(
            f"/admin/pages/{page.pk}/edit/", form(BAD, **{"action-workflow-action": "1", "workflow-action-name": "approve"})
        )
        url = answer["Location"]
    else:
        path = f"/admin/pages/workflow/action/{page.pk}/approve/{state.pk}/"
        url = one.post(path, {"comment": ""}, headers={"x-requested-with": "XMLHttpRequest"}).json()["redirect"]
    assert url == f"/admin/deident/notices/noticepage/{page.pk}/"
    page = fresh(page)
    assert not page.live and page.workflow_in_progress, "it is still waiting"
    assert [entry.user.username for entry in registry.get_logs_for_instance(page).filter(action="deident.stop")] == ["editor"]
    page.body = GOOD
    page.save_revision()
    page.current_workflow_task_state.approve(user=get_user_model().objects.get(username="editor"))
    assert fresh(page).live


def test_the_api_answers_with_422(client: Callable[..., Any]) -> None:
    from django.contrib.auth import get_user_model
    from django.test import Client
    from wagtail.models import APIToken

    page, clean = made(), made(GOOD)
    _, token = APIToken.create_token(user=get_user_model().objects.get(username="editor"), name="test")
    api = Client(HTTP_HOST="127.0.0.1", headers={"authorization": f"Bearer {token}"})
    answer = api.post(f"/api/v3/pages/{page.pk}/actions/publish/")
    assert answer.status_code == 422 and NUMBER not in answer.content.decode() and "须脱敏" in answer.content.decode()
    assert not fresh(page).live
    assert api.post(f"/api/v3/pages/{clean.pk}/actions/publish/").status_code == 200 and fresh(clean).live


def test_a_snippet(client: Callable[..., Any]) -> None:
    from notices.models import Banner

    one = client()
    answer = one.post("/admin/snippets/notices/banner/add/", {"text": f"身份证号：{NUMBER}", "action-publish": "1"})
    [banner] = Banner.objects.all()
    assert answer["Location"] == f"/admin/deident/notices/banner/{banner.pk}/" and not banner.live
    text = one.get(answer["Location"]).content.decode()
    assert "横幅文字" in text and "脱敏并发布" in text
    answer = one.post(answer["Location"], {"way": "mask"})
    banner.refresh_from_db()
    assert banner.live and banner.text == "身份证号：52****************"


def test_who_may_do_what(client: Callable[..., Any]) -> None:
    from deident.integrations.wagtail.models import Override

    page = made()
    url = client().post(f"/admin/pages/{page.pk}/edit/", form(BAD, **{"action-publish": "1"}))["Location"]
    writer = client("writer")  # may edit, may not publish
    assert "脱敏并发布" not in writer.get(url).content.decode()
    assert (
        writer.post(url, {"way": "mask"})["Location"] == "/admin/" and NUMBER in fresh(page).get_latest_revision().content["body"]
    )
    editor, supervisor = client("editor"), client("supervisor")
    assert "仍然发布" not in editor.get(url).content.decode() and "仍然发布" in supervisor.get(url).content.decode()
    digest = supervisor.get(url).content.decode().partition('name="digest" value="')[2].partition('"')[0]
    assert editor.post(url, {"way": "override", "reason": "本人同意", "digest": digest})["Location"] == "/admin/"
    assert not fresh(page).live and not Override.objects.exists()
    assert "请填写理由" in supervisor.post(url, {"way": "override", "reason": " ", "digest": digest}).content.decode()
    supervisor.post(url, {"way": "override", "reason": "本人同意", "digest": "another"})
    assert not fresh(page).live and not Override.objects.exists()
    supervisor.post(url, {"way": "override", "reason": "本人书面同意公开", "digest": digest})
    assert fresh(page).live and Override.objects.get().reason == "本人书面同意公开"
    history = supervisor.get(f"/admin/pages/{page.pk}/history/").content.decode()
    assert "本人书面同意公开" in history and "不顾个人信息检查结果发布" in history and "个人信息检查阻止了发布" in history


def test_the_right_to_override_is_a_box_in_the_form_of_a_group(django: None) -> None:
    from deident.integrations.wagtail.wagtail_hooks import permissions

    assert [(one.content_type.app_label, one.codename) for one in permissions()] == [("deident", "override")]


def test_in_english(client: Callable[..., Any], settings: Callable[..., None]) -> None:
    settings(LANG="")
    page = made()
    text = client().get(f"/admin/deident/notices/noticepage/{page.pk}/", headers={"accept-language": "en"}).content.decode()
    assert "脱敏并发布" in text, "the site's language is the admin's, not the browser's"
    from wagtail.users.models import UserProfile

    one = client()
    user = UserProfile.objects.model._meta.get_field("user").related_model.objects.get(username="editor")
    profile = UserProfile.get_for_user(user)
    profile.preferred_language = "en"
    profile.save()
    text = one.get(f"/admin/deident/notices/noticepage/{page.pk}/").content.decode()
    assert "Mask and publish" in text and "must not be published" in text and "Reason and basis" in text
