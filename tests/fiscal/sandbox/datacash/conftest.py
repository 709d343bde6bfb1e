"""An Italian merchant with one licence, one key and two devices, called over the loopback adapter."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.datacash.stage import Stage
from fiscal.sandbox.loopback import LoopbackAdapter

HOST = "http://sandbox.test"
ROME = ZoneInfo("Europe/Rome")


@dataclass
class Merchant:
    """Calls DataCash with one key and one text of credentials."""

    sandbox: Sandbox
    clock: Any
    vat_number: str
    key: str
    credentials: str
    host: str = HOST
    session: requests.Session = field(default_factory=requests.Session)

    @property
    def stage(self) -> Stage:
        return self.sandbox.datacash

    def __call__(self, path: str, **body: Any) -> requests.Response:
        body.setdefault("ade_credentials_encrypted", self.credentials)
        body = {name: value for name, value in body.items() if value is not None}
        headers = {"Datacash-Key": self.key}
        return self.session.post(
            f"{self.host}/datacash/api/{path}", json=body, headers=headers, timeout=(5, 10), allow_redirects=False
        )

    def find(self, start: str, end: str) -> list[dict[str, Any]]:
        answer = self("dco/findDocuments/", start=start, end=end)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def send(self, **changes: Any) -> dict[str, Any]:
        return self("dco/sendDocument/", document=coffee(**changes)).json()

    def goes_to(self, when: str) -> None:
        """Set the clock to a local time of Rome: 2026-11-25 12:00."""
        self.clock.now = datetime.fromisoformat(when).replace(tzinfo=ROME).timestamp()


def coffee(**changes: Any) -> dict[str, Any]:
    """The document of two coffees and a newspaper: 4.30 euros."""
    items = [
        {"aliquotaIVA": "10", "descrizioneProdotto": "Caffè", "prezzoLordo": 1.3, "quantita": 2},
        {"aliquotaIVA": "N2", "descrizioneProdotto": "Quotidiano", "prezzoLordo": "1.70", "quantita": 1},
    ]
    return {"elementiContabili": items, "pagamento": "PC", **changes}


@pytest.fixture
def merchant(world) -> Merchant:
    stage, vat_number = world.sandbox.datacash, "99000010159"
    stage.make_customer(vat_number, "2027-12-31", name="Bar Centrale")
    stage.make_shop(vat_number, "Centro", id="centro")
    stage.make_shop(vat_number, "Stazione", id="stazione")
    stage.make_device(vat_number, "Banco", "bar", id="banco", shop="centro", per_day=30)
    stage.make_device(vat_number, "Negozio", "emporio", id="negozio", shop="stazione", per_day=20)
    made = Merchant(
        world.sandbox, world.clock, vat_number, stage.make_key(vat_number), stage.make_credentials(vat_number)
    )
    made.session.mount(HOST, LoopbackAdapter(world.sandbox, sleep=world.clock.sleep))
    made.goes_to("2026-11-25 12:00")
    return made
