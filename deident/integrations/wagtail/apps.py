"""The Django app."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.db.models.signals import pre_save
from django.utils.translation import gettext_lazy as _

MIDDLEWARE = "deident.integrations.wagtail.middleware.StoppedMiddleware"


class DeidentConfig(AppConfig):
    """Its label is `deident`, so that its permission is `deident.override`."""

    name = "deident.integrations.wagtail"
    label = "deident"
    verbose_name = _("Publish check")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Put up the guard; the door builds nothing before it is asked."""
        from deident.integrations.wagtail import guard
        from deident.integrations.wagtail.door import Door

        self.door = Door()
        guard.install()
        pre_save.connect(guard.on_save, dispatch_uid="deident.wagtail")
        checks.register(check)


def check(**_: Any) -> list[checks.CheckMessage]:
    """System checks: mistakes in DEIDENT, and the middleware."""
    from deident.integrations.wagtail.settings import read

    found: list[checks.CheckMessage] = []
    try:
        read()
    except ImproperlyConfigured as problem:
        found.append(checks.Error(str(problem), id="deident.E001"))
    if MIDDLEWARE not in settings.MIDDLEWARE:
        hint = f"Add {MIDDLEWARE!r} to MIDDLEWARE, after the session, authentication and message middleware."
        found.append(checks.Warning("Publishing is stopped without a page that says why.", hint=hint, id="deident.W001"))
    return found
