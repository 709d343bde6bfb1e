"""PATCH, DELETE and enable-env of an organization."""

from __future__ import annotations

import pytest


def path(organization):
    return f"/organizations/{organization['_id']}"


def test_an_edit_changes_only_what_it_names(world):
    made = world.managed(display_name="Post")
    answer = world.test("PATCH", path(made), {"name": "Gasthof Post"})

    assert answer.status_code == 200
    assert answer.json() == {**made, "name": "Gasthof Post"}


def test_billing_options_are_replaced_as_a_whole(world):
    made = world.managed(billing_options={"gln": "9", "bill_to_organization": world.partner["_id"]})

    edited = world.test("PATCH", path(made), {"billing_options": {"gln": "8"}}).json()
    assert edited["billing_options"] == {"gln": "8"}
    refused = world.test("PATCH", path(made), {"billing_options": {"withhold_billing": True}})
    assert refused.status_code == 400
    assert "billing_options" not in world.test("PATCH", path(made), {"billing_options": {}}).json()


@pytest.mark.parametrize("empty", [None, ""])
def test_an_optional_value_can_be_taken_away(world, empty):
    made = world.managed(display_name="Post")
    assert "display_name" not in world.test("PATCH", path(made), {"display_name": empty}).json()


@pytest.mark.parametrize("body", [{"name": "ab"}, {"name": None}, {"zip": ""}, {"_envs": ["LIVE"]}, {"strange": 1}])
def test_an_edit_that_does_not_fit_is_refused(world, body):
    made = world.managed()
    assert world.test("PATCH", path(made), body).status_code == 400
    assert world.test("GET", path(made)).json() == made


def test_only_the_creator_may_edit(world):
    made = world.managed()
    other = world.caller(world.partner["_id"], "TEST", "second")

    assert other("PATCH", path(made), {"name": "Anders"}).status_code == 403
    assert world.test("PATCH", path(world.partner), {"name": "Anders"}).status_code == 403
    world.sandbox.set_rule("edits_by", "organization")
    assert other("PATCH", path(made), {"name": "Anders"}).status_code == 200
    assert world.caller(made["_id"], "TEST")("PATCH", path(made), {"name": "Selbst"}).status_code == 403
    world.sandbox.set_rule("edits_by", "anyone")
    assert world.caller(made["_id"], "TEST")("PATCH", path(made), {"name": "Selbst"}).status_code == 200


def test_a_key_changes_only_what_is_in_its_own_environment(world):
    probe = world.managed()
    real = world.live("POST", "/organizations", world.company()).json()
    world.sandbox.set_rule("edits_by", "anyone")

    assert world.live("PATCH", path(probe), {"name": "Anders"}).status_code == 403
    assert world.test("PATCH", path(real), {"name": "Anders"}).status_code == 403
    assert world.test("DELETE", path(real)).status_code == 403


def test_the_dashboard_edits_whatever_it_likes(world):
    world.sandbox.edit_organization(world.partner["_id"], name="Umbenannt", display_name="Nord")
    assert world.test("GET", path(world.partner)).json()["name"] == "Umbenannt"
    world.sandbox.edit_organization(world.partner["_id"], display_name=None)
    assert "display_name" not in world.test("GET", path(world.partner)).json()


def test_a_main_organization_is_never_managed(world):
    main = world.test("POST", "/organizations", world.company(managed_by_organization_id=None)).json()
    answer = world.test("PATCH", path(main), {"managed_by_organization_id": world.partner["_id"]})
    assert answer.status_code == 400


def test_a_managed_organization_can_move_to_another_main_one_only(world):
    made, other = world.managed(), world.managed()
    main = world.test("POST", "/organizations", world.company(managed_by_organization_id=None)).json()

    assert world.test("PATCH", path(made), {"managed_by_organization_id": other["_id"]}).status_code == 400
    moved = world.test("PATCH", path(made), {"managed_by_organization_id": main["_id"]})
    assert moved.json()["managed_by_organization_id"] == main["_id"]
    listed = world.test("GET", f"/organizations?managed_by_organization_id={main['_id']}").json()
    assert [item["_id"] for item in listed["data"]] == [made["_id"]]


def test_a_deleted_organization_is_gone_with_its_keys(world):
    made = world.managed()
    own = world.caller(made["_id"], "TEST")
    own.log_in()

    assert world.test("DELETE", path(made)).json() == {"_success": True}
    assert world.test("GET", path(made)).status_code == 404
    assert world.test("DELETE", path(made)).status_code == 404
    assert own("GET", "/organizations").status_code == 401
    assert own.log_in().status_code == 401


def test_deleting_in_live_is_refused_unless_switched(world):
    made = world.live("POST", "/organizations", world.company()).json()

    assert world.live("DELETE", path(made)).status_code == 403
    world.sandbox.set_rule("live_delete", "allow")
    assert world.live("DELETE", path(made)).status_code == 200


def test_an_organization_that_manages_others_is_not_deleted(world):
    main = world.test("POST", "/organizations", world.company(managed_by_organization_id=None)).json()
    world.managed(managed_by_organization_id=main["_id"])
    assert world.test("DELETE", path(main)).status_code == 409


def test_only_the_creator_may_delete(world):
    made = world.managed()
    assert world.caller(made["_id"], "TEST")("DELETE", path(made)).status_code == 403


def test_live_is_switched_on_with_a_live_key_and_the_id_stays(world):
    made = world.managed()

    assert world.test("POST", f"{path(made)}/enable-env", {"env": "LIVE"}).status_code == 403
    assert world.live("POST", f"{path(made)}/enable-env", {"env": "LIVE"}).json() == {"_success": True}
    assert world.test("GET", path(made)).json() == {**made, "_envs": ["TEST", "LIVE"]}
    assert world.live("POST", f"{path(made)}/enable-env", {"env": "LIVE"}).json() == {"_success": True}


def test_a_main_organization_is_switched_to_live_by_fiskaly_only(world):
    main = world.test("POST", "/organizations", world.company(managed_by_organization_id=None)).json()
    assert world.live("POST", f"{path(main)}/enable-env", {"env": "LIVE"}).status_code == 403


def test_live_needs_a_parent_in_live(world):
    parent = world.sandbox.make_organization("Nur Probe", envs=("TEST",), created_by_key=world.live.key)
    made = world.sandbox.make_organization(
        "Kunde", ("TEST",), managed_by_organization_id=parent["_id"], created_by_key=world.live.key
    )
    assert world.live("POST", f"{path(made)}/enable-env", {"env": "LIVE"}).status_code == 403


@pytest.mark.parametrize("body", [{}, {"env": "PROD"}, {"env": "LIVE", "more": 1}])
def test_enable_env_takes_one_environment(world, body):
    assert world.live("POST", f"{path(world.managed())}/enable-env", body).status_code == 400
