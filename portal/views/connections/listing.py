"""Lists of connections: over everything in reach, and of one organization with those it manages."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.choices import ConnectionKind
from fiscal.queries import (
    CONNECTION_SORTS,
    CONNECTION_TABS,
    ConnectionFilters,
    ConnectionList,
    list_connections,
    list_connections_of,
)
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, scoped, show, signed_in
from portal.listing import Address, pager, sort_link
from portal.tabs import organization_tabs

PAGE, FRAGMENT = "portal/connections/list.html", "portal/connections/_list.html"
TONES = {"STOPPED": "bad", "PAUSED": "warn"}


@require_safe
@signed_in
def all_connections(request: PageRequest) -> HttpResponse:
    """Every connection whose organization's integrations the person may see."""
    address = Address(request.path, request.GET)
    filters = filters_in(address)
    found = list_connections(request.user, filters, page=address.number("page", 1), size=address.size())
    context = _listed(address, filters, found) | {"over_all": True, "title": _("Connections")}
    return show(request, PAGE, FRAGMENT, context)


@require_safe
@scoped(Scope.INTEGRATIONS)
def connections(request: PageRequest, reach: Reach) -> HttpResponse:
    """The connections of one organization and of those it manages."""
    address = Address(request.path, request.GET)
    filters = filters_in(address)
    found = list_connections_of(reach, filters, page=address.number("page", 1), size=address.size())
    may_connect = reach.allows(Scope.INTEGRATIONS, Level.MANAGE) and reach.organization.retired_at is None
    context = frame(reach, (_("Connections"), "")) | _listed(address, filters, found)
    context |= {
        "title": _("Connections"),
        "over_all": not reach.organization.is_managed,
        "section_tabs": organization_tabs(reach, "connections"),
        "new_url": reverse("portal:connection_new", args=[reach.organization.public_id]) if may_connect else "",
    }
    return show(request, PAGE, FRAGMENT, context)


def filters_in(address: Address) -> ConnectionFilters:
    """The filters that the address names; what is no filter is left out rather than refused."""
    sorts = {f"{sign}{column}" for column in CONNECTION_SORTS for sign in ("", "-")}
    return ConnectionFilters(
        q=address.params.get("q", "").strip()[:100],
        status=address.one_of("status", CONNECTION_TABS),
        kind=address.one_of("kind", ConnectionKind.values),
        ending=address.params.get("licence") == "ending",
        sort=address.one_of("sort", sorts) or "name",
    )


def _listed(address: Address, filters: ConnectionFilters, found: ConnectionList) -> dict[str, Any]:
    words = {
        "": _("All"),
        "STOPPED": _("Needs a person"),
        "PAUSED": _("Paused"),
        "ACTIVE": _("Active"),
        "REVOKED": _("Removed"),
    }
    return {
        "list": found,
        "filters": filters,
        "kinds": ConnectionKind.choices,
        "tabs": [
            {
                "label": words[tab],
                "url": address.with_(status=tab),
                "count": count,
                "current": tab == filters.status,
                "tone": TONES.get(tab, "") if count else "",
            }
            for tab, count in found.tabs.items()
        ],
        "chips": _chips(address, filters),
        "kept": {name: address.params.get(name, "") for name in ("status", "sort", "rows", "licence")},
        "sorts": {column: sort_link(address, column, filters.sort) for column in CONNECTION_SORTS},
        "pager": pager(address, page=address.number("page", 1), size=address.size(), total=found.total),
        "reset_url": address.path,
    }


def _chips(address: Address, filters: ConnectionFilters) -> list[dict[str, str]]:
    kind = str(ConnectionKind(filters.kind).label) if filters.kind else ""
    values = [
        ("q", _("Search"), filters.q),
        ("kind", _("Kind"), kind),
        ("licence", _("Licence"), _("ends within 30 days") if filters.ending else ""),
    ]
    return [
        {"label": label, "value": value, "remove": address.with_(**{name: ""})}
        for name, label, value in values
        if value
    ]
