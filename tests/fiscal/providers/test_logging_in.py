"""Tokens: one login for all, kept until shortly before their death, renewed once after a 401."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager

import pytest

from fiscal.providers.errors import Garbled, Refused, Throttled, Unauthorized, Unreachable
from fiscal.providers.http import Door
from fiscal.providers.tokens import MemoryKeeper, Token, Tokens, check

OWNER = "0b9b6f3e-54a9-4d8a-9d7e-0d1a52d3c111"


class Clock:
    def __init__(self) -> None:
        self.time = 1_700_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeper() -> MemoryKeeper:
    return MemoryKeeper()


@pytest.fixture
def tokens(door, keeper, clock) -> Tokens:
    return Tokens(door, "test_key", "s3cret-value", keeper, now=clock)


def grant(clock: Clock, name: str = "one", life: float = 86_400, **changes):
    expires_at = int(clock.time + life)
    return {
        "access_token": f"access-{name}",
        "access_token_claims": {"env": "TEST", "organization_id": OWNER},
        "access_token_expires_in": int(life),
        "access_token_expires_at": expires_at,
        "refresh_token": f"refresh-{name}",
        "refresh_token_expires_in": int(life) + 86_400,
        "refresh_token_expires_at": expires_at + 86_400,
        **changes,
    }


def test_a_login_says_whose_key_it_is_and_until_when(server, tokens, clock):
    server.queue(server.reply(grant(clock)))
    token = tokens.bearer()
    assert (token.access_token, token.env, token.organization_id) == ("access-one", "TEST", OWNER)
    assert token.expires_at == clock.time + 86_400
    sent = server.requests[0]
    assert (sent.method, sent.target) == ("POST", "/auth")
    assert sent.json == {"api_key": "test_key", "api_secret": "s3cret-value"}


def test_a_token_shows_nothing_in_its_repr_and_survives_storage(server, tokens, clock):
    server.queue(server.reply(grant(clock)))
    token = tokens.bearer()
    assert "access-one" not in repr(token) and "refresh-one" not in repr(token)
    assert Token.from_dict(token.to_dict()) == token


def test_a_living_token_costs_no_second_login(server, tokens, door, keeper, clock):
    server.queue(server.reply(grant(clock)))
    tokens.bearer()
    clock.time += 86_400 - 61
    tokens.bearer()
    Tokens(door, "test_key", "s3cret-value", keeper, now=clock).bearer()
    assert len(server.requests) == 1


def test_a_token_near_its_death_is_refreshed(server, tokens, clock):
    server.queue(server.reply(grant(clock)), server.reply(grant(clock, "two", life=200_000)))
    tokens.bearer()
    clock.time += 86_400 - 59
    assert tokens.bearer().access_token == "access-two"
    assert server.requests[1].json == {"refresh_token": "refresh-one"}


def test_a_dead_refresh_token_is_not_tried(server, tokens, clock):
    server.queue(server.reply(grant(clock)), server.reply(grant(clock, "two", life=400_000)))
    tokens.bearer()
    clock.time += 86_400 * 3
    tokens.bearer()
    assert "api_secret" in server.requests[1].json


def test_a_withdrawn_refresh_token_falls_back_to_key_and_secret(server, tokens, clock):
    server.queue(
        server.reply(grant(clock)),
        server.reply({"message": "invalid refresh token"}, status=401),
        server.reply(grant(clock, "two")),
    )
    assert tokens.renew(tokens.bearer()).access_token == "access-two"
    assert [sorted(request.json) for request in server.requests[1:]] == [["refresh_token"], ["api_key", "api_secret"]]


def test_a_token_handed_out_with_two_seconds_to_live_is_used_until_it_dies(server, tokens, clock):
    server.queue(server.reply(grant(clock, "dying", life=2)), server.reply(grant(clock, "fresh")))
    for _ in range(5):
        assert tokens.bearer().access_token == "access-dying"
    assert len(server.requests) == 1
    clock.time += 3
    for _ in range(5):
        assert tokens.bearer().access_token == "access-fresh"
    assert len(server.requests) == 2


def test_the_same_cached_token_handed_out_again_does_not_cause_a_login_per_call(server, tokens, clock):
    first = grant(clock)
    server.queue(server.reply(first), server.reply({**first, "access_token_expires_in": 30}))
    tokens.bearer()
    clock.time += 86_370
    for _ in range(5):
        assert tokens.bearer().access_token == "access-one"
    assert len(server.requests) == 2


def test_a_token_that_is_dead_on_arrival_is_garbled(server, tokens, clock):
    server.queue(server.reply(grant(clock, life=-5, access_token_expires_in=0)))
    with pytest.raises(Garbled):
        tokens.bearer()


@pytest.mark.parametrize("skew", [-7_200, 7_200])
def test_a_clock_that_is_wrong_is_no_reason_to_log_in_again(server, tokens, clock, skew):
    server.queue(server.reply(grant(clock, life=300, access_token_expires_at=int(clock.time + 300 + skew))))
    assert tokens.bearer().expires_at == clock.time + 300
    tokens.bearer()
    assert len(server.requests) == 1


def test_wrong_credentials_are_unauthorized(server, tokens):
    server.queue(
        server.reply({"message": "Invalid credentials", "status_code": 401, "error": "Unauthorized"}, status=401)
    )
    with pytest.raises(Unauthorized) as caught:
        tokens.bearer()
    assert "s3cret-value" not in str(caught.value)


@pytest.mark.parametrize(
    "changes",
    [
        {"access_token": ""},
        {"access_token": "with\r\nnewline"},
        {"access_token": 5},
        {"access_token_expires_at": "tomorrow"},
        {"access_token_claims": {}},
        {"access_token_claims": {"env": "TEST", "organization_id": "../auth"}},
    ],
)
def test_a_login_answer_that_lacks_something_is_garbled_and_shows_no_token(server, tokens, clock, changes):
    server.queue(server.reply(grant(clock, **changes)))
    with pytest.raises(Garbled) as caught:
        tokens.bearer()
    assert "access-one" not in caught.value.preview and "refresh-one" not in caught.value.preview
    assert caught.value.outcome_unknown is False


@pytest.mark.parametrize("status", [500, 429])
def test_a_login_that_fails_leaves_no_change_unknown(server, tokens, status):
    server.queue(server.reply({"message": "no"}, status=status))
    with pytest.raises((Unreachable, Throttled)) as caught:
        tokens.bearer()
    assert caught.value.outcome_unknown is False


def test_after_a_401_a_token_that_another_worker_got_is_used(server, tokens, door, keeper, clock):
    server.queue(server.reply(grant(clock)), server.reply(grant(clock, "two")))
    stale = tokens.bearer()
    other = Tokens(door, "test_key", "s3cret-value", keeper, now=clock)
    clock.time += 1
    other.renew(stale)
    assert tokens.renew(stale).access_token == "access-two"
    assert len(server.requests) == 2


@pytest.mark.parametrize("stale", [False, True])
def test_ten_workers_log_in_once(server, keeper, clock, stale):
    def slowly(connection, request):
        time.sleep(0.1)
        return server.reply(grant(clock, "shared"))(connection, request)

    server.otherwise = slowly
    old = Token("old", "", clock.time + 9_000, 0, "TEST", OWNER)
    workers = [Tokens(Door(server.url), "test_key", "s3cret-value", keeper, now=clock) for _ in range(10)]
    barrier = threading.Barrier(10)
    got = []

    def work(tokens):
        barrier.wait()
        got.append((tokens.renew(old) if stale else tokens.bearer()).access_token)

    if stale:
        keeper.store(old)
    threads = [threading.Thread(target=work, args=(tokens,)) for tokens in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == ["access-shared"] * 10
    assert len(server.requests) == 1


def test_who_may_not_log_in_uses_what_the_other_one_stored(server, door, clock):
    class Second(MemoryKeeper):
        @contextmanager
        def single_flight(self):
            self.store(Token("theirs", "", clock.time + 500, 0, "TEST", OWNER))
            yield False

    assert Tokens(door, "k", "s", Second(), now=clock).bearer().access_token == "theirs"
    assert server.requests == []


def test_who_may_not_log_in_and_finds_nothing_waits_for_another_time(server, door, clock):
    class Never(MemoryKeeper):
        @contextmanager
        def single_flight(self):
            yield False

    with pytest.raises(Throttled) as caught:
        Tokens(door, "k", "s", Never(), now=clock).bearer()
    assert caught.value.sent is False and caught.value.retry_after == 5
    assert server.requests == []


def test_a_credential_that_a_person_typed_in_is_checked_by_one_login(server, door):
    clock = Clock()
    clock.time = time.time()
    server.queue(server.reply(grant(clock)), server.reply({"message": "Invalid credentials"}, status=401))
    assert check(door, "k", "s").env == "TEST"
    with pytest.raises(Unauthorized):
        check(door, "k", "wrong")
    server.queue(server.reply({"message": "api_key malformed"}, status=400))
    with pytest.raises(Refused):
        check(door, "k", "wrong")
