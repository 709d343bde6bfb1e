"""What of registers and sales needs a person: lines of the work list, and the section of an organization's page."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.choices import ConnectionStatus, FileLayout, FillState, ImportState, PaymentCategory
from fiscal.models import Connection, FileImport, FillDay, PaymentMethod, Register
from organizations.choices import Scope
from tests.fiscal.statistics.books import fill_day, make_connection, make_register
from tests.portal.sales import days_ago, only, signed_in, today, url


@pytest.fixture
def bar(cast) -> Register:
    return make_register(cast.shop, connection=make_connection(cast.maker), name="Bar")


def home(user) -> str:
    return signed_in(user).get("/").content.decode()


def test_with_everything_well_nothing_is_said(cast, bar):
    assert "Nothing needs you" in home(cast.petra)


def test_stopped_connections_lead_to_exactly_those(cast, bar):
    Connection.objects.update(status=ConnectionStatus.STOPPED, status_since=timezone.now())
    html = home(cast.petra)
    assert "1 connection needs a person" in html
    assert "/connections/?status=STOPPED" in html
    assert "needs a person" not in home(cast.mio)


def test_days_incomplete_for_more_than_three_days_are_counted(cast, bar):
    fill_day(bar, days_ago(9), state=FillState.INCOMPLETE, incomplete_since=timezone.now() - timedelta(days=4))
    fill_day(bar, days_ago(1), state=FillState.INCOMPLETE, incomplete_since=timezone.now() - timedelta(days=1))
    html = home(cast.petra)
    assert "1 day incomplete for more than 3 days" in html
    assert "/registers/?state=incomplete&amp;late=yes" in html
    assert "1 day incomplete" in home(cast.mio)
    assert "incomplete" not in home(cast.stranger)


def test_unmapped_methods_lead_to_the_highest_page_that_maps_them(cast, bar):
    PaymentMethod.objects.create(organization=bar.organization, register=bar, name="BARZAHLUNG")
    PaymentMethod.objects.create(
        organization=bar.organization, register=bar, name="Gutschein", category=PaymentCategory.VOUCHER
    )
    html = home(cast.petra)
    assert "1 payment method unmapped" in html
    assert url("payment_methods", cast.maker) in html
    mio = home(cast.mio)
    assert url("payment_methods", cast.shop) in mio
    assert str(cast.maker.public_id) not in mio
    Register.objects.update(gone_at=timezone.now())
    assert "unmapped" not in home(cast.petra)


def test_licences_that_end_within_thirty_days_are_counted(cast, bar):
    Connection.objects.update(licence_ends_on=today() + timedelta(days=31))
    assert "licence" not in home(cast.petra)
    Connection.objects.update(licence_ends_on=today() + timedelta(days=30))
    html = home(cast.petra)
    assert "1 licence has ended or ends within 30 days" in html
    assert "/connections/?licence=ending&amp;sort=licence" in html


def test_uploaded_files_that_nobody_applied_lead_to_their_list(cast, bar):
    usual = {"organization": cast.shop, "register": bar, "layout": FileLayout.DAILY_TOTALS, "content": b""}
    for state in ImportState:
        FileImport.objects.create(**usual, name=f"{state}.csv", state=state)
    html = home(cast.petra)
    assert "2 uploaded files are not applied" in html
    assert url("uploads", cast.maker) in html
    mio = home(cast.mio)
    assert url("uploads", cast.shop) in mio
    assert str(cast.maker.public_id) not in mio
    assert "uploaded file" not in home(cast.stranger)
    FileImport.objects.update(ended_at=timezone.now())
    assert "uploaded file" not in home(cast.petra)


def test_each_line_needs_its_own_authorization(cast, bar):
    Connection.objects.update(status=ConnectionStatus.STOPPED, licence_ends_on=today())
    PaymentMethod.objects.create(organization=bar.organization, register=bar, name="BARZAHLUNG")
    only(cast.viewer, cast.maker, Scope.ORGANIZATIONS)
    assert "Nothing needs you" in home(cast.viewer)
    only(cast.viewer, cast.maker, Scope.TRANSACTIONS)
    html = home(cast.viewer)
    assert "1 payment method unmapped" in html
    assert "connection needs" not in html


def test_the_number_of_queries_does_not_grow(cast, bar):
    counts = []
    for more in (1, 20):
        for n in range(more):
            register = make_register(cast.shop, name=f"More {more} {n}")
            Connection.objects.filter(pk=register.connection_id).update(status=ConnectionStatus.STOPPED)
            PaymentMethod.objects.create(organization=register.organization, register=register, name="BARZAHLUNG")
            fill_day(register, days_ago(9), state=FillState.INCOMPLETE)
            file = {"layout": FileLayout.COUNTER, "content": b"", "name": "x.xlsx", "state": ImportState.READY}
            FileImport.objects.create(organization=cast.shop, register=register, **file)
        FillDay.objects.update(incomplete_since=timezone.now() - timedelta(days=9))
        with CaptureQueriesContext(connection) as queries:
            home(cast.petra)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_at_most_six_lines_stand_open_and_the_others_can_be_opened(cast, bar, monkeypatch):
    monkeypatch.setattr("portal.views.home.MOST", 2)
    Connection.objects.update(status=ConnectionStatus.STOPPED, licence_ends_on=today())
    PaymentMethod.objects.create(organization=bar.organization, register=bar, name="BARZAHLUNG")
    html = home(cast.petra)
    assert "1 more" in html
    assert "1 payment method unmapped" in html.split("<details>")[1]


def test_an_organizations_page_sums_up_its_registers_and_sales(cast, bar):
    fill_day(bar, days_ago(1), state=FillState.INCOMPLETE)
    PaymentMethod.objects.create(organization=bar.organization, register=bar, name="BARZAHLUNG")
    petra: Client = signed_in(cast.petra)
    html = petra.get(url("organization", cast.maker)).content.decode()
    for words in ("Registers and sales", "1 register", "1 day incomplete", "1 connection", "1 method unmapped"):
        assert words in html
    assert url("registers", cast.maker) in html
    Connection.objects.update(status=ConnectionStatus.STOPPED)
    html = petra.get(url("organization", cast.maker)).content.decode()
    assert "1 connection needs a person" in html.split("action required")[1]
    only(cast.petra, cast.maker, Scope.ORGANIZATIONS)
    assert "Registers and sales" not in petra.get(url("organization", cast.maker)).content.decode()
