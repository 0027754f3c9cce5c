"""What a supervisor decided against the gate.  The entry outlives page and user; it is written once and has no form."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import models
from django.utils.translation import gettext_lazy as _


class Override(models.Model):
    """One publication that was let through: who, when, why, and what stood against it (masked).

    `digest` is the keyed fingerprint of the content: the override is for exactly this content, of this object, and for no other.
    """

    content_type = models.ForeignKey(ContentType, models.SET_NULL, null=True, related_name="+")
    object_id = models.CharField(max_length=255)
    revision_id = models.PositiveBigIntegerField(null=True)
    digest = models.CharField(max_length=64, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    user_name = models.CharField(max_length=255)
    reason = models.TextField(_("reason"))
    record = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("override of the publish check")
        verbose_name_plural = _("overrides of the publish check")
        default_permissions = ()
        permissions = (
            ("override", "不顾个人信息检查结果发布（须写明理由） / Publish against the check for personal data, with a reason"),
        )

    def __str__(self) -> str:
        return f"{self.content_type_id}/{self.object_id}"

    @classmethod
    def covers(cls, instance: Any, digest: str) -> bool:
        """Whether this content of this object was let through."""
        if instance.pk is None:
            return False
        kind = ContentType.objects.get_for_model(instance, for_concrete_model=False)
        return bool(cls.objects.filter(content_type=kind, object_id=str(instance.pk), digest=digest).exists())
