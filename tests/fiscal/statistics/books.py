"""Registers with receipts and roll-ups, built quickly and without a provider.

`make_register` gives a register with everything it needs. `sell` writes receipts as a fill does, marks the day filled
and rolls it up; `bulk_days` writes roll-ups of many days and registers directly, for pages and benchmarks, without
receipts. Amounts are cents with the sign that counts; rates hundredths of a percent; quantities thousandths.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from fiscal.choices import ConnectionKind, FillSource, FillState, PaymentCategory, Provider, ReceiptKind
from fiscal.models import (
    Connection,
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    DirtyDay,
    DirtyTree,
    FillDay,
    PaymentMethod,
    Placement,
    Receipt,
    Register,
    Shop,
)
from fiscal.services.rehoming import rehome
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.turnover import CANCELLATIONS, RETURNS
from organizations.choices import Kind
from organizations.models import Organization

ZONES = {"AUT": "Europe/Vienna", "ITA": "Europe/Rome"}
PROVIDERS = {"AUT": Provider.KASSANDRO, "ITA": Provider.DATACASH}
NORMAL = {"AUT": ("NORMAL", 2000), "ITA": ("22", 2200)}
"""The usual code and rate of each country."""
BEGINNING = date(2020, 1, 1)

_numbers = itertools.count(1)


def make_organization(
    name: str = "Bäckerei Huber", *, parent: Organization | None = None, country: str = "AUT"
) -> Organization:
    """A main organization, or a managed one of `parent`, known to no provider."""
    kind = Kind.MANAGED if parent else Kind.ORGANIZATION
    place = {"address_line1": "Ring 1", "zip": "1010", "town": "Wien", "country_code": country}
    return Organization.objects.create(name=name, kind=kind, parent=parent, in_test=True, **place)


def make_connection(organization: Organization, *, country: str = "AUT", **fields: Any) -> Connection:
    """A Kassandro account (AUT) or a DataCash key (ITA) with an invented secret."""
    n = next(_numbers)
    kind = ConnectionKind.ACCOUNT if country == "AUT" else ConnectionKind.KEY
    vat_number = "" if country == "AUT" else f"{n:011}"
    usual = {"provider": PROVIDERS[country], "kind": kind, "name": f"Connection {n}", "vat_number": vat_number}
    row = Connection(organization=organization, country_code=country, **{**usual, **fields})
    row.hold(f"invented-key-{n:08}", "invented-credentials" if country == "ITA" else "")
    row.save()
    return row


def make_shop(organization: Organization, name: str = "Hauptplatz") -> Shop:
    return Shop.objects.create(organization=organization, name=name)


def make_register(
    organization: Organization,
    *,
    country: str = "AUT",
    connection: Connection | None = None,
    shop: Shop | None = None,
    from_day: date = BEGINNING,
    **fields: Any,
) -> Register:
    """A register that stands in `organization` (and `shop`) since `from_day`; with a connection of its own if none is given."""
    n = next(_numbers)
    connection = connection or make_connection(organization, country=country)
    usual: dict[str, Any] = {
        "remote_id": str(n),
        "serial": f"KASSE-{n}" if country == "AUT" else "",
        "name": f"Kassa {n}",
        "time_zone": ZONES[country],
        "country_code": country,
        "provider": connection.provider,
    }
    register = Register.objects.create(organization=organization, connection=connection, **{**usual, **fields})
    Placement.objects.create(register=register, organization=organization, shop=shop, from_day=from_day)
    return register


def sale(
    day: date,
    total: int,
    *,
    kind: ReceiptKind = ReceiptKind.SALE,
    key: str = "",
    at: time = time(12),
    country: str = "AUT",
    payments: Sequence[tuple[str, int]] | None = None,
    taxes: Sequence[tuple[str, int, int, int, int]] | None = None,
    items: Sequence[tuple[str, int, int, int]] | None = None,
    **fields: Any,
) -> SourceReceipt:
    """One receipt of `total` cents: paid in cash, at the usual rate, one article, unless told otherwise.

    The amounts of storno, void and return become negative.
    """
    n = next(_numbers)
    if kind in CANCELLATIONS | RETURNS:
        total = -abs(total)
    code, rate = NORMAL[country]
    net = round(total * 10_000 / (10_000 + rate))
    issued_at = datetime.combine(day, at, ZoneInfo(ZONES[country]))
    return SourceReceipt(
        key=key or f"{day:%Y}-{n:07}",
        number=key or f"{day:%Y}-{n:07}",
        day=day,
        issued_at=issued_at,
        kind=kind,
        total=total,
        currency="EUR",
        payments=tuple(payments if payments is not None else [("BARZAHLUNG", total)]),
        taxes=tuple(taxes if taxes is not None else [(code, rate, total, net, total - net)]),
        items=tuple(items if items is not None else [("Semmel", 1000 if total >= 0 else -1000, total, rate)]),
        **fields,
    )


def sell(
    register: Register, day: date, sold: Iterable[int | SourceReceipt], *, rolled_up: bool = True
) -> list[Receipt]:
    """Write a day's receipts (a number is a plain sale of so many cents), mark the day filled, and roll it up."""
    receipts = [sale(day, one, country=register.country_code) if isinstance(one, int) else one for one in sold]
    names = {name for receipt in receipts for name, _ in receipt.payments}
    PaymentMethod.objects.bulk_create(
        [PaymentMethod(organization=placed(register, day), register=register, name=name) for name in names],
        ignore_conflicts=True,
    )
    rows = Receipt.objects.bulk_create([_row(register, receipt) for receipt in receipts])
    mark(register, day)
    fill_day(register, day, receipts=Receipt.objects.filter(register=register, day=day, removed_at=None).count())
    if rolled_up:
        roll_up(now=timezone.now())
    return rows


