"""The list of what keeps an object from going public."""

from __future__ import annotations

from typing import Any

import swapper
from django.apps import apps
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import View
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.admin_url_finder import AdminURLFinder
from wagtail.admin.utils import get_latest_str
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import DraftStateMixin, LockableMixin
from wagtail.permissions import policy_registry

from deident.errors import DeidentError
from deident.integrations.wagtail import settings as site
from deident.integrations.wagtail import stop
from deident.integrations.wagtail.door import DOWN, Judged
from deident.integrations.wagtail.guard import Stopped, decide, door, note


class StoppedView(WagtailAdminTemplateMixin, View):
    """GET judges the latest draft and lists what was found; POST masks, overrides or publishes."""

    page_title = gettext_lazy("Publishing was stopped")
    header_icon = "warning"
    template_name = "deident/stopped.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Find the object.  Raises Http404, PermissionDenied."""
        super().setup(request, *args, **kwargs)
        try:
            model = apps.get_model(kwargs["app_label"], kwargs["model_name"])
        except LookupError:
            raise Http404 from None
        if not issubclass(model, DraftStateMixin):
            raise Http404
        found = get_object_or_404(model, pk=unquote(kwargs["pk"]))
        self.object = getattr(found, "specific", found)
        edit, self.may_publish = _rights(request.user, self.object)
        if not edit and not self.may_publish:
            raise PermissionDenied

    def get(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """The list."""
        return self._list(door().check(stop.draft(self.object), request.user.get_username()))

    def post(self, request: HttpRequest, *_args: Any, **_kwargs: Any) -> HttpResponse:
        """One of the three ways on."""
        if not self.may_publish:
            raise PermissionDenied
        lock = self.object.get_lock() if isinstance(self.object, LockableMixin) else None
        if self.object.approved_schedule or (lock and lock.for_user(request.user)):
            messages.error(request, _("It is locked. Unlock it, or cancel its schedule, and try again."))
            return redirect(stop.stop_url(self.object))
        ways = {"mask": self._mask, "override": self._override, "publish": self._publish}
        return ways.get(request.POST.get("way", ""), self._publish)()

    def _mask(self) -> HttpResponse:
        try:
            masked = stop.mask(self.object, self.request.user)
        except ValidationError as problem:
            wrong = getattr(problem, "error_dict", {})
            labels = ", ".join(str(one.verbose_name) for one in self.object._meta.fields if one.name in wrong)
            messages.error(
                self.request,
                _("Nothing was changed: a mask does not fit into %(fields)s. Please change it by hand.") % {"fields": labels},
            )
            return redirect(stop.stop_url(self.object))
        except DeidentError as problem:
            messages.error(self.request, str(problem))
            return redirect(stop.stop_url(self.object))
        messages.info(self.request, stop.saved(masked))
        for left in masked.left:
            messages.warning(self.request, left)
        for file, *_rest in masked.files:
            text = _("The document “%(file)s” is linked in its masked copy. The original stays in the library, where its address still works: delete it, or move it to a private collection.")  # fmt: skip
            messages.warning(self.request, text % {"file": file.record.title})
        return self._publish()

    def _override(self) -> HttpResponse:
        if not self.request.user.has_perm(stop.PERMISSION):
            raise PermissionDenied
        judged, way = decide(stop.draft(self.object), self.request.user)
        reason = self.request.POST.get("reason", "").strip()
        if not way and not reason:
            return self._list(judged, _("Please give the reason: it is recorded."))
        if not way and judged.digest != self.request.POST.get("digest"):
            messages.error(self.request, _("The draft has changed since this list was made. Please look at it again."))
            return redirect(stop.stop_url(self.object))
        if not way:
            stop.override(self.object, judged, self.request.user, reason)
        return self._publish()

    def _publish(self) -> HttpResponse:
        """As Wagtail's own button does, with the hooks of other plug-ins."""
        page = issubclass(type(self.object), swapper.load_model("wagtailcore", "Page"))
        suffix = "publish_page" if page else "publish"
        for hook in hooks.get_hooks(f"before_{suffix}"):
            if hasattr(response := hook(self.request, stop.draft(self.object)), "status_code"):
                return response
        try:
            stop.publish(self.object, self.request.user)
        except Stopped:
            return redirect(stop.stop_url(self.object))
        self.object.refresh_from_db()
        for hook in hooks.get_hooks(f"after_{suffix}"):
            if hasattr(response := hook(self.request, self.object), "status_code"):
                return response
        name, live = get_latest_str(self.object), self.object.live
        text = _("“%(name)s” has been published.") if live else _("“%(name)s” has been scheduled for publishing.")
        buttons = [messages.button(url, _("Edit"))] if (url := self._edit_url()) else []
        if live and getattr(self.object, "url", None):
            buttons.insert(0, messages.button(self.object.url, _("View live")))
        messages.success(self.request, text % {"name": name}, buttons=buttons)
        return redirect(self._edit_url() or "wagtailadmin_home")

    def _edit_url(self) -> str | None:
        url: str | None = AdminURLFinder(self.request.user).get_edit_url(self.object)
        return url

    def get_page_title(self) -> str:
        """Of the draft, which may be a draft that may go public by now."""
        return _("It may be published") if self.judged.publishable else str(self.page_title)

    def get_breadcrumbs_items(self) -> list[dict[str, str]]:
        """Home, the draft, this page.  The draft's title is what the editor's own lists show."""
        draft = {"url": self._edit_url() or "", "label": get_latest_str(self.object)}
        return [*self.breadcrumbs_items, draft, {"url": "", "label": self.get_page_title()}]

    def _list(self, judged: Judged, error: str = "") -> HttpResponse:
        self.judged = judged
        held = [row for row in judged.rows if row.action != "keep"]
        context = self.get_context_data(
            judged=judged, held=held, kept=[row for row in judged.rows if row.action == "keep"],
            down=judged.verdict == DOWN, fail_open=site.read().fail_open, may_publish=self.may_publish,
            maskable=any(row.action == "mask" for row in held) or judged.verdict == "blocked",
            may_override=self.may_publish and self.request.user.has_perm(stop.PERMISSION),
            edit_url=self._edit_url(), live=self.object.live, error=error, reason=self.request.POST.get("reason", ""),
        )  # fmt: skip
        return self.render_to_response(context)


def _rights(user: Any, instance: Any) -> tuple[bool, bool]:
    """Whether the user may edit, and publish, this object."""
    if isinstance(instance, swapper.load_model("wagtailcore", "Page")):
        rights = instance.permissions_for_user(user)
        return rights.can_edit(), rights.can_publish()
    policy = policy_registry.get(instance)
    return tuple(policy.user_has_permission(user, action) for action in ("change", "publish"))


def before_publish(request: HttpRequest, instance: Any) -> HttpResponse | None:
    """The hook of Wagtail's editor: the draft is saved, and the list is shown in place of publishing."""
    judged, way = decide(instance, request.user)
    if way:
        return None
    note(instance, "deident.stop", judged, request.user, stop.latest_of(instance))
    return redirect(stop.stop_url(instance))


def before_bulk(request: HttpRequest, action_type: str, objects: Any, action: Any) -> HttpResponse | None:
    """The hook of bulk publishing: all of them, or none."""
    page = swapper.load_model("wagtailcore", "Page")
    if action_type != "publish" or not all(isinstance(each, page) for each in objects):
        return None
    wanted = list(objects)
    if action.cleaned_form.cleaned_data.get("include_descendants"):
        for each in objects:
            below = each.get_descendants().not_live().specific()
            wanted += [child for child in below if child.permissions_for_user(request.user).can_publish()]
    stopped = []
    for each in wanted:
        judged, way = decide(stop.draft(each.specific), request.user)
        if not way:
            note(each, "deident.stop", judged, request.user, stop.latest_of(each))
            stopped.append({"title": get_latest_str(each), "judged": judged, "url": stop.stop_url(each.specific)})
    if not stopped:
        return None
    title = _("Publishing was stopped")
    context = {"page_title": title, "header_title": title, "header_icon": "warning"}
    return render(
        request, "deident/several.html", {**context, "stopped": stopped, "wanted": len(wanted), "next": action.next_url}
    )
