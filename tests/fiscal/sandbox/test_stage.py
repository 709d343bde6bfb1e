"""Setting the stage from a test, and looking at what is there."""

from __future__ import annotations

import pytest

from fiscal.sandbox.app import Sandbox


def test_given_ids_keys_and_secrets_are_used(world):
    made = world.sandbox.make_organization("Fest", _id="11111111-1111-4111-8111-111111111111")
    pair = world.sandbox.make_api_key(made["_id"], "TEST", "fest", key="test_fest", secret="geheim", _id="k-1")

    assert made["_id"] == "11111111-1111-4111-8111-111111111111"
    assert pair == ("test_fest", "geheim")
    assert [key["_id"] for key in world.sandbox.objects("api_key")][-1] == "k-1"


def test_an_organization_made_by_a_key_can_be_edited_with_it(world):
    made = world.sandbox.make_organization(
        "Kunde", managed_by_organization_id=world.partner["_id"], created_by_key=world.test.key
    )
    assert world.test("PATCH", f"/organizations/{made['_id']}", {"name": "Neu GmbH"}).status_code == 200


def test_a_stage_that_makes_no_sense_is_refused(world):
    child = world.managed()
    with pytest.raises(ValueError, match="managed"):
        world.sandbox.make_organization("Enkel", managed_by_organization_id=child["_id"])
    with pytest.raises(ValueError, match="type"):
        world.sandbox.make_organization("Falsch", type="MANAGED_ORGANIZATION")
    with pytest.raises(ValueError, match="API key"):
        world.sandbox.make_organization("Falsch", created_by_key="test_unknown")
    with pytest.raises(KeyError):
        world.sandbox.edit_organization("nowhere", name="x")
    with pytest.raises(KeyError):
        world.sandbox.delete("nowhere")
    with pytest.raises(ValueError, match="rule"):
        world.sandbox.set_rule("gravity", "off")
    with pytest.raises(ValueError, match="edits_by"):
        world.sandbox.set_rule("edits_by", "nobody")


def test_objects_are_found_by_their_mark(world):
    made = world.managed(metadata={"kontor_id": "m-1"})
    world.managed(metadata={"kontor_id": "m-11"}, name="m-1 im Namen")
    assert world.sandbox.find("m-1") == [made]
    assert world.sandbox.find("m-2") == []


def test_deleting_in_the_dashboard_needs_no_permission(world):
    made = world.managed()
    user = world.sandbox.make_user(made["_id"], "anna@example.at")
    world.sandbox.delete(user["_id"])
    world.sandbox.delete(made["_id"])
    assert [item["_id"] for item in world.sandbox.objects()] == [world.partner["_id"]]


def test_a_key_is_disabled_in_the_dashboard(world):
    key_id = world.sandbox.objects("api_key")[0]["_id"]
    world.sandbox.edit_api_key(key_id, status="disabled")
    assert world.test.log_in().status_code == 401


def test_a_batch_makes_many_things_or_none(world):
    made = world.sandbox.batch(
        [
            {"make": "organization", "name": f"Kunde {n}", "managed_by_organization_id": world.partner["_id"]}
            for n in range(50)
        ]
    )
    assert len(made) == 50
    with pytest.raises(ValueError, match="Item 1"):
        world.sandbox.batch([{"make": "organization", "name": "Halb"}, {"make": "castle"}])
    assert len(world.sandbox.objects()) == 51


def test_a_reset_empties_everything(world):
    world.managed()
    world.sandbox.faults.add("html")
    world.sandbox.set_rule("default_limit", 3)
    world.sandbox.reset()
    assert world.sandbox.objects() == []
    assert world.sandbox.faults.all() == []
    assert world.sandbox.ledger.count() == 0
    assert world.sandbox.management.rules().default_limit == 100


def test_a_file_is_shared_and_outlives_its_building(tmp_path):
    first, second = Sandbox(tmp_path / "s.sqlite3"), Sandbox(tmp_path / "s.sqlite3")
    made = first.make_organization("Bleibt")
    assert second.objects() == [made]
    second.faults.add("html")
    assert len(first.faults.all()) == 1
    first.close()
    second.close()
    assert Sandbox(tmp_path / "s.sqlite3").objects() == [made]


def test_two_buildings_in_memory_share_nothing():
    first, second = Sandbox(), Sandbox()
    first.make_organization("Nur hier")
    assert second.objects() == []
