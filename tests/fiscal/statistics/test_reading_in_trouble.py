"""A provider in trouble, and receipts that are out of the usual: errors, slow answers, impossible dates, a million rows."""

from __future__ import annotations

import tracemalloc
from datetime import date, timedelta

from django.utils import timezone

from fiscal import services
from fiscal.models import Connection, FillDay, Receipt
from fiscal.providers.errors import Garbled, Throttled, Unreachable
from fiscal.statistics.fill import Walk
from fiscal.statistics.ingest import Intake
from tests.fiscal.statistics.books import sale, turnover
from tests.fiscal.statistics.shelf import Shelf

ONE = timedelta(days=1)


def test_an_outage_backs_off_and_goes_on_where_it_was(shelf, turn, today, register, connection):
    shelf.put(sale(today, 100))

    def away(_what, _register):
        raise Unreachable("It does not answer.")

    shelf.before_call = away
    row = turn(minutes=5)
    assert (row.tries, row.error_text) == (1, "It does not answer.")
    assert row.due_at > timezone.now()
    shelf.before_call = lambda _what, _register: None
    row = turn(minutes=5)
    assert (row.tries, row.error_text) == (0, "")
    assert turnover() == 100


def test_a_provider_that_asks_for_time_gets_it(shelf, turn, register):
    def slow_down(_what, _register):
        raise Throttled("Slower.", retry_after=300)

    shelf.before_call = slow_down
    row = turn(minutes=5)
    assert row.due_at >= timezone.now() + timedelta(seconds=300)


def test_one_register_with_a_strange_answer_does_not_hold_up_the_others(shelf, turn, today, connection):
    shelf.registers_listed = [type(shelf.registers_listed[0])(name, f"Kassa {name}") for name in ("1", "2", "3")]
    for name in ("1", "2", "3"):
        shelf.put(sale(today, 100), register=name)

    def strange(_what, register):
        if register.remote_id == "2":
            raise Garbled("An HTML page.")

    shelf.before_call = strange
    row = turn()
    assert turnover() == 200
    assert row.error_text == "An HTML page."
    assert row.tries == 1


def test_f57_a_receipt_of_the_future_is_kept_flagged_and_in_no_total_until_its_day(shelf, today, register):
    intake = Intake(register)
    rows = [sale(today + 3 * ONE, 100), sale(date(1970, 1, 1), 70), sale(today, 5)]
    written = intake.write(rows, now=timezone.now())
    assert dict(Receipt.objects.values_list("total", "suspect")) == {100: "FUTURE", 70: "ANCIENT", 5: ""}
    assert written.days == {today}
    services.roll_up_due(now=timezone.now())
    assert turnover() == 5
    Intake(register).write(rows, now=timezone.now() + 3 * ONE)
    services.roll_up_due(now=timezone.now())
    assert turnover() == 105


def test_f57_receipts_of_registers_without_a_clock_are_looked_for_at_night(shelf, turn, today, register):
    shelf.put(sale(today + 9 * ONE, 100), sale(date(1970, 1, 1), 70), sale(today - 60 * ONE, 5))
    turn(hours=25)
    flags = dict(Receipt.objects.values_list("total", "suspect"))
    assert flags == {100: "FUTURE", 70: "ANCIENT", 5: ""}
    assert turnover() == 5
    assert FillDay.objects.filter(day__gt=today + ONE).count() == FillDay.objects.filter(day__year=1970).count() == 0
    turn(days=9)
    assert turnover(day=today + 9 * ONE) == 100


def test_nothing_is_written_for_receipts_that_did_not_change(shelf, turn, today, register):
    shelf.put(*(sale(today - ONE, 100) for _ in range(5)))
    turn(minutes=61)
    before = list(Receipt.objects.order_by("pk").values())
    turn(minutes=61)
    assert list(Receipt.objects.order_by("pk").values()) == before


def test_a_provider_without_counts_is_read_twice_before_something_is_gone(shelf: Shelf, turn, today, connection):
    Connection.objects.filter(pk=connection.pk).update(provider="DATACASH", country_code="ITA")
    shelf.counts = False
    kept, gone = sale(today - ONE, 100), sale(today - ONE, 70)
    shelf.put(kept, gone)
    turn()
    shelf.take(gone.key)
    shelf.asked.clear()
    turn(minutes=61)
    assert turnover() == 100
    assert shelf.walks().count((today - 2 * ONE, today - ONE)) == 2
    assert FillDay.objects.get(day=today - ONE).counted is None


def test_f68_a_million_receipts_in_one_window_fit_into_memory():
    """What grows with a window is what was seen of it: 200 MB are allowed, and pages are committed one by one."""
    walk = Walk(timezone.now())
    page = [sale(date(2026, 5, 4), 100, payments=(), taxes=(), items=())] * 1_000
    tracemalloc.start()
    for number in range(1_000):
        walk.saw(receipt._replace(key=f"{number}-{place}") for place, receipt in enumerate(page))
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(walk.seen) == 1_000_000
    assert peak < 150_000_000


def test_f68_pages_are_committed_one_by_one(shelf, turn, today, register):
    shelf.size = 10
    shelf.put(*(sale(today - ONE, 100) for _ in range(45)))
    held = []
    shelf.before_page = lambda _number: held.append(Receipt.objects.count())
    turn(minutes=61)
    assert {0, 10, 20, 30, 40} <= set(held)
