"""A connection whose provider is a shelf in memory, and turns that are given to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.models import Connection
from fiscal.services import fills
from fiscal.statistics import fill, rollup, schedule, settle
from fiscal.statistics.checkpoints import POINTS
from tests.fiscal.statistics import books
from tests.fiscal.statistics.shelf import Shelf


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it."""


@pytest.fixture
def shelf(monkeypatch) -> Shelf:
    """The provider."""
    found = Shelf()
    monkeypatch.setattr(fills, "source_for", lambda _connection: found)
    return found


@pytest.fixture
def connection(db, clock, shelf) -> Connection:
    """A Kassandro account of a bakery with one branch; nothing was read from it yet."""
    return books.make_connection(books.make_organization("Bäckerei Huber"))


@pytest.fixture
def today(clock) -> date:
    return timezone.localdate()


@pytest.fixture
def turn(connection, clock) -> Callable[..., Connection]:
    """Give the connection a turn after some time; gives its row."""

    def run(**later: float) -> Connection:
        clock.shift(timedelta(**later))
        Connection.objects.filter(pk=connection.pk, status="ACTIVE").update(due_at=timezone.now())
        services.read_connection(connection.pk)
        return Connection.objects.get(pk=connection.pk)

    return run


@pytest.fixture
def register(connection, turn):
    """The register that the shelf lists, found and read for the first time."""
    turn()
    return connection.registers.get()


@pytest.fixture
def kill_at(monkeypatch) -> Callable[..., list[str]]:
    """Die once when a named step is reached for the nth time. Gives the list of steps reached until then."""

    def arm(point: str, *, nth: int = 1) -> list[str]:
        assert point in POINTS
        seen: list[str] = []

        def reached(name: str) -> None:
            seen.append(name)
            if name == point and seen.count(point) == nth:
                raise Killed(point)

        for module in (fill, schedule, settle, rollup):
            monkeypatch.setattr(module, "reached", reached)
        return seen

    return arm
