"""What reading sales costs: receipts taken in against raw COPY, taken in again, and late ones rolled up."""

from __future__ import annotations

import itertools
import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import requests
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from fiscal.choices import ReceiptKind
from fiscal.clients.sources import kassandro_door
from fiscal.models import Connection, Receipt, Register
from fiscal.statistics import fill, rollup
from fiscal.statistics.ingest import mark_dirty
from fiscal.statistics.lease import LEASE, Lease
from fiscal.statistics.reader import Reader
from fiscal.statistics.receipt_rows import insert, row_of
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.sources import source_for
from fiscal.statistics.windows import Span
from tests.bench.goal import Line, in_turns, milliseconds
from tests.bench.provider import running_sandbox
from tests.bench.scale import FULL, make_partitions
from tests.fiscal.statistics import books

DAYS, A_DAY = 20, 1_000
LOOPED = 1_000
HEADER = "organization_id register_id day key number issued_at kind total uncollected currency".split()
PEER = """CREATE TABLE bench_header (id {serial}, organization_id bigint, register_id bigint, day date, key varchar(100),
    number varchar(100), issued_at {moment}, kind varchar(12), total bigint, uncollected bigint, currency varchar(3),
    UNIQUE (register_id, day, key, organization_id))"""
TOUCHED = ("fiscal_receipt", "fiscal_daytotal", "fiscal_daypayment", "fiscal_dayvat", "fiscal_dayarticle")


def receipts_taken_in() -> Iterator[Line]:
    """P5 and P6. About 20,000 receipts with items over real HTTP from the sandbox, page by page, to the settled window.

    Peers, with the same rows: COPY of the header columns into a table with the same indexes (SQLite: executemany), and
    `update_or_create` one by one. The first line is what P5 names: pages fetched, read, upserted, marked, committed. The
    second counts everything: raw pages kept, the window settled, its days rolled up.
    """
    with running_sandbox() as root:
        register, span = _bakery(root)
        _peer_table()
        _round(register, span)
        rounds = [_round(register, span) for _ in range(3)]
        ours, whole, again, raw, looped, written = (statistics.median(values) for values in zip(*rounds, strict=True))
        on_postgresql = connection.vendor == "postgresql"
        yield Line("receipts_taken_in", ours, "receipts/s", raw, ">=0.12" if on_postgresql else ">=0.10")
        yield Line("receipts_taken_in_and_rolled_up", whole, "receipts/s", raw, ">=0.05")
        yield Line("receipts_taken_in_against_a_loop", ours, "receipts/s", looped, ">=15" if on_postgresql else ">=1")
        yield Line("receipts_taken_in_again", again, "receipts/s", whole, ">=1.5")
        yield Line("receipts_written_again", written, "rows", 1, "<=0")


def _round(register: Register, span: Span) -> tuple[float, ...]:
    """Receipts a second of ours, ours with all that follows, ours again, raw and looped; rows of the second pass."""
    _empty(register)
    pages = _seconds_of_pages(register, span)
    _empty(register)
    whole = _seconds(lambda: _read(register, span))
    rows = list(Receipt.objects.filter(register=register).values_list(*HEADER))
    with _watched() as written:
        again = _seconds(lambda: _read(register, span))
        second = written()
    raw = _seconds(lambda: _raw(rows))
    _empty(register)
    looped = _seconds(lambda: _loop(rows[:LOOPED]))
    n = len(rows)
    assert n > DAYS * A_DAY / 2, n
    return n / pages, n / whole, n / again, n / raw, LOOPED / looped, second


def _seconds_of_pages(register: Register, span: Span) -> float:
    """How long a window takes until its last page is committed; without keeping raw pages, and without what follows."""
    settled, kept, ended = fill.settle, settings.RAW_DAYS, [0.0]

    def settle(*arguments: Any) -> None:
        ended[0] = time.perf_counter()
        settled(*arguments)

    fill.settle, settings.RAW_DAYS = settle, 0
    try:
        began = time.perf_counter()
        _read(register, span)
    finally:
        fill.settle, settings.RAW_DAYS = settled, kept
    return ended[0] - began


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bakery(root: str) -> tuple[Register, Span]:
    """A register at the sandbox whose receipts were all made before, and ours of it."""

    def make(what: str, **values: Any) -> Any:
        answer = requests.post(f"{root}/_control/kassandro/{what}", json=values, timeout=60)
        assert answer.ok, answer.text
        return answer.json()

    first = timezone.localdate() - timedelta(days=DAYS + 5)
    account = make("accounts", name="Großbäckerei")["id"]
    facts = {"opened_on": first.isoformat(), "daily": A_DAY, "signed": False, "profile": "bakery"}
    remote = make("registers", account_id=account, name="Kassa 1", **facts)["id"]
    key = make("api-keys", account_id=account)["key"]
    settings.KASSANDRO_URL = f"{root}/kassandro/api"
    kassandro_door.cache_clear()
    organization = books.make_organization()
    row = books.make_connection(organization)
    row.hold(key)
    row.save()
    register = books.make_register(organization, connection=row, remote_id=str(remote))
    return register, Span(first + timedelta(days=1), first + timedelta(days=DAYS))


