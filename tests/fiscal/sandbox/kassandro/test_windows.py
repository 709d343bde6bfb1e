"""Whatever was edited, count, pages in any order, single receipts and truth agree for every window."""

from __future__ import annotations

from datetime import UTC, date, datetime
from random import Random

import pytest

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.kassandro import records
from fiscal.sandbox.kassandro.days import VIENNA, days_between
from fiscal.sandbox.kassandro.selection import Window

NOW = datetime(2026, 10, 26, 13, 7, tzinfo=UTC).timestamp()
FIRST, LAST = date(2026, 10, 20), date(2026, 10, 28)
PROFILES = ("bakery", "restaurant", "market")


@pytest.fixture(params=range(4))
def edited(request):
    """Three registers over the night of 25 hours, with random edits."""
    rng = Random(request.param)
    sandbox = Sandbox(clock=lambda: NOW)
    stage = sandbox.kassandro
    account = stage.make_account("Zufall")["id"]
    for number, profile in enumerate(PROFILES):
        stage.make_register(account, profile, profile=profile, opened_on=f"2026-10-{20 + number}", signed=number == 1)
    for _ in range(12):
        register = rng.randint(1, 3)
        day = f"2026-10-{rng.randint(22, 26)}"
        known = stage.books(register, day)
        verb = rng.choice(["add", "back", "change", "remove", "delay", "late"])
        if verb == "add":
            stage.add_receipt(register, rng.randint(-500, 5_000))
        elif verb == "back":
            stage.add_receipt(register, date=f"{day}T{rng.randint(0, 23):02}:30:00")
        elif verb == "late":
            stage.deliver_late(register, day, days=rng.randint(1, 3))
        elif known:
            number = rng.choice(known)["number"]
            if verb == "change":
                stage.change_receipt(register, number, rng.randint(0, 9_000))
            elif verb == "remove":
                stage.remove_receipt(register, number)
            else:
                stage.delay_receipt(register, number, NOW + rng.choice([-60, 60]))
    yield stage, rng
    sandbox.close()


def every(stage, register):
    """What the truth knows of a register now: (moment, register, number, total)."""
    return [
        (each["moment"], register, each["number"], each["total"])
        for day in days_between(FIRST, LAST)
        for each in stage.books(register, day)
    ]


def test_count_and_pages_of_random_windows_are_those_of_the_books(edited):
    stage, rng = edited
    truth = sorted(row for register in (1, 2, 3) for row in every(stage, register))
    begins = int(datetime(2026, 10, 20, tzinfo=VIENNA).timestamp())
    with stage._store.transaction() as db:
        registers = records.registers(db, "1")
        for _ in range(40):
            start = begins + rng.randint(-1, 8 * 24) * 3_600 + rng.choice([0, 17])
            end = start + rng.choice([0, 3_600, 86_400, 3 * 86_400, 9 * 86_400])
            chosen = rng.sample(registers, rng.randint(1, 3))
            chosen.sort(key=lambda register: register.id)
            ids = {register.id for register in chosen}
            wanted = [row for row in truth if start <= row[0] < end and row[1] in ids]
            window = Window(db, chosen, start, end, NOW)
            assert window.count() == len(wanted)
            orders = {
                "oldest": wanted,
                "newest": wanted[::-1],
                "register": sorted(wanted, key=lambda row: (row[1], row[0], row[2])),
            }
            for order, rows in orders.items():
                offset, limit = rng.randint(0, len(rows) + 2), rng.randint(1, 50)
                page = window.page(order, offset, limit)
                found = [(e.moment, register.id, e.number, e.receipt.total) for e, register in page]
                assert found == rows[offset : offset + limit]


def test_numbers_are_unique_and_every_known_receipt_is_found_by_its_number(edited):
    stage, _ = edited
    from fiscal.sandbox.kassandro.edits import find

    for register in (1, 2, 3):
        rows = every(stage, register)
        numbers = [row[2] for row in rows]
        assert len(set(numbers)) == len(numbers)
        with stage._store.transaction() as db:
            known = records.register(db, register)
            for moment, _, number, _ in rows:
                assert find(db, known, number, NOW)[1].moment == moment


def test_the_chain_holds_whatever_was_edited(edited):
    from tests.fiscal.sandbox.kassandro.test_rksv import verified

    stage, _ = edited
    assert verified(stage, 2) > 100
