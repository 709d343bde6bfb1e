"""One register's page: its facts, its last 92 days in words, where it stood, what was read, how it is paid."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.choices import (
    ConnectionKind,
    ConnectionStatus,
    FillSource,
    FillState,
    PaymentCategory,
    Provider,
    WindowState,
)
from fiscal.models import Connection, FillDay, Finding, PaymentMethod, Register, Window
from organizations.choices import Level, Scope
from tests.fiscal.statistics.books import fill_day, make_connection, make_register, make_shop, sell
from tests.portal.sales import days_ago, found_long_ago, only, signed_in, today, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def bar(cast) -> Register:
    home = make_connection(cast.maker, name="Kassandro all")
    register = make_register(
        cast.shop, connection=home, name="Bar", serial="KASSE-MIO-0001-A", shop=make_shop(cast.shop, "Yard")
    )
    found_long_ago(register)
    return register


def page_of(client: Client, register: Register, organization) -> str:
    return client.get(url("register", organization, register.public_id)).content.decode()


def looks(html: str) -> list[str]:
    strip = html.split('class="k-days"')[1].split("</ol>", maxsplit=1)[0]
    return re.findall(r'data-look="(\w+)"', strip)


def test_facts_place_and_last_receipt_are_shown(cast, petra, bar):
    sell(bar, days_ago(2), [990])
    html = page_of(petra, bar, cast.maker)
    for words in ("KASSE-MIO-0001-A", "Yard", "Gasthaus Mio", "Europe/Vienna", "Kassandro all", "BARZAHLUNG"):
        assert words in html
    assert "Last receipt" in html


def test_a_day_that_was_only_begun_gives_no_as_of(cast, petra, bar):
    fill_day(bar, today(), state=FillState.STARTED)
    assert "Not filled yet" in page_of(petra, bar, cast.maker)
    fill_day(bar, days_ago(1))
    assert "Not filled yet" not in page_of(petra, bar, cast.maker)


def test_it_says_how_late_a_change_of_a_complete_day_may_show(cast, petra, bar, settings):
    settings.REREAD_DAYS, settings.REREAD_MONTHS = 7, 13
    assert "read again" not in page_of(petra, bar, cast.maker), "no day is complete"
    fill_day(bar, days_ago(30))
    html = page_of(petra, bar, cast.maker)
    assert "The last 7 days are read again daily. Older ones follow at night, each after four weeks or later" in html

    settings.REREAD_MONTHS = 0
    assert "Older ones are not: what changes in them may never show." in page_of(petra, bar, cast.maker)

    for unread in ({"status": ConnectionStatus.STOPPED}, {"kind": ConnectionKind.FILES, "provider": Provider.DATACASH}):
        Connection.objects.filter(pk=bar.connection_id).update(**unread)
        assert "read again" not in page_of(petra, bar, cast.maker)


def test_of_92_days_each_is_told_in_words_not_only_in_colour(cast, petra, bar):
    for n in range(1, 92):
        fill_day(bar, days_ago(n), receipts=3)
    fill_day(bar, today(), state=FillState.OPEN, receipts=2)
    fill_day(bar, days_ago(4), state=FillState.INCOMPLETE, receipts=12, counted=14)
    fill_day(bar, days_ago(5), source=FillSource.FILE, receipts=1)
    FillDay.objects.filter(register=bar, day__in=[days_ago(8), days_ago(9), days_ago(10)]).delete()
    html = page_of(petra, bar, cast.maker)
    found = looks(html)
    assert len(found) == 92
    assert found[-1] == "open"
    assert found[-5] == "incomplete"
    assert found[-11:-8] == ["missing"] * 3
    assert "incomplete: 12 of 14 receipts" in html
    assert "filled, 1 receipt, from a file" in html
    assert "still open, 2 receipts so far" in html
    assert "3 days not filled" in html
    assert "87 days filled, 1 incomplete, 3 not filled, 1 still open." in html


def test_a_day_that_was_changed_afterwards_says_so(cast, petra, bar):
    fill_day(bar, days_ago(9), receipts=3, recomputed_at=timezone.now())
    assert "filled, 3 receipts, changed afterwards" in page_of(petra, bar, cast.maker)


def test_days_without_a_reading_connection_are_paused_and_not_just_missing(cast, petra, bar):
    Connection.objects.update(status=ConnectionStatus.PAUSED, status_since=timezone.now() - timedelta(days=3))
    found = looks(page_of(petra, bar, cast.maker))
    assert found[-4:] == ["paused"] * 4
    assert found[0] == "missing"


def test_a_day_being_filled_for_the_first_time_shows_no_figure(cast, petra, bar):
    fill_day(bar, days_ago(1), state=FillState.STARTED, receipts=5)
    html = page_of(petra, bar, cast.maker)
    assert "being filled for the first time" in html
    assert "5 receipts" not in html


def test_a_new_register_has_as_many_days_as_it_is_old(cast, petra, bar):
    found_long_ago(bar, days=9)
    assert len(looks(page_of(petra, bar, cast.maker))) == 10


def test_windows_findings_and_methods_are_shown(cast, petra, bar):
    Window.objects.create(
        connection=bar.connection, register=bar, first_day=days_ago(7), last_day=days_ago(1),
        state=WindowState.FAILED, read=3, started_at=timezone.now(), error_text="Kassandro did not answer.",
    )  # fmt: skip
    Finding.objects.create(register=bar, code="CHAIN_BROKEN", day=days_ago(2), found_at=timezone.now())
    PaymentMethod.objects.create(organization=bar.organization, register=bar, name="Gutscheinkonto")
    PaymentMethod.objects.create(
        organization=bar.organization, register=bar, name="Maestro", category=PaymentCategory.CARD
    )
    html = page_of(petra, bar, cast.maker)
    assert "Kassandro did not answer." in html
    assert "1 open finding" in html
    assert "Unmapped" in html


def test_windows_of_another_register_are_not_shown(cast, petra, bar):
    other = make_register(cast.maker, connection=bar.connection, name="Office")
    Window.objects.create(
        connection=bar.connection, register=other, first_day=days_ago(7), last_day=days_ago(1), read=4321,
        started_at=timezone.now(),
    )  # fmt: skip
    assert "4321" not in page_of(petra, bar, cast.maker)


def test_a_register_that_is_gone_keeps_its_page(cast, petra, bar):
    Register.objects.update(gone_at=timezone.now())
    html = page_of(petra, bar, cast.maker)
    assert "Its history stays" in html


def test_a_managed_organizations_people_see_it_without_what_stands_above(cast, bar):
    html = page_of(signed_in(cast.mio), bar, cast.shop)
    assert "KASSE-MIO-0001-A" in html
    assert "Kassandro all" not in html
    assert "Kassenwerk" not in html
    assert str(cast.maker.public_id) not in html


def test_who_may_only_look_has_nothing_to_press(cast, bar):
    only(cast.viewer, cast.maker, Scope.CLIENTS, Level.VIEW)
    html = page_of(signed_in(cast.viewer), bar, cast.maker)
    assert url("register_place", cast.maker, bar.public_id) not in html
    assert url("payment_methods", cast.maker) not in html


def test_years_of_history_cost_no_more_queries(cast, petra, bar):
    counts = []
    for more in (1, 60):
        for n in range(more):
            fill_day(bar, days_ago(n + 1))
            PaymentMethod.objects.create(organization=bar.organization, register=bar, name=f"Method {more} {n}")
        with CaptureQueriesContext(connection) as queries:
            page_of(petra, bar, cast.maker)
        counts.append(len(queries))
    assert counts[0] == counts[1]
