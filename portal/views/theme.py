"""Light, dark or as the system: a person's own choice."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBadRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from organizations.choices import Theme
from organizations.services import choose_theme
from portal.http import PageRequest, lead_to, signed_in


@signed_in
@require_POST
def theme(request: PageRequest) -> HttpResponse:
    """Remember the choice and go back to the page it was made on, never to another site."""
    chosen = request.POST.get("theme", "")
    if chosen not in Theme.values:
        return HttpResponseBadRequest()
    choose_theme(request.user, Theme(chosen))
    page = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(page, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return lead_to(request, page if safe else reverse("portal:home"))
