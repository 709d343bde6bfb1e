"""The list of organizations: tabs, search, filters and sorting live in the address; a file holds the same rows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries import (
    ORGANIZATION_SORTS,
    ORGANIZATION_TABS,
    OrganizationFilters,
    OrganizationList,
    every_organization,
    list_organizations,
    organization_name,
)
from organizations.choices import Kind, Mode
from portal.csvfile import stream
from portal.http import PageRequest, show, signed_in
from portal.listing import Address, pager, sort_link
from portal.templatetags.kontor import PHASES

TONES = {"NEEDS_PERSON": "warn", "DRIFTED": "warn", "REFUSED": "bad"}


@signed_in
@require_safe
def organizations(request: PageRequest) -> HttpResponse:
    """One page of the list."""
    address = Address(request.path, request.GET)
    filters, size = filters_in(address), address.size()
    found = list_organizations(request.user, filters, page=address.number("page", 1), size=size)
    context = {
        "list": found,
        "filters": filters,
        "tabs": _tabs(address, filters, found),
        "chips": _chips(request, address, filters, dict(found.parents)),
        "options": _options(found),
        "sorts": {column: sort_link(address, column, filters.sort) for column in ORGANIZATION_SORTS},
        "pager": pager(address, page=address.number("page", 1), size=size, total=found.total),
        "reset_url": address.path,
        "words": {
            "managed": _("Managed"),
            "organization": _("Organization"),
            "withheld": _("withheld"),
            "itself": _("itself"),
        },
        "csv_url": Address(reverse("portal:organizations_csv"), request.GET).with_(),
        "create_url": reverse("portal:wizard_start") if found.viewer.may_create else "",
    }
    return show(request, "portal/organizations/list.html", "portal/organizations/_list.html", context)


@signed_in
@require_safe
def organizations_csv(request: PageRequest) -> StreamingHttpResponse:
    """The rows of the list over all its pages."""
    filters = filters_in(Address(request.path, request.GET))
    head = ("id", "name", "legal_name", "fiskaly_id", "kind", "modes", "phase", "reason", "parent", "billed_to")
    rows = (
        (
            row.public_id,
            row.name,
            row.legal_name,
            row.remote_id,
            "managed organization" if row.managed else "organization",
            " ".join(row.modes),
            row.phase,
            row.reason,
            row.path,
            _billed_words(row.billed_to, withheld=row.withheld),
            row.town,
            row.country,
            row.changed_at.isoformat(timespec="seconds"),
        )
        for row in every_organization(request.user, filters)
    )
    name = f"organizations-{timezone.localdate():%Y-%m-%d}.csv"
    return stream(name, (*head, "town", "country", "changed_at"), rows)


def filters_in(address: Address) -> OrganizationFilters:
    """The filters that the address names; what is no filter is left out rather than refused."""
    sorts = {f"{sign}{column}" for column in ORGANIZATION_SORTS for sign in ("", "-")}
    country = address.params.get("country", "").upper()
    return OrganizationFilters(
        q=address.params.get("q", "").strip()[:100],
        phase=address.one_of("phase", ORGANIZATION_TABS),
        mode=address.one_of("mode", Mode.values),
        kind=address.one_of("kind", Kind.values),
        country=country if country.isalpha() and len(country) == 3 else "",
        parent=address.uuid("parent"),
        billed_to=address.uuid("billed_to"),
        sort=address.one_of("sort", sorts) or "name",
    )


def _billed_words(billed_to: str | None, *, withheld: bool) -> str:
    if billed_to is None:
        return ""
    return f"{billed_to or _('itself')}{' · ' + _('withheld') if withheld else ''}"


def _tabs(address: Address, filters: OrganizationFilters, found: OrganizationList) -> list[dict[str, Any]]:
    words = {"": _("All"), "MOVING": _("Waiting or working")}
    return [
        {
            "label": words.get(tab) or PHASES[tab].word,
            "url": address.with_(phase=tab),
            "count": count,
            "current": tab == filters.phase,
            "tone": TONES.get(tab, "") if count else "",
        }
        for tab, count in found.tabs.items()
    ]


def _chips(
    request: PageRequest, address: Address, filters: OrganizationFilters, known: dict[UUID, str]
) -> list[dict[str, str]]:
    """One removable chip per filter. The name of an organization out of reach is not told."""
    values = [
        ("q", _("Search"), filters.q),
        ("mode", _("Mode"), filters.mode),
        ("kind", _("Kind"), str(Kind(filters.kind).label) if filters.kind else ""),
        ("country", _("Country"), filters.country),
        ("parent", _("Below"), _name(request, filters.parent, known)),
        ("billed_to", _("Billed to"), _name(request, filters.billed_to, known)),
    ]
    return [
        {"label": label, "value": value, "remove": address.with_(**{name: ""})}
        for name, label, value in values
        if value
    ]


def _name(request: PageRequest, public_id: UUID | None, known: dict[UUID, str]) -> str:
    if public_id is None:
        return ""
    return known.get(public_id) or organization_name(request.user, public_id) or _("unknown")


def _options(found: OrganizationList) -> dict[str, list[tuple[str, Any, int]]]:
    """What each filter offers, with how many rows it would leave."""
    return {
        "modes": [(mode, mode, count) for mode, count in found.modes.items()],
        "kinds": [(kind, Kind(kind).label, count) for kind, count in found.kinds.items()],
        "countries": [(code, code, count) for code, count in found.countries.items()],
    }
