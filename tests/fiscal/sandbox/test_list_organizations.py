"""GET /organizations and GET /organizations/{id}: visibility, filters, pages."""

from __future__ import annotations

import pytest


def names(answer):
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["data"]]


def test_the_list_has_data_count_and_type(world):
    world.managed()
    body = world.test("GET", "/organizations").json()

    assert set(body) == {"data", "count", "_type"}
    assert body["_type"] == "ORGANIZATION_LIST"
    assert body["count"] == 2


def test_an_empty_list_is_a_list(world):
    body = world.test("GET", f"/organizations?managed_by_organization_id={world.partner['_id']}").json()
    assert body == {"data": [], "count": 0, "_type": "ORGANIZATION_LIST"}


def test_filters_choose_environment_type_and_parent(world):
    world.managed(name="Probe")
    world.live("POST", "/organizations", world.company(name="Echt"))

    assert names(world.test("GET", "/organizations?env=LIVE")) == ["Kassen Nord GmbH", "Echt"]
    assert names(world.test("GET", "/organizations?type=ORGANIZATION")) == ["Kassen Nord GmbH"]
    assert names(world.test("GET", "/organizations?type=MANAGED_ORGANIZATION&env=TEST")) == ["Probe"]
    parent = f"/organizations?managed_by_organization_id={world.partner['_id']}"
    assert names(world.test("GET", parent)) == ["Probe", "Echt"]


def test_pages_and_order(world):
    for name in ("Cäsar", "Anton", "Berta"):
        world.managed(name=name)
    chosen = "/organizations?type=MANAGED_ORGANIZATION&order_by=name"

    assert names(world.test("GET", chosen)) == ["Anton", "Berta", "Cäsar"]
    assert names(world.test("GET", f"{chosen}&order=desc&limit=2")) == ["Cäsar", "Berta"]
    page = world.test("GET", f"{chosen}&limit=2&offset=2")
    assert names(page) == ["Cäsar"]
    assert page.json()["count"] == 3


def test_count_can_mean_the_page_instead(world):
    for _ in range(3):
        world.managed()
    world.sandbox.set_rule("count_means", "page")
    assert world.test("GET", "/organizations?limit=2").json()["count"] == 2


def test_the_default_limit_is_a_switch(world):
    world.managed()
    world.sandbox.set_rule("default_limit", 1)
    assert len(names(world.test("GET", "/organizations"))) == 1


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=5001",
        "limit=x",
        "offset=-1",
        "order=up",
        "order_by=color",
        "env=PROD",
        "type=KEY",
        "color=red",
    ],
)
def test_a_parameter_that_does_not_fit_is_refused(world, query):
    answer = world.test("GET", f"/organizations?{query}")
    assert answer.status_code == 400
    assert answer.json()["code"] == "E_FAILED_SCHEMA_VALIDATION"


@pytest.mark.parametrize("order_by", ["name", "id", "zip", "town", "display_name", "vat_id", "state", "economy_id"])
def test_every_documented_order_works(world, order_by):
    world.managed()
    assert len(names(world.test("GET", f"/organizations?order_by={order_by}&limit=5000"))) == 2


def test_a_key_sees_its_own_those_it_manages_and_those_it_provisioned_only(world):
    stranger = world.sandbox.make_organization("Fremde Kassen AG")
    theirs = world.sandbox.make_organization("Fremder Kunde", managed_by_organization_id=stranger["_id"])
    branch = world.managed(name="Filiale")
    holding = world.test(
        "POST", "/organizations", world.company(name="Holding", managed_by_organization_id=None)
    ).json()

    assert names(world.test("GET", "/organizations")) == ["Kassen Nord GmbH", "Filiale", "Holding"]
    for hidden in (stranger, theirs):
        answer = world.test("GET", f"/organizations/{hidden['_id']}")
        assert answer.status_code == 404
        assert answer.json()["code"] == "E_ORGANIZATION_NOT_FOUND"
    assert names(world.caller(branch["_id"], "TEST")("GET", "/organizations")) == ["Filiale"]
    assert names(world.caller(holding["_id"], "TEST")("GET", "/organizations")) == ["Holding"]


def test_unknown_paths_and_methods_are_refused(world):
    assert world.test("GET", "/invoices").status_code == 404
    assert world.test("PUT", "/organizations").status_code == 405
    assert world.test("GET", "/auth").status_code == 405
