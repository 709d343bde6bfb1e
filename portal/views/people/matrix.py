"""The matrix: who may what here, and where it comes from; its rows as a file; two of them side by side."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries.invitations import invitations_of
from fiscal.queries.people_matrix import (
    PEOPLE_TABS,
    Cell,
    Matrix,
    PeopleFilters,
    compared,
    every_person,
    people_matrix,
)
from organizations.access import Reach
from organizations.choices import SHORT, Level, Scope
from portal.csvfile import stream
from portal.http import PageRequest, scoped, show
from portal.listing import Address, ids_in, pager
from portal.views.people.place import people_url, place

PAGE, FRAGMENT = "portal/people/matrix.html", "portal/people/_matrix.html"
TICKED = "who"
"""The name of the boxes that are ticked in the matrix."""


@require_safe
@scoped(Scope.USERS)
def people(request: PageRequest, reach: Reach) -> HttpResponse:
    """Everybody who reaches the organization, by any road, with their level in each area."""
    address = Address(request.path, request.GET)
    ticked = request.GET.getlist(TICKED)
    if len(ticked) == 2:
        return HttpResponseRedirect(f"{request.path}?compare={','.join(ticked)}")
    if wanted := ids_in(address.params.get("compare", "").split(",")):
        return _compare(request, reach, wanted)
    filters = filters_in(address)
    found = people_matrix(reach, filters, page=address.number("page", 1), size=address.size())
    context = place(reach) | _listed(address, filters, found)
    context["invitations"] = invitations_of(reach)
    context |= {
        "csv_url": Address(people_url(reach, "people_csv"), request.GET).with_(),
        "may_grant_many": context["may_change"] and reach.allows(Scope.BULK, Level.MANAGE),
        "tick_two": bool(ticked),
    }
    return show(request, PAGE, FRAGMENT, context)


@require_safe
@scoped(Scope.USERS)
def people_csv(request: PageRequest, reach: Reach) -> StreamingHttpResponse:
    """The rows of the matrix over all its pages."""
    filters = filters_in(Address(request.path, request.GET))
    areas = [str(scope).lower() for scope in Scope]
    head = ["kind", "id", "name", "email", "roles", "from", "ends_at", *areas]
    rows = (
        [
            row.kind,
            row.public_id or "",
            row.name,
            row.email,
            ", ".join(row.roles),
            "; ".join(row.sources),
            row.until.isoformat(timespec="seconds") if row.until else "",
            *(cell.level.lower() or "none" for cell in row.cells),
        ]
        for row in every_person(reach, filters)
    )
    return stream(f"people-{timezone.localdate():%Y-%m-%d}.csv", head, rows)


def filters_in(address: Address) -> PeopleFilters:
    """The filters that the address names; what is no filter is left out rather than refused."""
    return PeopleFilters(
        q=address.params.get("q", "").strip()[:100],
        tab=address.one_of("tab", PEOPLE_TABS),
        role=address.params.get("role", "").strip()[:60],
        area=address.one_of("area", Scope.values),
    )


def areas() -> list[dict[str, str]]:
    """The columns: a short word for the head, the whole one for everybody who cannot see it."""
    return [
        {"scope": str(scope), "short": str(SHORT.get(scope, scope.label)), "label": str(scope.label)} for scope in Scope
    ]


def _listed(address: Address, filters: PeopleFilters, found: Matrix) -> dict[str, Any]:
    words = {
        "": _("All"),
        "own": _("Granted here"),
        "inherited": _("Inherited"),
        "teams": _("Teams"),
        "ending": _("Ending soon"),
    }
    return {
        "list": found,
        "filters": filters,
        "areas": areas(),
        "scopes": Scope.choices,
        "tabs": [
            {
                "label": words[tab],
                "url": address.with_(tab=tab),
                "count": count,
                "current": tab == filters.tab,
                "tone": "warn" if tab == "ending" and count else "",
            }
            for tab, count in found.tabs.items()
        ],
        "chips": _chips(address, filters),
        "kept": {name: address.params.get(name, "") for name in ("tab", "rows")},
        "pager": pager(address, page=address.number("page", 1), size=address.size(), total=found.total),
        "reset_url": address.path,
    }


def _chips(address: Address, filters: PeopleFilters) -> list[dict[str, str]]:
    area = str(Scope(filters.area).label) if filters.area else ""
    values = [("q", _("Search"), filters.q), ("role", _("Role"), filters.role), ("area", _("May see"), area)]
    return [
        {"label": label, "value": value, "remove": address.with_(**{name: ""})}
        for name, label, value in values
        if value
    ]


def _compare(request: PageRequest, reach: Reach, wanted: list[UUID]) -> HttpResponse:
    rows = compared(reach, wanted)[:2]
    context = place(reach, (_("Compare"), "")) | {
        "rows": rows,
        "lines": [_line(cells) for cells in zip(*(row.cells for row in rows), strict=True)] if len(rows) == 2 else [],
        "differing": sum(_differ(pair) for pair in zip(*(row.cells for row in rows), strict=True)) if rows else 0,
        "back_url": people_url(reach),
    }
    return render(request, "portal/people/compare.html", context)


def _line(cells: tuple[Cell, ...]) -> dict[str, Any]:
    return {"label": cells[0].scope.label, "cells": cells, "differs": _differ(cells)}


def _differ(cells: tuple[Cell, ...]) -> bool:
    return len({cell.level for cell in cells}) > 1
