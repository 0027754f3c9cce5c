"""What a stopped publication leads to: its address, and the three ways on from there (mask, override, publish)."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.core.files.base import ContentFile
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from deident.integrations.wagtail.door import Judged, Masked
from deident.integrations.wagtail.guard import door, note
from deident.integrations.wagtail.models import Override

PERMISSION = "deident.override"


def stop_url(instance: Any) -> str:
    """The page that lists what was found in the latest draft."""
    meta = instance._meta
    return str(reverse("deident_stopped", args=(meta.app_label, meta.model_name, quote(instance.pk))))


def draft(instance: Any) -> Any:
    """What "publish" would publish: the latest revision as an object."""
    latest = latest_of(instance)
    return latest.as_object() if latest else instance


def latest_of(instance: Any) -> Any:
    """Its latest revision, as the database has it: the instance may know an older one."""
    return instance.revisions.order_by("-created_at", "-pk").first()


@transaction.atomic
def mask(instance: Any, user: Any) -> Masked:
    """Save a masked draft of the latest one.  Raises DeidentError, and ValidationError where a field does not take its mask."""
    masked = door().mask(draft(instance), user.get_username())
    new = {(file.choice.model, file.choice.key): _copy(file.record, data, name, user) for file, data, name in masked.files}
    if masked.values or new:
        revision = instance.with_content_json(masked.data(new)).save_revision(user=user)
        data = {"fields": len(masked.values), "files": len(new), "left": list(masked.left)}
        log(instance=instance, action="deident.mask", user=user, revision=revision, data=data, content_changed=True)
    return masked


def _copy(record: Any, data: bytes, name: str, user: Any) -> Any:
    """A masked copy of a document, as a record of its own: the old one may be linked elsewhere."""
    copy = type(record)(title=door().words(record.title), collection=record.collection, uploaded_by_user=user)
    copy.file.save(name, ContentFile(data), save=False)
    copy.save()
    return copy.pk


@transaction.atomic
def override(instance: Any, judged: Judged, user: Any, reason: str) -> None:
    """Record that this content may go public.  The reason is kept without what deident would mask in it."""
    revision, reason = latest_of(instance), door().words(reason)
    Override.objects.create(
        content_type=ContentType.objects.get_for_model(instance, for_concrete_model=False), object_id=str(instance.pk),
        revision_id=revision and revision.pk, digest=judged.digest, user=user, user_name=user.get_username(), reason=reason,
        record=judged.record(),
    )  # fmt: skip
    note(instance, "deident.override", judged, user, revision, reason=reason)


def publish(instance: Any, user: Any) -> None:
    """Publish the latest draft.  Raises guard.Stopped."""
    revision = latest_of(instance) or instance.save_revision(user=user)
    revision.publish(user=user)


def saved(masked: Masked) -> str:
    """What `mask` did, in a sentence."""
    text = _("Masked in the draft: %(fields)d texts, %(files)d documents.")
    return str(
        text
        % {
            "fields": len(masked.values),
            "files": len(masked.files),
        }
    )
