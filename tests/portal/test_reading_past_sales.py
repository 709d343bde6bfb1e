"""Reading past sales: start, how far it is, pause, resume, cancel."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.choices import BackfillState, ConnectionKind
from fiscal.models import Backfill, Connection
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.books import fill_day, make_connection, make_register
from tests.portal.sales import days_ago, only, signed_in, today, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def account(cast) -> Connection:
    return make_connection(cast.maker)


@pytest.fixture
def running(account) -> Backfill:
    """Ten days, of which four are read."""
    return Backfill.objects.create(
        connection=account, first_day=days_ago(10), last_day=days_ago(1), next_day=days_ago(5)
    )


def state(backfill: Backfill) -> str:
    backfill.refresh_from_db()
    return backfill.state


def test_it_starts_with_the_newest_day_and_says_what_was_read_so_far(cast, petra, account):
    register = make_register(cast.maker, connection=account, name="Office")
    fill_day(register, days_ago(6))
    address = url("backfill_new", cast.maker, account.public_id)
    assert f"from {days_ago(6).day} " in petra.get(address).content.decode()
    answer = petra.post(address, {"first_day": f"{days_ago(30)}", "register": ""})
    assert answer.status_code == 303
    backfill = Backfill.objects.get()
    assert (backfill.first_day, backfill.next_day, backfill.register) == (days_ago(30), days_ago(1), None)
    assert backfill.started_by == cast.petra


def test_one_register_alone_can_be_chosen_but_none_of_another_connection(cast, petra, account):
    own = make_register(cast.maker, connection=account, name="Office")
    other = make_register(cast.maker, name="Other")
    address = url("backfill_new", cast.maker, account.public_id)
    assert petra.post(address, {"first_day": f"{days_ago(9)}", "register": other.public_id}).status_code == 422
    assert petra.post(address, {"first_day": f"{days_ago(9)}", "register": own.public_id}).status_code == 303
    assert Backfill.objects.get().register == own


@pytest.mark.parametrize("day", ["", "soon", "1999-01-01", "today"])
def test_a_day_that_cannot_be_is_refused_at_its_field(cast, petra, account, day):
    typed = {"first_day": f"{today()}" if day == "today" else day, "register": ""}
    answer = petra.post(url("backfill_new", cast.maker, account.public_id), typed)
    assert answer.status_code == 422
    assert 'id="id_first_day_error"' in answer.content.decode()
    assert not Backfill.objects.exists()


def test_the_page_says_how_far_it_is_and_follows_while_it_runs(cast, petra, account, running):
    html = petra.get(url("connection", cast.maker, account.public_id)).content.decode()
    assert "4 of 10 days read" in html
    assert re.search(r'<progress class="k-progress" value="4" max="10"', html)
    assert 'hx-trigger="every 3s"' in html
    Backfill.objects.update(next_day=days_ago(11), state=BackfillState.DONE)
    Connection.objects.update(due_at=timezone.now() + timedelta(minutes=5))
    html = petra.get(url("connection", cast.maker, account.public_id)).content.decode()
    assert "10 of 10 days read" in html
    assert 'hx-trigger="every 3s"' not in html


def test_it_can_be_paused_resumed_and_cancelled_each_on_record(cast, petra, running):
    for name, expected, verb in (
        ("backfill_pause", BackfillState.PAUSED, Verb.BACKFILL_PAUSED),
        ("backfill_resume", BackfillState.RUNNING, Verb.BACKFILL_RESUMED),
        ("backfill_cancel", BackfillState.CANCELLED, Verb.BACKFILL_CANCELLED),
    ):
        assert petra.post(url(name, cast.maker, running.public_id)).status_code == 303
        assert state(running) == expected
        assert AuditEntry.objects.filter(verb=verb).count() == 1


def test_cancelling_asks_first(cast, petra, running):
    html = petra.get(url("backfill_cancel", cast.maker, running.public_id)).content.decode()
    assert "What was read stays" in html
    assert state(running) == BackfillState.RUNNING


def test_files_have_no_past_to_read(cast, petra):
    files = make_connection(cast.maker, country="ITA", kind=ConnectionKind.FILES, vat_number="")
    assert petra.get(url("backfill_new", cast.maker, files.public_id)).status_code == 404


@pytest.mark.parametrize("name", ["backfill_pause", "backfill_resume", "backfill_cancel"])
def test_nobody_else_touches_it(cast, running, name):
    only(cast.viewer, cast.maker, Scope.INTEGRATIONS, Level.VIEW)
    assert signed_in(cast.viewer).post(url(name, cast.maker, running.public_id)).status_code == 403
    assert signed_in(cast.stranger).post(url(name, cast.elsewhere, running.public_id)).status_code == 404
    assert state(running) == BackfillState.RUNNING
