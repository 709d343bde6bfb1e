"""A receipt that was changed long ago, without any change of numbers, is found in some night, and delays nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.choices import FillState, WindowState
from fiscal.models import Connection, FillDay, Register, Window
from fiscal.providers.errors import Refused, Throttled
from fiscal.statistics import settled
from organizations.access import system_reach
from tests.fiscal.statistics.books import sale, turnover

ONE, HOUR = timedelta(days=1), timedelta(hours=1)


def test_a_change_that_counts_do_not_show_is_found(shelf, turn, today, clock, register, settings):
    day = today - 40 * ONE
    shelf.put(sale(day, 100, key="2026-1"))
    turn(hours=1)
    turn(days=1)
    assert turnover() == 100
    shelf.put(replace_total(shelf.take("2026-1"), 9_900))
    nights = 0
    while turnover() == 100 and nights < 40:
        clock.move_to(timezone.now().replace(hour=2, minute=0) + ONE)
        turn()
        turn(minutes=6)
        nights += 1
    assert turnover() == 9_900
    assert nights >= 26, "days that were read lately rest"
    assert FillDay.objects.get(day=day).recomputed_at is not None


def replace_total(receipt, total):
    return receipt._replace(total=total, payments=(("BARZAHLUNG", total),), taxes=(), items=())


def night_turn(turn, clock, days: float = 30):
    """Two turns in a later night: the second has nothing else to do."""
    clock.move_to(timezone.now().replace(hour=1, minute=0) + timedelta(days=days))
    turn()


def settled_walks(shelf, today) -> list[tuple]:
    return [span for span in shelf.walks() if span[1] < timezone.localdate() - 8 * ONE]


def test_it_reads_one_window_a_night_and_those_first_that_were_read_longest_ago(shelf, turn, clock, today, register):
    night_turn(turn, clock)
    first = Register.objects.get().reread_at
    assert first is not None
    shelf.asked.clear()
    for _ in range(3):
        turn(minutes=6)
    assert settled_walks(shelf, today) == [], "one a night"
    night_turn(turn, clock, days=1)
    (window,) = settled_walks(shelf, today)
    assert (window[1] - window[0]).days < 31
    verified = FillDay.objects.filter(day__range=window).values_list("as_of", flat=True)
    assert min(verified) >= timezone.now() - HOUR
    oldest = FillDay.objects.filter(state=FillState.DONE).order_by("as_of").first()
    assert oldest.day not in {window[0] + n * ONE for n in range(31)}


def test_by_day_it_rests(shelf, turn, clock, today, register):
    clock.move_to(timezone.now().replace(hour=11, minute=0) + 30 * ONE)
    turn()
    turn(minutes=6)
    assert Register.objects.get().reread_at is None


def test_how_far_back_is_a_setting(clock, today, register, settings):
    later = timezone.now() + 40 * ONE
    settings.REREAD_MONTHS = 3
    assert settled.next_window(register, 31, later).first == today + (40 - 90) * ONE
    settings.REREAD_MONTHS = 13
    assert settled.next_window(register, 31, later).first == today - 92 * ONE


def test_zero_months_are_never(turn, clock, register, settings):
    settings.REREAD_MONTHS = 0
    night_turn(turn, clock)
    assert Register.objects.get().reread_at is None


def test_a_running_backfill_comes_first(shelf, turn, clock, today, connection, register, monkeypatch):
    services.start_backfill(
        system_reach(connection.organization, reason="a test"), connection.public_id, first_day=today - 400 * ONE
    )
    monkeypatch.setattr("fiscal.statistics.schedule.TURN", -1.0)
    night_turn(turn, clock)
    assert Register.objects.get().reread_at is None


def test_a_turn_that_took_long_has_no_time_for_it(shelf, turn, clock, register):
    shelf.before_call = lambda _what, _register: clock.shift(timedelta(seconds=6))
    night_turn(turn, clock)
    assert Register.objects.get().reread_at is None


@pytest.mark.parametrize(("error", "tries"), [(Refused("no", code="X"), 0), (Throttled("slow"), 1)])
def test_a_window_that_fails_is_given_up_and_leaves_nothing_behind(
    shelf, turn, clock, register, monkeypatch, error, tries
):
    real = settled.read_span

    def failing(*arguments):
        def fail(_number):
            raise error

        shelf.before_page = fail
        try:
            real(*arguments)
        finally:
            shelf.before_page = lambda _n: None

    monkeypatch.setattr(settled, "read_span", failing)
    night_turn(turn, clock)
    assert not Window.objects.filter(state=WindowState.STARTED).exists()
    assert Window.objects.filter(state=WindowState.FAILED).count() == 1
    assert Connection.objects.get().tries == tries
    assert not FillDay.objects.exclude(state__in=[FillState.DONE, FillState.OPEN]).exists()


def test_a_window_holds_as_many_days_as_are_read_in_a_few_seconds(shelf, today, clock, turn, register, monkeypatch):
    monkeypatch.setattr(settled, "MOST_RECEIPTS", 5)
    FillDay.objects.filter(day__lt=today - 20 * ONE).update(receipts=2)
    span = settled.next_window(register, 31, timezone.now() + 40 * ONE)
    assert (span.last - span.first).days == 1


def test_days_whose_receipts_were_dropped_are_left_alone(shelf, clock, turn, register, settings):
    settings.RECEIPT_MONTHS = 1
    span = settled.next_window(register, 31, timezone.now() + 40 * ONE)
    assert span.first >= (timezone.localdate() + 40 * ONE).replace(day=1) - 31 * ONE
