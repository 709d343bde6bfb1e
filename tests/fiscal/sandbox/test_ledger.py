"""The ledger: every request with its effect, never a secret."""

from __future__ import annotations

from fiscal.sandbox.web import Request


def test_each_request_is_written_with_who_what_and_effect(world):
    made = world.managed(metadata={"kontor_id": "m-1"})
    login, creation = world.sandbox.ledger.requests()

    assert (login.method, login.path, login.status) == ("POST", "/management/api/v0/auth", 200)
    assert (creation.n, creation.at, creation.room) == (2, world.clock.now, "management")
    assert creation.effect == f"organization created {made['_id']}"
    assert creation.credential == world.test.key[:16]
    assert '"kontor_id": "m-1"' in creation.body
    assert (creation.seen, creation.arrived, creation.fault) == (True, True, "")


def test_secrets_and_tokens_are_not_in_the_ledger(world):
    tokens = world.test.log_in().json()
    world.test("POST", "/auth", {"refresh_token": tokens["refresh_token"]})
    key = world.test("POST", f"/organizations/{world.partner['_id']}/api-keys", {"name": "abc", "status": "enabled"})
    with world.sandbox.store.transaction() as db:
        kept = "\n".join(db.iterdump())

    for secret in (world.test.secret, tokens["access_token"], tokens["refresh_token"], key.json()["secret"]):
        assert secret not in kept
    assert "[redacted]" in kept


def test_a_refusal_has_no_effect(world):
    world.test("POST", "/organizations", {})
    assert world.sandbox.ledger.requests()[-1].status == 400
    assert world.sandbox.ledger.effects() == []


def test_an_edit_that_changes_nothing_has_no_effect(world):
    made = world.managed()
    world.test("PATCH", f"/organizations/{made['_id']}", {"name": made["name"]})
    world.test("PATCH", f"/organizations/{made['_id']}", {"name": "Neuer Name"})
    assert world.sandbox.ledger.effects("organization changed") == [f"organization changed {made['_id']}"]


def test_requests_are_counted_by_method_and_path(world):
    world.managed()
    world.test("GET", "/organizations?limit=3")

    assert world.sandbox.ledger.count() == 3
    assert world.sandbox.ledger.count("post") == 2
    assert world.sandbox.ledger.count("GET", r"/organizations$") == 1
    assert world.sandbox.ledger.requests("GET")[0].query == "limit=3"
    assert [entry.n for entry in world.sandbox.ledger.requests(since=2)] == [3]


def test_a_request_the_provider_never_saw_is_told_apart(world):
    world.test.log_in()
    world.sandbox.faults.add("html")
    world.test("GET", "/organizations")
    assert world.sandbox.ledger.count("GET", seen=True) == 0
    assert world.sandbox.ledger.count("GET", seen=False) == 1


def test_a_request_id_is_taken_over_and_returned(world):
    answer = world.test("GET", "/organizations", headers={"X-Request-Id": "abc-1"})
    assert answer.headers["X-Request-Id"] == "abc-1"
    assert world.sandbox.ledger.requests()[-1].request_id == "abc-1"
    assert len(world.test("GET", "/organizations").headers["X-Request-Id"]) == 36


def test_a_body_that_is_no_json_is_only_measured(world):
    headers = {"host": "sandbox.test"}
    world.sandbox.answer(Request("POST", "/management/api/v0/auth", "", headers, b"api_secret=x"))
    assert world.sandbox.ledger.requests()[-1].body == "[12 bytes, not JSON]"
