"""The desk for programs over HTTP."""

from __future__ import annotations

import pytest


@pytest.fixture
def desk(world):
    """Calls a handle under /_control/."""

    def call(method, handle, body=None, **options):
        return world.test.session.request(method, f"{world.test.host}/_control/{handle}", json=body, **options)

    return call


def test_the_stage_is_set_over_http(world, desk):
    made = desk("POST", "organizations", {"name": "Über HTTP"}).json()
    pair = desk(
        "POST", "api-keys", {"organization_id": made["_id"], "env": "LIVE", "name": "main", "secret": "s"}
    ).json()
    edited = desk("POST", "organizations/edit", {"_id": made["_id"], "name": "Neu GmbH"}).json()

    assert pair["secret"] == "s"
    assert edited["name"] == "Neu GmbH"
    assert [item["name"] for item in desk("GET", "objects.json").json()["objects"]] == ["Kassen Nord GmbH", "Neu GmbH"]
    assert desk("GET", "objects.json?kind=api_key").json()["objects"][-1]["key"] == pair["key"]
    desk("POST", "delete", {"_id": made["_id"]})
    assert len(world.sandbox.objects()) == 1


def test_a_batch_arrives_in_one_call(world, desk):
    body = [
        {"make": "organization", "name": f"Kunde {n}", "managed_by_organization_id": world.partner["_id"]}
        for n in range(100)
    ]
    assert len(desk("POST", "batch", body).json()["made"]) == 100
    assert len(world.sandbox.objects()) == 101


def test_faults_are_scripted_listed_and_removed(world, desk):
    fault = desk("POST", "faults", {"kind": "throttled", "path": "/organizations$", "retry_after": "7"}).json()
    assert [item["kind"] for item in desk("GET", "faults.json").json()["faults"]] == ["throttled"]
    assert world.test("GET", "/organizations").status_code == 429
    desk("POST", "faults/remove", {"id": fault["id"]})
    desk("POST", "faults", {"kind": "html"})
    desk("POST", "faults/clear")
    assert desk("GET", "faults.json").json() == {"faults": []}


def test_the_ledger_is_read_from_a_number_on(world, desk):
    world.managed()
    assert [item["n"] for item in desk("GET", "ledger.json?since=1").json()["requests"]] == [2]
    assert desk("GET", "ledger.json?method=GET").json() == {"requests": []}
    assert world.sandbox.ledger.count() == 2


def test_switches_tokens_and_reset(world, desk):
    world.test.log_in()
    assert desk("POST", "rules", {"edits_by": "anyone"}).json()["edits_by"] == "anyone"
    desk("POST", "tokens/expire", {})
    assert world.test("GET", "/organizations").status_code == 401
    desk("POST", "reset")
    assert world.sandbox.objects() == []


@pytest.mark.parametrize(
    ("handle", "body"),
    [
        ("faults", {"kind": "earthquake"}),
        ("organizations", {"color": "red", "name": 5, "envs": 7}),
        ("organizations", {}),
        ("organizations/edit", {"_id": "nowhere", "name": "x"}),
        ("batch", [{"make": "castle"}]),
        ("rules", {"gravity": "off"}),
        ("delete", {}),
    ],
)
def test_what_cannot_be_done_says_why(desk, handle, body):
    answer = desk("POST", handle, body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_there_are_no_other_handles(desk):
    assert desk("GET", "shell").status_code == 404


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_site_cannot_post(world, desk, headers):
    assert desk("POST", "reset", headers=headers).status_code == 403
    assert len(world.sandbox.objects()) == 1


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:80"])
def test_a_strange_host_name_is_refused(desk, host):
    assert desk("GET", "objects.json", headers={"Host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost:8010", "127.0.0.1:8010", "[::1]:8010", "LOCALHOST"])
def test_loopback_names_are_answered(desk, host):
    assert desk("GET", "objects.json", headers={"Host": host}).status_code == 200