def _row(register: Register, receipt: SourceReceipt) -> Receipt:
    values = receipt._asdict() | {"digest": str(hash(receipt))[:32], "first_seen_at": timezone.now()}
    return Receipt(organization=placed(register, receipt.day), register=register, **values)


def placed(register: Register, day: date) -> Organization:
    """Where the register stood on that day; where it stands now if that is not known."""
    stood = register.placements.filter(from_day__lte=day).exclude(until_day__lt=day).last()
    return stood.organization if stood else register.organization


def move(register: Register, organization: Organization, from_day: date) -> None:
    """Let the register stand elsewhere from a day on, and what was sold there since move along."""
    with transaction.atomic():
        Register.objects.select_for_update().get(pk=register.pk)
        register.placements.filter(from_day__gte=from_day).delete()
        register.placements.update(until_day=from_day - timedelta(days=1))
        Placement.objects.create(register=register, organization=organization, from_day=from_day)
        Register.objects.filter(pk=register.pk).update(organization=organization)
        rehome(register, organization, first_day=from_day, last_day=None)


def turnover(**filters: Any) -> int:
    """Cents of everything rolled up by kind, narrowed by fields of DayTotal."""
    return DayTotal.objects.filter(**filters).aggregate(n=Sum("total"))["n"] or 0


def mark(register: Register, day: date) -> None:
    """Say that the roll-ups of a day are to be made anew."""
    DirtyDay.objects.update_or_create(register=register, day=day, defaults={"marked_at": timezone.now()})


def fill_day(register: Register, day: date, *, state: FillState = FillState.DONE, **fields: Any) -> FillDay:
    """Say how far a day is filled. Usual: complete, from receipts, read just now, counted as many as there are."""
    now = timezone.now()
    usual: dict[str, Any] = {"state": state, "source": FillSource.RECEIPTS, "as_of": now}
    if state == FillState.DONE:
        usual |= {"closed_at": now, "counted": fields.get("receipts", 0)}
    if state == FillState.INCOMPLETE:
        usual |= {"incomplete_since": now}
    return FillDay.objects.update_or_create(register=register, day=day, defaults={**usual, **fields})[0]


def map_method(register: Register, name: str, category: PaymentCategory) -> None:
    """Say what a payment method means; trees are then to be made anew."""
    PaymentMethod.objects.filter(register=register, name=name).update(category=category)
    roll_up_trees_of(register)


