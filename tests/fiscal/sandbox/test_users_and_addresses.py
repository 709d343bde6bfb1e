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
        "_type": "USER",
        "email": "anna@example.at",
        "_envs": ["TEST"],
        "first_name": "Anna",
    }
    assert world.test("GET", users).json() == {"data": [made.json()], "count": 1, "_type": "USER_LIST"}
    assert world.test("POST", users, {"email": "Anna@example.at"}).status_code == 409
    assert world.test("DELETE", f"{users}/{made.json()['_id']}").json() == {"_success": True}
    assert world.test("DELETE", f"{users}/{made.json()['_id']}").status_code == 404
    assert world.test("GET", users).json()["count"] == 0


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
