"""Two sources of sales that end in the sandbox: an Austrian account with registers, an Italian key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from fiscal.choices import ConnectionKind, Provider
from fiscal.models import Connection, Register
from fiscal.sandbox.app import Sandbox
from fiscal.statistics.shapes import SourceReceipt
from fiscal.statistics.sources import source_for
from organizations.choices import Kind
from organizations.models import Organization
from tests.cast import details

VIENNA, ROME = ZoneInfo("Europe/Vienna"), ZoneInfo("Europe/Rome")
VAT_NUMBER = "99000010159"


@dataclass
class Sales:
    """One connection with one register, and the sandbox's stage of its provider."""

    sandbox: Sandbox
    connection: Connection
    register: Register
    stage: Any

    @property
    def source(self) -> Any:
        return source_for(Connection.objects.get(pk=self.connection.pk))

    def read(self, first: date, last: date | None = None, **options: Any) -> list[SourceReceipt]:
        """Everything of these days, all pages together."""
        return [
            one for page in self.source.pages(self.register, first, last or first, **options) for one in page.receipts
        ]


@pytest.fixture
def now() -> Any:
    """A Wednesday afternoon in November. Time stands still until a test shifts it."""
    with time_machine.travel(datetime(2026, 11, 25, 15, 0, tzinfo=VIENNA), tick=False) as traveller:
        yield traveller


@pytest.fixture
def company(db) -> Organization:
    return Organization.objects.create(
        kind=Kind.ORGANIZATION, in_test=True, **details("Bäckerei Huber", vat_id="").as_dict()
    )


@pytest.fixture
def connect_register(company, sandbox, now) -> Callable[..., Sales]:
    """Make an account with one register in the sandbox and a connection to it here."""

    def make(
        kind: ConnectionKind = ConnectionKind.ACCOUNT, *, remote_id: str = "", region: str = "", **facts: Any
    ) -> Sales:
        stage = sandbox.kassandro
        account = stage.make_account("Bäckerei Huber")
        facts = {"opened_on": "2026-05-01", **facts}
        remote = stage.make_register(account["id"], "Kassa 1", **facts)
        own = {"register_id": remote["id"]} if kind == ConnectionKind.REGISTER else {}
        key = stage.make_api_key(account["id"], **own)
        connection = Connection(
            organization=company, provider=Provider.KASSANDRO, kind=kind, name="my.kassandro", country_code="AUT"
        )
        connection.hold(key)
        connection.save()
        register = Register.objects.create(
            organization=company,
            connection=connection,
            provider=Provider.KASSANDRO,
            remote_id=remote_id or str(remote["id"]),
            name="Kassa 1",
            country_code="AUT",
            time_zone="Europe/Vienna",
            region=region,
        )
        return Sales(sandbox, connection, register, stage)

    return make


@pytest.fixture
def bakery(connect_register) -> Sales:
    return connect_register()


@pytest.fixture
def bar(company, sandbox, now) -> Sales:
    """A partita IVA with a key and a device."""
    stage = sandbox.datacash
    stage.make_customer(VAT_NUMBER, "2027-12-31", name="Bar Centrale")
    stage.make_device(VAT_NUMBER, "Banco", "bar", id="banco", per_day=30)
    connection = Connection(
        organization=company,
        provider=Provider.DATACASH,
        kind=ConnectionKind.KEY,
        name="Bar Centrale",
        country_code="ITA",
        vat_number=VAT_NUMBER,
    )
    connection.hold(stage.make_key(VAT_NUMBER), stage.make_credentials(VAT_NUMBER))
    connection.save()
    register = Register.objects.create(
        organization=company,
        connection=connection,
        provider=Provider.DATACASH,
        remote_id=VAT_NUMBER,
        name="Bar Centrale",
        country_code="ITA",
        time_zone="Europe/Rome",
    )
    return Sales(sandbox, connection, register, stage)