def _read(register: Register, span: Span) -> None:
    """The window, as a turn reads it."""
    now, token = timezone.now(), uuid.uuid4()
    Connection.objects.filter(pk=register.connection_id).update(lease_token=token, lease_until=now + LEASE)
    lease = Lease(register.connection_id, token, now)
    fill.read_span(Reader(lease, source_for(register.connection), timezone.now), register, span)
    assert set(register.fill_days.values_list("state", flat=True)) == {"DONE"}


def _empty(register: Register) -> None:
    tables = [*TOUCHED, "fiscal_fillday", "fiscal_dirtyday", "fiscal_rawpage", "fiscal_window"]
    with connection.cursor() as cursor:
        for table in (*tables, "bench_header"):
            cursor.execute(f"DELETE FROM {table}")
        if connection.vendor == "postgresql":
            cursor.execute(f"VACUUM ANALYZE {', '.join([*tables, 'bench_header'])}")


# --- peers -----------------------------------------------------------------------------------------------------------


def _peer_table() -> None:
    on_postgresql = connection.vendor == "postgresql"
    serial = "bigserial PRIMARY KEY" if on_postgresql else "integer PRIMARY KEY"
    with connection.cursor() as cursor:
        cursor.execute(PEER.format(serial=serial, moment="timestamptz" if on_postgresql else "datetime"))
        cursor.execute("CREATE INDEX bench_newest ON bench_header (organization_id, issued_at DESC, id DESC)")
        cursor.execute("CREATE INDEX bench_number ON bench_header (organization_id, number)")


def _raw(rows: list[tuple[Any, ...]]) -> None:
    """The fastest that the database offers for rows that are at hand: one statement, one transaction."""
    names = ", ".join(HEADER)
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY bench_header ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            plain = [(*row[:2], row[2].isoformat(), *row[3:5], row[5].isoformat(" "), *row[6:]) for row in rows]
            cursor.executemany(f"INSERT INTO bench_header ({names}) VALUES ({', '.join(['%s'] * len(HEADER))})", plain)


def _loop(rows: list[tuple[Any, ...]]) -> None:
    with transaction.atomic():
        for row in rows:
            values = dict(zip(HEADER, row, strict=True))
            place = {name: values.pop(name) for name in ("register_id", "day", "key", "organization_id")}
            Receipt.objects.update_or_create(**place, defaults={**values, "first_seen_at": timezone.now()})


class _watched:  # noqa: N801 - reads as a word
    """Counts rows of the statistics that were written meanwhile: by triggers, so that no row version is missed."""

    def __enter__(self) -> Callable[[], float]:
        with connection.cursor() as cursor:
            for statement in self._statements():
                cursor.execute(statement)
        return self._count

    def __exit__(self, *_: object) -> None:
        self._counted = self._count()
        with connection.cursor() as cursor:
            for table in TOUCHED:
                for n, _event in enumerate(("INSERT", "UPDATE", "DELETE")):
                    on = f" ON {table}" if connection.vendor == "postgresql" else ""
                    cursor.execute(f"DROP TRIGGER bench_{table}_{n}{on}")

    def _statements(self) -> Iterator[str]:
        yield "DROP TABLE IF EXISTS bench_touched"
        yield "CREATE TABLE bench_touched (n integer)"
        if connection.vendor == "postgresql":
            yield """CREATE OR REPLACE FUNCTION bench_touch() RETURNS trigger LANGUAGE plpgsql AS
                'BEGIN INSERT INTO bench_touched VALUES (1); RETURN NULL; END'"""
        act = "EXECUTE FUNCTION bench_touch()"
        if connection.vendor == "sqlite":
            act = "BEGIN INSERT INTO bench_touched VALUES (1); END"
        for table in TOUCHED:
            for n, event in enumerate(("INSERT", "UPDATE", "DELETE")):
                yield f"CREATE TRIGGER bench_{table}_{n} AFTER {event} ON {table} FOR EACH ROW {act}"

    def _count(self) -> float:
        with connection.cursor() as cursor:
            cursor.execute("SELECT COUNT(*) FROM bench_touched")
            return float(cursor.fetchone()[0])


# --- late receipts ---------------------------------------------------------------------------------------------------

REGISTERS, BUCKET_DAYS, IN_A_BUCKET, LATE = (1_000, 91, 11, 1_000) if FULL else (300, 90, 11, 300)


