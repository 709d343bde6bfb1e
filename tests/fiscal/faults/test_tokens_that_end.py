"""Access tokens end, early or in mid-run: one login serves everybody, and no call is lost."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection, connections
from django.utils import timezone

from fiscal.choices import ErrorCode
from fiscal.clients import gate, management
from fiscal.clients.keeper import LOGIN_LEASE, DatabaseKeeper
from fiscal.models import Credential, Mirror
from fiscal.providers.errors import Throttled
from fiscal.providers.tokens import Token
from organizations.choices import Mode
from tests.fiscal.faults.world import check, mirror_of

AUTH = "/auth$"


@pytest.fixture
def credential(world) -> Credential:
    return Credential.objects.get(organization=world.cast.maker, mode=Mode.TEST)


def token(word: str, seconds: float = 3600) -> Token:
    now = timezone.now().timestamp()
    return Token(word, "", now + seconds, 0, "TEST", "whose", now)


def test_a_token_that_ends_in_mid_run_is_renewed_once_for_all(world, credential):
    """F47: five clients, each holding the dead token; one login, each failed call repeated once."""
    remote = mirror_of(world.cast.maker).remote_id
    clients = [management(credential) for _ in range(5)]
    for client in clients:
        client.organization(remote)
    world.forget()
    world.sandbox.expire_tokens(credential.key())

    for client in clients:
        client.organization(remote)

    assert len(world.asked("POST", AUTH)) == 1
    assert [entry.status for entry in world.asked("GET")].count(401) == 5
    assert [entry.status for entry in world.asked("GET")].count(200) == 5
    credential.refresh_from_db()
    assert credential.auth_failures == 0


def test_a_change_under_a_token_that_ended_is_sent_once_more(world, settle, credential):
    """F47: 401 means that nothing was done, so a create is repeated without a look."""
    world.sandbox.expire_tokens(credential.key())
    world.wanting(1)
    settle()

    assert [entry.status for entry in world.asked("POST", "/organizations$")] == [401, 200]
    assert len(world.asked("POST", AUTH)) == 1
    check(world.sandbox)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="threads need a database that several may write to")
@pytest.mark.django_db(transaction=True)
def test_threads_share_one_login(sandbox, monkeypatch, transactional_db):
    """F47, F51: eight workers find no token at the same moment."""
    from organizations.models import Organization

    remote = sandbox.make_organization("Kassenwerk GmbH", envs=["TEST"])
    key, secret = sandbox.make_api_key(remote["_id"], "TEST", "kontor")
    owner = Organization.objects.create(
        kind="ORGANIZATION",
        in_test=True,
        name="Kassenwerk GmbH",
        address_line1="W 1",
        zip="1",
        town="L",
        country_code="AUT",
    )
    stored = Credential(organization=owner, mode="TEST", remote_organization_id=remote["_id"])
    stored.hold(key, secret)
    stored.save()
    sandbox.faults.add("auth_limit", limit=1)
    errors: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(3):
                management(stored).organization(remote["_id"])
        except BaseException as error:  # noqa: BLE001 - told by the assertion below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert sandbox.ledger.count("POST", AUTH) == 1
    assert sandbox.ledger.count("GET") == 24


def test_a_token_with_two_seconds_left_makes_no_loop(world, converge):
    """F48: the provider hands out its cached token until it dies."""
    world.sandbox.faults.add("token_life", seconds=2)
    world.sandbox.expire_tokens()
    shops = world.standing(10)
    for shop in shops:
        world.rename_all([shop])
        converge(seconds=1, step=1)

    logins = len(world.asked("POST", AUTH))
    assert logins <= 7
    assert [entry.status for entry in world.asked("PATCH")].count(401) <= logins
    check(world.sandbox)


def test_one_login_serves_a_whole_token_life_across_clients(world, converge, credential):
    """F51: although only one login a minute would be let through."""
    world.sandbox.faults.add("auth_limit", limit=1)
    world.sandbox.expire_tokens(credential.key())
    shops = world.standing(20)
    for shop in shops:
        world.rename_all([shop])
        converge(seconds=30, step=10)

    assert len(world.asked("POST", AUTH)) == 1
    check(world.sandbox)


def test_a_login_that_is_limited_is_waited_for(world, converge, credential):
    """F51."""
    world.sandbox.faults.add("throttled", path=AUTH, retry_after=30)
    world.sandbox.expire_tokens(credential.key())
    Credential.objects.update(token_sealed="")
    world.rename(world.cast.shop, "Gasthaus Wartet")

    converge(seconds=29)
    assert len(world.asked("POST", AUTH)) == 1
    converge(seconds=60)

    assert len(world.asked("POST", AUTH)) == 2
    check(world.sandbox)


def test_the_login_of_a_worker_that_died_is_taken_over(world, settle, converge, credential):
    """F51: its lease ends by itself; meanwhile objects wait and workers do not."""
    Credential.objects.filter(pk=credential.pk).update(token_sealed="", login_lease_until=timezone.now() + LOGIN_LEASE)
    world.rename(world.cast.shop, "Gasthaus Wartet")
    started = timezone.now()

    settle(rounds=1)

    assert timezone.now() - started < timedelta(seconds=20)
    mirror = mirror_of(world.cast.shop)
    assert (mirror.error_code, mirror.tries) == (ErrorCode.THROTTLED, 0)
    credential.refresh_from_db()
    assert credential.interval == 0, "our own waiting is no refusal by the provider"
    converge(seconds=60)
    check(world.sandbox)


def test_a_login_that_took_too_long_does_not_end_the_lease_of_the_next(world, credential, clock):
    """F51: a lease is given back only by who holds it."""
    keeper, other = DatabaseKeeper(credential), DatabaseKeeper(credential)
    with keeper.single_flight() as mine:
        assert mine
        clock.shift(LOGIN_LEASE + timedelta(seconds=1))
        second = other.single_flight()
        assert second.__enter__() is True
    credential.refresh_from_db()
    assert credential.login_lease_until is not None
    second.__exit__(None, None, None)
    credential.refresh_from_db()
    assert credential.login_lease_until is None


def test_the_token_of_a_replaced_key_is_not_kept(world, credential):
    """F49: a login with the old key may end after the new one was stored."""
    keeper = DatabaseKeeper(credential)
    renewed = Credential.objects.get(pk=credential.pk)
    renewed.hold("test_new", "an invented secret")
    renewed.token_sealed = ""
    renewed.save()

    keeper.store(token("old"))

    assert DatabaseKeeper(renewed).load() is None


def test_waiting_for_another_login_is_not_counted_as_a_refusal(world, credential):
    """F51."""
    one = gate.DatabaseGate(credential)
    one.enter()
    one.failed(Throttled("Other workers are logging in.", retry_after=5, sent=False))

    credential.refresh_from_db()
    assert (credential.not_before, credential.interval) == (None, 0)
    assert not Mirror.objects.exclude(error_code="").exists()
