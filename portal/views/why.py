"""Who can see this, and why? For an organization and everything that stands at it, now or as of a past day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries.explained_things import THINGS, Thing, explained_thing
from fiscal.queries.explaining import Explanation, explanation
from organizations.access import NotAuthorized, Reach
from organizations.choices import Scope
from portal.forms.why import WhyForm
from portal.http import PageRequest, scoped
from portal.views.organization.page import page_about


@require_safe
@scoped(Scope.USERS)
def why(request: PageRequest, reach: Reach) -> HttpResponse:
    """Everybody who can see it with the road of each, and the road (or what is missing) of one person."""
    kind, thing = _thing(request, reach)
    start = {"area": Scope.ORGANIZATIONS} | request.GET.dict()
    form = WhyForm(start | {"area": thing.area} if thing else start)
    asked = form.cleaned_data if form.is_valid() else {}
    scope = thing.area if thing else Scope(asked.get("area") or Scope.ORGANIZATIONS)
    at = _moment(asked.get("at"))
    found = explanation(reach, scope=scope, at=at, person=asked.get("person"))
    if found is None:
        raise Http404
    form.offer(found.people)
    context = page_about(
        reach,
        _("Who can see this, and why?"),
        form=form,
        found=found,
        what=thing.name if thing else str(reach.organization),
        kept=[(kind, request.GET[kind])] if thing else [],
        at=at if asked.get("at") else None,
        unknown=bool(found.begins and at < found.begins),
        people=_links(request, reach, found),
    )
    return render(request, "portal/people/why.html", context, status=422 if form.errors else 200)


def _thing(request: PageRequest, reach: Reach) -> tuple[str, Thing | None]:
    """What the address asks about, besides the organization. Raises Http404 for what is not there, or PermissionDenied."""
    kind = next((kind for kind in THINGS if request.GET.get(kind)), "")
    if not kind:
        return "", None
    try:
        thing = explained_thing(reach, kind, request.GET[kind])
    except NotAuthorized as missing:
        raise PermissionDenied(missing.scope.label, missing.level.label) from None
    if thing is None:
        raise Http404
    return kind, thing


def _moment(day: date | None) -> datetime:
    """The end of a past day; now, today."""
    if day is None or day >= timezone.localdate():
        return timezone.now()
    return timezone.make_aware(datetime.combine(day, time.max))


def _links(request: PageRequest, reach: Reach, found: Explanation) -> list[dict[str, Any]]:
    """Each person with the address of their own road."""
    here = reverse("portal:why", args=[reach.organization.public_id])
    query = request.GET.copy()
    rows = []
    for each in found.everybody:
        query["person"] = str(each.public_id)
        rows.append({"viewer": each, "url": f"{here}?{query.urlencode()}"})
    return rows
