"""What statistics cost: the page against the same charts over receipts (P8), with ten times the receipts, and files (P11)."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TextIO

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from import_export import resources
from import_export.formats.base_formats import CSV

from fiscal.models import DayArticle
from fiscal.queries.statistics import COMMA, Preset, Selection, Wanted, csv_lines, of_everything, span_of, statistics
from fiscal.queries.statistics.exports import detail
from organizations.models import User
from tests.bench import branches
from tests.bench.goal import Line, in_turns, milliseconds
from tests.bench.scale import FULL, make_partitions

WHO = ("day", "organization__name", "organization__public_id", "register__name", "register__public_id")
PAGE = "/statistics/?period=92d&compare=year"
BRANCHES, DAYS = 300, 92


def statistics_page() -> Iterator[Line]:
    """300 branches over 92 days: our sums against the same four charts over receipts, and the whole page's p95.

    P8 names ten million receipts (363 a day and branch); a million on SQLite, and 276,000 where the run is to be short.
    The raw side grows with them and ours does not.
    """
    user, head = branches.holding(BRANCHES)
    sold = {False: (10, 12), True: (363, 30) if connection.vendor == "postgresql" else (37, 20)}[FULL]
    branches.sell(head, DAYS, receipts_a_day=sold[0], articles=sold[1])
    make_partitions(DAYS)
    branches.write_receipts(head, DAYS, sold[0])
    branches.settle()
    client, selection = _signed_in(user), of_everything(user, Wanted(span_of(Preset.DAYS_92, timezone.localdate())))
    value, raw = in_turns(
        lambda: milliseconds(lambda: _four_charts(selection)),
        lambda: milliseconds(_charts_over_receipts),
        rounds=1 if FULL else 3,
    )
    yield Line("statistics_sums", value, "ms", raw, "<=0.1")
    _get(client)
    times = sorted(milliseconds(lambda: _get(client)) for _ in range(20))
    yield Line("statistics_page_p95", times[18], "ms", 250, "<=1")
    with CaptureQueriesContext(connection) as caught:
        _get(client)
    yield Line("statistics_page_queries", len(caught), "queries", 18, "<=1")


def statistics_page_with_ten_times_the_receipts() -> Iterator[Line]:
    """The page of 300 branches over three months, with roll-ups as a million receipts leave them, and ten million.

    Ten times the receipts are the same register days with greater counts, and more of the catalogue sold each day.
    """
    clients = []
    for name, receipts_a_day, articles in (("one", 36, 20), ("ten", 360, 30)):
        user, head = branches.holding(BRANCHES, name)
        branches.sell(head, DAYS, receipts_a_day=receipts_a_day, articles=articles)
        clients.append(_signed_in(user))
    branches.settle()
    million, ten = clients
    value, peer = in_turns(
        lambda: milliseconds(lambda: _get(ten)), lambda: milliseconds(lambda: _get(million)), rounds=15
    )
    yield Line("statistics_page_10m_against_1m", value, "ms", peer, "<=1.1")


def statistics_csv() -> Iterator[Line]:
    """“Export statistics” of a million rows, streamed: speed, memory and first byte.

    The peers are django-import-export and the bare csv module over the same columns.
    """
    user, head = branches.holding(BRANCHES)
    branches.sell_articles(head, DAYS, 37)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    selection = of_everything(user, Wanted(span_of(Preset.DAYS_92, timezone.localdate())))
    rows = DayArticle.objects.filter(_kept(selection)).count()
    began, before = time.perf_counter(), _resident()
    pieces, first, grown, lines = csv_lines(detail(selection), COMMA), 0.0, 0, 0
    for number, piece in enumerate(pieces):
        if not number:
            first = (time.perf_counter() - began) * 1000
        lines += piece.count("\n")
        if number % 100 == 0:
            grown = max(grown, _resident() - before)
    assert lines == rows + 1, (lines, rows)
    yield Line("statistics_csv_rows", rows, "rows", 1_000_000, ">=1")
    yield Line("statistics_csv_first_byte", first, "ms", 300, "<=1")
    yield Line("statistics_csv_memory", grown, "MB", 50, "<=1")
    some = of_everything(user, Wanted(span_of(Preset.DAYS_7, timezone.localdate())))
    for name, peer, goal in (("import_export", _import_export, ">=5"), ("bare_csv", _bare, ">=0.4")):
        value, other = in_turns(lambda: _ours(some), lambda peer=peer: peer(some), rounds=3)
        yield Line(f"statistics_csv_against_{name}", value, "rows/s", other, goal)


def _four_charts(selection: Selection) -> None:
    found = statistics(selection)
    assert found.days.total.sales_count
    assert found.payments
    assert found.vat
    assert found.articles.articles


def _charts_over_receipts() -> None:
    """Days, payments, rates and articles as SQL over receipts, of the same days."""
    span = span_of(Preset.DAYS_92, timezone.localdate())
    sold = "FROM fiscal_receipt r{} WHERE r.removed_at IS NULL AND r.suspect = '' AND r.day BETWEEN %s AND %s"
    with connection.cursor() as cursor:
        for column, values in (
            ("r.day, r.kind", "count(*), sum(r.total)"),
            ("payments", _whole(1)),
            ("taxes", ", ".join(_whole(n) for n in (2, 3, 4))),
            ("items", ", ".join(_whole(n) for n in (1, 2))),
        ):
            lists = column in {"payments", "taxes", "items"}
            key = f"{_text(0)}{', ' + _text(1) if column == 'taxes' else ''}" if lists else column
            source = sold.format(_each(column) if lists else "")
            cursor.execute(f"SELECT {key}, {values} {source} GROUP BY {key}", [span.first, span.last])
            assert cursor.fetchall()


def _each(column: str) -> str:
    return (
        f", json_each(r.{column}) e"
        if connection.vendor == "sqlite"
        else f", jsonb_array_elements(r.{column}) e(value)"
    )


def _text(n: int) -> str:
    return f"e.value ->> '$[{n}]'" if connection.vendor == "sqlite" else f"e.value ->> {n}"


def _whole(n: int) -> str:
    return f"sum(CAST({_text(n)} AS bigint))"


def _ours(selection: Selection) -> float:
    """Rows a second of the file as it is sent."""
    return _rate(selection, lambda target: [target.write(piece) for piece in csv_lines(detail(selection), COMMA)])


class _Articles(resources.ModelResource):
    """The peer: import-export with the same columns, and nothing made harmless."""

    class Meta:
        model = DayArticle
        fields = (*WHO, "name", "quantity", "total")


def _import_export(selection: Selection) -> float:
    """Rows a second of django-import-export, on one day of them: it holds all rows in memory."""
    (day,) = span_of(Preset.YESTERDAY, timezone.localdate())
    found = DayArticle.objects.filter(selection.day_rows(), day=day).select_related("organization", "register")
    began = time.perf_counter()
    text = CSV().export_data(_Articles().export(found))
    return text.count("\n") / (time.perf_counter() - began)


def _bare(selection: Selection) -> float:
    """Rows a second of the csv module over the same columns, neither formatted nor made safe."""
    found = DayArticle.objects.filter(_kept(selection)).order_by("day", "register_id", "pk")
    rows = found.values_list(*WHO, "name", "quantity", "total").iterator(chunk_size=2000)
    return _rate(selection, lambda target: csv.writer(target).writerows(rows))


def _kept(selection: Selection) -> Q:
    return selection.day_rows() & selection.days(compared=False)


def _rate(selection: Selection, work: Callable[[TextIO], object]) -> float:
    rows = DayArticle.objects.filter(_kept(selection)).count()
    began = time.perf_counter()
    with Path("/dev/null").open("w", encoding="utf-8") as target:
        work(target)
    return rows / (time.perf_counter() - began)


def _resident() -> float:
    """Resident memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


def _signed_in(user: User) -> Client:
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _get(client: Client) -> None:
    answer = client.get(PAGE)
    assert answer.status_code == 200, answer.status_code
