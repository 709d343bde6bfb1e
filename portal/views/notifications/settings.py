"""The routing table, what is followed and snoozed, when the digest comes, and how the last mails went."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.queries.notices import places_to_route, routing
from fiscal.services.notices import NoSuchSubscription, change_digest, route_group, route_topic, unsubscribe
from organizations.access import NotAuthorized
from organizations.choices import Covers, Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.notifications import DigestForm, RouteForm
from portal.forms.reports import ZONES
from portal.http import PageRequest, lead_to, reach_of, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def notification_settings(request: PageRequest) -> HttpResponse:
    """Show all of it; a POST chooses when the digest comes."""
    form = _digest(request, sent=request.method == "POST")
    if request.method == "POST" and form.is_valid():
        try:
            change_digest(request.user, **form.cleaned_data)
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, request.path)
    return _page(request, digest=form)


@signed_in
@require_POST
def route(request: PageRequest) -> HttpResponse:
    """Add a line to the routing table, or change the one that is there."""
    form = RouteForm(request.POST, places=places_to_route(request.user))
    if form.is_valid():
        try:
            _add(request, **form.cleaned_data)
        except NotAuthorized as missing:
            words = _("You may not read that there: it takes “%(area)s”.") % {"area": missing.scope.label}
            form.add_error("topic", words)
        except (RulesBroken, NoSuchSubscription) as broken:
            errors = broken if isinstance(broken, RulesBroken) else RulesBroken({"where": _("It is gone.")})
            add_broken(form, errors)
        else:
            return lead_to(request, reverse("portal:notification_settings"))
    return _page(request, route_form=form)


@signed_in
@require_POST
def remove(request: PageRequest, line_id: UUID) -> HttpResponse:
    """Take a line out, whatever one reaches today."""
    try:
        unsubscribe(request.user, line_id)
    except NoSuchSubscription:
        raise Http404 from None
    return lead_to(request, reverse("portal:notification_settings"))


def _add(request: PageRequest, *, topic: str, where: str, channel: str) -> None:
    covers, _colon, public_id = where.partition(":")
    if covers == Covers.GROUP:
        route_group(request.user, group_id=UUID(public_id), topic=topic, channel=channel)
        return
    reach = reach_of(request, UUID(public_id), Scope.ORGANIZATIONS, Level.VIEW)
    route_topic(request.user, reach=reach, topic=topic, covers=covers, channel=channel)


def _digest(request: PageRequest, *, sent: bool) -> DigestForm:
    start: dict[str, Any] = {"language": request.user.language}
    if found := routing(request.user).timing:
        start |= {"rhythm": found.rhythm, "hour": found.hour, "time_zone": found.time_zone}
    return DigestForm(request.POST if sent else None, initial=start)


def _page(
    request: PageRequest, *, digest: DigestForm | None = None, route_form: RouteForm | None = None
) -> HttpResponse:
    digest = digest or _digest(request, sent=False)
    context = {
        "title": _("What you are told"),
        "crumbs": [
            {"label": _("Notifications"), "url": reverse("portal:notifications")},
            {"label": _("Settings"), "url": ""},
        ],
        "found": routing(request.user),
        "digest": digest,
        "route": route_form or RouteForm(places=places_to_route(request.user)),
        "zones": ZONES,
    }
    wrong = digest.errors or (route_form and route_form.errors)
    return render(request, "portal/notifications/settings.html", context, status=422 if wrong else 200)
