"""What the plug-in registers with Wagtail."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import Permission
from django.db.models import QuerySet
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.log_actions import LogFormatter

from deident.integrations.wagtail.views import StoppedView, before_bulk, before_publish

hooks.register("before_publish_page", before_publish)
hooks.register("before_publish", before_publish)
hooks.register("before_bulk_action", before_bulk)


@hooks.register("register_admin_urls")
def urls() -> list[URLPattern]:
    """The list of what was found."""
    return [path("deident/<slug:app_label>/<slug:model_name>/<str:pk>/", StoppedView.as_view(), name="deident_stopped")]


@hooks.register("register_permissions")
def permissions() -> QuerySet[Permission]:
    """The right to override, as a box in Wagtail's form of a group."""
    return Permission.objects.filter(content_type__app_label="deident", codename="override")


@hooks.register("register_log_actions")
def log_actions(actions: Any) -> None:
    """What the history of an object says."""
    actions.register_action(
        "deident.stop", _("Stop publishing (personal data)"), _("Publishing was stopped by the check for personal data")
    )
    actions.register_action("deident.mask", _("Mask personal data"), _("Personal data was masked in the draft"))
    actions.register_action("deident.unchecked", _("Publish without a check"), _("Published without a check for personal data"))

    @actions.register_action("deident.override")
    class Overridden(LogFormatter):
        label = _("Override the check for personal data")
        message = _("Published against the check for personal data")

        def format_comment(self, entry: Any) -> str:
            """The reason."""
            return str(entry.data.get("reason", ""))
