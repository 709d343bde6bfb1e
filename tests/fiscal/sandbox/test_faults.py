"""Each scripted fault, as a caller through the loopback adapter sees it, and what the provider really did."""

from __future__ import annotations

import pytest
import requests

CREATE = {"method": "POST", "path": r"/organizations$"}


@pytest.fixture
def ready(world):
    """The world with everybody logged in, so that faults meet the calls under test only."""
    world.test.log_in()
    world.live.log_in()
    return world


def create(world, **options):
    return world.test("POST", "/organizations", world.company(), **options)


def made(world):
    return len(world.sandbox.objects("organization")) - 1


@pytest.mark.parametrize(
    ("kind", "error", "count"),
    [
        ("connect_refused", requests.exceptions.ConnectionError, 0),
        ("connect_timeout", requests.exceptions.ConnectTimeout, 0),
        ("drop_before", requests.exceptions.ConnectionError, 0),
        ("timeout_before", requests.exceptions.ReadTimeout, 0),
        ("drop_after", requests.exceptions.ConnectionError, 1),
        ("timeout_after", requests.exceptions.ReadTimeout, 1),
        ("read_timeout", requests.exceptions.ReadTimeout, 1),
        ("half_body", requests.exceptions.ChunkedEncodingError, 1),
    ],
)
def test_a_lost_answer_raises_and_only_the_after_kinds_commit(ready, kind, error, count):
    ready.sandbox.faults.add(kind, **CREATE)

    with pytest.raises(error):
        create(ready)
    assert made(ready) == count
    entry = ready.sandbox.ledger.requests("POST", "/organizations$")[-1]
    assert entry.fault == kind
    assert entry.seen == bool(count)
    assert (entry.status == 200) == bool(count)
    assert create(ready).status_code == 200


@pytest.mark.parametrize("kind", ["drop_before", "connect_refused"])
def test_a_broken_connection_is_no_timeout(ready, kind):
    ready.sandbox.faults.add(kind)
    with pytest.raises(requests.exceptions.ConnectionError) as caught:
        create(ready)
    assert not isinstance(caught.value, requests.exceptions.Timeout)


def test_a_timeout_takes_as_long_as_the_caller_waits(ready):
    ready.sandbox.faults.add("timeout_after")
    before = ready.clock.now
    with pytest.raises(requests.exceptions.ReadTimeout):
        create(ready, timeout=(3, 7))
    assert ready.clock.now == before + 7


@pytest.mark.parametrize(
    ("kind", "options", "status", "count"),
    [
        ("html", {}, 200, 0),
        ("html", {"after": True}, 200, 1),
        ("empty_body", {}, 200, 1),
        ("empty_body", {"after": False}, 200, 0),
        ("status", {"status": 500}, 500, 0),
        ("status", {"status": 502, "body": "<h1>Bad Gateway</h1>", "content_type": "text/html"}, 502, 0),
        ("status", {"status": 503, "retry_after": "3"}, 503, 0),
        ("status", {"status": 504}, 504, 0),
        ("fail_after", {}, 500, 1),
        ("fail_after", {"status": 504}, 504, 1),
        ("throttled", {}, 429, 0),
        ("redirect", {}, 307, 0),
        ("unauthorized", {}, 401, 0),
    ],
)
def test_a_wrong_answer_comes_with_or_without_the_effect(ready, kind, options, status, count):
    ready.sandbox.faults.add(kind, **CREATE, **options)
    answer = create(ready)

    assert answer.status_code == status
    assert made(ready) == count
    assert (ready.sandbox.ledger.requests()[-1].effect != "") == bool(count)


def test_html_and_empty_bodies_are_no_json(ready):
    ready.sandbox.faults.add("html")
    assert create(ready).text.startswith("<!doctype html>")
    ready.sandbox.faults.add("empty_body")
    assert create(ready).content == b""


@pytest.mark.parametrize("text", ["7", "Wed, 21 Oct 2026 07:28:00 GMT", "-5", "315360000", "soon"])
def test_retry_after_is_any_text(ready, text):
    ready.sandbox.faults.add("throttled", retry_after=text)
    assert create(ready).headers["Retry-After"] == text


