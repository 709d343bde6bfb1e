"""Users of an organization, and billing addresses."""

from __future__ import annotations

import pytest

ADDRESS = {
    "recipient": "Buchhaltung",
    "address_line1": "Ring 1",
    "zip": "1010",
    "town": "Wien",
    "country_code": "AUT",
}


def test_a_person_is_invited_listed_and_removed(world):
    branch = world.managed()
    users = f"/organizations/{branch['_id']}/users"
    made = world.test("POST", users, {"email": "anna@example.at", "first_name": "Anna"})

    assert made.status_code == 200
    assert made.json() == {
        "_id": made.json()["_id"],
        "_type": "INVITED_USER",
        "email": "anna@example.at",
        "_envs": ["TEST"],
        "first_name": "Anna",
    }
    assert world.test("GET", users).json() == {"data": [made.json()], "count": 1, "_type": "USER_LIST"}
    assert world.test("POST", users, {"email": "Anna@example.at"}).status_code == 409
    assert world.test("DELETE", f"{users}/{made.json()['_id']}").json() == {"_success": True}
    assert world.test("DELETE", f"{users}/{made.json()['_id']}").status_code == 404
    assert world.test("GET", users).json()["count"] == 0


def test_an_address_that_is_registered_is_a_user_at_once(world):
    world.sandbox.register_person("Anna@example.at")
    made = world.test("POST", f"/organizations/{world.partner['_id']}/users", {"email": "anna@example.at"}).json()
    assert made["_type"] == "USER"


def test_an_invited_person_who_does_not_register_within_48_hours_vanishes(world):
    users = f"/organizations/{world.partner['_id']}/users"
    made = world.test("POST", users, {"email": "anna@example.at"}).json()
    world.clock.now += 48 * 3600 - 1
    world.sandbox.expire_tokens()
    world.test.log_in()
    assert [one["_type"] for one in world.test("GET", users).json()["data"]] == ["INVITED_USER"]
    world.clock.now += 1
    assert world.test("GET", users).json()["data"] == []
    assert world.test("DELETE", f"{users}/{made['_id']}").status_code == 404
    assert world.test("POST", users, {"email": "anna@example.at"}).json()["_type"] == "INVITED_USER"


def test_a_person_who_registers_in_time_stays_and_is_known_from_then_on(world):
    users = f"/organizations/{world.partner['_id']}/users"
    made = world.test("POST", users, {"email": "anna@example.at"}).json()
    world.sandbox.register_person("anna@example.at")
    world.clock.now += 49 * 3600
    world.test.log_in()
    assert world.test("GET", users).json()["data"] == [{**made, "_type": "USER"}]
    branch = world.managed()
    assert (
        world.test("POST", f"/organizations/{branch['_id']}/users", {"email": "Anna@example.at"}).json()["_type"]
        == "USER"
    )


def test_the_user_that_created_the_organization_stays(world):
    creator = "11111111-1111-4111-8111-111111111111"
    other = world.sandbox.make_organization("Zweitwerk GmbH", created_by_user=creator)
    world.sandbox.make_user(other["_id"], "chef@example.at", _id=creator)
    test = world.caller(other["_id"], "TEST")
    assert test("DELETE", f"/organizations/{other['_id']}/users/{creator}").status_code == 403
    assert [one["email"] for one in world.sandbox.objects("user")] == ["chef@example.at"]


def test_users_of_a_managed_organization_are_its_own(world):
    branch = world.managed()
    world.sandbox.make_user(world.partner["_id"], "petra@example.at")
    world.test("POST", f"/organizations/{branch['_id']}/users", {"email": "mio@example.at"})
    (own,) = world.test("GET", f"/organizations/{branch['_id']}/users").json()["data"]
    assert own["email"] == "mio@example.at"
    stranger = world.caller(world.sandbox.make_organization("Fremd GmbH")["_id"], "TEST")
    assert stranger("GET", f"/organizations/{branch['_id']}/users").status_code == 404


@pytest.mark.parametrize("body", [{}, {"email": "nobody"}, {"email": "a@b.at", "role": "admin"}])
def test_an_invitation_that_does_not_fit_is_refused(world, body):
    assert world.test("POST", f"/organizations/{world.partner['_id']}/users", body).status_code == 400


def test_users_cannot_be_edited(world):
    user = world.sandbox.make_user(world.partner["_id"], "anna@example.at")
    answer = world.test("PATCH", f"/organizations/{world.partner['_id']}/users/{user['_id']}", {"first_name": "A"})
    assert answer.status_code == 405


def test_a_billing_address_is_made_read_changed_and_deleted(world):
    made = world.test("POST", "/billing-addresses", {**ADDRESS, "vat_id": "ATU12345678"}).json()
    address = f"/billing-addresses/{made['_id']}"

    assert made["_type"] == "BILLING_ADDRESS"
    assert made["vat_id_valid"] is True
    assert "address_line2" not in made
    assert world.test("GET", address).json() == made
    assert world.test("GET", "/billing-addresses").json()["_type"] == "BILLING_ADDRESS_LIST"
    assert world.test("PATCH", address, {"town": "Graz", "vat_id": None}).json()["town"] == "Graz"
    assert world.test("DELETE", address).json() == {"_success": True}
    assert world.test("GET", address).status_code == 404


@pytest.mark.parametrize("missing", list(ADDRESS))
def test_a_billing_address_needs_all_of_its_parts(world, missing):
    body = {name: value for name, value in ADDRESS.items() if name != missing}
    assert missing in world.test("POST", "/billing-addresses", body).json()["message"]


def test_a_billing_address_belongs_to_the_organization_of_the_key(world):
    made = world.test("POST", "/billing-addresses", ADDRESS).json()
    other = world.caller(world.managed()["_id"], "TEST")
    assert other("GET", f"/billing-addresses/{made['_id']}").status_code == 404
    assert other("GET", "/billing-addresses").json()["data"] == []


def test_a_billing_address_in_use_is_not_deleted(world):
    made = world.test("POST", "/billing-addresses", ADDRESS).json()
    world.managed(billing_address_id=made["_id"])
    assert world.test("DELETE", f"/billing-addresses/{made['_id']}").status_code == 409
