"""A merchant's cloud pages, whose files are read."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.datacash.stage import Stage
from tests.fiscal.statistics.files.reads import VAT_NUMBER

NOW = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Europe/Rome")).timestamp()


@pytest.fixture(scope="session")
def cloud() -> Stage:
    """A bar and a bazaar. Nobody changes them: one is made for all tests."""
    stage = Sandbox(clock=lambda: NOW, hosts=["sandbox.test"]).datacash
    stage.make_customer(VAT_NUMBER, "2027-12-31", name="Bar Centrale")
    stage.make_shop(VAT_NUMBER, "Centro", id="centro")
    stage.make_device(VAT_NUMBER, "Banco", "bar", id="banco", shop="centro", per_day=30)
    stage.make_device(VAT_NUMBER, "Negozio", "emporio", id="negozio", shop="centro", per_day=20)
    stage.make_key(VAT_NUMBER)
    return stage
