"""What the list of receipts costs far from its beginning, and while somebody types a number.

The goals are for a million receipts, which `tests.bench.scale` fills in if told so; else it takes fewer. They are spread
over two years and three registers of one organization. The page of Django's admin that it is compared with grows with
their number, ours does not: with a million the ratios are better, not worse.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal.models import Receipt, Register
from fiscal.statistics.partitions import keep_partitions
from organizations.access import grant_everything
from organizations.models import Organization, User
from tests.bench.goal import Line, in_turns, milliseconds
from tests.bench.scale import FULL, make_partitions
from tests.fiscal.statistics.books import make_organization, make_register

RECEIPTS = 1_000_000 if FULL else 400_000
DAYS = 730
ROWS = 50
TYPED = ("2", "20", "202", "2026-01", "2026-01234", "2026-0300000", "2025-0000001", "2026-0399", "2024-", "9")
ADMIN = "/admin/fiscal/receipt/"


def receipts_far_pages() -> Iterator[Line]:
    """First, middle and last page of the list, and the admin's middle page of the same rows."""
    client, organization = _stage()
    here = reverse("portal:receipts", args=[organization.public_id])
    middle, last = _page_at(organization, 0.5), _page_at(organization, 1.0)
    for name, place in (("middle", middle), ("last", last)):
        far, first = in_turns(
            lambda place=place: _time(client, f"{here}?{place}"), lambda: _time(client, here), rounds=11
        )
        yield Line(f"receipts_{name}_page", far, "ms", first, "<=1.10")
    admin = f"{ADMIN}?p={RECEIPTS // ROWS // 2}"
    value, peer = in_turns(lambda: _time(client, f"{here}?{middle}"), lambda: _time(client, admin), rounds=5)
    yield Line("receipts_middle_page_to_admin", value, "ms", peer, "<=0.12")


def receipts_number_search() -> Iterator[Line]:
    """The list's fragment for what somebody types, letter by letter; the slowest twentieth of the answers."""
    client, organization = _stage()
    here = reverse("portal:receipts", args=[organization.public_id])
    asked = [f"{here}?number={typed}" for typed in TYPED]
    for url in asked:
        _time(client, url, fragment=True)
    times = [_time(client, url, fragment=True) for _ in range(8) for url in asked]
    yield Line("receipts_number_search_p95", statistics.quantiles(times, n=20)[-1], "ms", 30, "<=1")
    searched = [milliseconds(lambda typed=typed: client.get(f"{ADMIN}?q={typed}")) for typed in TYPED[3:8]]
    peer = statistics.median(searched)
    yield Line("receipts_number_search_to_admin", statistics.median(times), "ms", peer, "<=0.10")


def _stage() -> tuple[Client, Organization]:
    """Fill the table, and sign somebody in who sees it there and in the admin."""
    organization = make_organization()
    registers = [make_register(organization) for _ in range(3)]
    _load(organization, registers)
    keep_partitions(now=timezone.now())
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")  # as its own vacuum does; SQLite is never analysed
    user = User.objects.create_superuser("bench@kontor.example", "an invented password", name="Bench")
    grant_everything(user, [organization])
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client, organization


def _load(organization: Organization, registers: list[Register]) -> None:
    """Straight into the table; on PostgreSQL into the partitions of their months."""
    columns = (
        "organization_id, register_id, day, key, number, issued_at, kind, total, uncollected, currency, payments, taxes, "
        "items, jws, unit_failed, related_key, suspect, digest, first_seen_at, history"
    )
    make_partitions(DAYS)
    marks = ", ".join(["%s"] * 20)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY fiscal_receipt ({columns}) FROM STDIN") as copy:
                for row in _rows(organization, registers):
                    copy.write_row(row)
        else:
            cursor.execute("BEGIN")
            cursor.executemany(
                f"INSERT INTO fiscal_receipt ({columns}) VALUES ({marks})", _rows(organization, registers)
            )
            cursor.execute("COMMIT")


def _rows(organization: Organization, registers: list[Register]) -> Iterator[tuple[Any, ...]]:
    now = datetime.now(tz=UTC).replace(microsecond=0)
    step = timedelta(days=DAYS) / RECEIPTS
    items = json.dumps([["Semmel", 1000, 100, 1000], ["Melange", 1000, 430, 2000]])
    taxes = json.dumps([["NORMAL", 2000, 430, 358, 72], ["REDUCED_1", 1000, 100, 91, 9]])
    zone = "+00" if connection.vendor == "postgresql" else ""
    for n in range(RECEIPTS):
        at = now - timedelta(days=DAYS) + step * n
        number = f"{at.year}-{n:07}"
        register, moment = registers[n % 3], at.replace(tzinfo=None).isoformat(" ") + zone
        yield (
            organization.pk, register.pk, at.astimezone(register.zone).date().isoformat(), number, number,
            moment, "SALE", 530, 0, "EUR", '[["BARZAHLUNG", 530]]', taxes, items, "", False, "", "",
            f"{n:032}", moment, "[]",
        )  # fmt: skip


def _page_at(organization: Organization, share: float) -> str:
    """The query of the page that begins so far into the list."""
    from fiscal.queries.receipts.pages import Place

    rows = Receipt.objects.filter(organization=organization).order_by("-issued_at", "-id")
    place = min(int(RECEIPTS * share), RECEIPTS - ROWS - 1)
    row = rows[place]
    return f"after={Place(row.issued_at, row.pk)}"


def _time(client: Client, url: str, *, fragment: bool = False) -> float:
    headers = {"HX-Request": "true"} if fragment else {}

    def load() -> None:
        answer = client.get(url, headers=headers)
        assert answer.status_code == 200, answer.status_code

    return milliseconds(load)
