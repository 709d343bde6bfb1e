"""What a scripted fault makes happen in the shop just after a call was answered: between two pages, for example."""

from __future__ import annotations

from fiscal.sandbox.kassandro import booking, posting, records
from fiscal.sandbox.kassandro.book import STANDARD
from fiscal.sandbox.kassandro.days import moment_of
from fiscal.sandbox.kassandro.edits import remove
from fiscal.sandbox.rooms import Call


def happen(call: Call) -> None:
    """Let the receipts arrive, and the one be removed, that the faults of this request name."""
    arrives = call.scripted("receipts_arrive")
    if arrives:
        for _ in range(arrives["count"]):
            _arrive(call, arrives["register"], arrives["date"], arrives["cents"])
    removed = call.scripted("receipt_removed")
    if removed:
        remove(call.db, records.register(call.db, removed["register"]), removed["number"], now=call.now)
        call.changed(f"receipt removed {removed['register']}/{removed['number']}")


def _arrive(call: Call, register_id: int, date: str | None, cents: int) -> None:
    register, day = records.register(call.db, register_id), None
    receipt = posting.simple(register, cents, 20, STANDARD)
    if date is not None:
        day, receipt = posting.dated(receipt, moment_of(date))
    entry, _ = booking.book(call.db, register, receipt, now=call.now, day=day)
    call.changed(f"receipt arrived {register_id}/{entry.number}")
