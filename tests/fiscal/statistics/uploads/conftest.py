"""An Italian customer on a Wednesday in November: a device whose sales arrive in files, and one that is read with a key."""

from __future__ import annotations

import pytest
import time_machine

from fiscal.choices import ConnectionKind
from organizations.access import system_reach
from tests.fiscal.statistics import books
from tests.fiscal.statistics.files.conftest import cloud  # noqa: F401 - a fixture
from tests.fiscal.statistics.files.reads import VAT_NUMBER


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel("2026-11-25 12:00+01:00", tick=False):
        yield


@pytest.fixture
def home(db):
    return books.make_organization("Bar Centrale srl", country="ITA")


@pytest.fixture
def device(home):
    """A device of a customer with nothing but the client area."""
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES, vat_number=VAT_NUMBER)
    return books.make_register(home, country="ITA", connection=source, name="Banco")


@pytest.fixture
def keyed(home):
    """A register that is read with a key."""
    source = books.make_connection(home, country="ITA", vat_number=VAT_NUMBER)
    return books.make_register(home, country="ITA", connection=source)


@pytest.fixture
def reach(home):
    return system_reach(home, reason="a test")
