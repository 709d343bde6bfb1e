"""The desk of the building: what tests, programs and people reach for beside the providers' interfaces."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from fiscal.sandbox import faults, ledger, replays
from fiscal.sandbox.datacash.room import ROOM as DATACASH
from fiscal.sandbox.datacash.stage import Stage as DataCashStage
from fiscal.sandbox.kassandro.room import ROOM as KASSANDRO
from fiscal.sandbox.kassandro.stage import Stage as KassandroStage
from fiscal.sandbox.management.room import ROOM as MANAGEMENT
from fiscal.sandbox.management.stage import Stage
from fiscal.sandbox.rooms import Room
from fiscal.sandbox.sign_on.room import ROOM as SIGN_ON
from fiscal.sandbox.sign_on.stage import Stage as SignOnStage
from fiscal.sandbox.store import Store

ROOMS: tuple[Room, ...] = (MANAGEMENT, DATACASH, KASSANDRO, SIGN_ON)
SCHEMA = "".join((ledger.SCHEMA, faults.SCHEMA, replays.SCHEMA, *(room.schema for room in ROOMS)))


class Desk:
    """One store with its scripted `faults`, its `ledger`, and the stage of each room (`management`, `datacash`, `kassandro`, `sign_on`)."""

    def __init__(self, path: str | Path = ":memory:", *, clock: Callable[[], float] = time.time) -> None:
        self.clock = clock
        self.store = Store(path, SCHEMA)
        self.faults = faults.Faults(self.store, clock)
        self.ledger = ledger.Ledger(self.store)
        self.management = Stage(self.store, clock)
        self.datacash = DataCashStage(self.store, clock)
        self.kassandro = KassandroStage(self.store, clock)
        self.sign_on = SignOnStage(self.store)
        # The stage of Management v0 is what most callers want, so it is at hand without naming the room.
        self.make_organization = self.management.make_organization
        self.make_api_key = self.management.make_api_key
        self.make_user = self.management.make_user
        self.register_person = self.management.register_person
        self.make_billing_address = self.management.make_billing_address
        self.edit_organization = self.management.edit_organization
        self.edit_api_key = self.management.edit_api_key
        self.delete = self.management.delete
        self.batch = self.management.batch
        self.objects = self.management.objects
        self.find = self.management.find
        self.expire_tokens = self.management.expire_tokens
        self.set_rule = self.management.set_rule

    def reset(self) -> None:
        """Empty the building: objects, faults, ledger, switches."""
        self.store.reset()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()
