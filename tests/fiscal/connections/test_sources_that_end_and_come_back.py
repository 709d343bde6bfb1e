"""F53 and its kin: a lapsed licence pauses and comes back by itself; what only a person can mend stops and is left alone."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fiscal.choices import ConnectionKind, ConnectionStatus
from fiscal.clients import gate, kassandro
from fiscal.clients.gate import DatabaseGate
from fiscal.interventions import INTERVENTIONS
from fiscal.models import Connection, Credential, ProviderState
from fiscal.providers.errors import (
    CredentialsRefused,
    Forbidden,
    LicenceLapsed,
    ProviderError,
    Throttled,
    Unauthorized,
    Unreachable,
)
from fiscal.services import connections
from fiscal.services.fills import read_connection
from fiscal.statistics.sources import source_for
from fiscal.vault import unseal
from tests.fiscal.connections.conftest import VAT_NUMBER

DAY = date(2026, 11, 24)


@pytest.fixture
def bar(business) -> Connection:
    return business.connect_datacash()


@pytest.fixture
def bakery(business) -> Connection:
    return business.connect_kassandro()


def fresh(connection: Connection) -> Connection:
    return Connection.objects.get(pk=connection.pk)


def read(business, connection: Connection) -> int:
    """Read one day. Gives the number of receipts."""
    register = connection.registers.first() or business.register(
        connection, "1" if connection.country_code == "AUT" else VAT_NUMBER
    )
    return sum(len(page.receipts) for page in source_for(fresh(connection)).pages(register, DAY, DAY))


def asked(business, path: str = "") -> int:
    return len(business.sandbox.ledger.requests(None, path or None))


def test_a_lapsed_licence_pauses_until_tomorrow_and_asks_nobody_meanwhile(business, bar):
    """Trap 16."""
    business.sandbox.datacash.lapse(VAT_NUMBER)
    with pytest.raises(LicenceLapsed):
        read(business, bar)
    paused = fresh(bar)
    assert (paused.status, paused.due_at) == (ConnectionStatus.PAUSED, timezone.now() + timedelta(days=1))
    assert "scaduta" in paused.status_reason and paused.human_action == ""

    before = asked(business)
    with pytest.raises(Unauthorized) as refused:
        read(business, bar)
    assert (refused.value.sent, asked(business)) == (False, before)


def test_a_renewed_licence_resumes_by_itself_with_the_same_key(business, bar, now):
    """Trap 16, F53."""
    business.sandbox.datacash.lapse(VAT_NUMBER)
    for _ in range(3):
        with pytest.raises(LicenceLapsed):
            read(business, bar)
        now.shift(timedelta(days=1))
    since = fresh(bar).status_since
    business.sandbox.datacash.renew(VAT_NUMBER, "2028-12-31")

    read(business, bar)

    again = fresh(bar)
    assert (again.status, again.status_reason, again.due_at) == (ConnectionStatus.ACTIVE, "", timezone.now())
    assert again.secret() == bar.secret()
    assert since == timezone.now() - timedelta(days=3)


@pytest.mark.parametrize("fault", ["html", "connect_refused", "half_body"])
def test_a_probe_that_tells_nothing_is_not_repeated_without_end(business, bar, now, fault):
    """The licence has lapsed, and on the day of the probe the provider is not well either."""
    business.sandbox.datacash.lapse(VAT_NUMBER)
    for _ in range(2):
        read_connection(bar.pk, clock=timezone.now)
    assert fresh(bar).status == ConnectionStatus.PAUSED
    now.shift(timedelta(days=1))
    business.sandbox.faults.add(fault, times=None)
    read_connection(bar.pk, clock=timezone.now)
    probed = fresh(bar)
    assert probed.status == ConnectionStatus.PAUSED
    assert timezone.now() < probed.due_at <= timezone.now() + timedelta(hours=1)


@pytest.mark.parametrize(("state", "action"), [("refused", "credentials_refused"), ("expired", "password_expired")])
def test_refused_credentials_stop_at_once_and_are_never_tried_again(business, bar, now, state, action):
    """Trap 15: repeated bad log-ins may lock the taxpayer's account."""
    business.sandbox.datacash.set_taxpayer(VAT_NUMBER, state)
    with pytest.raises(CredentialsRefused):
        read(business, bar)
    before = asked(business)
    for _ in range(5):
        now.shift(timedelta(days=30))
        with pytest.raises(Unauthorized):
            read(business, bar)
    stopped = fresh(bar)
    assert (stopped.status, stopped.human_action) == (ConnectionStatus.STOPPED, action)
    assert INTERVENTIONS[action].what_to_do
    assert asked(business) == before


def test_a_person_who_mended_the_credentials_lets_it_go_on(business, bar):
    business.sandbox.datacash.set_taxpayer(VAT_NUMBER, "expired")
    with pytest.raises(CredentialsRefused):
        read(business, bar)
    business.sandbox.datacash.set_taxpayer(VAT_NUMBER, "good")
    assert connections.try_connection(business.reach, bar.public_id).status == ConnectionStatus.ACTIVE
    read(business, bar)


def test_a_kassandro_key_that_was_taken_away_stops_at_the_second_refusal(business, bakery):
    read(business, bakery)
    business.sandbox.kassandro.disable_key("kontor", 1)
    states = []
    for _ in range(2):
        with pytest.raises(Unauthorized):
            read(business, bakery)
        states.append(fresh(bakery).status)
    stopped = fresh(bakery)
    assert states == [ConnectionStatus.ACTIVE, ConnectionStatus.STOPPED]
    assert (stopped.human_action, stopped.token_sealed) == ("replace_source_key", "")
    assert INTERVENTIONS[stopped.human_action].title


