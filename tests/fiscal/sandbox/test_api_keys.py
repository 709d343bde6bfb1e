"""API keys: the secret once, the format of keys, status, deletion."""

from __future__ import annotations

import re

import pytest

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def keys(organization):
    return f"/organizations/{organization['_id']}/api-keys"


def make(world, organization, **changes):
    body = {"name": "kasse-1", "status": "enabled", **changes}
    return world.test("POST", keys(organization), {name: value for name, value in body.items() if value is not None})


def test_a_key_comes_back_as_recorded_with_its_secret_once(world):
    branch = world.managed()
    answer = make(world, branch)
    made = answer.json()

    assert answer.status_code == 200
    assert list(made) == [
        "_id",
        "_type",
        "_envs",
        "key",
        "secret",
        "created_at",
        "created_by_user",
        "name",
        "status",
        "metadata",
        "managed_by_organization_id",
    ]
    assert made["_type"] == "API_KEY"
    assert made["_envs"] == ["TEST"]
    assert re.fullmatch(r"test_[a-z0-9]{26}_kasse-1", made["key"])
    assert re.fullmatch(r"[A-Za-z0-9]{43}", made["secret"])
    assert made["created_at"] == int(world.clock.now)
    assert made["metadata"] == {}
    assert made["managed_by_organization_id"] == ""
    shown = {name: value for name, value in made.items() if name != "secret"}
    assert world.test("GET", f"{keys(branch)}/{made['_id']}").json() == shown
    assert world.test("GET", keys(branch)).json() == {"data": [shown], "count": 1, "_type": "API_KEY_LIST"}


def test_the_secret_is_stored_nowhere(world, tmp_path):
    secret = make(world, world.managed()).json()["secret"]
    with world.sandbox.store.transaction() as db:
        assert secret not in "\n".join(db.iterdump())


def test_a_key_with_a_parent_is_a_managed_key(world):
    made = make(world, world.managed(), managed_by_organization_id=world.partner["_id"]).json()
    assert made["_type"] == "MANAGED_API_KEY"
    assert made["managed_by_organization_id"] == world.partner["_id"]


def test_a_live_key_begins_with_live(world):
    body = {"name": "echt", "status": "enabled"}
    assert world.live("POST", keys(world.partner), body).json()["key"].startswith("live_")


def test_a_new_key_logs_in(world):
    branch = world.managed()
    made = make(world, branch).json()
    claims = world.test("POST", "/auth", {"api_key": made["key"], "api_secret": made["secret"]}).json()
    assert claims["access_token_claims"] == {"env": "TEST", "organization_id": branch["_id"]}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "ab"},
        {"name": "Kasse"},
        {"name": "a" * 31},
        {"name": "kasse_1"},
        {"name": None},
        {"status": "ENABLED"},
        {"status": None},
        {"managed_by_organization_id": "x"},
        {"metadata": {"a": 1}},
        {"color": "red"},
    ],
)
def test_a_key_that_does_not_fit_is_refused(world, changes):
    assert make(world, world.managed(), **changes).status_code == 400


def test_an_unknown_organization_is_a_404_with_a_code(world):
    expected = {
        "status_code": 404,
        "error": "Not Found",
        "code": "E_ORGANIZATION_NOT_FOUND",
        "message": "Organization not found.",
    }
    answer = make(world, {"_id": UNKNOWN})
    assert answer.status_code == 404
    assert answer.json() == expected
    assert make(world, world.managed(), managed_by_organization_id=UNKNOWN).json() == expected


def test_a_live_key_cannot_be_made_where_live_is_not_enabled(world):
    assert world.live("POST", keys(world.managed()), {"name": "echt", "status": "enabled"}).status_code == 403


def test_the_list_filters_by_status_and_orders(world):
    branch = world.managed()
    make(world, branch, name="bbb")
    make(world, branch, name="aaa", status="disabled")

    def listed(query):
        return [key["name"] for key in world.test("GET", f"{keys(branch)}?{query}").json()["data"]]

    assert listed("status=enabled") == ["bbb"]
    assert listed("status=disabled") == ["aaa"]
    assert listed("order_by=name") == ["aaa", "bbb"]
    assert listed("order_by=created_at&order=desc&limit=1") == ["bbb"]
    assert world.test("GET", f"{keys(branch)}?order_by=zip").status_code == 400


def test_keys_of_the_other_environment_are_not_seen(world):
    made = world.live("POST", keys(world.partner), {"name": "echt", "status": "enabled"}).json()
    assert made["_id"] not in [key["_id"] for key in world.test("GET", keys(world.partner)).json()["data"]]
    assert world.test("GET", f"{keys(world.partner)}/{made['_id']}").status_code == 404


def test_status_and_metadata_are_all_that_can_be_changed(world):
    branch = world.managed()
    address = f"{keys(branch)}/{make(world, branch).json()['_id']}"

    assert world.test("PATCH", address, {"status": "disabled"}).json()["status"] == "disabled"
    assert world.test("PATCH", address, {"metadata": {"a": "b"}}).json()["metadata"] == {"a": "b"}
    assert world.test("PATCH", address, {"metadata": {}}).json()["metadata"] == {}
    assert world.test("PATCH", address, {"name": "anders"}).status_code == 400


def test_a_disabled_key_no_longer_works_and_an_enabled_one_does_again(world):
    branch = world.managed()
    own = world.caller(branch["_id"], "TEST")
    own.log_in()
    key_id = world.test("GET", keys(branch)).json()["data"][0]["_id"]

    world.test("PATCH", f"{keys(branch)}/{key_id}", {"status": "disabled"})
    assert own("GET", "/organizations").status_code == 401
    assert own.log_in().status_code == 401
    world.test("PATCH", f"{keys(branch)}/{key_id}", {"status": "enabled"})
    assert own.log_in().status_code == 200


def test_a_deleted_key_is_gone(world):
    branch = world.managed()
    address = f"{keys(branch)}/{make(world, branch).json()['_id']}"

    assert world.test("DELETE", address).json() == {"_success": True}
    assert world.test("GET", address).status_code == 404
    assert world.test("DELETE", address).status_code == 404


def test_keys_of_strangers_are_not_seen(world):
    stranger = world.sandbox.make_organization("Fremde AG")
    assert world.test("GET", keys(stranger)).status_code == 404
    assert make(world, stranger).status_code == 404
