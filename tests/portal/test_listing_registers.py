"""Listing registers: who sees which, what narrows and sorts them, how complete they say they are, and what it costs."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.choices import FillState, PaymentCategory
from fiscal.models import FillDay, PaymentMethod, Register
from organizations.choices import Level, Scope
from tests.fiscal.statistics.books import fill_day, make_connection, make_register, make_shop, sell
from tests.portal.sales import days_ago, found_long_ago, only, signed_in, today, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def registers(cast) -> list[Register]:
    """One at the maker, one in a shop of Mio's, one elsewhere; all of connections of their main organization."""
    home = make_connection(cast.maker, name="Kassandro all")
    return [
        make_register(cast.maker, connection=home, name="Office"),
        make_register(cast.shop, connection=home, name="Bar", serial="MIO-BAR-1", shop=make_shop(cast.shop, "Hof")),
        make_register(cast.elsewhere, name="Foreign"),
    ]


def names(client: Client, address: str, **params: str) -> list[str]:
    """The names in the order of the page."""
    html = client.get(address, params).content.decode()
    return re.findall(r'<th scope="row" class="k-wrap"><a href="[^"]+">([^<]+)</a>', html)


def test_everything_in_reach_is_listed_and_nothing_else(cast, petra, registers):
    assert names(petra, "/registers/") == ["Bar", "Office"]
    assert names(signed_in(cast.mio), "/registers/") == ["Bar"]
    assert names(signed_in(cast.stranger), "/registers/") == ["Foreign"]


def test_an_organization_lists_its_own_and_those_it_manages(cast, petra, registers):
    assert names(petra, url("registers", cast.maker)) == ["Bar", "Office"]
    assert names(petra, url("registers", cast.shop)) == ["Bar"]


def test_a_managed_organizations_people_learn_nothing_of_the_connection_above(cast, registers):
    html = signed_in(cast.mio).get(url("registers", cast.shop)).content.decode()
    assert "Bar" in html
    assert "Kassandro all" not in html
    assert "Kassenwerk" not in html


@pytest.mark.parametrize("q", ["office", "MIO-BAR", "Hof", "Gasthaus"])
def test_search_finds_by_name_serial_shop_and_organization(cast, petra, registers, q):
    found = names(petra, "/registers/", q=q)
    assert found == (["Office"] if q == "office" else ["Bar"])


def test_filters_live_in_the_address_and_can_be_taken_away(cast, petra, registers):
    html = petra.get("/registers/", {"provider": "KASSANDRO", "organization": cast.shop.public_id}).content.decode()
    assert html.count('class="k-chip"') == 2
    assert f'href="/registers/?organization={cast.shop.public_id}"' in html
    assert names(petra, "/registers/", provider="DATACASH") == []


@pytest.mark.parametrize("column", ["name", "organization", "last", "as_of"])
@pytest.mark.parametrize("sign", ["", "-"])
def test_sorting_is_done_by_the_server_and_said_to_screen_readers(cast, petra, registers, column, sign):
    sell(registers[1], today(), [500])
    sell(registers[0], days_ago(3), [500])
    FillDay.objects.filter(register=registers[0]).update(as_of=timezone.now() - timedelta(days=2))
    ascending = ["Bar", "Office"] if column in {"name", "organization"} else ["Office", "Bar"]
    html = petra.get("/registers/", {"sort": sign + column}).content.decode()
    assert names(petra, "/registers/", sort=sign + column) == (ascending[::-1] if sign else ascending)
    assert html.count("aria-sort=") == 1


def test_a_row_says_when_it_last_sold_and_how_complete_it_is(cast, petra, registers):
    office = registers[0]
    found_long_ago(office)
    for n in range(92):
        fill_day(office, days_ago(n), state=FillState.OPEN if n == 0 else FillState.DONE)
    sell(office, days_ago(2), [990])
    html = petra.get(url("registers", cast.maker), {"q": "office"}).content.decode()
    assert "Complete" in html
    assert f"{days_ago(2).day} " in html
    FillDay.objects.filter(register=office, day=days_ago(5)).update(state=FillState.INCOMPLETE)
    html = petra.get(url("registers", cast.maker), {"q": "office"}).content.decode()
    assert re.search(r"Incomplete</span><span class=\"k-reason\">1 day<", html)
    FillDay.objects.filter(register=office, day__in=[days_ago(5), days_ago(6)]).delete()
    assert "2 days not filled" in petra.get(url("registers", cast.maker), {"q": "office"}).content.decode()


def test_a_register_that_was_never_filled_is_not_called_complete(cast, petra, registers):
    html = petra.get(url("registers", cast.shop)).content.decode()
    assert "Not filled" in html
    assert "Complete<" not in html


def test_tabs_count_what_is_incomplete_unmapped_and_gone(cast, petra, registers):
    office, bar, _foreign = registers
    fill_day(office, days_ago(9), state=FillState.INCOMPLETE, incomplete_since=timezone.now() - timedelta(days=4))
    PaymentMethod.objects.create(organization=bar.organization, register=bar, name="BARZAHLUNG")
    Register.objects.filter(pk=bar.pk).update(gone_at=timezone.now())
    assert names(petra, "/registers/", state="incomplete") == ["Office"]
    assert names(petra, "/registers/", state="incomplete", late="yes") == ["Office"]
    assert names(petra, "/registers/", state="unmapped") == ["Bar"]
    assert names(petra, "/registers/", state="gone") == ["Bar"]
    FillDay.objects.update(incomplete_since=timezone.now() - timedelta(days=2))
    assert names(petra, "/registers/", state="incomplete", late="yes") == []
    PaymentMethod.objects.update(category=PaymentCategory.CASH)
    assert names(petra, "/registers/", state="unmapped") == []


def test_three_kinds_of_nothing_are_told_apart(cast, petra, registers):
    assert "No registers yet" in signed_in(cast.hanna).get(url("registers", cast.holding)).content.decode()
    assert "hide all 2 registers" in petra.get("/registers/", {"q": "nothing"}).content.decode()
    only(cast.petra, cast.maker, Scope.ORGANIZATIONS)
    assert petra.get(url("registers", cast.maker)).status_code == 403


def test_clients_at_view_is_enough_to_look_and_shows_no_tab_that_is_closed(cast, registers):
    only(cast.viewer, cast.maker, Scope.CLIENTS, Level.VIEW)
    html = signed_in(cast.viewer).get(url("registers", cast.maker)).content.decode()
    assert "Office" in html
    assert url("connections", cast.maker) not in html
    assert url("payment_methods", cast.maker) not in html
    assert url("organization_keys", cast.maker) not in html


def test_a_page_of_fifty_costs_as_many_queries_as_a_page_of_one(cast, petra, registers):
    counts = []
    for more in (0, 49):
        home = registers[0].connection
        for n in range(more):
            register = make_register(cast.shop, connection=home, name=f"More {n}")
            fill_day(register, today(), state=FillState.OPEN)
        with CaptureQueriesContext(connection) as queries:
            assert petra.get(url("registers", cast.maker)).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 14, counts  # beside the session and the person twelve


def test_pages_follow_each_other(cast, petra, registers):
    home = registers[0].connection
    for n in range(30):
        make_register(cast.maker, connection=home, name=f"Kassa {n:02}")
    html = petra.get(url("registers", cast.maker), {"rows": 25, "page": 2}).content.decode()
    assert "26–32 of 32" in html
