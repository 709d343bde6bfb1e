"""How values become words: cut ids, relative times, phases."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from portal.templatetags import kontor


@pytest.mark.parametrize(
    ("value", "shown"),
    [("4f2a77c0e41ab83e91c7", "4f2a…91c7"), ("123456789", "123456789"), ("1234567890", "1234…7890"), (None, "")],
)
def test_a_long_id_is_cut_in_the_middle_and_a_short_one_stays(value: str | None, shown: str) -> None:
    assert kontor.middle_cut(value) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(5, "just now"), (-5, "in a moment"), (60, "1 minute ago"), (-600, "in 10 minutes"), (7200, "2 hours ago")],
)
def test_moments_are_told_relative_to_now_in_both_directions(seconds: int, words: str) -> None:
    moment = timezone.now() - dt.timedelta(seconds=seconds, milliseconds=1 if seconds > 0 else -500)
    assert kontor.ago(moment) == words


def test_an_unknown_moment_is_a_dash_and_never_a_zero() -> None:
    assert kontor.ago(None) == kontor.clock(None) == "–"


def test_an_unknown_phase_is_shown_grey_under_its_own_name() -> None:
    assert kontor.phase_look("SOMETHING") == ("SOMETHING", "info-circle", "neutral")


@pytest.mark.parametrize(("phase", "tone"), [("in_step", "ok"), ("NEEDS_PERSON", "warn"), ("REFUSED", "bad")])
def test_a_phase_has_the_tone_that_says_whose_turn_it_is(phase: str, tone: str) -> None:
    assert kontor.phase_look(phase).tone == tone


def test_the_bar_of_a_run_shares_its_width_by_counts() -> None:
    bar = kontor.parts_bar(done=3, running=0, waiting=0, failed=1)
    assert bar.count("<rect") == 2
    assert 'class="k-fill-failed" x="75.00%"' in bar


def test_money_below_zero_has_a_real_minus_as_in_the_statistics() -> None:
    assert kontor.cents(-320) == "€\u00a0−3.20"
    assert kontor.cents(320) == "€\u00a03.20"
