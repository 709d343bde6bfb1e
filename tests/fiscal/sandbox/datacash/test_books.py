"""The books that follow from (device, day) alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

import pytest

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.books import books
from fiscal.sandbox.datacash.documents import NATURES, PAYMENTS, RATES
from fiscal.sandbox.datacash.profiles import PROFILES
from fiscal.sandbox.datacash.sales import Device

PINNED = (42, 19_070, "10001098200000", "DCW2026/8748-0001")
FIRST, LAST = date(2026, 9, 1), date(2026, 11, 30)


def device(profile="bar", **changes):
    values = {"serial": 1, "lane": 1, "vat_number": "99000010159", "seed": "one", "per_day": 40} | changes
    return Device(id="d", profile=profile, opened=date(2025, 1, 1), **values)


def everything(profile="bar", **changes):
    till = device(profile, **changes)
    return [doc for day in days.span(FIRST, LAST) for doc in books(till, day)]


def test_the_same_device_and_day_give_the_same_books_in_another_sandbox(merchant):
    other = Sandbox(clock=merchant.clock)
    other.datacash.make_customer(merchant.vat_number, "2027-12-31")
    other.datacash.make_device(merchant.vat_number, "Anders", "bar", id="banco", per_day=30)

    assert other.datacash.books("banco", "2026-11-20") == merchant.stage.books("banco", "2026-11-20")
    assert merchant.stage.books("banco", "2026-11-20")
    other.close()


def test_what_the_books_say_of_a_day_never_changes():
    """If this fails, demo worlds and stored expectations of older versions no longer hold."""
    found = books(device(), date(2026, 11, 20))
    assert (len(found), sum(doc.total for doc in found), found[0].idtrx, found[0].number) == PINNED


@pytest.mark.parametrize("profile", PROFILES)
def test_lines_and_payments_add_up(profile):
    for doc in everything(profile):
        assert doc.total == sum(item.total for item in doc.lines) > 0
        assert doc.total == sum(cents for _, cents in doc.payments) + doc.allowance
        assert all(item.total == 0 for item in doc.lines if item.gift)


def test_every_kind_payment_rate_and_natura_occurs():
    found = [doc for profile in PROFILES for doc in everything(profile)]
    assert {doc.kind for doc in found} == {"V", "A", "R"}
    assert {way for doc in found for way, _ in doc.payments} == set(PAYMENTS)
    assert {item.rate for doc in found for item in doc.lines} == {*RATES, *NATURES}
    assert any(item.gift for doc in found for item in doc.lines)
    assert any(item.discount for doc in found for item in doc.lines)
    assert any(item.quantity % 100 for doc in found for item in doc.lines)
    assert any(doc.allowance for doc in found)


def test_an_nr_ef_sale_is_paid_by_nothing_else_and_never_undone():
    found = everything("ristorante")
    parents = {doc.parent for doc in found}
    invoiced = [doc for doc in found if doc.payments[0][0] == "NR_EF"]
    assert invoiced
    assert all(len(doc.payments) == 1 and doc.idtrx not in parents for doc in invoiced)


def test_voids_and_returns_stand_on_their_own_date_and_undo_a_sale_once():
    found = everything(per_day=200)
    sales = {doc.idtrx: doc for doc in found if doc.kind == "V"}
    undone = [doc for doc in found if doc.kind != "V" and doc.parent in sales]

    assert max(Counter(doc.parent for doc in undone).values()) == 1
    later = [doc for doc in undone if days.day_of(doc.at) > days.day_of(sales[doc.parent].at)]
    assert {doc.kind for doc in later} == {"A", "R"}
    assert all(doc.at > sales[doc.parent].at for doc in undone)
    assert all(doc.total == sales[doc.parent].total for doc in undone if doc.kind == "A")
    assert all(doc.total <= sales[doc.parent].total for doc in undone if doc.kind == "R")


def test_ids_and_numbers_are_unlike_across_the_devices_of_a_partita_iva():
    found = everything() + everything("emporio", serial=2, lane=2, seed="two")
    assert len({doc.idtrx for doc in found}) == len({doc.number for doc in found}) == len(found)


def test_numbers_rise_with_time_and_have_gaps():
    numbers = [doc.number for doc in everything()]
    assert numbers == sorted(numbers)
    counters = [int(number[8:].replace("-", "")) for number in numbers]
    assert all(later - earlier > 1 for earlier, later in pairwise(counters))


def test_a_device_rests_on_closed_days_and_outside_of_its_life():
    sunday = date(2026, 11, 22)
    assert [doc for doc in books(device(), sunday) if doc.kind == "V"] == []
    assert books(device(), date(2024, 12, 31)) == ()
    assert books(device(closed=date(2026, 11, 2)), date(2026, 11, 12)) == ()


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 7, 5), 24)])
def test_nights_on_which_the_clock_is_moved(day, hours):
    assert days.midnight(day + timedelta(days=1)) - days.midnight(day) == hours * 3600
    found = books(device("discoteca", per_day=400), day)
    local = Counter(days.stamp(doc.at)[11:13] for doc in found)
    assert all(days.day_of(doc.at) == day for doc in found)
    assert (local["02"] == 0) == (hours == 23)
    assert (local["02"] > 1.5 * local["01"]) == (hours == 25)


def test_synchronising_at_log_out_delays_what_the_cloud_knows():
    found = everything(sync="logout")
    assert all(doc.seen_at >= doc.at for doc in found)
    delays = [doc.seen_at - doc.at for doc in found]
    assert sum(delay > 600 for delay in delays) > len(delays) / 2
    assert 86_400 < max(delays) <= 4 * 86_400
    assert all(doc.seen_at == doc.at for doc in everything())


def test_deferred_sales_become_fiscal_hours_later():
    found = [doc for doc in everything("discoteca", deferred=100) if doc.temporary_id]
    assert {doc.at - doc.sold_at for doc in found} == {3600, 7200, 10_800}
    assert any(days.day_of(doc.at) > days.day_of(doc.sold_at) for doc in found)
