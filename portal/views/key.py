"""One API key: issuing it, and its page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries import HandOver, KeyDetail, key_detail
from organizations.access import Reach
from organizations.choices import KeyStatus, Level, Mode, Scope
from organizations.rules import RulesBroken
from organizations.services import issue_key
from portal.forms.broken import add_broken
from portal.forms.keys import NewKeyForm
from portal.frame import frame
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.tabs import why_url

ACTIONS = {
    "rotate_url": "portal:key_rotate",
    "disable_url": "portal:key_disable",
    "enable_url": "portal:key_enable",
    "delete_url": "portal:key_delete",
    "reveal_url": "portal:key_reveal",
}


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def key_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Issue a key: its name and mode. Its secret waits on the next page."""
    form = NewKeyForm(request.POST or None, modes=reach.organization.modes)
    if request.method == "POST" and form.is_valid():
        try:
            key = issue_key(reach, name=form.cleaned_data["name"], mode=Mode(form.cleaned_data["mode"]))
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, reverse("portal:key_reveal", args=[reach.organization.public_id, key.public_id]))
    keys_url = reverse("portal:organization_keys", args=[reach.organization.public_id])
    context = frame(reach, (_("API keys"), keys_url), (_("New key"), "")) | {"form": form, "cancel_url": keys_url}
    return render(request, "portal/api_keys/new.html", context, status=422 if form.errors else 200)


@require_safe
@scoped(Scope.ORGANIZATIONS)
def key(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    """A key's facts, where it stands, and what may be done with it."""
    found = found_key(reach, key_id)
    context = key_frame(reach, found) | {"key": found, "organization_id": reach.organization.public_id}
    context |= {"urls": why_url(reach, key=key_id)}
    return show(request, "portal/api_keys/key.html", "portal/api_keys/_key.html", context | _offered(reach, found))


def found_key(reach: Reach, key_id: UUID) -> KeyDetail:
    """The key's facts. Raises Http404 if the organization reached has no such key."""
    found = key_detail(reach, key_id)
    if found is None:
        raise Http404
    return found


def key_frame(reach: Reach, found: KeyDetail, *more: tuple[str, str]) -> dict[str, Any]:
    """The frame of a page about one key, with the key's page as last or last but one step of the path."""
    keys_url = reverse("portal:organization_keys", args=[reach.organization.public_id])
    own = reverse("portal:key", args=[reach.organization.public_id, found.row.key_id]) if more else ""
    return frame(reach, (_("API keys"), keys_url), (found.row.name, own), *more, mode=found.row.mode)


def _offered(reach: Reach, found: KeyDetail) -> dict[str, str]:
    """Addresses of what this person may do with this key now."""
    if found.deleted or not reach.allows(Scope.ORGANIZATIONS, Level.MANAGE):
        return {}
    enabled = found.row.status == KeyStatus.ENABLED
    offered = {
        "rotate_url": enabled and not found.row.ends_at,
        "disable_url": enabled,
        "enable_url": not enabled,
        "delete_url": True,
        "reveal_url": found.hand_over in {HandOver.NOT_ISSUED, HandOver.WAITING},
    }
    ids = [reach.organization.public_id, found.row.key_id]
    return {name: reverse(ACTIONS[name], args=ids) for name, on in offered.items() if on}
