"""Which registers are expected to have days: not before they came, and not after they or their source have left."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone

from fiscal.choices import ConnectionStatus
from fiscal.models import Connection, Register
from fiscal.queries.statistics import Span, Wanted, of_organization, standing, statistics
from tests.portal.statistics_page import ago
from tests.takings import Takings


@pytest.fixture(params=[2000, 0], ids=["read one by one", "grouped by the database"])
def _few(request, monkeypatch) -> None:
    monkeypatch.setattr(standing, "FEW", request.param)


@pytest.fixture
def two(cast, _few) -> list[Register]:
    takings = Takings()
    made = [takings.register(cast.shop), takings.register(cast.shop)]
    for n in range(1, 8):
        for register in made:
            takings.day(register, ago(n), sales=1, cents=100)
    takings.write()
    return made


def expected(cast, first: int = 6, last: int = 1) -> list[int]:
    reach = cast.reach(cast.petra, cast.shop)
    found = statistics(of_organization(reach, Wanted(span=Span(ago(first), ago(last)))))
    return [day.expected for day in found.days.coverage.days.values()]


def test_a_register_of_a_removed_connection_is_not_missing_from_then_on(cast, two):
    since = timezone.now() - timedelta(days=4)
    Connection.objects.filter(pk=two[0].connection_id).update(status=ConnectionStatus.REVOKED, status_since=since)
    assert expected(cast) == [2, 2, 2, 1, 1, 1]


def test_a_removed_connection_does_not_make_the_figures_look_old(cast):
    """Nobody reads it any more: what the others read is as of now."""
    takings, now = Takings(), timezone.now()
    removed, used = takings.register(cast.shop), takings.register(cast.shop)
    long_ago = now - timedelta(days=30)
    Connection.objects.filter(pk=removed.connection_id).update(status=ConnectionStatus.REVOKED, read_at=long_ago)
    Connection.objects.filter(pk=used.connection_id).update(read_at=now)

    def readings() -> list[datetime | None]:
        found = statistics(of_organization(cast.reach(cast.petra, cast.shop), Wanted(span=Span(ago(6), ago(1)))))
        return [each.read_at for each in found.standing.readings]

    assert readings() == [now]
    Connection.objects.update(status=ConnectionStatus.REVOKED)
    assert readings() == [long_ago]


@pytest.mark.parametrize("status", [ConnectionStatus.PAUSED, ConnectionStatus.STOPPED])
def test_days_of_a_paused_or_stopped_connection_are_missing(cast, two, status):
    since = timezone.now() - timedelta(days=4)
    Connection.objects.filter(pk=two[0].connection_id).update(status=status, status_since=since)
    assert expected(cast) == [2] * 6


def test_the_last_day_of_a_register_is_its_own_local_day(cast, two):
    """At half past eleven in the evening, UTC, the next day has begun in Vienna."""
    gone = datetime.combine(ago(4), time(23, 30), UTC)
    Register.objects.filter(pk=two[0].pk).update(gone_at=gone)
    assert expected(cast) == [2, 2, 2, 2, 1, 1]