def test_a_429_without_retry_after(ready):
    ready.sandbox.faults.add("throttled")
    answer = create(ready)
    assert "Retry-After" not in answer.headers
    assert answer.json()["status_code"] == 429


def test_a_redirect_leads_to_another_host(ready):
    ready.sandbox.faults.add("redirect", location="http://elsewhere.invalid")
    assert create(ready).headers["Location"] == "http://elsewhere.invalid/management/api/v0/organizations"


def test_fields_go_missing_or_change_in_the_answer_only(ready):
    ready.managed(name="Eins")
    ready.managed(name="Zwei")
    faults, lists = ready.sandbox.faults, "/organizations?type=MANAGED_ORGANIZATION"

    faults.add("missing_field", field="name")
    assert "name" not in create(ready).json()
    faults.add("missing_field", field="name", item=1)
    assert ["name" in item for item in ready.test("GET", lists).json()["data"]] == [True, False, True]
    faults.add("wrong_type", field="name", value=7)
    assert [item["name"] for item in ready.test("GET", lists).json()["data"]] == [7, 7, 7]
    faults.add("wrong_type", field="data", value="none")
    assert ready.test("GET", lists).json()["data"] == "none"
    faults.add("unknown_enum", field="_type", value="HOLOGRAM")
    assert create(ready).json()["_type"] == "HOLOGRAM"
    faults.add("extra_fields", fields={"x_color": "red"})
    assert create(ready).json()["x_color"] == "red"
    assert {item["name"] for item in ready.test("GET", lists).json()["data"]} == {"Eins", "Zwei", "Gasthaus Post"}


def test_a_limiter_lets_so_many_pass_per_window_and_credential(ready):
    ready.sandbox.faults.add("rate_limit", limit=5, window=1)

    assert [ready.test("GET", "/organizations").status_code for _ in range(7)] == [200] * 5 + [429] * 2
    assert ready.live("GET", "/organizations").status_code == 200
    ready.clock.now += 1
    assert ready.test("GET", "/organizations").status_code == 200


def test_a_limiter_can_say_how_long_to_wait(ready):
    ready.sandbox.faults.add("rate_limit", limit=1, window=60, retry_after="auto")
    create(ready)
    ready.clock.now += 20
    assert create(ready).headers["Retry-After"] == "40"


def test_logins_can_be_limited(ready):
    ready.sandbox.faults.add("auth_limit")
    assert [ready.test.log_in().status_code for _ in range(11)] == [200] * 10 + [429]
    assert create(ready).status_code == 200


def test_a_slow_answer_comes_in_time_or_not_at_all(ready):
    ready.sandbox.faults.add("slow", seconds=4, times=2)
    before = ready.clock.now

    assert create(ready).status_code == 200
    assert ready.clock.now == before + 4
    with pytest.raises(requests.exceptions.ReadTimeout):
        create(ready, timeout=(1, 3))
    assert made(ready) == 2


def test_a_trickling_body_takes_a_second_for_each_byte_and_never_times_out(ready):
    ready.sandbox.faults.add("slow", bytes_per_second=1)
    before = ready.clock.now
    answer = create(ready, stream=True)

    pieces = answer.raw.stream(1)
    first = next(pieces)
    assert (first, ready.clock.now) == (b"{", before + 1)
    rest = b"".join(pieces)
    assert ready.clock.now == before + 1 + len(rest)


def test_a_body_slower_than_the_read_timeout_breaks(ready):
    ready.sandbox.faults.add("slow", bytes_per_second=0.1)
    with pytest.raises(requests.exceptions.ConnectionError):
        create(ready, timeout=(1, 5))


def test_a_new_object_shows_in_lists_only_later(ready):
    ready.sandbox.faults.add("delayed_visibility", seconds=45)
    hidden = create(ready).json()

    assert ready.test("GET", f"/organizations/{hidden['_id']}").status_code == 200
    assert ready.test("GET", "/organizations").json()["count"] == 1
    ready.clock.now += 45
    assert ready.test("GET", "/organizations").json()["count"] == 2


