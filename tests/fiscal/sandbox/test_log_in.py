"""POST /auth: tokens, their cached life, and who is refused."""

from __future__ import annotations

import pytest


def test_a_login_answers_with_tokens_and_claims(world):
    answer = world.test.log_in()
    body = answer.json()

    assert answer.status_code == 200
    assert set(body) == {
        "access_token",
        "access_token_claims",
        "access_token_expires_in",
        "access_token_expires_at",
        "refresh_token",
        "refresh_token_expires_in",
        "refresh_token_expires_at",
    }
    assert body["access_token_claims"] == {"env": "TEST", "organization_id": world.partner["_id"]}
    assert body["access_token_expires_in"] == 86_400
    assert body["access_token_expires_at"] == int(world.clock.now) + 86_400
    assert body["refresh_token_expires_in"] == 172_800


def test_a_fresh_login_returns_the_cached_token_with_less_time_left(world):
    first = world.test.log_in().json()
    world.clock.now += 3_357
    second = world.test.log_in().json()

    assert second["access_token"] == first["access_token"]
    assert second["access_token_expires_at"] == first["access_token_expires_at"]
    assert second["access_token_expires_in"] == 83_043


def test_an_expired_token_is_refused_and_a_login_brings_a_new_one(world):
    first = world.test.log_in().json()
    world.clock.now += 86_400

    assert world.test("GET", "/organizations").status_code == 401
    assert world.test.log_in().json()["access_token"] != first["access_token"]
    assert world.test("GET", "/organizations").status_code == 200


def test_a_refresh_token_brings_an_access_token_after_the_first_one_died(world):
    refresh = world.test.log_in().json()["refresh_token"]
    world.clock.now += 100_000

    answer = world.test("POST", "/auth", {"refresh_token": refresh})
    assert answer.status_code == 200
    assert answer.json()["access_token_expires_in"] == 86_400

    world.clock.now += 100_000
    assert world.test("POST", "/auth", {"refresh_token": refresh}).status_code == 401


def test_an_access_token_is_no_refresh_token(world):
    access = world.test.log_in().json()["access_token"]
    assert world.test("POST", "/auth", {"refresh_token": access}).status_code == 401


def test_wrong_credentials_are_refused_without_a_code(world):
    world.test.secret = "not the secret"
    answer = world.test.log_in()

    assert answer.status_code == 401
    assert answer.json() == {"message": "Invalid credentials", "status_code": 401, "error": "Unauthorized"}


def test_a_broken_bearer_is_refused_with_the_token_in_the_message(world):
    world.test.session.headers["Authorization"] = "Bearer abc.def.ghi"
    answer = world.test("GET", "/organizations")

    assert answer.status_code == 401
    assert answer.json() == {
        "status_code": 401,
        "error": "Unauthorized",
        "message": "could not parse jwt: 'abc.def.ghi'",
    }


def test_a_call_without_a_token_is_refused(world):
    world.test.session.headers["Authorization"] = ""
    assert world.test("GET", "/organizations").status_code == 401


@pytest.mark.parametrize("body", [{}, {"api_key": "x"}, {"api_key": 1, "api_secret": "x"}, {"email": "a@b.at"}, []])
def test_a_login_that_is_not_complete_is_a_bad_request(world, body):
    assert world.test("POST", "/auth", body).status_code == 400


def test_ended_tokens_are_refused_at_once_and_a_login_mends_it(world):
    world.test.log_in()
    world.sandbox.expire_tokens()

    assert world.test("GET", "/organizations").status_code == 401
    world.test.log_in()
    assert world.test("GET", "/organizations").status_code == 200


def test_the_life_of_a_token_can_be_switched(world):
    world.sandbox.set_rule("access_life", 300)
    assert world.test.log_in().json()["access_token_expires_in"] == 300
