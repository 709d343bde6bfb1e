"""Invariant I4: whatever happens in the shops, on the line and to our workers, in the end every roll-up is right to the cent.

Random histories over the sandbox: sales, late arrivals, changes, removals, faults of the provider, deaths of the worker at
named steps. Then it is quiet for a day and two hours, and every figure is compared with the sandbox's books.

HISTORIES=50 in the environment runs so many of them.
"""

from __future__ import annotations

import os
from datetime import date, timedelta
from typing import Any, ClassVar

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from fiscal import services
from fiscal.models import Connection, Window
from fiscal.statistics.checkpoints import POINTS
from tests.fiscal.statistics import books
from tests.fiscal.statistics.conftest import Killed
from tests.fiscal.statistics.till import agrees, held, open_till, trees_agree, wanted

ONE = timedelta(days=1)
SETTLING = 6  # days ago: by the end of a history, what is as old is only counted every night
OPENED = 12  # days before the first day of the history
FAULTS = {
    "drop_before": {},
    "drop_after": {},
    "half_body": {},
    "html": {},
    "empty_body": {},
    "status": {"status": 503},
    "fail_after": {},
    "throttled": {"retry_after": "3"},
}

pytestmark = pytest.mark.slow


class History(RuleBasedStateMachine):
    """One history. It lives in the world of one test, and is rolled back after its comparison."""

    sandbox: ClassVar[Any]
    clock: ClassVar[Any]
    kill_at: ClassVar[Any]
    disarm: ClassVar[Any]

    @initialize()
    def open(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.begun = timezone.now()
        self.sandbox.faults.clear()
        self.till = open_till(
            self.sandbox, registers=2, opened=timezone.localdate() - OPENED * ONE, daily=3, profile="market"
        )
        self.branch = books.make_organization("Filiale Graz", parent=self.till.organization)
        self.read = False
        self.settled: dict[tuple[int, date], str] = {}

    def evens_out(self, register: int, back: int, what: str) -> bool:
        """Whether this leaves the number of receipts of a settled day as it was: that day's next full reading is weeks away.

        (`test_reading_settled_days_again.py` shows that such a reading finds it.)
        """
        if back < SETTLING:
            return False
        return self.settled.setdefault((register, self.day(back)), what) != what

    def day(self, back: int) -> date:
        return timezone.localdate() - back * ONE

    @rule(register=st.integers(0, 1), back=st.integers(0, 10), cents=st.integers(1, 99_999), storno=st.booleans())
    def a_receipt_arrives(self, register, back, cents, storno):
        if self.evens_out(register, back, "arrives"):
            return
        kind = "storno" if storno else "standard"
        sold = None if back == 0 else f"{self.day(back)}T11:30:00"
        self.till.stage.add_receipt(self.till.registers[register], cents, kind=kind, rate=10, date=sold)

    @rule(register=st.integers(0, 1), back=st.integers(0, 5), place=st.integers(0, 50), cents=st.integers(1, 50_000))
    def a_receipt_changes(self, register, back, place, cents):
        remote = self.till.registers[register]
        if found := self.till.stage.books(remote, self.day(back)):
            number = found[place % len(found)]["number"]
            self.till.stage.change_receipt(remote, number, cents, rate=20, kind="standard")

    @rule(register=st.integers(0, 1), back=st.integers(0, 10), place=st.integers(0, 50))
    def a_receipt_goes(self, register, back, place):
        remote = self.till.registers[register]
        if self.evens_out(register, back, "goes"):
            return
        if found := self.till.stage.books(remote, self.day(back)):
            self.till.stage.remove_receipt(remote, found[place % len(found)]["number"])

    @rule(register=st.integers(0, 1), back=st.integers(0, 3))
    def a_register_is_offline(self, register, back):
        self.till.stage.deliver_late(self.till.registers[register], self.day(back), days=1)

    @rule(hours=st.sampled_from([0.1, 1, 5, 13, 24]))
    def time_passes(self, hours):
        self.clock.shift(timedelta(hours=hours))

    @rule(
        kind=st.sampled_from(sorted(FAULTS)),
        path=st.sampled_from(["receipts$", "count$", "cashregisters$", "token"]),
        skip=st.integers(0, 4),
    )
    def the_provider_misbehaves(self, kind, path, skip):
        self.sandbox.faults.add(kind, path=f"kassandro.*{path}", skip=skip, times=1, **FAULTS[kind])

    @rule()
    def a_turn_is_given(self):
        self.till.turn()
        self.read = True

    @precondition(lambda self: self.read)
    @rule(register=st.integers(0, 1), back=st.integers(0, 9))
    def a_register_moves(self, register, back):
        if row := self.till.connection.registers.filter(remote_id=str(self.till.registers[register])).first():
            books.move(row, self.branch, self.day(back))

    @precondition(lambda self: self.read)
    @rule(point=st.sampled_from([point for point in POINTS if point != "after-lease"]), nth=st.integers(1, 6))
    def a_worker_dies(self, point, nth):
        type(self).kill_at(point, nth=nth)
        try:
            self.till.turn()
        except Killed:
            self.clock.shift(timedelta(minutes=4))
        finally:
            type(self).disarm()
        # Nobody saw half a window: what is rolled up adds up, whatever was written.
        services.roll_up_due(now=timezone.now())
        trees_agree()

    def teardown(self) -> None:
        if not hasattr(self, "till"):
            return
        try:
            self.sandbox.faults.clear()
            Connection.objects.filter(status="PAUSED").update(status="ACTIVE")
            for _ in range(27):
                self.clock.shift(timedelta(hours=1))
                self.till.turn()
            assert Connection.objects.get(pk=self.till.connection.pk).tries == 0
            agrees(self.till)
        finally:
            self.atomic.__exit__(Rollback, Rollback(), None)
            self.clock.move_to(self.begun)


class Rollback(Exception):
    """Ends a history's transaction."""


def test_every_history_ends_in_figures_that_are_right_to_the_cent(db, clock, sandbox, kill_at, monkeypatch):
    from fiscal.statistics import checkpoints, fill, rollup, schedule, settle

    def disarm():
        for module in (fill, schedule, settle, rollup):
            monkeypatch.setattr(module, "reached", checkpoints.reached)

    many = int(os.environ.get("HISTORIES", "4"))
    History.sandbox, History.clock, History.kill_at, History.disarm = sandbox, clock, kill_at, disarm
    run_state_machine_as_test(
        History,
        settings=settings(
            max_examples=many,
            stateful_step_count=14,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def test_the_comparison_sees_a_single_cent(db, clock, sandbox):
    """A test that cannot fail shows nothing: one cent more in our books is found."""
    from fiscal.models import DayTotal

    till = open_till(sandbox, opened=timezone.localdate() - 2 * ONE)
    till.turn()
    agrees(till)
    row = DayTotal.objects.filter(kind="SALE").first()
    DayTotal.objects.filter(pk=row.pk).update(total=row.total + 1)
    with pytest.raises(AssertionError):
        agrees(till)
    assert held(till)["totals"] != wanted(till, timezone.localdate() - 3 * ONE, timezone.localdate())["totals"]
    assert not Window.objects.filter(state="STARTED").exists()
