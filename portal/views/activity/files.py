"""The record as files. That they were made is on record itself, so each is a form and no link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from fiscal.queries import ActivityFilters, Event, every_event, record_lines
from organizations.access import Reach
from organizations.audit.canonical import moment
from organizations.choices import Scope
from organizations.rules import RulesBroken
from organizations.services import note_export, note_export_in_reach
from portal.csvfile import stream
from portal.http import PageRequest, lead_to, scoped, signed_in
from portal.listing import Address
from portal.views.activity.choosing import filters_in

HEAD = (
    *("organization", "number", "at", "actor", "acting_from", "road", "verb", "event", "object", "object_id", "result"),
    *("reason", "changes", "run_id", "request_id", "ip_address", "user_agent"),
)


@require_POST
@scoped(Scope.ORGANIZATIONS)
def activity_csv(request: PageRequest, reach: Reach) -> HttpResponseBase:
    """Exactly the rows of the list with its filters, over all its pages."""
    filters = filters_in(Address(request.path, request.GET))
    noted = note_export(reach, format="CSV", filters=_chosen(filters))
    return _csv(every_event(reach, filters, below=noted.pk))


@require_POST
@signed_in
def all_activity_csv(request: PageRequest) -> HttpResponseBase:
    """The same over everything in reach."""
    filters = filters_in(Address(request.path, request.GET))
    try:
        noted = note_export_in_reach(request.user, format="CSV", filters=_chosen(filters))
    except RulesBroken as refused:
        messages.error(request, refused.errors[""])
        return lead_to(request, reverse("portal:all_activity"))
    return _csv(every_event(request.user, filters, below=noted.pk))


@require_POST
@scoped(Scope.ORGANIZATIONS)
def activity_jsonl(request: PageRequest, reach: Reach) -> HttpResponse | StreamingHttpResponse:
    """The organization's own chain, whole or from number to number, as docs/verify_record.py verifies it."""
    asked = Address(request.path, request.POST)
    most = 10**9 - 1
    first, last = asked.number("first", 1, most=most), asked.number("last", most, most=most)
    noted = note_export(reach, format="JSONL", first=first, last=None if last == most else last)
    lines = record_lines(reach, first=first, last=min(last, noted.number - 1), at=moment(timezone.now()))
    response = StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")
    name = f"record-{reach.organization.public_id}-{timezone.localdate():%Y-%m-%d}.jsonl"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _chosen(filters: ActivityFilters) -> dict[str, Any]:
    return {name: value for name, value in vars(filters).items() if value}


def _csv(events: Iterator[Event]) -> StreamingHttpResponse:
    return stream(f"activity-{timezone.localdate():%Y-%m-%d}.csv", HEAD, map(_cells, events))


def _cells(event: Event) -> tuple[Any, ...]:
    changes = (f"{change.label}: {change.before or '–'} → {change.after or '–'}" for change in event.differences)
    return (
        event.organization,
        event.number,
        event.at.isoformat(),
        event.actor,
        event.acting_from,
        event.road,
        event.verb,
        event.did,
        event.subject,
        event.subject_id,
        "REFUSED" if event.refused else "DONE",
        event.reason,
        "; ".join(changes),
        event.run_id or "",
        event.request_id,
        event.ip_address,
        event.user_agent,
    )
