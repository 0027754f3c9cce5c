"""No way of publishing leads round the guard."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

NUMBER = "52010219010315904X"
BAD = f"<p>申请人身份证号：{NUMBER}。</p>"
GOOD = "<p>咨询请拨打12345政务服务热线。</p>"

pytestmark = [pytest.mark.usefixtures("undone")]


def page(body: str = BAD, **fields: Any) -> Any:
    """A draft under the root, with a revision."""
    from notices.models import NoticePage
    from wagtail.models import Page

    new = NoticePage(**{"title": "公示", "slug": f"n{Page.objects.count()}", "body": body, "live": False, **fields})
    Page.objects.get(depth=2).add_child(instance=new)
    new.save_revision()
    return new


def user(name: str = "editor") -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(username=name)


def live(one: Any) -> bool:
    return bool(type(one).objects.get(pk=one.pk).live)


def entries(one: Any, action: str) -> list[Any]:
    from wagtail.log_actions import registry

    return list(registry.get_logs_for_instance(one).filter(action=action))


def test_a_revision_is_published_when_it_is_clean_and_stopped_when_it_is_not() -> None:
    from deident.integrations.wagtail.guard import Stopped

    clean, dirty = page(GOOD), page()
    clean.get_latest_revision().publish(user=user())
    assert live(clean)
    with pytest.raises(Stopped) as stopped:
        dirty.get_latest_revision().publish(user=user())
    assert not live(dirty) and NUMBER not in str(stopped.value) and NUMBER not in repr(stopped.value.judged)
    [row] = [row for row in stopped.value.judged.rows if row.action == "mask"]
    assert row.label == "正文" and row.kind and row.reason and row.basis
    [entry] = entries(dirty, "deident.stop")
    assert entry.data["findings"] == [{"field": "正文", "kind": row.kind, "preview": row.preview, "action": "mask"}]
    assert NUMBER not in json.dumps(entry.data)


def test_scheduling_is_publishing() -> None:
    from django.utils import timezone

    from deident.integrations.wagtail.guard import Stopped

    dirty, clean = (page(body, go_live_at=timezone.now() + timedelta(days=1)) for body in (BAD, GOOD))
    with pytest.raises(Stopped):
        dirty.get_latest_revision().publish(user=user())
    assert not dirty.approved_schedule
    clean.get_latest_revision().publish(user=user())
    assert clean.get_latest_revision().approved_go_live_at and not live(clean)


def test_publish_scheduled_leaves_out_what_is_not_clean_and_goes_on(settings: Callable[..., None]) -> None:
    from django.core.management import call_command
    from django.utils import timezone
    from wagtail.models import Revision

    past = timezone.now() - timedelta(hours=1)
    dirty, clean = page(), page(GOOD)  # scheduled before there was a guard
    Revision.objects.filter(pk__in=[dirty.latest_revision_id, clean.latest_revision_id]).update(approved_go_live_at=past)
    settings(URL="http://127.0.0.1:9")
    call_command("publish_scheduled")
    call_command("publish_scheduled")
    waiting = Revision.objects.filter(approved_go_live_at=past).count()
    assert waiting == 2 and not live(clean), "what cannot be checked waits"
    assert len(entries(clean, "deident.stop")) == 1, "and is logged once"
    settings()
    call_command("publish_scheduled")
    assert live(clean) and not live(dirty)
    assert not Revision.objects.filter(approved_go_live_at__isnull=False).exists(), "it is a draft again, which can be edited"
    assert sorted(entry.data["verdict"] for entry in entries(dirty, "deident.stop")) == ["blocked", "down"]


def test_a_page_that_is_created_live_becomes_a_draft() -> None:
    from notices.models import NoticePage
    from wagtail.models import Page

    root = Page.objects.get(depth=2)
    dirty = root.add_child(instance=NoticePage(title="公示", slug="created", body=BAD))
    clean = root.add_child(instance=NoticePage(title="公示", slug="created-clean", body=GOOD))
    assert (live(dirty), live(clean)) == (False, True)


def test_what_is_live_already_may_be_saved_as_it_is_but_not_changed_for_the_worse() -> None:
    from notices.models import NoticePage

    from deident.integrations.wagtail.guard import Stopped

    old = page()
    NoticePage.objects.filter(pk=old.pk).update(live=True)  # published before there was a guard
    old = NoticePage.objects.get(pk=old.pk)
    old.save()
    old.show_in_menus = True
    old.save(update_fields=["show_in_menus"])
    old.summary = f"身份证号：{NUMBER}"
    with pytest.raises(Stopped):
        old.save()
    with pytest.raises(Stopped):
        old.save(update_fields=["summary"])
    draft = page()
    draft.live = True
    with pytest.raises(Stopped):
        draft.save(update_fields=["live"])


def test_a_copy_that_stays_live_is_judged() -> None:
    from notices.models import NoticePage

    old = page()
    NoticePage.objects.filter(pk=old.pk).update(live=True)
    copy = NoticePage.objects.get(pk=old.pk).copy(update_attrs={"slug": "copy", "title": "copy"}, keep_live=True, user=user())
    assert not live(copy)
    clean = page(GOOD)
    clean.get_latest_revision().publish()
    assert live(NoticePage.objects.get(pk=clean.pk).copy(update_attrs={"slug": "copy2"}, keep_live=True, user=user()))


def test_an_override_is_for_this_content_alone_and_aliases_follow() -> None:
    from notices.models import NoticePage

    from deident.integrations.wagtail import stop
    from deident.integrations.wagtail.guard import Stopped, judge
    from deident.integrations.wagtail.models import Override

    one = page(GOOD)
    one.get_latest_revision().publish()
    one = NoticePage.objects.get(pk=one.pk)
    alias = one.create_alias(update_slug="alias")
    one.body = BAD
    one.save_revision()
    judged = judge(stop.draft(one))
    stop.override(one, judged, user("supervisor"), f"本人书面同意，身份证号：{NUMBER}")
    one.get_latest_revision().publish(user=user("supervisor"))
    assert NUMBER in NoticePage.objects.get(pk=one.pk).body and NUMBER in NoticePage.objects.get(pk=alias.pk).body
    kept = Override.objects.get()
    assert (
        kept.reason.startswith("本人书面同意")
        and NUMBER not in json.dumps([kept.reason, kept.record])
        and kept.user_name == "supervisor"
    )
    [entry] = entries(one, "deident.override")
    assert (
        entry.data["reason"] == kept.reason
        and entry.formatter.format_comment(entry) == kept.reason
        and entry.user == user("supervisor")
    )
    one = NoticePage.objects.get(pk=one.pk)
    one.summary = "补充说明"
    one.save_revision()
    with pytest.raises(Stopped):
        one.get_latest_revision().publish(user=user("supervisor"))


def test_without_a_verdict_the_site_decides(settings: Callable[..., None]) -> None:
    from deident.integrations.wagtail.guard import Stopped

    one = page()
    settings(URL="http://127.0.0.1:9", TIMEOUT=1)
    with pytest.raises(Stopped, match="无法连接检查服务"):
        one.get_latest_revision().publish(user=user())
    assert not live(one)
    settings(URL="http://127.0.0.1:9", TIMEOUT=1, FAIL_OPEN=True)
    one.get_latest_revision().publish(user=user())
    assert live(one) and len(entries(one, "deident.unchecked")) == 1


def test_a_policy_that_is_none_is_no_verdict(settings: Callable[..., None]) -> None:
    from deident.integrations.wagtail.guard import Stopped

    settings(POLICY="none-such")
    with pytest.raises(Stopped, match="no such policy"):
        page(GOOD).get_latest_revision().publish(user=user())


def test_a_snippet_with_drafts_is_guarded() -> None:
    from notices.models import Banner

    from deident.integrations.wagtail.guard import Stopped

    banner = Banner(text=f"身份证号：{NUMBER}", live=False)
    banner.save()
    with pytest.raises(Stopped) as stopped:
        banner.save_revision().publish(user=user())
    assert not live(banner) and stopped.value.judged.rows[0].label == "横幅文字"
