"""Reading past sales: start, pause, resume, cancel. How far it is stands on the connection's page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.queries import first_backfill_day, known_backfill
from fiscal.services import cancel_backfill, pause_backfill, resume_backfill, start_backfill
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.connections import BackfillForm
from portal.http import PageRequest, lead_to, scoped, show
from portal.proof import asked
from portal.views.connections.page import connection_frame, connection_url, living_connection


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def backfill_new(request: PageRequest, reach: Reach, connection_id: UUID) -> HttpResponse:
    """From which day on, and of which register."""
    found = living_connection(reach, connection_id)
    if found.by_files:
        raise Http404
    registers = [(str(each.register_id), each.name) for each in found.registers]
    latest = timezone.localdate() - timedelta(days=1)
    form = BackfillForm(request.POST or None, registers=registers, latest=latest)
    if request.method == "POST" and form.is_valid():
        chosen = form.cleaned_data["register"]
        try:
            start_backfill(
                reach,
                connection_id,
                first_day=form.cleaned_data["first_day"],
                register_id=UUID(chosen) if chosen else None,
            )
        except ObjectDoesNotExist:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, connection_url(reach, connection_id))
    context = connection_frame(reach, found, (_("Read past sales"), "")) | {
        "title": _("Read past sales of %(name)s") % {"name": found.row.name},
        "page": found,
        "form": form,
        "read_since": first_backfill_day(reach, connection_id),
        "cancel_url": connection_url(reach, connection_id),
    }
    return render(request, "portal/connections/backfill.html", context, status=422 if form.errors else 200)


@require_POST
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def backfill_pause(request: PageRequest, reach: Reach, backfill_id: UUID) -> HttpResponse:
    """Stop after the window that is being read; what was read stays."""
    return _done(request, reach, backfill_id, pause_backfill)


@require_POST
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def backfill_resume(request: PageRequest, reach: Reach, backfill_id: UUID) -> HttpResponse:
    """Go on where it was paused."""
    return _done(request, reach, backfill_id, resume_backfill)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def backfill_cancel(request: PageRequest, reach: Reach, backfill_id: UUID) -> HttpResponse:
    """End it for good (tier 1): what was read stays."""
    if request.method == "POST":
        return _done(request, reach, backfill_id, cancel_backfill)
    connection_id = _connection(reach, backfill_id)
    found = living_connection(reach, connection_id)
    title = _("Stop reading past sales of %(name)s") % {"name": found.row.name}
    context = connection_frame(reach, found, (title, "")) | {
        "title": title,
        "effects": [_("What was read stays. Older days are not read; a new start can name them again.")],
        "proof": asked(1, found.row.name),
        "cancel_url": connection_url(reach, connection_id),
        "action_url": request.path,
    }
    return show(request, "portal/connections/confirm.html", "portal/connections/_confirm.html", context)


def _done(request: PageRequest, reach: Reach, backfill_id: UUID, act: Callable[..., Any]) -> HttpResponse:
    connection_id = _connection(reach, backfill_id)
    try:
        act(reach, backfill_id)
    except ObjectDoesNotExist:
        raise Http404 from None
    except RulesBroken as broken:
        messages.error(request, " ".join(broken.errors.values()))
    return lead_to(request, connection_url(reach, connection_id))


def _connection(reach: Reach, backfill_id: UUID) -> UUID:
    connection_id = known_backfill(reach, backfill_id)
    if connection_id is None:
        raise Http404
    return connection_id
