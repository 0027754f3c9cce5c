"""What a person sees when publishing is stopped where Wagtail has no hook: an approval, other plug-ins, code of the site."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse

from deident.integrations.wagtail.guard import Stopped, note, request_now
from deident.integrations.wagtail.stop import stop_url


class StoppedMiddleware:
    """Leads to the list of what was found; writes the log after the transaction that was undone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = request_now.set(request)
        try:
            response = self.get_response(request)
            if (stopped := getattr(request, "deident_stopped", None)) is not None:
                instance, judged, user, revision = stopped
                revision = revision if revision is not None and type(revision).objects.filter(pk=revision.pk).exists() else None
                note(instance, "deident.stop", judged, user, revision)
            return response
        finally:
            request_now.reset(token)

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """A redirect; for the dialogue in which one approves, in the form that its script follows."""
        if not isinstance(problem, Stopped):
            return None
        url = stop_url(problem.instance)
        if request.headers.get("x-requested-with") == "XMLHttpRequest":
            return JsonResponse({"step": "success", "redirect": url})
        return HttpResponseRedirect(url)
