"""The list of receipts: filters live in the address, pages are places in the list, a file holds the same rows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.dates import MONTHS_3
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.choices import ReceiptKind
from fiscal.queries import (
    RECEIPT_STATES,
    FilterChoices,
    ReceiptFilters,
    ReceiptPage,
    ReceiptRow,
    every_receipt,
    filter_choices,
    list_receipts,
)
from organizations.access import Reach
from organizations.choices import Scope
from portal.csvfile import stream
from portal.frame import frame
from portal.http import PageRequest, scoped, show
from portal.listing import SIZES, Address
from portal.tabs import organization_tabs
from portal.templatetags.kontor import cents
from portal.views.receipts.words import STATES, in_words, marks

PAGE, FRAGMENT = "portal/receipts/list.html", "portal/receipts/_list.html"
PLACES = ("after", "before")
MOST_CENTS = 10**14


@require_safe
@scoped(Scope.TRANSACTIONS)
def receipts(request: PageRequest, reach: Reach) -> HttpResponse:
    """The receipts of one organization and of those it manages, newest first."""
    address = listed_address(request)
    filters = filters_in(address)
    given = {name: request.GET.get(name, "")[:200] for name in PLACES}
    found = list_receipts(reach, filters, size=address.size(), **given)
    choices = filter_choices(reach)
    context = frame(reach, (_("Receipts"), "")) | {
        "title": _("Receipts"),
        "list": found,
        "filters": filters,
        "lines": _lines(reach, found),
        "choices": choices,
        "kinds": ReceiptKind.choices,
        "states": [(state, STATES[state]) for state in RECEIPT_STATES],
        "typed": {name: address.params.get(name, "") for name in ("from", "to", "least", "most")},
        "chips": _chips(address, filters, found, choices),
        "newer_url": address.with_(before=found.newer) if found.newer else "",
        "older_url": address.with_(after=found.older) if found.older else "",
        "sizes": [{"size": size, "url": address.with_(rows=size), "current": size == address.size()} for size in SIZES],
        "reset_url": address.path,
        "csv_url": Address(reverse("portal:receipts_csv", args=[reach.organization.public_id]), address.params).with_(),
        "section_tabs": organization_tabs(reach, "receipts"),
        "here": reach.organization.public_id,
    }
    return show(request, PAGE, FRAGMENT, context)


def _lines(reach: Reach, found: ReceiptPage) -> list[dict[str, Any]]:
    """The rows with their words. Put together here: a list formats hundreds of them."""
    here = reverse("portal:receipts", args=[reach.organization.public_id])
    words = {kind: str(kind.label).capitalize() for kind in ReceiptKind}
    return [
        {
            "row": row,
            "url": f"{here}{row.receipt_id}/",
            "kind": words[row.kind],
            "when": f"{row.local.day} {str(MONTHS_3[row.local.month]).title()} {row.local:%Y, %H:%M:%S}",
            "marks": list(marks(row)),
            "amount": cents(row.total, row.currency),
        }
        for row in found.rows
    ]


@require_safe
@scoped(Scope.TRANSACTIONS)
def receipts_csv(request: PageRequest, reach: Reach) -> HttpResponseBase:
    """The rows of the list over all its pages, as a stream."""
    head = ("number", "issued_at", "day", "kind", "total", "currency", "uncollected", "payments", "turnover", "state")
    rows = (_cells(row) for row in every_receipt(reach, filters_in(listed_address(request))))
    name = f"receipts-{timezone.localdate():%Y-%m-%d}.csv"
    return stream(name, (*head, "register", "serial", "organization"), rows)


def _cells(row: ReceiptRow) -> tuple[Any, ...]:
    return (
        row.number,
        row.local.isoformat(timespec="seconds"),
        row.local.date().isoformat(),
        row.kind.value,
        Decimal(row.total).scaleb(-2),
        row.currency,
        Decimal(row.uncollected).scaleb(-2),
        "; ".join(f"{name} {Decimal(amount).scaleb(-2)}" for name, amount in row.payments),
        "yes" if row.counts else "no",
        in_words(row),
        row.register,
        row.serial,
        row.organization,
    )


def listed_address(request: PageRequest) -> Address:
    """The list's address without a place in it: whatever is changed leads back to the first page."""
    params = request.GET.copy()
    for name in PLACES:
        params.pop(name, None)
    return Address(request.path, params)


def filters_in(address: Address) -> ReceiptFilters:
    """The filters that the address names; what is no filter is left out rather than refused."""
    return ReceiptFilters(
        register=address.uuid("register"),
        shop=address.uuid("shop"),
        organization=address.uuid("organization"),
        first=_day(address, "from"),
        last=_day(address, "to"),
        kind=address.one_of("kind", ReceiptKind.values),
        state=address.one_of("state", RECEIPT_STATES),
        method=address.params.get("method", "").strip()[:100].replace("\0", ""),
        number=address.params.get("number", "").strip()[:100].replace("\0", ""),
        whole=address.params.get("whole") == "yes",
        least=_cents(address, "least"),
        most=_cents(address, "most"),
    )


def _day(address: Address, name: str) -> date | None:
    try:
        day = date.fromisoformat(address.params.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def _cents(address: Address, name: str) -> int | None:
    """An amount as people type it, with a comma or a point; None for what is none."""
    try:
        amount = int((Decimal(address.params.get(name, "").strip().replace(",", ".")) * 100).to_integral_value())
    except (InvalidOperation, ValueError, OverflowError):
        return None
    return amount if abs(amount) <= MOST_CENTS else None


def _chips(
    address: Address, filters: ReceiptFilters, found: ReceiptPage, choices: FilterChoices
) -> list[dict[str, str]]:
    values = [
        ("number", _("Number"), filters.number and (filters.number if filters.whole else f"{filters.number}…")),
        ("register", _("Register"), _named(filters.register, choices.registers)),
        ("shop", _("Shop"), _named(filters.shop, choices.shops)),
        ("organization", _("Organization"), _named(filters.organization, found.organizations)),
        ("kind", _("Kind"), filters.kind and str(ReceiptKind(filters.kind).label)),
        ("state", _("State"), filters.state and str(STATES[filters.state])),
        ("method", _("Paid with"), filters.method),
        ("from", _("From"), date_format(found.filters.first, "j M Y") if found.filters.first else ""),
        ("to", _("To"), date_format(filters.last, "j M Y") if filters.last else ""),
        ("least", _("At least"), "" if filters.least is None else cents(filters.least)),
        ("most", _("At most"), "" if filters.most is None else cents(filters.most)),
    ]
    return [
        {"label": label, "value": value, "remove": address.with_(**{name: ""}) if address.params.get(name) else ""}
        for name, label, value in values
        if value
    ]


def _named(chosen: Any, choices: Any) -> str:
    if chosen is None:
        return ""
    return dict(choices).get(chosen, _("another one"))