def test_a_replayed_post_makes_a_second_object_later(ready):
    ready.sandbox.faults.add("replay_later", seconds=90)
    create(ready)
    ready.clock.now += 89
    ready.test("GET", "/organizations")
    assert made(ready) == 1

    ready.clock.now += 1
    assert ready.sandbox.run_due() == 1
    assert made(ready) == 2
    assert ready.sandbox.run_due() == 0
    assert [entry.fault for entry in ready.sandbox.ledger.requests("POST", "/organizations$")] == [
        "replay_later",
        "replayed",
    ]


def test_everything_is_unauthorized_until_the_fault_is_removed(ready):
    fault = ready.sandbox.faults.add("unauthorized")
    assert [create(ready).status_code for _ in range(3)] == [401] * 3
    assert ready.test.log_in().status_code == 401
    ready.sandbox.faults.remove(fault.id)
    assert create(ready).status_code == 200


def test_one_organization_is_forbidden(ready):
    shut, other = ready.managed(), ready.managed()
    ready.sandbox.faults.add("forbidden", organization=shut["_id"])

    assert ready.test("GET", f"/organizations/{shut['_id']}").status_code == 403
    assert ready.test("PATCH", f"/organizations/{shut['_id']}", {"name": "Neu"}).status_code == 403
    assert ready.test("GET", f"/organizations/{other['_id']}").status_code == 200


def test_tokens_can_be_short_lived(ready):
    ready.sandbox.faults.add("token_life", seconds=2)
    first = ready.test.log_in().json()

    assert first["access_token_expires_in"] == 2
    ready.clock.now += 1
    assert ready.test.log_in().json()["access_token_expires_in"] == 1
    ready.clock.now += 1
    assert create(ready).status_code == 401
    assert ready.test.log_in().json()["access_token_expires_in"] == 2


def test_a_connection_closed_after_an_answer_breaks_the_next_call(ready):
    ready.sandbox.faults.add("close")
    assert create(ready).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        create(ready)
    assert made(ready) == 1
    assert create(ready).status_code == 200


def test_a_fault_acts_so_many_times_after_letting_some_pass(ready):
    ready.sandbox.faults.add("status", skip=1, times=2, **CREATE)
    assert [create(ready).status_code for _ in range(4)] == [200, 503, 503, 200]
    assert [(fault.times, fault.acted) for fault in ready.sandbox.faults.all()] == [(0, 2)]


def test_a_fault_matches_method_and_path(ready):
    ready.sandbox.faults.add("status", method="patch", path="/api-keys/", times=None)
    assert create(ready).status_code == 200
    assert ready.test("PATCH", f"/organizations/{ready.partner['_id']}/api-keys/x", {}).status_code == 503


def test_a_fault_can_end_by_itself(ready):
    ready.sandbox.faults.add("status", times=None, lasts=120)
    assert create(ready).status_code == 503
    ready.clock.now += 120
    assert create(ready).status_code == 200


def test_slowness_joins_another_fault_of_the_answer(ready):
    ready.sandbox.faults.add("slow", seconds=2)
    ready.sandbox.faults.add("extra_fields")
    before = ready.clock.now
    assert "x_new" in create(ready).json()
    assert ready.clock.now == before + 2


def test_the_first_of_two_faults_that_answer_instead_wins_and_the_other_waits(ready):
    ready.sandbox.faults.add("throttled")
    ready.sandbox.faults.add("status")
    assert [create(ready).status_code for _ in range(3)] == [429, 503, 200]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("earthquake", {}),
        ("status", {"color": "red"}),
        ("missing_field", {}),
        ("forbidden", {}),
        ("html", {"path": "("}),
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(world, kind, options):
    with pytest.raises(ValueError, match=r"\w"):
        world.sandbox.faults.add(kind, **options)


def test_clearing_makes_the_provider_well_again(ready):
    ready.sandbox.faults.add("status", times=None)
    ready.sandbox.faults.clear()
    assert create(ready).status_code == 200
    assert ready.sandbox.faults.all() == []
