"""Receipts of an organization and of those it manages: a page of them, or all as a stream."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import CharField, Count, F, FilteredRelation, Min, Q, QuerySet, UUIDField, Value
from django.utils import timezone

from fiscal.choices import ConnectionKind
from fiscal.models import PaymentMethod, Placement, Receipt, Register, Shop
from fiscal.queries.receipts.filters import ReceiptFilters
from fiscal.queries.receipts.pages import BY_NUMBER, CAP, NEWEST, Order, Place, count_up_to, keys_of_page
from fiscal.queries.receipts.rows import ReceiptRow, rows_of
from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import Organization

CHOICES = 300
"""Registers, shops and methods that a filter offers by name; others are chosen on their own pages."""
CHUNK = 2_000


class Zones(dict[str, ZoneInfo]):
    """Time zones by name."""

    def __missing__(self, name: str) -> ZoneInfo:
        self[name] = ZoneInfo(name)
        return self[name]


@dataclass(frozen=True)
class AsOf:
    """How fresh the list is: the day's reading that is furthest behind, and registers not read today."""

    at: datetime | None
    registers: int
    unread: int


@dataclass(frozen=True)
class ReceiptPage:
    """One page, newest first (by number, highest first, where a number is looked for).

    `newer` and `older`: places for the neighbouring pages, '' where there is none. `counted`: not beyond CAP + 1.
    `wide`: more than one organization is in the list. `filters`: as applied, with a first day where one was needed.
    """

    rows: Sequence[ReceiptRow]
    newer: str
    older: str
    counted: int
    filters: ReceiptFilters
    as_of: AsOf
    organizations: Sequence[tuple[UUID, str]]
    """The one reached and those it manages, if there are any, to choose from."""
    wide: bool
    everything: bool
    """Whether the organizations have any receipt at all."""

    @property
    def capped(self) -> bool:
        return self.counted > CAP


@dataclass(frozen=True)
class FilterChoices:
    """What can be chosen: public ids with names, and payment methods by name."""

    registers: Sequence[tuple[UUID, str]]
    shops: Sequence[tuple[UUID, str]]
    methods: Sequence[str]


def list_receipts(
    reach: Reach, filters: ReceiptFilters, *, size: int, after: str = "", before: str = ""
) -> ReceiptPage:
    """A page after the place `after`, or before the place `before`; the first one without either. Raises NotAuthorized."""
    reach.require(Scope.TRANSACTIONS)
    filters = filters.bounded(timezone.localdate())
    tree, order = _tree(reach), _order(filters)
    organizations, condition = _chosen(tree, filters), filters.condition()
    place, back = (Place.read(before), True) if before else (Place.read(after), False)
    keys = keys_of_page(organizations, condition, order, size, place=place, back=back and place is not None)
    more, back = len(keys) > size, back and place is not None
    keys = (keys[-size:] if back else keys[:size]) if more else keys
    rows = rows_of(keys, Zones())
    older = bool(rows) and (more or back)
    newer = bool(rows) and (more if back else place is not None)
    counted = count_up_to(organizations, condition)
    return ReceiptPage(
        rows=rows,
        newer=_place(rows[0], order) if newer else "",
        older=_place(rows[-1], order) if older else "",
        counted=counted,
        filters=filters,
        as_of=_as_of(reach),
        organizations=[(one.public_id, str(one)) for one in tree[:CHOICES]] if len(tree) > 1 else [],
        wide=len(organizations) > 1,
        everything=bool(counted) or Receipt.objects.filter(organization__in=organizations).exists(),
    )


def every_receipt(reach: Reach, filters: ReceiptFilters) -> Iterator[ReceiptRow]:
    """Exactly the receipts of the list, all of them, a chunk in memory at a time. Raises NotAuthorized at the first one."""
    reach.require(Scope.TRANSACTIONS)
    filters = filters.bounded(timezone.localdate())
    organizations, order, condition = _chosen(_tree(reach), filters), _order(filters), filters.condition()
    place: Place | None = None
    zones = Zones()
    while True:
        keys = keys_of_page(organizations, condition, order, CHUNK, place=place, back=False)
        rows = rows_of(keys[:CHUNK], zones)
        yield from rows
        if len(keys) <= CHUNK or not rows:
            return
        place = Place.read(_place(rows[-1], order))


def filter_choices(reach: Reach) -> FilterChoices:
    """Registers that stand or stood here, open and closed shops, and payment methods: one query."""
    reach.require(Scope.TRANSACTIONS)
    stood = Placement.objects.filter(reach.tree(Scope.TRANSACTIONS)).values("register")
    registers = _listed(
        Register.objects.filter(reach.tree(Scope.TRANSACTIONS) | Q(pk__in=stood)),
        "register",
        F("public_id"),
    )
    shops = _listed(Shop.objects.filter(reach.tree(Scope.TRANSACTIONS)), "shop", F("public_id"))
    nobody = Value(None, UUIDField())
    methods = _listed(PaymentMethod.objects.filter(reach.tree(Scope.TRANSACTIONS)), "method", nobody)
    rows = list(registers.union(shops, methods).order_by("label")[: 3 * CHOICES])
    return FilterChoices(
        registers=[(ref, label) for what, ref, label in rows if what == "register"],
        shops=[(ref, label) for what, ref, label in rows if what == "shop"],
        methods=[label for what, _ref, label in rows if what == "method"],
    )


def _listed(rows: QuerySet[Any], what: str, ref: Any) -> QuerySet[Any]:
    named = rows.order_by().annotate(what=Value(what, CharField()), ref=ref, label=F("name"))
    return named.values_list("what", "ref", "label")


def _tree(reach: Reach) -> list[Organization]:
    """The organization reached, then those it manages by name."""
    rows = Organization.objects.filter(reach.tree(Scope.TRANSACTIONS, field="")).only(
        "public_id", "name", "display_name"
    )
    return sorted(rows, key=lambda one: (one.pk != reach.organization.pk, str(one).casefold()))


def _chosen(tree: Sequence[Organization], filters: ReceiptFilters) -> list[int]:
    """Primary keys of the organizations in the list: the filter's only, or all."""
    return [one.pk for one in tree if filters.organization in (None, one.public_id)]


def _order(filters: ReceiptFilters) -> Order:
    return BY_NUMBER if filters.number else NEWEST


def _place(row: ReceiptRow, order: Order) -> str:
    return str(Place(row.issued_at, row.receipt_id, row.number if order is BY_NUMBER else ""))


def _as_of(reach: Reach) -> AsOf:
    """Registers that are read by a key: how many, and how far the day's reading has come."""
    registers = Register.objects.filter(reach.tree(Scope.TRANSACTIONS), gone_at=None).exclude(
        connection__kind=ConnectionKind.FILES
    )
    today = FilteredRelation("fill_days", condition=Q(fill_days__day=timezone.localdate()))
    found = registers.annotate(today=today).aggregate(
        n=Count("pk", distinct=True), read=Count("today"), at=Min("today__as_of")
    )
    return AsOf(found["at"], found["n"], found["n"] - found["read"])
