"""The first page: what needs this person, and one click to it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from fiscal.queries import WorkList, work_list
from portal.http import PageRequest, signed_in
from portal.shapes import Shape
from portal.templatetags.kontor import clock, phase_look
from portal.views.home_chains import chain_lines
from portal.views.home_people import people_lines
from portal.views.home_sales import sales_lines
from portal.wizard_view import step_url

Line = dict[str, Any]
SEVERITY = ("bad", "warn", "info", "neutral")
MOST = 6
"""Lines that are shown at once (experience guide, heading "What good looks like"); the others open on demand."""


@signed_in
@require_safe
def home(request: PageRequest) -> HttpResponse:
    """The work list, or the way in for who has no organization yet."""
    work = work_list(request.user)
    if not work.has_organizations:
        return render(request, "portal/home/start.html", {"connect_url": reverse("portal:connect")})
    lines = sorted(_lines(work), key=lambda line: SEVERITY.index(line["tone"]))
    context = {"work": work, "lines": lines[:MOST], "more_lines": lines[MOST:], "drafts": _drafts(work)}
    return render(request, "portal/home/home.html", context)


def _drafts(work: WorkList) -> list[Line]:
    return [
        {
            "url": step_url(draft.id, "plan"),
            "name": draft.name or Shape.unnamed(draft.model),
            "changed_at": draft.changed_at,
        }
        for draft in work.drafts
    ]


def _lines(work: WorkList) -> Iterator[Line]:
    """Worst first, each a link to exactly what it counts."""
    yield from _trouble(work, "REFUSED")
    yield from _trouble(work, "NEEDS_PERSON")
    yield from _trouble(work, "DRIFTED")
    if work.paused.count:
        yield {
            "url": _one_place("portal:credentials", work.paused.organization_id),
            "icon": "player-pause",
            "tone": "warn",
            "title": ngettext("%(n)d credential is paused", "%(n)d credentials are paused", work.paused.count)
            % {"n": work.paused.count},
            "note": _("%(name)s, since %(time)s")
            % {"name": work.paused.organization, "time": clock(work.paused.since)},
        }
    if work.keys.count:
        lone = work.keys.count == 1
        yield {
            "url": _one_place("portal:organization_keys", work.keys.organization_id)
            if lone
            else reverse("portal:keys"),
            "icon": "key",
            "tone": "warn",
            "title": ngettext("%(n)d API key waits to be shown", "%(n)d API keys wait to be shown", work.keys.count)
            % {"n": work.keys.count},
            "note": _("%(name)s, until %(time)s") % {"name": work.keys.organization, "time": clock(work.keys.since)},
        }
    yield from people_lines(work.people)
    yield from chain_lines(work.chains)
    yield from sales_lines(work.sales)
    yield from _trouble(work, "RETRYING")


def _trouble(work: WorkList, phase: str) -> Iterator[Line]:
    count, oldest = work.troubles.get(phase, (0, None))
    if not count:
        return
    titles = {
        "REFUSED": ngettext("%(n)d object refused by fiskaly", "%(n)d objects refused by fiskaly", count),
        "NEEDS_PERSON": ngettext("%(n)d object needs a person", "%(n)d objects need a person", count),
        "DRIFTED": ngettext("%(n)d object drifted", "%(n)d objects drifted", count),
        "RETRYING": ngettext("%(n)d object failing for over an hour", "%(n)d objects failing for over an hour", count),
    }
    look = phase_look(phase)
    yield {
        "url": f"{reverse('portal:mirror')}?phase={phase}",
        "icon": look.icon,
        "tone": look.tone,
        "title": titles[phase] % {"n": count},
        "note": _("Oldest since %(time)s") % {"time": clock(oldest)},
    }


def _one_place(name: str, organization_id: Any) -> str:
    return reverse(name, kwargs={"organization_id": organization_id})
