"""The guard: no way of publishing leads round it.

Wagtail publishes through one action, PublishRevisionAction.execute, whoever asks: the editor's button, a moderator's approval, the bulk
action, the API, `publish_scheduled`.  There is no hook or signal that can stop it, so `install` puts the guard into this method.  Two
ways do not come through it: a page that is created live (the editor's "publish" on a new page does so before it asks anyone, a copy
that stays live) and code that saves a live object.  `on_save` stands there.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any

from django.apps import apps
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _
from wagtail.actions.publish_revision import PublishRevisionAction
from wagtail.log_actions import log
from wagtail.log_actions import registry as log_registry
from wagtail.models import DraftStateMixin

from deident.errors import DeidentError
from deident.integrations.wagtail import settings as site
from deident.integrations.wagtail.content import read, touches
from deident.integrations.wagtail.door import DOWN, Door, Judged
from deident.integrations.wagtail.models import Override

SCHEDULED = "wagtail.publish.scheduled"  # log action of the command publish_scheduled
logger = logging.getLogger("deident.wagtail")

request_now: ContextVar[HttpRequest | None] = ContextVar("deident_request", default=None)  # set by the middleware
_passing: ContextVar[frozenset[tuple[str, str]]] = ContextVar("deident_passing", default=frozenset())


class Stopped(DeidentError, ValidationError):
    """Publishing was stopped.  A ValidationError too, which Wagtail's API answers with status 422."""

    def __init__(self, instance: Any, judged: Judged) -> None:
        ValidationError.__init__(self, judged.message, code="deident")
        self.instance, self.judged = instance, judged

    def __str__(self) -> str:
        return self.judged.message


def door() -> Door:
    """The door of this process."""
    own: Door = apps.get_app_config("deident").door
    return own


def judge(instance: Any, user: Any = None) -> Judged:
    """The verdict on what would go public.  Within a request it is asked once for the same content: by Wagtail's hook, then by its action."""
    request = request_now.get()
    known: Judged | None = getattr(request, "deident_judged", None)
    if known is not None and known.digest == door().digest(instance):
        return known
    judged = door().check(instance, str(user.get_username()) if user is not None else "")
    if request is not None:
        request.deident_judged = judged
    return judged


def decide(instance: Any, user: Any = None) -> tuple[Judged, str]:
    """The verdict, and why it may go public: "clear", "override", "unchecked" (none could be had, and the site says open), or ""."""
    judged = judge(instance, user)
    if judged.publishable:
        return judged, "clear"
    if Override.covers(instance, judged.digest):
        return judged, "override"
    return judged, "unchecked" if judged.verdict == DOWN and site.read().fail_open else ""


def note(instance: Any, action: str, judged: Judged, user: Any = None, revision: Any = None, **more: Any) -> None:
    """An entry in Wagtail's log; it holds no value."""
    log(instance=instance, action=action, user=user, revision=revision, data={**judged.record(), **more})


def install() -> None:
    """Put the guard into the action.  Twice is once."""
    original = PublishRevisionAction.execute
    if getattr(original, "deident", False):
        return

    @wraps(original)
    def execute(self: Any, skip_permission_checks: bool = False) -> Any:
        self.check(skip_permission_checks=skip_permission_checks)
        judged, way = decide(self.object, self.user)
        if not way and self.log_action == SCHEDULED:
            return _hold(self, judged)
        if not way:
            raise _stopped(self.object, judged, self.user, self.revision)
        with _pass(self.object):
            done = original(self, skip_permission_checks=skip_permission_checks)
        if way == "unchecked":
            note(self.object, "deident.unchecked", judged, self.user, self.revision)
            _warn(judged)
        return done

    execute.deident = True  # type: ignore[attr-defined]
    PublishRevisionAction.execute = execute


def on_save(sender: Any, instance: Any, raw: bool = False, update_fields: Any = None, **_: Any) -> None:
    """pre_save: an object that goes live, or is changed while it is live, outside the action.

    A new one that is not cleared becomes a draft.  For an old one it is code that saves, and gets Stopped.
    """
    if raw or not isinstance(instance, DraftStateMixin) or not instance.live or _passes(instance):
        return
    if update_fields is not None and not touches(sender, update_fields):
        return
    if instance._state.adding:
        judged, way = decide(instance)
        if not way:
            instance.live, instance.has_unpublished_changes = False, True
            logger.warning("%s: created as a draft: %s", instance._meta.label, judged.message)
        return
    old = sender._base_manager.filter(pk=instance.pk).first()
    if old is not None and old.live and read(old).digest() == read(instance).digest():
        return
    judged, way = decide(instance)
    if not way:
        raise _stopped(instance, judged, None, None)
    if way == "unchecked":
        note(instance, "deident.unchecked", judged)


def _hold(action: Any, judged: Judged) -> None:
    """publish_scheduled goes on with the next one.  What is not cleared is a draft again; what could not be judged waits for the next run."""
    revision = action.revision
    logger.warning("%s pk=%s: not published as scheduled: %s", action.object._meta.label, action.object.pk, judged.message)
    known = log_registry.get_logs_for_instance(action.object).filter(action="deident.stop", revision=revision)
    if judged.verdict != DOWN or not known.exists():
        note(action.object, "deident.stop", judged, None, revision)
    if judged.verdict != DOWN:
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])


def _stopped(instance: Any, judged: Judged, user: Any, revision: Any) -> Stopped:
    """The exception.  It undoes the transaction around it, so within a request the middleware writes the log, afterwards."""
    request = request_now.get()
    if request is None:
        note(instance, "deident.stop", judged, user, revision)
    else:
        request.deident_stopped = (instance, judged, user, revision)
    return Stopped(instance, judged)


def _warn(judged: Judged) -> None:
    logger.warning("published without a check: %s", judged.message)
    if (request := request_now.get()) is not None:
        text = _("Published WITHOUT a check for personal data: %(why)s Please check again later.") % {"why": judged.message}
        messages.warning(request, text, fail_silently=True)


@contextmanager
def _pass(instance: Any) -> Iterator[None]:
    """What this publication saves, the object and its aliases, is not judged again."""
    before = _passing.set(_passing.get() | {_name(instance)})
    try:
        yield
    finally:
        _passing.reset(before)


def _passes(instance: Any) -> bool:
    passing = _passing.get()
    source = getattr(instance, "alias_of_id", None)
    if source is not None and (_base(instance), str(source)) in passing:
        _passing.set(passing | {_name(instance)})  # aliases of the alias come next
        return True
    return _name(instance) in passing


def _name(instance: Any) -> tuple[str, str]:
    return _base(instance), str(instance.pk)


def _base(instance: Any) -> str:
    return str((instance._meta.get_parent_list() or [type(instance)])[-1]._meta.label)
