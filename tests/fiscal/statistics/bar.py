"""A bar in Milan at the sandbox's DataCash, connected to us; and what our figures should be, by its books."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import Sum
from django.utils import timezone

from fiscal import services
from fiscal.models import Connection, DayTotal
from fiscal.sandbox.app import Sandbox
from fiscal.statistics.turnover import TURNOVER
from tests.fiscal.statistics import books

VAT_NUMBER, OTHER_VAT_NUMBER = "99000010159", "99000020018"
KINDS = {"V": "SALE", "A": "VOID", "R": "RETURN"}


def open_bar(sandbox: Sandbox) -> Connection:
    """A bar with one device, connected by its key; nothing was read from it yet."""
    stage = sandbox.datacash
    stage.make_customer(VAT_NUMBER, timezone.localdate() + timedelta(days=400), name="Bar Centrale")
    stage.make_shop(VAT_NUMBER, "Centro", id="centro")
    stage.make_device(VAT_NUMBER, "Banco", "bar", id="banco", shop="centro", per_day=6)
    organization = books.make_organization("Bar Centrale", country="ITA")
    row = books.make_connection(organization, country="ITA", vat_number=VAT_NUMBER)
    row.hold(stage.make_key(VAT_NUMBER), stage.make_credentials(VAT_NUMBER))
    row.save()
    return row


def read(connection: Connection) -> Connection:
    """Give it a turn now, unless it waits for its licence or a person."""
    Connection.objects.filter(pk=connection.pk, status="ACTIVE").update(due_at=timezone.now())
    services.read_connection(connection.pk)
    return Connection.objects.get(pk=connection.pk)


def turnover(**filters: object) -> int:
    """Cents of net turnover, narrowed by fields of DayTotal."""
    return DayTotal.objects.filter(kind__in=TURNOVER, **filters).aggregate(n=Sum("total"))["n"] or 0


def books_agree(sandbox: Sandbox, first: date, last: date) -> None:
    """Assert that kinds and net of every day equal what DataCash's own books say."""
    for text, sums in sandbox.datacash.totals(VAT_NUMBER, first, last).items():
        rows = DayTotal.objects.filter(day=text)
        assert dict(rows.values_list("kind", "count")) == {
            KINDS[kind]: part["count"] for kind, part in sums["documents"].items()
        }, text
        assert turnover(day=text) == sums["net"], text
