"""Not to be told of an object or a topic, until a day within the next 90."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.queries.notices import notice_of
from fiscal.services.notices import end_snooze, snooze
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.notifications import SnoozeForm
from portal.http import PageRequest, lead_to, signed_in


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def snooze_notice(request: PageRequest, notice: int) -> HttpResponse:
    """Snooze what one notification is about: its object, or its whole topic."""
    found = notice_of(request.user, notice)
    if found is None:
        raise Http404
    initial = {"until": timezone.localdate() + timedelta(days=7), "what": "object"}
    form = SnoozeForm(request.POST if request.method == "POST" else None, initial=initial, notice=found)
    back = reverse("portal:notifications")
    if request.method == "POST" and form.is_valid():
        try:
            snooze(request.user, until=_midnight(form.cleaned_data["until"]), **_about(form.cleaned_data, found))
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, back)
    crumbs = [{"label": _("Notifications"), "url": back}, {"label": _("Snooze"), "url": ""}]
    context = {"title": _("Snooze"), "form": form, "crumbs": crumbs, "back": back}
    return render(request, "portal/notifications/form.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def snooze_end(request: PageRequest, snooze_id: UUID) -> HttpResponse:
    """Be told again from now on."""
    if not end_snooze(request.user, snooze_id):
        raise Http404
    return lead_to(request, reverse("portal:notification_settings"))


def _about(chosen: dict[str, Any], found: Any) -> dict[str, Any]:
    return {"about": found.pk} if chosen["what"] == "object" else {"topic": found.topic}


def _midnight(day: Any) -> datetime:
    """The beginning of that day, in the house's time."""
    return timezone.make_aware(datetime.combine(day, time()))