def roll_up_trees_of(register: Register) -> None:
    """Make the sums over the register's tree anew, on all its days."""
    head = register.organization.parent or register.organization
    days = DayTotal.objects.filter(register=register).values_list("day", flat=True).distinct()
    DirtyTree.objects.bulk_create(
        [DirtyTree(head=head, day=day, marked_at=timezone.now()) for day in days], ignore_conflicts=True
    )
    roll_up(now=timezone.now())


def bulk_days(
    registers: Sequence[Register],
    first_day: date,
    last_day: date,
    *,
    turnover: int = 100_000,
    methods: Sequence[str] = ("BARZAHLUNG", "Bankomat"),
    rates: Sequence[tuple[str, int]] | None = None,
    articles: Sequence[str] = ("Semmel", "Kipferl", "Krapfen"),
    trees: bool = True,
) -> None:
    """Roll-ups and fill marks of every register on every day, without receipts. Deterministic from (place, day).

    Each day has 40 sales of about `turnover` cents in all, split evenly over methods, rates and articles, and one
    storno of 5 euros.
    """
    paid = _methods_of(registers, methods)
    for chunk in _chunks(registers, 50):
        days = [(n, register, day) for n, register in enumerate(chunk) for day in days_between(first_day, last_day)]
        totals, payments, vat, sold, fills = [], [], [], [], []
        for n, register, day in days:
            own = {"organization_id": register.organization_id, "register": register, "day": day}
            sales = turnover + (n * 7919 + day.toordinal() * 104_729) % max(turnover // 2, 1)
            net = sales - 500
            totals += [
                DayTotal(**own, kind=ReceiptKind.SALE, count=40, total=sales, currency="EUR"),
                DayTotal(**own, kind=ReceiptKind.STORNO, count=1, total=-500, currency="EUR"),
            ]
            for part, name in zip(split(net, len(methods)), methods, strict=True):
                payments.append(DayPayment(**own, method=paid[register.pk, name], total=part))
            used = rates or [NORMAL[register.country_code]]
            for part, (code, rate) in zip(split(net, len(used)), used, strict=True):
                without = round(part * 10_000 / (10_000 + max(rate, 0)))
                amounts = {"gross": part, "net": without, "tax": part - without}
                vat.append(DayVat(**own, country_code=register.country_code, code=code, rate=rate, **amounts))
            for part, name in zip(split(net, len(articles)), articles, strict=True):
                sold.append(DayArticle(**own, name=name, quantity=10_000, total=part))
            now = timezone.now()
            fills.append(
                FillDay(
                    register=register, day=day, state=FillState.DONE, receipts=41, counted=41, as_of=now, closed_at=now
                )
            )
        for model, rows in (
            (DayTotal, totals),
            (DayPayment, payments),
            (DayVat, vat),
            (DayArticle, sold),
            (FillDay, fills),
        ):
            model.objects.bulk_create(rows, batch_size=2_000)
    if trees:
        heads = {register.organization.parent_id or register.organization_id for register in registers}
        DirtyTree.objects.bulk_create(
            DirtyTree(head_id=head, day=day, marked_at=timezone.now())
            for head in heads
            for day in days_between(first_day, last_day)
        )
        roll_up(now=timezone.now())


def _methods_of(registers: Sequence[Register], names: Sequence[str]) -> dict[tuple[int, str], PaymentMethod]:
    PaymentMethod.objects.bulk_create(
        [
            PaymentMethod(organization=register.organization, register=register, name=name)
            for register in registers
            for name in names
        ],
        ignore_conflicts=True,
    )
    return {(row.register_id, row.name): row for row in PaymentMethod.objects.filter(register__in=registers)}


def _chunks(rows: Sequence[Register], size: int) -> Iterable[Sequence[Register]]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def split(total: int, parts: int) -> list[int]:
    """`total` cents in `parts` nearly equal parts that add up."""
    return [total // parts + (1 if n < total % parts else 0) for n in range(parts)]
