"""A holding with many branches, written into the roll-ups (and, if asked, receipts) by a few statements on either database."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.utils import timezone

from fiscal.choices import ConnectionKind, PaymentCategory, Provider
from fiscal.models import Connection, PaymentMethod, Placement, Register
from organizations.access import grant_everything
from organizations.choices import Kind
from organizations.models import Organization, User
from tests.takings import sum_trees

METHODS = (("Bar", PaymentCategory.CASH), ("Karte", PaymentCategory.CARD), ("Gutschein", PaymentCategory.UNMAPPED))
RATES = (("NORMAL", 2000), ("REDUCED_1", 1000), ("REDUCED_2", 1300))


def holding(branches: int, name: str = "bench") -> tuple[User, Organization]:
    """A main organization with so many branches and a register in each, and its owner."""
    user = User.objects.create_user(f"{name}@holding.example", "an invented password")
    facts = {"address_line1": "Ring 1", "zip": "1010", "town": "Wien", "country_code": "AUT", "in_live": True}
    head = Organization.objects.create(name="Bench Holding AG", kind=Kind.ORGANIZATION, **facts)
    grant_everything(user, [head])
    below = Organization.objects.bulk_create(
        Organization(name=f"Filiale {n:04d}", kind=Kind.MANAGED, parent=head, **facts) for n in range(branches)
    )
    source = Connection.objects.create(
        organization=head, provider=Provider.KASSANDRO, kind=ConnectionKind.ACCOUNT, country_code="AUT", name="All"
    )
    registers = Register.objects.bulk_create(
        Register(
            organization=row,
            connection=source,
            provider=source.provider,
            remote_id=str(n),
            name=f"Kassa {n}",
            country_code="AUT",
            time_zone="Europe/Vienna",
        )
        for n, row in enumerate(below)
    )
    begin = date(2020, 1, 1)
    Placement.objects.bulk_create(Placement(register=r, organization=r.organization, from_day=begin) for r in registers)
    PaymentMethod.objects.bulk_create(
        PaymentMethod(organization=r.organization, register=r, name=name, category=category)
        for r in registers
        for name, category in METHODS
    )
    return user, head


def sell(head: Organization, days: int, *, receipts_a_day: int, articles: int) -> None:
    """So many days up to yesterday of every register, as `receipts_a_day` receipts of 12 euro would leave them."""
    cents, who = 1200 * receipts_a_day, "r.organization_id, r.id, d.day"
    _run(
        "INSERT INTO fiscal_fillday (register_id, day, state, source, receipts, as_of)"
        f" SELECT r.id, d.day, 'DONE', 'RECEIPTS', {receipts_a_day}, %s FROM r CROSS JOIN d",
        head,
        days,
        [connection.ops.adapt_datetimefield_value(timezone.now())],
    )
    kinds = f"(SELECT 'SALE' AS kind, {receipts_a_day} AS n, {cents} AS cents UNION ALL SELECT 'STORNO', 1, -700)"
    _run(
        "INSERT INTO fiscal_daytotal (organization_id, register_id, day, kind, count, total, uncollected, currency, source)"
        f" SELECT {who}, k.kind, k.n, k.cents + r.id * 3, 0, 'EUR', 'RECEIPTS'"
        f" FROM r CROSS JOIN d CROSS JOIN {kinds} k",
        head,
        days,
    )
    _run(
        "INSERT INTO fiscal_daypayment (organization_id, register_id, day, method_id, total)"
        f" SELECT {who}, m.id, {cents // 3} FROM r CROSS JOIN d"
        " JOIN fiscal_paymentmethod m ON m.register_id = r.id",
        head,
        days,
    )
    rates = " UNION ALL ".join(f"SELECT '{code}' AS code, {rate} AS rate" for code, rate in RATES)
    _run(
        "INSERT INTO fiscal_dayvat (organization_id, register_id, day, country_code, code, rate, gross, net, tax)"
        f" SELECT {who}, 'AUT', x.code, x.rate, {cents // 3}, {cents // 4}, {cents // 3 - cents // 4}"
        f" FROM r CROSS JOIN d CROSS JOIN ({rates}) x",
        head,
        days,
    )
    sell_articles(head, days, articles)


def sell_articles(head: Organization, days: int, articles: int) -> None:
    """So many articles on each day of every register."""
    names = " UNION ALL ".join(f"SELECT 'Artikel {n:03d} „groß“' AS name, {n + 1} AS n" for n in range(articles))
    _run(
        "INSERT INTO fiscal_dayarticle (organization_id, register_id, day, name, quantity, total)"
        " SELECT r.organization_id, r.id, d.day, a.name, 1000 * a.n, 250 * a.n"
        f" FROM r CROSS JOIN d CROSS JOIN ({names}) a",
        head,
        days,
    )


def write_receipts(head: Organization, days: int, each: int) -> None:
    """So many receipts a day in every register, with two payments, two rates and three articles each."""
    numbers = " UNION ALL ".join(f"SELECT {n} AS n" for n in range(each))
    cast = "" if connection.vendor == "sqlite" else "::jsonb"
    stamp = connection.ops.adapt_datetimefield_value(timezone.now())
    _run(
        "INSERT INTO fiscal_receipt (organization_id, register_id, day, key, number, issued_at, kind, total, uncollected,"
        " currency, payments, taxes, items, jws, unit_failed, related_key, suspect, digest, first_seen_at, history)"
        f" SELECT r.organization_id, r.id, d.day, d.day || '-' || x.n, d.day || '-' || x.n, %s, 'SALE',"
        f""" 1200, 0, 'EUR', '[["Bar",700],["Karte",500]]'{cast},"""
        f""" '[["NORMAL",2000,800,667,133],["REDUCED_1",1000,400,364,36]]'{cast},"""
        f""" '[["Semmel",1000,300,1000],["Brot",1000,400,1000],["Torte",1000,500,2000]]'{cast},"""
        f" '', FALSE, '', '', 'x', %s, '[]'{cast} FROM r CROSS JOIN d CROSS JOIN ({numbers}) x",
        head,
        days,
        [stamp, stamp],
    )


def settle() -> None:
    """Sum the trees, and let the database know what it holds."""
    sum_trees()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _run(sql: str, head: Organization, days: int, parameters: list[object] | None = None) -> None:
    """`d` in the statement: the days up to yesterday; `r`: the registers below the head."""
    quoted = "'{}'" if connection.vendor == "sqlite" else "DATE '{}'"
    every = " UNION ALL ".join(
        f"SELECT {quoted.format(timezone.localdate() - timedelta(n))} AS day" for n in range(1, days + 1)
    )
    below = f"SELECT * FROM fiscal_register WHERE organization_id IN (SELECT id FROM organizations_organization WHERE parent_id = {head.pk})"
    target, _select, rest = sql.partition(" SELECT ")
    with connection.cursor() as cursor:
        cursor.execute(f"WITH d AS ({every}), r AS ({below}) {target} SELECT {rest}", parameters or [])
