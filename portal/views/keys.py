"""Lists of API keys: the inventory over all organizations in reach, and one organization's keys."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries import KeyFilter, KeyPage, list_keys, list_keys_of
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.forms.keys import KeyFilterForm
from portal.frame import frame
from portal.http import PageRequest, scoped, show, signed_in
from portal.tabs import organization_tabs

PAGE, FRAGMENT = "portal/api_keys/list.html", "portal/api_keys/_list.html"


@require_safe
@signed_in
def inventory(request: PageRequest) -> HttpResponse:
    """Every API key that the person may see, whichever organization it belongs to."""
    wanted = _wanted(request)
    context = _listed(request, list_keys(request.user, wanted), wanted)
    return show(request, PAGE, FRAGMENT, context | {"over_all": True, "title": _("API keys"), "mode": ""})


@require_safe
@scoped(Scope.ORGANIZATIONS)
def organization_keys(request: PageRequest, reach: Reach) -> HttpResponse:
    """The API keys of one organization."""
    wanted = _wanted(request)
    context = frame(reach, (_("API keys"), "")) | _listed(request, list_keys_of(reach, wanted), wanted)
    may_issue = reach.allows(Scope.ORGANIZATIONS, Level.MANAGE) and reach.organization.retired_at is None
    context["new_url"] = reverse("portal:key_new", args=[reach.organization.public_id]) if may_issue else ""
    context["title"] = _("API keys")
    context["tabs"] = organization_tabs(reach, "keys")
    return show(request, PAGE, FRAGMENT, context)


def _wanted(request: PageRequest) -> KeyFilter:
    form = KeyFilterForm(request.GET)
    form.is_valid()
    page = request.GET.get("page", "")
    return KeyFilter(
        mode=form.cleaned_data.get("mode", ""),
        status=form.cleaned_data.get("status", ""),
        q=form.cleaned_data.get("q", ""),
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
    )


def _listed(request: PageRequest, keys: KeyPage, wanted: KeyFilter) -> dict[str, Any]:
    choices = KeyFilterForm(initial={"mode": wanted.mode, "status": wanted.status, "q": wanted.q})
    return {
        "keys": keys,
        "filters": choices,
        "wanted": wanted,
        "chips": _chips(request, wanted),
        "plain_url": request.path,
        "previous_url": _with(request, page=keys.page - 1) if keys.page > 1 else "",
        "next_url": _with(request, page=keys.page + 1) if keys.page < keys.pages else "",
    }


def _chips(request: PageRequest, wanted: KeyFilter) -> list[dict[str, str]]:
    """One removable chip per active filter."""
    words = {"q": _("Search"), "mode": _("Mode"), "status": _("Status")}
    values = {"q": wanted.q, "mode": wanted.mode, "status": wanted.status.lower()}
    return [
        {"label": words[name], "value": value, "remove": _with(request, **{name: "", "page": ""})}
        for name, value in values.items()
        if value
    ]


def _with(request: PageRequest, **changes: object) -> str:
    """This list's address with other parameters; an empty one is left out."""
    query = request.GET.copy()
    for name, value in changes.items():
        query.pop(name, None)
        if value:
            query[name] = str(value)
    return f"{request.path}?{query.urlencode()}" if query else request.path
