"""An Austrian and an Italian business with people, and their accounts at the sandbox's providers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from fiscal.choices import ConnectionKind
from fiscal.models import Connection, Register
from fiscal.sandbox.app import Sandbox
from fiscal.services import connections
from organizations.access import EVERYTHING, Reach
from organizations.choices import Kind, Road
from organizations.models import Organization
from tests.cast import details, person

VIENNA = ZoneInfo("Europe/Vienna")
VAT_NUMBER, OTHER_VAT_NUMBER, DUMMY = "99000010159", "99000020018", "12345678903"


@dataclass
class Business:
    """One organization, somebody who may do everything there, and the sandbox."""

    reach: Reach
    sandbox: Sandbox
    now: time_machine.Traveller
    typed: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def organization(self) -> Organization:
        return self.reach.organization

    def connect_kassandro(self, kind: ConnectionKind = ConnectionKind.ACCOUNT, **changes: Any) -> Connection:
        return connections.connect_kassandro(
            self.reach, **{"kind": kind, "name": "Kassen Graz", "api_key": self.api_key(kind), **changes}
        )

    def api_key(self, kind: ConnectionKind = ConnectionKind.ACCOUNT) -> str:
        """A key made in my.kassandro, for the account of id 1 with one register of id 1, made when first needed."""
        stage = self.sandbox.kassandro
        if not stage.registers():
            account = stage.make_account("Huber")
            stage.make_register(account["id"], "Kassa 1", opened_on="2026-11-01")
        number = 1 if kind == ConnectionKind.REGISTER else None
        return stage.make_api_key(1, "kontor", register_id=number)

    def connect_datacash(self, **changes: Any) -> Connection:
        return connections.connect_datacash(self.reach, **{**self.datacash(), **changes})

    def datacash(self, vat_number: str = VAT_NUMBER) -> dict[str, Any]:
        """What a person types: name, key, credentials and partita IVA of an account, made when first needed."""
        if vat_number not in self.typed:
            stage = self.sandbox.datacash
            stage.make_customer(vat_number, "2027-12-31", name="Bar Centrale", tier="standard")
            key, credentials = stage.make_key(vat_number), stage.make_credentials(vat_number)
            facts = {"name": "Bar Centrale", "key": key, "credentials": credentials, "vat_number": vat_number}
            self.typed[vat_number] = facts
        return dict(self.typed[vat_number])

    def register(self, connection: Connection, remote_id: str = "1", **changes: Any) -> Register:
        """The register of a connection, as the fill would have made it."""
        facts = {
            "organization": self.organization,
            "connection": connection,
            "provider": connection.provider,
            "remote_id": remote_id,
            "name": "Kassa 1",
            "country_code": connection.country_code,
            "time_zone": "Europe/Vienna" if connection.country_code == "AUT" else "Europe/Rome",
            **changes,
        }
        return Register.objects.create(**facts)


@pytest.fixture
def now() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 25, 15, 0, tzinfo=VIENNA), tick=False) as traveller:
        yield traveller


@pytest.fixture
def business(db, sandbox, now) -> Business:
    facts = details("Bar Centrale & Huber", country_code="ITA", vat_id=f"IT{VAT_NUMBER}").as_dict()
    organization = Organization.objects.create(kind=Kind.ORGANIZATION, in_test=True, **facts)
    return Business(Reach(person("anna@huber.example", "Anna"), organization, EVERYTHING, Road.DIRECT), sandbox, now)
