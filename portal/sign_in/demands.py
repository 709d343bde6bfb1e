"""Organizations that demand a second factor: whoever reaches one is led to setting it up before anything else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from fiscal.queries import has_factor, second_factor_demanded
from portal.sign_in.freshness import has_second_factor


class SecondFactorMiddleware:
    """Sends to the second factor from every page of ours. A session that has seen one costs no query."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, _args: Any, _named: Any) -> HttpResponse | None:
        """None lets the request through: it is open to all, one of the sign-in pages themselves, or asks nothing."""
        door = getattr(view, "door", None)
        if door is None or door.kind == "public" or getattr(view, "without_second_factor", False):
            return None
        if not request.user.is_authenticated or has_second_factor(request):
            return None
        if not second_factor_demanded(request.user):
            return None
        page = "mfa_reauthenticate" if has_factor(request.user) else "portal:second_factor"
        address = f"{reverse(page)}?next=/" if page == "mfa_reauthenticate" else reverse(page)
        htmx = getattr(request, "htmx", None)
        return HttpResponseClientRedirect(address) if htmx and not htmx.boosted else HttpResponseRedirect(address)
