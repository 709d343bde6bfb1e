"""A whole bakery at the sandbox: every roll-up equals the sandbox's own books, to the cent (invariant I4)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal import services, tasks
from fiscal.management.commands.sweep import Sweeper
from tests.fiscal.statistics.till import agrees, open_till

ONE = timedelta(days=1)


@pytest.fixture
def till(db, clock, sandbox):
    return open_till(sandbox, registers=2, opened=timezone.localdate() - 30 * ONE)


def test_a_bakery_of_two_registers_is_read_to_the_cent(till, clock):
    till.turn()
    agrees(till)
    for _ in range(3):
        clock.shift(timedelta(hours=7))
        till.turn()
    agrees(till)


def test_signed_receipts_are_read_as_well(db, clock, sandbox):
    till = open_till(sandbox, opened=timezone.localdate() - 3 * ONE, signed=True)
    till.turn()
    agrees(till)


def test_late_changed_and_removed_receipts_and_training(till, clock):
    till.turn()
    today = timezone.localdate()
    stage, register = till.stage, till.registers[0]
    number = stage.books(register, today - ONE)[0]["number"]
    stage.add_receipt(register, 4_500, rate=10, date=f"{today - 20 * ONE}T10:00:00")
    stage.add_receipt(register, 1_234, kind="training", date=f"{today - 2 * ONE}T10:00:00")
    stage.change_receipt(register, number, 9_999, rate=13)
    stage.remove_receipt(register, stage.books(register, today - 4 * ONE)[0]["number"])
    clock.shift(timedelta(hours=25))
    till.turn()
    agrees(till)


def test_all_is_done_without_any_message(till, monkeypatch):
    """F16: the sweep finds the connection, and reads it by hand at its next tick."""
    monkeypatch.setattr(tasks, "ring", lambda _organization: False)
    monkeypatch.setattr(tasks, "ring_reader", lambda _connection: False)
    sweeper = Sweeper(10)
    sweeper.tick()
    sweeper.tick()
    services.roll_up_due(now=timezone.now())
    agrees(till)