def test_a_category_without_the_api_pauses_the_account(business, bakery, now):
    business.sandbox.kassandro.edit_account(1, tier="Basic")
    with pytest.raises(LicenceLapsed):
        source_for(fresh(bakery)).registers()
    assert fresh(bakery).status == ConnectionStatus.PAUSED
    business.sandbox.kassandro.edit_account(1, tier="Premium")
    now.shift(timedelta(days=1))
    assert source_for(fresh(bakery)).registers()
    assert fresh(bakery).status == ConnectionStatus.ACTIVE


def test_one_register_without_licence_does_not_pause_the_others(business, bakery, sandbox):
    """F50: only that register is concerned."""
    sandbox.faults.add("status", path="/receipts$", status=403)
    with pytest.raises(Forbidden):
        read(business, bakery)
    assert fresh(bakery).status == ConnectionStatus.ACTIVE
    read(business, bakery)


def test_each_provider_has_a_circuit_of_its_own(business, bar, bakery, sandbox):
    sandbox.faults.add("connect_refused", path="/datacash/", times=None)
    for _ in range(5):
        with pytest.raises(Unreachable):
            read(business, bar)
    before = asked(business)
    with pytest.raises(Unreachable, match="probes it"):
        read(business, bar)
    assert asked(business) == before
    read(business, bakery)
    assert dict(ProviderState.objects.values_list("name", "failures")) == {"DATACASH": 5, "KASSANDRO": 0}


def test_the_end_of_an_outage_calls_back_what_waited(business, bar, bakery, sandbox, now):
    fault = sandbox.faults.add("connect_refused", path="/datacash/", times=None)
    for _ in range(5):
        with pytest.raises(Unreachable):
            read(business, bar)
    later = timezone.now() + timedelta(hours=1)
    Connection.objects.update(due_at=later, tries=3)
    sandbox.faults.remove(fault.id)
    now.shift(timedelta(seconds=31))

    read(business, bar)

    assert fresh(bar).due_at == timezone.now()
    assert fresh(bakery).due_at == later


def test_a_limit_set_by_the_operator_is_kept_for_its_provider(business, bar, bakery, settings, now, monkeypatch):
    monkeypatch.setattr(gate.time, "sleep", lambda seconds: now.shift(timedelta(seconds=seconds)))
    settings.DATACASH_RATE = 4
    started = timezone.now()
    for connection, calls in ((bar, 4), (bakery, 4)):
        for _ in range(calls):
            DatabaseGate(connection).enter()
    assert timezone.now() - started == timedelta(seconds=0.75)


def test_being_told_to_slow_down_slows_down_this_connection(business, bar, sandbox):
    sandbox.faults.add("throttled", path="findDocuments", retry_after=60)
    with pytest.raises(Throttled):
        read(business, bar)
    before = asked(business)
    with pytest.raises(Throttled) as caught:
        read(business, bar)
    assert caught.value.retry_after > 59 and asked(business) == before
    assert fresh(bar).status == ConnectionStatus.ACTIVE


def test_one_log_in_serves_all_workers_and_lies_sealed(business, bakery):
    """F51."""
    before = asked(business, "/token/account")
    for _ in range(4):
        kassandro(fresh(bakery)).payment_methods()
    assert asked(business, "/token/account") - before == 1
    held = fresh(bakery)
    token = unseal(held.token_sealed, held.place("token"))
    assert '"access_token"' in token and '"access_token"' not in held.token_sealed


def test_a_token_that_died_is_replaced_once_for_all(business, bakery):
    client = kassandro(fresh(bakery))
    client.payment_methods()
    business.sandbox.kassandro.revoke_tokens()
    before = asked(business, "/token/account")
    client.payment_methods()
    kassandro(fresh(bakery)).payment_methods()
    assert asked(business, "/token/account") - before == 1
    assert fresh(bakery).auth_failures == 0


def test_a_token_of_a_short_life_is_renewed_in_time(business, bakery, now):
    business.sandbox.kassandro.set_rule("token_life", 120)
    before = asked(business, "/token/account")
    for _ in range(4):
        kassandro(fresh(bakery)).payment_methods()
        now.shift(timedelta(seconds=61))
    assert asked(business, "/token/account") - before == 4
    assert not [entry for entry in business.sandbox.ledger.requests() if entry.status == 401]


def test_what_is_remembered_of_a_connection_is_not_taken_for_a_credential(business, bakery, monkeypatch):
    """Both have an id of their own counting."""
    monkeypatch.setattr(gate, "CALM_FOR", timedelta(seconds=60))
    gate._calm.clear()
    credential = Credential(
        pk=bakery.pk, organization=business.organization, mode="TEST", remote_organization_id=bakery.public_id
    )
    credential.hold("test_key", "secret")
    credential.save()
    for row in (credential, bakery):
        one = DatabaseGate(row)
        one.enter()
        one.passed()
        DatabaseGate(row).enter()
    assert set(gate._calm) == {("management", credential.pk), ("KASSANDRO", credential.pk)}
    gate._calm.clear()


@pytest.mark.parametrize("kind", [ConnectionKind.ACCOUNT, ConnectionKind.REGISTER])
def test_what_is_removed_is_never_asked_again(business, kind):
    connection = business.connect_kassandro(kind)
    connections.remove_connection(business.reach, connection.public_id, reason="")
    before = asked(business)
    with pytest.raises(ProviderError):
        kassandro(connection, by_person=True).payment_methods()
    assert asked(business) == before
