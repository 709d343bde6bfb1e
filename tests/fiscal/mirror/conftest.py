"""What fault tests need beside the common world: a watched provider, deaths on demand, and time that jumps."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from celery.signals import before_task_publish
from django.utils import timezone

from fiscal.mirror import engine, registry, settle
from fiscal.mirror.checkpoints import POINTS
from fiscal.models import Mirror
from organizations.access import EVERYTHING, Reach
from organizations.choices import Road
from organizations.models import Organization, User
from tests.cast import below, connected, person
from tests.fiscal.mirror.invariants import WatchedSandbox


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours may catch it."""


class _Ear(logging.Handler):
    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.said = said

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(self.format(record))


@pytest.fixture
def sandbox() -> Iterator[WatchedSandbox]:
    """A provider that remembers which secrets passed, and hears what is logged and sent to the broker."""
    watched = WatchedSandbox(clock=time.time, hosts=["sandbox.test"])
    ear = _Ear(watched.said)

    def overhear(body: object = None, headers: object = None, **_: object) -> None:
        watched.said.append(f"{headers} {body}")

    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(ear)
    root.setLevel(logging.DEBUG)
    before_task_publish.connect(overhear)
    yield watched
    before_task_publish.disconnect(overhear)
    root.removeHandler(ear)
    root.setLevel(level)


@dataclass
class House:
    """One till maker with one shop: enough for most faults, and quick to build."""

    petra: User
    maker: Organization
    shop: Organization

    def at_maker(self) -> Reach:
        return Reach(self.petra, self.maker, EVERYTHING, Road.DIRECT)

    def at_shop(self) -> Reach:
        shop = Organization.objects.select_related("parent").get(pk=self.shop.pk)
        return Reach(self.petra, shop, EVERYTHING, Road.DIRECT)


@pytest.fixture
def house(db, sandbox, clock, settle) -> House:
    """Petra's till maker with a shop in step."""
    petra = person("petra@kassenwerk.example", "Petra")
    maker = connected(sandbox, petra, "Kassenwerk GmbH")
    shop = below(petra, maker, "Gasthaus Mio")
    settle()
    return House(petra, maker, shop)


@pytest.fixture
def kill_at(monkeypatch) -> Callable[[str], list[str]]:
    """Die once when a named step is reached. Gives the list of steps reached until then."""

    def arm(point: str, *, times: int = 1) -> list[str]:
        assert point in POINTS
        seen: list[str] = []

        def reached(name: str) -> None:
            seen.append(name)
            if name == point and seen.count(point) <= times:
                raise Killed(point)

        monkeypatch.setattr(engine, "reached", reached)
        monkeypatch.setattr(settle, "reached", reached)
        return seen

    return arm


@pytest.fixture
def quiet(clock, settle) -> Callable[..., float]:
    """Let time jump from one due moment to the next until everything is in step or parked. Gives the seconds it took."""

    def run(*, jumps: int = 60) -> float:
        begun = timezone.now()
        for _ in range(jumps):
            settle()
            if (moment := _next_moment()) is None:
                return (timezone.now() - begun).total_seconds()
            clock.move_to(max(moment, timezone.now()) + timedelta(milliseconds=1))
        raise AssertionError("it never comes to rest")

    return run


def _next_moment() -> datetime | None:
    """When the next object is due, however far away; None if none will ever be."""
    far = timezone.now() + timedelta(days=3650)
    moments: list[datetime] = []
    for kind in registry.KINDS:
        ids = registry.due(kind, far).values_list("public_id", flat=True)
        mirrors = Mirror.objects.filter(kind=kind.name, subject_id__in=ids)
        moments += [max(mirror.due_at, mirror.lease_until or mirror.due_at) for mirror in mirrors]
    return min(moments, default=None)
