"""Windows are read to a verified end: F58 to F66 of the list of faults, seen from one register."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.choices import FillState, ReceiptKind, WindowState
from fiscal.models import Connection, DirtyDay, FillDay, RawPage, Receipt, Window
from tests.fiscal.statistics.books import sale, turnover
from tests.fiscal.statistics.conftest import Killed

ONE = timedelta(days=1)


def test_a_new_register_is_found_placed_and_filled(shelf, turn, today, connection):
    shelf.put(sale(today, 300), sale(today - ONE, 200), sale(today - 60 * ONE, 100), sale(today - 200 * ONE, 50))

    row = turn()

    register = connection.registers.get()
    assert (register.name, register.time_zone) == ("Kassa 1", "Europe/Vienna")
    assert register.placements.get().organization == connection.organization
    assert turnover() == 600
    states = dict(FillDay.objects.values_list("day", "state"))
    assert states.pop(today) == FillState.OPEN
    assert len(states) == 92
    assert set(states.values()) == {FillState.DONE}
    assert row.read_at == timezone.now()
    assert DirtyDay.objects.count() == 0
    assert connection.articles.get().name == "Semmel"
    assert register.payment_methods.get().name == "BARZAHLUNG"


def test_windows_are_at_most_31_days_long_without_gap_or_overlap(shelf, turn, today):
    turn()
    walked = sorted(shelf.walks())
    assert all((last - first).days < 31 for first, last in walked)
    days = [first + n * ONE for first, last in walked for n in range((last - first).days + 1)]
    assert days == [today - n * ONE for n in range(92, -1, -1)]


def test_the_next_turn_counts_and_reads_what_differs_only(shelf, turn, today, register):
    shelf.asked.clear()
    turn(minutes=5)
    assert shelf.walks() == []

    shelf.put(sale(today, 100))
    shelf.asked.clear()
    turn(minutes=5)
    assert shelf.walks() == [(today, today)]

    late = sale(today - 5 * ONE, 70)
    shelf.put(late)
    shelf.asked.clear()
    turn(minutes=5)
    assert shelf.walks() == [(late.day, late.day)]
    day = FillDay.objects.get(day=late.day)
    assert day.recomputed_at == timezone.now()
    assert day.state == FillState.DONE
    assert turnover(day=late.day) == 70


def test_today_is_as_of_the_last_count_even_if_nothing_came(shelf, turn, today, register):
    turn(minutes=5)
    assert FillDay.objects.get(day=today).as_of == timezone.now()


def test_a_day_that_is_over_is_read_once_more_and_closed(shelf, turn, today, register):
    shelf.put(sale(today, 100))
    turn(days=1)
    day = FillDay.objects.get(day=today)
    assert (day.state, day.receipts, day.counted) == (FillState.DONE, 1, 1)
    assert day.closed_at is not None
    assert day.recomputed_at is None


def test_a_late_receipt_of_three_months_ago_is_found_at_night(shelf, turn, today, register):
    shelf.put(sale(today - 80 * ONE, 100))
    turn(minutes=10)
    assert turnover() == 0
    turn(hours=24)
    assert turnover(day=today - 80 * ONE) == 100


def test_f61_a_changed_receipt_is_found_within_the_hour_and_keeps_its_history(shelf, turn, today, register):
    first = sale(today - ONE, 100)
    shelf.put(first)
    turn(minutes=5)
    shelf.put(first._replace(total=250, kind=ReceiptKind.TRAINING))
    turn(minutes=61)
    row = Receipt.objects.get()
    assert (row.total, row.kind) == (250, ReceiptKind.TRAINING)
    assert row.changed_at is not None
    assert row.history[0][1:] == ["SALE", 100, first.day.isoformat()]
    assert turnover(kind="TRAINING") == turnover() == 250


def test_f58_receipts_that_come_while_paging_are_neither_missed_nor_doubled(shelf, turn, today, register):
    shelf.size = 10
    shelf.put(*(sale(today - ONE, 100) for _ in range(35)))
    late = [sale(today - ONE, 7) for _ in range(3)]
    shelf.before_page = lambda number: shelf.put(late.pop()) if late and number % 2 == 0 else None
    turn(minutes=61)
    assert turnover(day=today - ONE) == 3_500 + 3 * 7
    assert FillDay.objects.get(day=today - ONE).state == FillState.DONE


def test_f59_a_receipt_removed_while_paging_is_found_shown_as_removed_and_subtracted(shelf, turn, today, register):
    shelf.size = 10
    receipts = [sale(today - ONE, 100) for _ in range(35)]
    shelf.put(*receipts)
    victims = [receipts[3].key]
    shelf.before_page = lambda number: shelf.take(victims.pop()) if victims and number == 3 else None
    turn(minutes=61)
    gone = Receipt.objects.exclude(removed_at=None).get()
    assert gone.key == receipts[3].key
    assert turnover() == 3_400

    shelf.put(receipts[3])
    turn(minutes=61)
    assert turnover() == 3_500
    assert not Receipt.objects.exclude(removed_at=None).exists()


def test_a_register_that_suddenly_shows_nothing_loses_nothing(shelf, turn, today, register):
    shelf.put(*(sale(today - n * ONE, 100) for n in (1, 2, 3)))
    turn(minutes=61)
    everything, shelf.held["1"] = shelf.held["1"], {}
    turn(minutes=61)
    assert turnover() == 300
    assert not Receipt.objects.exclude(removed_at=None).exists()
    assert FillDay.objects.get(day=today - ONE).state == FillState.INCOMPLETE

    shelf.held["1"] = everything
    turn(minutes=61)
    assert FillDay.objects.get(day=today - ONE).state == FillState.DONE


def test_an_empty_list_of_registers_means_nothing_and_a_vanished_one_keeps_its_history(shelf, turn, today, connection):
    shelf.put(sale(today, 100))
    turn()
    listed, shelf.registers_listed = shelf.registers_listed, []
    turn(minutes=61)
    assert connection.registers.get().gone_at is None

    shelf.registers_listed = [type(listed[0])("2", "Kassa 2")]
    turn(minutes=61)
    assert connection.registers.get(remote_id="1").gone_at is not None
    assert turnover() == 100
    shelf.registers_listed = listed
    turn(minutes=61)
    assert connection.registers.get(remote_id="1").gone_at is None


def test_f63_a_provider_that_gives_one_page_for_ever_is_left(shelf, turn, today, register):
    shelf.size, shelf.repeats = 10, True
    shelf.put(*(sale(today - ONE, 100) for _ in range(35)))
    turn(minutes=61)
    assert FillDay.objects.get(day=today - ONE).state == FillState.INCOMPLETE
    assert "same page" in Window.objects.exclude(error_text="").first().error_text


def test_f64_a_count_that_disagrees_for_ever_is_shown_as_incomplete(shelf, turn, today, register):
    day = today - 2 * ONE
    shelf.lies[day] = 1
    shelf.put(sale(day, 100), sale(today - ONE, 50))
    turn(minutes=61)
    row = FillDay.objects.get(day=day)
    assert (row.state, row.receipts, row.counted) == (FillState.INCOMPLETE, 1, 2)
    assert row.incomplete_since == timezone.now()
    assert turnover(day=day) == 100
    assert FillDay.objects.get(day=today - ONE).state == FillState.DONE
    assert max(Window.objects.values_list("walks", flat=True)) == 3

    since = row.incomplete_since
    turn(hours=2)
    assert FillDay.objects.get(day=day).incomplete_since == since
    shelf.lies.clear()
    turn(hours=2)
    row = FillDay.objects.get(day=day)
    assert (row.state, row.incomplete_since) == (FillState.DONE, None)


def test_a_row_that_cannot_be_read_makes_its_day_incomplete_and_no_other(shelf, turn, today, register):
    day = today - 3 * ONE
    shelf.unreadable[day] = 1
    shelf.put(sale(day, 100))
    turn(minutes=5)
    assert set(FillDay.objects.filter(state="INCOMPLETE").values_list("day", flat=True)) == {day}
    assert turnover() == 100


@pytest.mark.parametrize("page", [1, 7, 20])
def test_f65_a_fill_killed_after_any_page_ends_as_an_unbroken_one(page, shelf, turn, today, register, kill_at, clock):
    shelf.size = 10
    day = today - ONE
    receipts = [sale(day, 100 + n) for n in range(205)]
    shelf.put(*receipts)
    seen = kill_at("after-page", nth=page)
    with pytest.raises(Killed):
        turn(minutes=61)
    assert seen.count("after-page") == page
    assert turnover() == 0, "nothing partial is visible"
    services.roll_up_due(now=timezone.now())
    assert turnover() == 0, "not even to those who roll up"

    turn(minutes=4)

    assert turnover() == sum(receipt.total for receipt in receipts)
    assert Receipt.objects.count() == 205
    assert not Window.objects.filter(state=WindowState.STARTED).exists()
    assert FillDay.objects.get(day=day).state == FillState.DONE


def test_a_first_fill_that_broke_off_shows_no_figures(shelf, turn, today, kill_at, connection):
    shelf.put(sale(today, 100))
    kill_at("before-settle")
    with pytest.raises(Killed):
        turn()
    assert FillDay.objects.get(day=today).state == FillState.STARTED
    services.roll_up_due(now=timezone.now())
    assert turnover() == 0
    turn(minutes=4)
    assert turnover() == 100
    assert FillDay.objects.count() == 93


def test_f66_a_second_worker_leaves_a_connection_that_is_being_read(shelf, turn, today, register, connection):
    second = []

    def meanwhile(_what, _register):
        if not second:
            second.append(services.read_connection(connection.pk))

    shelf.before_call = meanwhile
    turn(minutes=61)
    assert second == [False]


def test_f66_a_worker_that_slept_too_long_writes_nothing(shelf, turn, today, register, connection, clock):
    shelf.put(sale(today, 100))
    woken = []

    def sleep(_number):
        if not woken:
            woken.append(True)
            clock.shift(timedelta(minutes=10))
            services.read_connection(connection.pk)

    shelf.before_page = sleep
    turn(minutes=5)
    assert turnover() == 100
    assert Receipt.objects.count() == 1
    assert Connection.objects.get(pk=connection.pk).lease_token is None


def test_a_window_that_is_too_big_is_read_in_halves(shelf, turn, today, monkeypatch, register):
    monkeypatch.setattr("fiscal.statistics.fill.MOST_AT_ONCE", 10)
    days = [today - n * ONE for n in (1, 2)]
    shelf.put(*(sale(day, 100) for day in days for _ in range(8)))
    shelf.asked.clear()
    turn(minutes=61)
    assert shelf.walks()[1:] == [(day, day) for day in reversed(days)]
    assert turnover() == 1_600


def test_raw_pages_are_kept_once_and_dropped_in_time(shelf, turn, today, register, settings):
    shelf.put(sale(today, 100))
    turn(minutes=5)
    shelf.put(sale(today, 100))
    turn(minutes=5)
    assert RawPage.objects.get().rows == 2
    turn(days=31)
    services.keep_statistics(now=timezone.now())
    assert not RawPage.objects.filter(fetched_at__lt=timezone.now() - timedelta(days=30)).exists()


def test_a_receipt_that_moved_to_another_day_counts_once(shelf, turn, today, register):
    first = sale(today - 2 * ONE, 100)
    shelf.put(first)
    turn(minutes=61)
    shelf.put(first._replace(day=today, issued_at=first.issued_at + 2 * ONE))
    turn(minutes=5)
    assert (turnover(day=first.day), turnover(day=today)) == (0, 100)


def test_a_number_that_a_register_uses_again_stays_two_receipts(shelf, turn, today, register):
    old, new = sale(today - 3 * ONE, 100, key="1"), sale(today, 70, key="1")
    shelf.put(old)
    turn(minutes=61)
    shelf.held["1"]["again"] = new
    turn(minutes=5)
    turn(minutes=61)
    assert turnover() == 170
    assert not Receipt.objects.exclude(removed_at=None).exists()