def late_receipts_rolled_up() -> Iterator[Line]:
    """P7: 1,000 late receipts in 1,000 of 91,000 (register, day)s of a million receipts, figures fresh; else 0.3 of that.

    Peer: the same four tables rebuilt from all receipts, each by one INSERT ... GROUP BY. The second line is what the
    peer has not: the sums of these days over the main organization with all its registers.
    """
    registers = _many_receipts()
    rollup.roll_up(now=timezone.now())
    late, trees = itertools.count(1), []

    def ours() -> float:
        _late(registers, next(late))
        took = milliseconds(lambda: rollup.roll_up_days(now=timezone.now()))
        trees.append(milliseconds(lambda: rollup.roll_up(now=timezone.now())))
        return took

    value, full = in_turns(ours, _rebuild, rounds=3)
    yield Line("late_receipts_rolled_up", value, "ms", full, "<=0.10")
    yield Line("late_receipts_summed_over_a_tree", statistics.median(trees), "ms", full, "<=0.5")
    yield Line("late_receipts_difference", _difference(), "cents", 1, "<=0")


def _many_receipts() -> list[Register]:
    """Receipts of three items, two rates and two payments, made where they are kept; every day is dirty."""
    organization = books.make_organization()
    row = books.make_connection(organization)
    registers = [books.make_register(organization, connection=row) for _ in range(REGISTERS)]
    for register in registers:
        books._methods_of([register], ["BARZAHLUNG", "Bankomat"])
    first, now = timezone.localdate() - timedelta(days=BUCKET_DAYS), timezone.now()
    make_partitions(BUCKET_DAYS)
    for register in registers:
        days = [first + timedelta(days=n) for n in range(BUCKET_DAYS)]
        rows = [(organization.pk, row_of(_receipt(day, n), "")) for day in days for n in range(IN_A_BUCKET)]
        with transaction.atomic():
            insert(register.pk, rows, now=now)
            mark_dirty(register.pk, days, now=now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return registers


def _receipt(day: date, n: int) -> SourceReceipt:
    total = 1_000 + 7 * n
    return SourceReceipt(
        key=f"{day}-{n}",
        number=str(n),
        day=day,
        issued_at=datetime.combine(day, time_of_day(12, n % 60), UTC),
        kind=ReceiptKind.SALE,
        total=total,
        currency="EUR",
        payments=(("BARZAHLUNG", total - 300), ("Bankomat", 300)),
        taxes=(("Normal", 2000, 600, 500, 100), ("Ermaessigt-1", 1000, total - 600, total - 650, 50)),
        items=(("Semmel", 3_000, 300, 1000), ("Torte", 1_000, 600, 2000), ("Brot", 1_000, total - 900, 1000)),
    )


def _late(registers: list[Register], number: int) -> None:
    """Late receipts come, one a register, and are marked."""
    now = timezone.now()
    with transaction.atomic():
        for place, register in enumerate(registers[:LATE]):
            day = timezone.localdate() - timedelta(days=1 + place % BUCKET_DAYS)
            receipt = _receipt(day, 1_000 + number)
            insert(register.pk, [(register.organization_id, row_of(receipt, ""))], now=now)
            mark_dirty(register.pk, [day], now=now)


def _rebuild() -> float:
    """All four tables anew, into copies of them, in milliseconds."""
    with connection.cursor() as cursor:
        for table in rollup.DAY_TABLES:
            cursor.execute(f"DROP TABLE IF EXISTS bench_{table}")
            cursor.execute(f"CREATE TABLE bench_{table} AS SELECT * FROM {table} WHERE 1 = 0")
    everything = "(SELECT id, NULL AS day FROM fiscal_register) p JOIN fiscal_receipt r ON r.register_id = p.id"
    inserts = [
        sql.replace("INSERT INTO fiscal_", "INSERT INTO bench_fiscal_")
        .replace("pairs p JOIN fiscal_receipt r", everything)
        .replace("ON r.register_id = p.id AND r.day = p.day AND", "AND")
        .replace("/*near*/", "")
        for sql in (rollup._TOTALS, rollup._payments(), rollup._vat(), rollup._articles())
    ]

    def run() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            for sql in inserts:
                cursor.execute(sql)

    return milliseconds(run)


def _difference() -> float:
    """Cents by which our tables differ from the rebuilt ones, bucket by bucket."""
    _rebuild()
    total = 0
    for table, amount, place in (
        ("fiscal_daytotal", "total", "register_id, day, kind"),
        ("fiscal_daypayment", "total", "register_id, day, method_id"),
        ("fiscal_dayvat", "gross", "register_id, day, code, rate"),
        ("fiscal_dayarticle", "total", "register_id, day, name"),
    ):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""SELECT COALESCE(SUM(ABS(cents)), 0) FROM (SELECT SUM(cents) AS cents FROM (
                    SELECT {place}, {amount} AS cents FROM {table}
                    UNION ALL SELECT {place}, -{amount} FROM bench_{table}) a GROUP BY {place}) b"""
            )
            total += int(cursor.fetchone()[0])
    return float(total)
