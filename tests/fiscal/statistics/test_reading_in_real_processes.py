"""Readers that are really killed, and readers that meet: processes of their own, against the sandbox over HTTP."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.models import Connection, FillDay, Receipt, Window
from fiscal.sandbox.app import Sandbox
from fiscal.statistics.checkpoints import POINTS
from tests.fiscal.mirror.processes import Processes
from tests.fiscal.statistics.reading import ReaderProcess
from tests.fiscal.statistics.till import Till, agrees, open_till

pytestmark = pytest.mark.processes

DAYS = 8


@dataclass
class Street:
    """A till at a sandbox of its own process, and readers."""

    processes: Processes
    till: Till

    @property
    def connection_id(self) -> int:
        return self.till.connection.pk

    def reader(self, **extra: str) -> ReaderProcess:
        return ReaderProcess.start(self.processes, KONTOR_KASSANDRO_LIMIT="3", **extra)

    def new_register(self) -> None:
        """One more that has sold for days: everything that a first fill does lies ahead."""
        facts = {"daily": 6, "signed": False, "profile": "market", **_span()}
        made = self.till.stage.make_register(self.till.account, f"Kassa {len(self.till.registers) + 1}", **facts)
        self.till.registers.append(made["id"])

    def let_time_pass(self) -> None:
        """It is the connection's turn again, its list of registers is old, and the lease of whoever died is over."""
        Connection.objects.update(due_at=timezone.now(), lease_until=None, catalogue_at=None)


def _span() -> dict[str, object]:
    """Sold from some days ago until the day before yesterday: nothing is sold between our reading and our looking."""
    today = timezone.localdate()
    return {"opened_on": today - timedelta(days=DAYS), "closed_on": today - timedelta(days=2)}


@pytest.fixture
def street(shared_database, tmp_path) -> Iterator[Street]:
    processes, sandbox = Processes(tmp_path, shared_database), Sandbox(tmp_path / "sandbox.sqlite3")
    try:
        processes.start_sandbox()
        facts = _span()
        till = open_till(sandbox, opened=facts["opened_on"], closed_on=facts["closed_on"], daily=6, profile="market")
        yield Street(processes, till)
    finally:
        processes.close()
        for process in processes.running:
            for pipe in filter(None, (process.stdin, process.stdout)):
                pipe.close()
        sandbox.close()


def test_a_reader_killed_at_any_named_step_is_followed_by_one_that_ends_right_to_the_cent(street):
    """F65: each of the eleven steps, each amid the first fill of a register, each with a page of three receipts."""
    second = street.reader()
    for point in POINTS:
        street.let_time_pass()
        assert street.reader(KONTOR_CRASH_AT=point).dies_reading(street.connection_id), point
        assert not second.read(street.connection_id), f"{point}: the lease of the dead is still held"
        street.let_time_pass()
        assert second.read(street.connection_id), point
        agrees(street.till)
        street.new_register()
    assert Connection.objects.get(pk=street.connection_id).error_text == ""
    assert Receipt.objects.values("register").distinct().count() == len(POINTS)


def test_a_reader_killed_from_outside_after_page_7_leaves_pages_that_the_next_one_takes_over(street):
    """F65, literally: SIGKILL while a window is walked. What was committed stays, and is not written again."""
    street.processes.control("faults", {"kind": "slow", "path": "receipts$", "seconds": 0.1, "times": None})
    first = street.reader()
    first.begin(street.connection_id)
    street.processes.wait_for(lambda: Window.objects.filter(state="STARTED", pages__gte=7).exists())
    street.processes.kill(first.process)
    kept = dict(Receipt.objects.values_list("pk", "first_seen_at"))
    assert len(kept) >= 3 * 7
    assert not FillDay.objects.filter(state="DONE", receipts__gt=0).exists()

    street.processes.control("faults/clear", {})
    street.let_time_pass()
    assert street.reader().read(street.connection_id)
    agrees(street.till)
    after = dict(Receipt.objects.values_list("pk", "first_seen_at"))
    assert {pk: after[pk] for pk in kept} == kept
    assert len(after) > len(kept)


def test_two_readers_of_one_connection_at_once_one_reads_and_the_other_leaves(street):
    """F66"""
    both = [street.reader(), street.reader()]
    for reader in both:
        assert not reader.read(0)  # awake, with nothing to do
    for _ in range(3):
        street.let_time_pass()
        start = time.time() + 0.3
        for reader in both:
            reader.begin(street.connection_id, at=start)
        assert sorted(reader.answer() for reader in both) == [False, True]
        agrees(street.till)
        street.new_register()
