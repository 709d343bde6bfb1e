"""What mirroring costs: calls per organization, and changes a second against a bare loop of the same calls."""

from __future__ import annotations

import time
from collections.abc import Iterator

import requests
from django.utils import timezone

from billing.rules import Terms
from billing.services import SetUp, set_up_organization
from fiscal import services
from fiscal.demo import people, world
from fiscal.models import Credential, Mirror
from organizations.access import EVERYTHING, Reach
from organizations.choices import Kind, Mode, Road
from organizations.models import Organization, User
from organizations.rules import Details
from tests.bench.goal import Line, in_turns
from tests.bench.provider import running_sandbox

CHANGES = 100


def mirror_calls_per_organization() -> Iterator[Line]:
    """An organization with arrangement and key, from nothing to in step: provider calls by the sandbox's ledger."""
    with running_sandbox() as root:
        world.load(timezone.now(), customers=4)
        maker = Organization.objects.get(name="Kassenwerk GmbH")
        reach = Reach(User.objects.get(email=people.POS.email), maker, EVERYTHING, Road.DIRECT)
        _set_up(reach, "warms the token")
        _drain()
        before = _ledger(root)
        for n in range(10):
            _set_up(reach, f"Zählwerk {n}")
        _drain()
        assert not Mirror.objects.exclude(error_code="").exists()
        yield Line("mirror_calls_per_organization", (_ledger(root) - before) / 10, "calls", 3, "<=1")


def mirror_throughput() -> Iterator[Line]:
    """The same PATCH by one process each: through the mirror (claim, plan, attempt, settle), and by a bare session."""
    with running_sandbox() as root:
        world.load(timezone.now(), customers=2 * CHANGES)
        customers = Organization.objects.filter(parent__name="Kassenwerk GmbH", in_live=True)
        rows = list(customers.order_by("pk")[:CHANGES])
        remote = dict(Mirror.objects.filter(kind="ORGANIZATION").values_list("organization_id", "remote_id"))
        session, rounds = _signed_in(root), iter(range(1000))

        def ours() -> float:
            round_ = next(rounds)
            for row in rows:
                row.address_line2 = f"Stiege {round_}"
                row.touch("address_line2")
            began = time.perf_counter()
            _drain()
            return CHANGES / (time.perf_counter() - began)

        def bare() -> float:
            round_ = next(rounds)
            began = time.perf_counter()
            for row in rows:
                url = f"{root}/management/api/v0/organizations/{remote[row.pk]}"
                session.patch(url, json={"address_line2": f"Tor {round_}"}, timeout=10).raise_for_status()
            return CHANGES / (time.perf_counter() - began)

        value, ceiling = in_turns(ours, bare)
        assert not Mirror.objects.exclude(error_code="").exists()
        yield Line("mirror_throughput", value, "changes/s", ceiling, ">=0.25")


def _set_up(reach: Reach, name: str) -> None:
    details = Details(name=name, address_line1="Hafenstraße 12", zip="1010", town="Wien", country_code="AUT")
    terms = Terms(bill_to=str(reach.organization.public_id), withhold=True)
    plan = SetUp(kind=Kind.MANAGED, details=details, mode=Mode.TEST, terms=terms, key_name="till-1")
    set_up_organization(reach, plan=plan)


def _drain() -> None:
    while services.sweep(now=timezone.now()):
        pass


def _ledger(root: str) -> int:
    """Calls the sandbox was asked for under Management v0, logins included."""
    found = requests.get(f"{root}/_control/ledger.json", timeout=30).json()["requests"]
    return sum(1 for entry in found if "/api/v0/" in entry["path"])


def _signed_in(root: str) -> requests.Session:
    """A bare session with a token of the partner's own key, as the portal uses it."""
    credential = Credential.objects.get(organization__name="Kassenwerk GmbH", mode=Mode.LIVE)
    session = requests.Session()
    body = {"api_key": credential.key(), "api_secret": credential.secret()}
    token = session.post(f"{root}/management/api/v0/auth", json=body, timeout=10).json()["access_token"]
    session.headers["Authorization"] = f"Bearer {token}"
    return session
