"""Counts of settled days are compared day by day: what is missing on one day never hides what has come on another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.choices import FillState
from fiscal.models import FillDay, Receipt, Window
from fiscal.providers.errors import Unreachable
from tests.fiscal.statistics.books import sale, turnover

ONE = timedelta(days=1)
SETTLED = 85
"""Days of the 92 that are no longer read every day."""


def counts(shelf) -> list[tuple]:
    return shelf.walks("count")


def settled_counts(shelf, today) -> list[tuple]:
    return [span for span in counts(shelf) if today - 93 * ONE < span[0] == span[1] < today - 7 * ONE]


@pytest.mark.parametrize("back", [8, 40, 89])
def test_a_receipt_that_went_does_not_hide_one_that_came_the_day_after(back, shelf, turn, today, register):
    old, new = sale(today - back * ONE, 100), sale(today - (back - 1) * ONE, 70)
    shelf.put(old)
    turn(minutes=5)
    turn(hours=24)
    turnover_before = turnover()

    shelf.take(old.key)
    shelf.put(new)
    turn(hours=24)

    assert turnover_before == 100
    assert (turnover(day=old.day), turnover(day=new.day)) == (0, 70)
    assert Receipt.objects.exclude(removed_at=None).get().key == old.key
    assert FillDay.objects.get(day=old.day).state == FillState.DONE


def test_three_changes_of_which_two_cancel_out_are_all_found(shelf, turn, today, register):
    gone, came, more = sale(today - 60 * ONE, 100), sale(today - 50 * ONE, 70), sale(today - 20 * ONE, 5)
    shelf.put(gone)
    turn(hours=24)
    shelf.take(gone.key)
    shelf.put(came, more)
    turn(hours=24)
    assert [turnover(day=one.day) for one in (gone, came, more)] == [0, 70, 5]


def test_days_that_are_still_read_every_day_find_it_within_a_day(shelf, turn, today, register):
    old, new = sale(today - 5 * ONE, 100), sale(today - 4 * ONE, 70)
    shelf.put(old)
    turn(minutes=5)
    shelf.take(old.key)
    shelf.put(new)
    for _ in range(24):
        turn(hours=1)
    assert (turnover(day=old.day), turnover(day=new.day)) == (0, 70)


def test_three_changes_of_late_days_are_found_at_once(shelf, turn, today, register):
    """When the one count over all of them differs, each day is counted: halves that agree are not believed."""
    gone, came, more = sale(today - 7 * ONE, 100), sale(today - 6 * ONE, 70), sale(today - 3 * ONE, 5)
    shelf.put(gone)
    turn(minutes=5)
    shelf.take(gone.key)
    shelf.put(came, more)
    turn(minutes=5)
    assert [turnover(day=one.day) for one in (gone, came, more)] == [0, 70, 5]


def test_what_was_read_in_full_a_moment_ago_is_not_counted_again(shelf, turn, today, register):
    assert settled_counts(shelf, today) == []


def test_each_settled_day_is_counted_once_a_day_and_nothing_more(shelf, turn, today, register):
    shelf.asked.clear()
    turn(hours=24)
    tomorrow = today + ONE
    alone = [(tomorrow - n * ONE,) * 2 for n in range(92, 7, -1)]
    assert settled_counts(shelf, tomorrow) == alone
    assert len(alone) == SETTLED

    shelf.asked.clear()
    for _ in range(20):
        turn(minutes=5)
    assert settled_counts(shelf, tomorrow) == []


def test_a_day_that_has_just_settled_waits_for_the_next_comparison(shelf, turn, clock, today, register):
    clock.move_to(timezone.now().replace(hour=15))
    turn()
    turn(hours=24)
    shelf.asked.clear()
    turn(hours=12)  # past midnight
    assert timezone.localdate() == today + 2 * ONE
    assert settled_counts(shelf, timezone.localdate()) == []
    turn(hours=12)
    assert len(settled_counts(shelf, timezone.localdate())) == SETTLED


def test_a_comparison_that_breaks_off_goes_on_where_it_was(shelf, turn, today, register):
    tomorrow, asked = today + ONE, []

    def fail_once(what, _register):
        if what == "count" and len(settled_counts(shelf, tomorrow)) == 50 and not asked:
            asked.extend(settled_counts(shelf, tomorrow))
            raise Unreachable("the line is down")

    shelf.asked.clear()
    shelf.before_call = fail_once
    assert turn(hours=24).tries == 1
    assert not Window.objects.filter(walks=0, last_day=tomorrow - 8 * ONE).exists()
    shelf.asked.clear()
    assert turn(minutes=5).tries == 0
    again = settled_counts(shelf, tomorrow)
    assert again[-1] == (tomorrow - 8 * ONE,) * 2
    assert len(again) <= SETTLED - 50 + 7
