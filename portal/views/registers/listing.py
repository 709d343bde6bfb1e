"""Lists of registers: over everything in reach, and of one organization with those it manages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.choices import Provider
from fiscal.queries import (
    REGISTER_SORTS,
    REGISTER_TABS,
    RegisterFilters,
    RegisterList,
    list_registers,
    list_registers_of,
)
from organizations.access import Reach
from organizations.choices import Scope
from portal.frame import frame
from portal.http import PageRequest, scoped, show, signed_in
from portal.listing import Address, pager, sort_link
from portal.tabs import organization_tabs

PAGE, FRAGMENT = "portal/registers/list.html", "portal/registers/_list.html"


@require_safe
@signed_in
def all_registers(request: PageRequest) -> HttpResponse:
    """Every register whose organization's clients the person may see."""
    address = Address(request.path, request.GET)
    filters = filters_in(address)
    found = list_registers(request.user, filters, page=address.number("page", 1), size=address.size())
    context = _listed(address, filters, found) | {"over_all": True, "title": _("Registers")}
    return show(request, PAGE, FRAGMENT, context)


@require_safe
@scoped(Scope.CLIENTS)
def registers(request: PageRequest, reach: Reach) -> HttpResponse:
    """The registers of one organization and of those it manages."""
    address = Address(request.path, request.GET)
    filters = filters_in(address)
    found = list_registers_of(reach, filters, page=address.number("page", 1), size=address.size())
    here = reach.organization.public_id
    context = frame(reach, (_("Registers"), "")) | _listed(address, filters, found)
    context |= {
        "title": _("Registers"),
        "here": here,
        "over_all": not reach.organization.is_managed,
        "section_tabs": organization_tabs(reach, "registers"),
        "shops_url": reverse("portal:shops", args=[here]),
        "methods_url": reverse("portal:payment_methods", args=[here]) if reach.allows(Scope.TRANSACTIONS) else "",
        "connections_url": reverse("portal:connections", args=[here]) if reach.allows(Scope.INTEGRATIONS) else "",
    }
    return show(request, PAGE, FRAGMENT, context)


def filters_in(address: Address) -> RegisterFilters:
    """The filters that the address names; what is no filter is left out rather than refused."""
    sorts = {f"{sign}{column}" for column in REGISTER_SORTS for sign in ("", "-")}
    return RegisterFilters(
        q=address.params.get("q", "").strip()[:100],
        state=address.one_of("state", REGISTER_TABS),
        late=address.params.get("late") == "yes",
        provider=address.one_of("provider", Provider.values),
        organization=address.uuid("organization"),
        connection=address.uuid("connection"),
        sort=address.one_of("sort", sorts) or "name",
    )


def _listed(address: Address, filters: RegisterFilters, found: RegisterList) -> dict[str, Any]:
    words = {"": _("All"), "incomplete": _("Incomplete"), "unmapped": _("Payments unmapped"), "gone": _("Gone")}
    return {
        "list": found,
        "filters": filters,
        "providers": Provider.choices,
        "tabs": [
            {
                "label": words[tab],
                "url": address.with_(state=tab),
                "count": count,
                "current": tab == filters.state,
                "tone": "warn" if count and tab in {"incomplete", "unmapped"} else "",
            }
            for tab, count in found.tabs.items()
        ],
        "chips": _chips(address, filters, dict(found.organizations)),
        "kept": {name: address.params.get(name, "") for name in ("state", "sort", "rows", "connection", "late")},
        "sorts": {column: sort_link(address, column, filters.sort) for column in REGISTER_SORTS},
        "pager": pager(address, page=address.number("page", 1), size=address.size(), total=found.total),
        "reset_url": address.path,
    }


def _chips(address: Address, filters: RegisterFilters, names: dict[UUID, str]) -> list[dict[str, str]]:
    organization = names.get(filters.organization, _("another one")) if filters.organization else ""
    values = [
        ("q", _("Search"), filters.q),
        ("provider", _("Provider"), str(Provider(filters.provider).label) if filters.provider else ""),
        ("organization", _("Organization"), organization),
        ("connection", _("Connection"), _("one only") if filters.connection else ""),
        ("late", _("Incomplete"), _("for more than 3 days") if filters.late else ""),
    ]
    return [
        {"label": label, "value": value, "remove": address.with_(**{name: ""})}
        for name, label, value in values
        if value
    ]
