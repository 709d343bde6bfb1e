"""POST /organizations: what is taken, what is refused, what comes back."""

from __future__ import annotations

import re

import pytest

UUID = re.compile(r"[0-9a-f-]{36}")


def test_a_managed_organization_comes_back_as_recorded(world):
    answer = world.test("POST", "/organizations", world.company())
    body = answer.json()

    assert answer.status_code == 200
    assert list(body) == [
        "_id",
        "_type",
        "_envs",
        "name",
        "address_line1",
        "zip",
        "town",
        "country_code",
        "managed_by_organization_id",
        "created_by_user",
    ]
    assert body["_type"] == "MANAGED_ORGANIZATION"
    assert body["_envs"] == ["TEST"]
    assert UUID.fullmatch(body["_id"])
    assert world.test("GET", f"/organizations/{body['_id']}").json() == body


def test_a_live_key_makes_live_things(world):
    assert world.live("POST", "/organizations", world.company()).json()["_envs"] == ["LIVE"]


def test_equal_names_are_allowed(world):
    assert world.managed()["_id"] != world.managed()["_id"]


def test_optional_fields_that_are_set_come_back(world):
    extra = {
        "display_name": "Post",
        "vat_id": "ATU12345678",
        "address_line2": "Hof",
        "state": "Steiermark",
        "tax_number": "12",
        "economy_id": "e1",
        "contact_person_id": world.partner["_id"],
        "billing_options": {"gln": "9", "bill_to_organization": world.partner["_id"], "withhold_billing": True},
        "metadata": {"kontor_id": "m-1"},
    }
    made = world.managed(**extra)
    assert {name: made[name] for name in extra} == extra


def test_empty_metadata_is_left_out(world):
    assert "metadata" not in world.managed(metadata={})


@pytest.mark.parametrize("missing", ["name", "address_line1", "zip", "town", "country_code"])
def test_a_required_field_that_is_missing_is_named(world, missing):
    answer = world.test("POST", "/organizations", world.company(**{missing: None}))

    assert answer.status_code == 400
    assert answer.json()["code"] == "E_FAILED_SCHEMA_VALIDATION"
    assert missing in answer.json()["message"]
    assert "assumed" in answer.json()["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "ab"),
        ("name", 12),
        ("country_code", "AT"),
        ("country_code", "XXX"),
        ("country_code", "aut"),
        ("managed_by_organization_id", "no uuid"),
        ("contact_person_id", "no uuid"),
        ("vat_id", 5),
        ("billing_options", {"withhold_billing": True}),
        ("billing_options", {"withhold_billing": "yes"}),
        ("billing_options", {"bill_to_organization": True}),
        ("billing_options", {"bill_to_organization": "00000000-0000-4000-8000-000000000000"}),
        ("billing_options", {"strange": 1}),
        ("billing_address_id", "00000000-0000-4000-8000-000000000000"),
        ("metadata", {"a": 1}),
        ("metadata", {"a" * 41: "x"}),
        ("metadata", {"a": "x" * 501}),
        ("metadata", {str(n): "x" for n in range(21)}),
        ("strange", "field"),
    ],
)
def test_a_field_that_does_not_fit_is_refused_and_nothing_is_made(world, field, value):
    answer = world.test("POST", "/organizations", world.company(**{field: value}))

    assert answer.status_code == 400
    assert field in answer.json()["message"]
    assert len(world.sandbox.objects("organization")) == 1


def test_metadata_at_its_limits_is_taken(world):
    metadata = {f"{n:040}": "x" * 500 for n in range(20)}
    assert world.managed(metadata=metadata)["metadata"] == metadata


def test_unknown_fields_can_be_ignored_instead(world):
    world.sandbox.set_rule("unknown_keys", "ignore")
    assert "strange" not in world.managed(strange="field")


def test_a_body_that_is_no_json_is_refused(world):
    world.test.log_in()
    answer = world.test.session.post(f"{world.test.host}/management/api/v0/organizations", data="{")
    assert answer.status_code == 400


def test_an_unknown_parent_is_a_404_without_a_code(world):
    parent = "00000000-0000-4000-8000-000000000000"
    answer = world.test("POST", "/organizations", world.company(managed_by_organization_id=parent))

    assert answer.status_code == 404
    assert answer.json() == {"status_code": 404, "error": "Not Found", "message": "Not Found"}


def test_a_managed_organization_never_has_children(world):
    parent = world.managed()["_id"]
    answer = world.test("POST", "/organizations", world.company(managed_by_organization_id=parent))

    assert answer.status_code == 400
    assert len(world.sandbox.objects("organization")) == 2


def test_a_test_key_cannot_manage_under_an_organization_without_test(world):
    parent = world.sandbox.make_organization("Nur echt", envs=("LIVE",), created_by_key=world.test.key)
    answer = world.test("POST", "/organizations", world.company(managed_by_organization_id=parent["_id"]))
    assert answer.status_code == 403


def test_a_main_organization_can_be_made_in_test(world):
    made = world.test("POST", "/organizations", world.company(managed_by_organization_id=None)).json()
    assert made["_type"] == "ORGANIZATION"
    assert made["_envs"] == ["TEST"]
    assert "managed_by_organization_id" not in made


def test_a_main_organization_in_live_must_be_billed_to_a_live_one(world):
    alone = world.company(managed_by_organization_id=None)
    in_test_only = world.managed()["_id"]
    billed = {"bill_to_organization": world.partner["_id"], "withhold_billing": True}

    assert world.live("POST", "/organizations", alone).status_code == 403
    to_test = {**alone, "billing_options": {"bill_to_organization": in_test_only}}
    assert world.live("POST", "/organizations", to_test).status_code == 403
    assert world.live("POST", "/organizations", {**alone, "billing_options": billed}).json()["_envs"] == ["LIVE"]


def test_a_third_level_hangs_under_a_second_level_organization(world):
    billing = {"bill_to_organization": world.partner["_id"], "withhold_billing": True}
    holding = world.test(
        "POST", "/organizations", world.company(managed_by_organization_id=None, billing_options=billing)
    )
    branch = world.managed(managed_by_organization_id=holding.json()["_id"])
    assert branch["managed_by_organization_id"] == holding.json()["_id"]
