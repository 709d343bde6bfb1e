"""Reading charts: what is drawn is what was counted, without colour, script or a scale that lies."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portal.charts.bars import HEAD, HEIGHT, NARROW, WIDE, bar_chart
from portal.charts.buckets import Bucket, Unit, plain_buckets, unit_for
from portal.charts.scale import axis

FIRST = date(2026, 3, 2)


def days(*amounts: int | None, **more: object) -> list[Bucket]:
    found = []
    for n, cents in enumerate(amounts):
        day = FIRST + timedelta(n)
        found.append(Bucket(day, day, Unit.DAY, now=cents, nobody=False, **more))
    return found


def bars(chart) -> list[float]:
    return [mark.height for slot in chart.slots for mark in slot.marks if mark.look == "k-f1"]


def test_bars_begin_at_zero_and_are_as_high_as_their_amount():
    chart = bar_chart(days(100_00, 200_00, 400_00), WIDE, "EUR")

    low, middle, high = bars(chart)
    assert middle == pytest.approx(2 * low, abs=0.2)
    assert high == pytest.approx(4 * low, abs=0.2)
    assert all(m.y + m.height == pytest.approx(chart.zero) for slot in chart.slots for m in slot.marks)


def test_a_negative_day_hangs_below_the_line():
    chart = bar_chart(days(500_00, -250_00), WIDE, "EUR")

    above, below = (slot.marks[0] for slot in chart.slots)
    assert above.y + above.height == pytest.approx(chart.zero)
    assert below.y == pytest.approx(chart.zero)
    assert below.height == pytest.approx(above.height / 2, abs=0.2)


def test_one_huge_day_is_cut_and_named_instead_of_flattening_the_others():
    chart = bar_chart(days(*[1_000_00 + n for n in range(20)], 900_000_00), WIDE, "EUR")

    assert chart.axis.high < 2_000_00
    assert chart.cut == ["Sun 22\u00a0Mar: €\u00a0900,000.00"]
    assert [mark.look for mark in chart.slots[-1].marks].count("k-break") == 2
    assert min(bars(chart)) > HEIGHT / 2


def test_a_day_twice_as_good_is_not_cut():
    assert bar_chart(days(*[1_000_00] * 20, 2_000_00), WIDE, "EUR").cut == []


def test_a_day_that_is_not_filled_is_a_gap_with_words_and_zero_is_a_line():
    chart = bar_chart(days(100_00, None, None, 0, 100_00), WIDE, "EUR")

    assert [slot.marks for slot in chart.slots][1:3] == [[], []]
    assert [(mark.x, mark.width) for mark in chart.gaps] == [("20.000%", "40.000%")]
    assert "not filled" in [word.text for word in chart.words]
    assert "missing" in chart.parts
    assert chart.slots[3].marks[0].height == 1
    assert chart.slots[1].title.endswith("not filled")


def test_unsettled_days_are_hatched_and_incomplete_ones_marked():
    chart = bar_chart([*days(100_00), *days(100_00, unsettled=True, troubled=1)], WIDE, "EUR")

    settled, unsettled = (slot.marks for slot in chart.slots)
    assert (settled[0].look, settled[0].fill) == ("k-f1", "")
    assert (unsettled[0].look, unsettled[0].fill) == ("k-unsettled", "hatch")
    assert unsettled[1].look == "k-gap"
    assert chart.parts >= {"unsettled", "incomplete"}


def test_the_period_before_is_an_outline_beside_the_bar():
    chart = bar_chart(days(100_00, before=50_00), WIDE, "EUR")

    before, now = chart.slots[0].marks
    assert before.look == "k-before"
    assert float(before.x[:-1]) + float(before.width[:-1]) < float(now.x[:-1])
    assert before.height == pytest.approx(now.height / 2, abs=0.2)


def test_detail_stacks_voids_and_returns_below_the_line():
    (bucket,) = days(70_00)
    bucket.figures.sales, bucket.figures.voids, bucket.figures.returns = 100_00, -20_00, -10_00
    chart = bar_chart([bucket], WIDE, "EUR", detail=True)

    sales, voids, returns = chart.slots[0].marks
    assert (voids.fill, returns.fill) == ("voids", "returns")
    assert voids.y > chart.zero
    assert returns.y >= voids.y + voids.height
    assert sales.y + sales.height == pytest.approx(chart.zero)


@pytest.mark.parametrize("number", [1, 7, 28, 92, 100, 365, 731, 3650])
def test_bars_stay_readable_on_every_screen(number):
    span = [FIRST + timedelta(n) for n in range(number)]
    for room, width in ((WIDE, 1080), (NARROW, 270)):
        found = plain_buckets(span, room.bars, lambda day: 100)
        assert sum(bucket.now or 0 for bucket in found) == 100 * number
        assert 0.8 * width / len(found) >= 6


def test_weeks_begin_on_monday_and_months_on_their_first():
    assert (unit_for(100, 100), unit_for(101, 100), unit_for(701, 100)) == (Unit.DAY, Unit.WEEK, Unit.MONTH)
    assert unit_for(3001, 100) == Unit.YEAR
    weeks = plain_buckets([date(2026, 3, 4) + timedelta(n) for n in range(40)], 10, lambda day: 1)
    months = plain_buckets([date(2026, 3, 4) + timedelta(n) for n in range(100)], 10, lambda day: 1)

    assert {bucket.first.weekday() for bucket in weeks[1:]} == {0}
    assert [bucket.first.day for bucket in months[1:]] == [1, 1, 1]


@pytest.mark.parametrize("values", [[], [0], [1], [7_77], [99_999_999_99], [-5_00, 3_00], [-1]])
def test_every_scale_holds_zero_and_has_round_steps(values):
    found = axis(values, HEIGHT)

    assert found.low <= 0 <= found.high
    assert 0 in found.ticks
    assert len(found.ticks) <= 8
    assert all(tick % 100 == 0 for tick in found.ticks)
    assert found.low <= min([0, *values]) and max([0, *values]) <= found.high


def test_the_same_picture_speaks_in_words():
    chart = bar_chart(days(1_234_56, before=1_000_00), WIDE, "EUR")

    assert chart.slots[0].title == "Mon 2\u00a0Mar: €\u00a01,234.56, before €\u00a01,000.00"
    assert [word.text for word in chart.words if word.y > HEIGHT + HEAD] == ["2\u00a0Mar"]


def test_a_little_below_zero_takes_no_more_room_than_it_needs():
    found = axis([127_000_00, -900_00], HEIGHT)

    assert -5_000_00 <= found.low <= -900_00
    assert 0 in found.ticks
    assert found.high == 150_000_00
