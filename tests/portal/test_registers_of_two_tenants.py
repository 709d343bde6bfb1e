"""A register that was moved from one managed organization to another: each sees and changes its own days only."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.choices import FillState
from fiscal.models import DayTotal, Placement, Receipt, Register, Window
from fiscal.queries import RegisterFilters, list_registers, list_registers_of
from fiscal.queries.register_page import register_page
from fiscal.services import place_register
from organizations.choices import Road
from organizations.rules import RulesBroken
from tests.fiscal.statistics.books import fill_day, make_connection, make_register, sell
from tests.portal.sales import days_ago, found_long_ago, signed_in, today, url


@pytest.fixture
def moved(cast) -> Register:
    """Stood at Café Nebenan until six days ago, and at Gasthaus Mio since; the connection is their main organization's."""
    home = make_connection(cast.maker, name="Kassandro all")
    register = make_register(cast.sibling, connection=home, name="Truck", from_day=days_ago(20))
    sell(register, days_ago(9), [4_711])
    reach = cast.reach(cast.petra, cast.maker)
    place_register(reach, register.public_id, organization_id=cast.shop.public_id, from_day=days_ago(5))
    found_long_ago(register)
    register.refresh_from_db()
    return register


@pytest.fixture
def mio(cast) -> Client:
    return signed_in(cast.mio)


@pytest.fixture
def reach(cast):
    """Mio's, who reaches Gasthaus Mio and nothing else."""
    return replace(cast.reach(cast.mio, cast.shop), road=Road.DIRECT)


def places(register: Register) -> list[tuple[str, object]]:
    rows = Placement.objects.filter(register=register).order_by("from_day")
    return [(str(row.organization), row.from_day) for row in rows.select_related("organization")]


@pytest.mark.parametrize("days", [6, 9, 20, 400])
def test_its_new_people_cannot_take_the_days_of_who_had_it_before(cast, moved, reach, days):
    before = places(moved)
    with pytest.raises(RulesBroken) as refused:
        place_register(reach, moved.public_id, organization_id=cast.shop.public_id, from_day=days_ago(days))
    assert "from_day" in refused.value.errors
    assert "Nebenan" not in str(refused.value.errors)
    assert places(moved) == before
    for model in (Receipt, DayTotal):
        assert model.objects.get(register=moved).organization == cast.sibling


def test_who_reaches_both_may_still_say_that_it_stood_there_earlier(cast, moved):
    whole = cast.reach(cast.petra, cast.maker)
    place_register(whole, moved.public_id, organization_id=cast.shop.public_id, from_day=days_ago(10))
    assert Receipt.objects.get(register=moved).organization == cast.shop


def test_the_form_names_no_first_day_that_belongs_to_others(cast, moved, mio):
    page = mio.get(url("register_place", cast.shop, moved.public_id)).content.decode()
    assert "or earlier moves all" not in page


def test_its_page_tells_the_days_since_it_stands_here(cast, moved, reach):
    fill_day(moved, days_ago(9), state=FillState.INCOMPLETE, receipts=4_712, counted=4_713)
    for first, last, read in ((12, 7, 4_714), (7, 4, 4_715), (4, 1, 17)):
        Window.objects.create(
            connection=moved.connection, register=moved, first_day=days_ago(first), last_day=days_ago(last),
            read=read, started_at=timezone.now(),
        )  # fmt: skip
    page = register_page(reach, moved.public_id)
    assert page.last_receipt_at is None
    assert [day.day for day in page.strip.days] == [days_ago(n) for n in range(5, -1, -1)]
    assert page.strip.counts["incomplete"] == 0
    assert [window.read for window in page.windows] == [17]


def test_who_reaches_both_sees_all_of_its_days(cast, moved):
    page = register_page(cast.reach(cast.petra, cast.maker), moved.public_id)
    assert page.last_receipt_at is not None
    assert len(page.strip.days) == 92


def test_windows_over_the_whole_connection_are_for_who_may_open_it(cast, moved, reach):
    Window.objects.create(
        connection=moved.connection, register=None, first_day=today(), last_day=today(), read=4_711,
        started_at=timezone.now(),
    )  # fmt: skip
    assert register_page(reach, moved.public_id).windows == []
    assert len(register_page(cast.reach(cast.petra, cast.maker), moved.public_id).windows) == 1


def test_the_list_counts_the_days_since_it_stands_here(cast, moved, reach):
    fill_day(moved, days_ago(9), state=FillState.INCOMPLETE, receipts=3, counted=4)
    for found in (list_registers_of(reach, RegisterFilters()), list_registers(cast.mio, RegisterFilters())):
        [row] = found.rows
        assert (row.last_day, row.as_of, row.filled, row.incomplete, row.missing) == (None, None, 0, 0, 6)
    [row] = list_registers(cast.petra, RegisterFilters()).rows
    assert (row.last_day, row.filled, row.incomplete) == (days_ago(9), 1, 1)


def test_the_list_tells_of_sales_since_then(cast, moved, reach):
    sell(moved, days_ago(2), [100])
    [row] = list_registers_of(reach, RegisterFilters()).rows
    assert (row.last_day, row.filled, row.missing) == (days_ago(2), 1, 5)
