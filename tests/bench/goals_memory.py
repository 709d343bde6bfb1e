"""What one long window costs in memory (`hardness.md` F68): a single day, which nothing can halve."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.utils import timezone

from fiscal.models import Connection, Receipt, Register
from fiscal.providers.kassandro.verdicts import judge
from fiscal.providers.verdicts import Raw
from fiscal.statistics import fill
from fiscal.statistics.lease import LEASE, Lease
from fiscal.statistics.reader import Reader
from fiscal.statistics.sources.kassandro import KassandroSource
from fiscal.statistics.windows import Span
from tests.bench.goal import Line
from tests.fiscal.statistics import books

SOME, MANY, A_MILLION = 40_000, 200_000, 1_000_000
STATUS = Path("/proc/self/status")


def memory_of_one_window() -> Iterator[Line]:
    """F68 on Linux. Windows of 40,000 and of 200,000 receipts of one day, read, written and settled, page by page.

    Kassandro's rows are made here instead of sent, and read from their JSON as if they had been. First line: by how
    much the process grew at most in the larger one. Second: what that makes for a million, with the slope between both.
    Third: transactions of pages, one per page of 1,000.
    """
    register = books.make_register(books.make_organization(), connection=_connection(), remote_id="1")
    day = timezone.localdate() - timedelta(days=9)
    _grown(register, day - timedelta(days=2), 2_000)
    some = _grown(register, day - timedelta(days=1), SOME)
    many = _grown(register, day, MANY)
    assert Receipt.objects.filter(register=register, day=day).count() == MANY
    yield Line("memory_of_one_window", many, "MB", 200, "<=1")
    slope = max(many - some, 0) / (MANY - SOME)
    yield Line("memory_of_a_window_of_a_million", many + slope * (A_MILLION - MANY), "MB", 200, "<=1")
    pages = register.windows.order_by("-pk").values_list("pages", flat=True)[0]
    yield Line("commits_of_one_window", pages, "pages", MANY / 1_000, ">=1")


def _grown(register: Register, day: date, receipts: int) -> float:
    """Megabytes by which the process was larger at its largest, while it read a day of so many receipts."""
    now, token = timezone.now(), uuid.uuid4()
    Connection.objects.filter(pk=register.connection_id).update(lease_token=token, lease_until=now + LEASE)
    source = KassandroSource(register.connection)
    source._client = _Till(day, receipts)  # type: ignore[assignment]
    reader = Reader(Lease(register.connection_id, token, now), source, timezone.now)
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark is what it is now
    before = _megabytes("VmRSS")
    fill.read_span(reader, register, Span(day, day))
    assert register.fill_days.get(day=day).state == "DONE"
    return _megabytes("VmHWM") - before


def _megabytes(name: str) -> float:
    found = re.search(rf"{name}:\s+([0-9]+) kB", STATUS.read_text())
    assert found, name
    return int(found[1]) / 1024


def _connection() -> Connection:
    row = books.make_connection(books.make_organization())
    row.hold("a key that nobody asks for")
    row.save()
    return row


class _Till:
    """In a client's place: the receipts of one day, three articles each, in pages."""

    def __init__(self, day: date, receipts: int) -> None:
        self._day, self._receipts = day, receipts

    def count(self, *_: object, **__: object) -> int:
        return self._receipts

    def receipts(self, *_: object, limit: int, offset: int, **__: object) -> list[Any]:
        rows = [self._row(n) for n in range(offset, min(offset + limit, self._receipts))]
        return list(judge(Raw(200, {}, json.dumps(rows).encode(), "", mutating=False)))

    def _row(self, n: int) -> dict[str, Any]:
        at = timedelta(seconds=n * 86_000 // self._receipts)
        names = ("Semmel", "Torte", "Kaffee")
        item = {"articleId": "7", "quantity": 1, "unitPrice": 1.5, "taxRate": 10, "total": 1.5}
        return {
            "receiptNumber": f"{self._day}-{n}",
            "cashRegisterId": 1,
            "date": f"{self._day}T{at!s:0>8}",
            "type": "standard",
            "total": 4.5,
            "taxes": [{"rate": 10, "gross": 4.5, "net": 4.09, "tax": 0.41}],
            "payments": [{"methodId": 1, "name": "BARZAHLUNG", "amount": 4.5}],
            "items": [item | {"name": name} for name in names],
            "user": "Anna",
            "signature": {"jws": f"eyJhbGciOiJFUzI1NiJ9.{n:0100d}.{n:086d}", "signatureDeviceDamaged": False},
        }
