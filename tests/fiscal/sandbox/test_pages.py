"""The pages for people."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def show(world):
    def get(path):
        return world.test.session.get(f"{world.test.host}{path}")

    return get


@pytest.fixture
def post(world):
    def send(where, **form):
        return world.test.session.post(f"{world.test.host}{where}", data=form, allow_redirects=False)

    return send


@pytest.mark.parametrize(
    "path", ["/", "/management/", "/management/requests", "/management/faults", "/management/assumptions"]
)
def test_every_page_says_that_it_is_the_sandbox_and_needs_nothing_from_elsewhere(show, path):
    answer = show(path)
    assert answer.status_code == 200
    assert "A stand-in for the providers" in answer.text
    assert not re.search(r"<script|style=|<img|(src|href|action)=.(https?:)?//", answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_first_page_says_where_the_keys_of_each_provider_come_from(show):
    assert show("/").text.count("Keys: ") == 3


def test_the_tree_shows_who_manages_whom(world, show):
    for number in range(7):
        world.managed(name=f"Kunde {number}")
    text = show("/management/").text
    assert "Kassen Nord GmbH" in text
    assert "Kunde 4" in text
    assert "2 more" in text


def test_organizations_come_in_pages_and_can_be_searched(world, show):
    world.sandbox.batch([{"make": "organization", "name": f"Haus {n:02}"} for n in range(30)])
    assert "Page 1 of 2" in show("/management/").text
    assert "Haus 29" in show("/management/?page=2").text
    assert "Haus 29" in show("/management/?q=29").text
    assert "No organization has this name" in show("/management/?q=nobody").text


def test_an_organization_shows_its_keys_without_secrets(world, show):
    text = show(f"/management/organizations/{world.partner['_id']}").text
    assert world.test.key in text
    assert world.test.secret not in text


def test_names_are_escaped(world, show):
    made = world.managed(name="<script>alert(1)</script>")
    assert "<script>" not in show(f"/management/organizations/{made['_id']}").text
    assert "<script>" not in show("/management/").text


def test_an_edit_as_if_in_the_dashboard(world, post):
    address = f"/management/organizations/{world.partner['_id']}"
    answer = post(f"{address}/edit", name="Umbenannt GmbH", display_name="")
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    assert world.sandbox.objects()[0]["name"] == "Umbenannt GmbH"
    assert post(f"{address}/edit", name="X").status_code == 400
    assert post(f"{address}/edit", country_code="AT").status_code == 400
    assert post("/management/organizations/nowhere/edit", name="Neu GmbH").status_code == 404


def test_keys_are_switched_and_organizations_deleted(world, post):
    key = world.sandbox.objects("api_key")[0]
    post(f"/management/api-keys/{key['_id']}/status", status="disabled", organization=world.partner["_id"])
    assert world.sandbox.objects("api_key")[0]["status"] == "disabled"
    assert post(f"/management/api-keys/{key['_id']}/status", status="broken").status_code == 400
    post(f"/management/organizations/{world.partner['_id']}/delete")
    assert world.sandbox.objects() == []


def test_faults_are_added_and_removed_by_form(world, show, post):
    form = {"kind": "throttled", "method": "POST", "path": "/auth$", "times": "2", "options": '{"retry_after": "7"}'}
    assert post("/management/faults/add", **form).status_code == 303
    (fault,) = world.sandbox.faults.all()
    assert (fault.kind, fault.method, fault.times, fault.options) == ("throttled", "POST", 2, {"retry_after": "7"})
    assert "/auth$" in show("/management/faults").text
    post(f"/management/faults/{fault.id}/remove")
    assert world.sandbox.faults.all() == []
    assert post("/management/faults/add", kind="earthquake").status_code == 400
    assert post("/management/faults/add", kind="html", options="[]").status_code == 400
    assert post("/management/faults/add", kind="html", options="{").status_code == 400


def test_requests_are_shown_newest_first_and_filtered(world, show):
    made = world.managed()
    text = show("/management/requests").text
    assert text.index("/organizations") < text.index("/auth")
    assert world.test.secret not in text
    assert "/auth" not in show("/management/requests?q=created").text
    assert made["_id"] in show("/management/requests?q=created").text


def test_older_requests_are_a_page_further(world, show):
    for _ in range(60):
        world.test("GET", "/organizations")
    older = re.search(r'rel="next" href="([^"]+)"', show("/management/requests").text)
    assert older is not None
    assert "/auth" in show(f"/management/requests{older[1]}").text


def test_assumed_and_recorded_values_are_told_apart(world, show, post):
    body = show("/management/assumptions.json").json()
    marks = {item["mark"] for item in body["assumptions"]}
    assert marks == {"recorded", "documented", "client-confirmed", "assumed"}
    assert set(body["rules"]) >= {item["rule"] for item in body["assumptions"] if item["rule"]}
    assert "Meaning of count" in show("/management/assumptions").text
    assert post("/management/rules", name="count_means", value="page").status_code == 303
    assert show("/management/assumptions.json").json()["rules"]["count_means"] == "page"
    assert post("/management/rules", name="access_life", value="-1").status_code == 400


def test_what_does_not_exist_is_a_page_too(show):
    for path in ("/nowhere", "/management/nowhere", "/management/organizations/nowhere"):
        assert show(path).status_code == 404
        assert "<h1>Not found</h1>" in show(path).text


def test_forms_are_taken_by_post_only(show, world):
    assert show(f"/management/organizations/{world.partner['_id']}/delete").status_code == 404
    assert len(world.sandbox.objects()) == 1


def test_it_works_without_any_django_settings():
    program = """
import json
from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.web import Request
from django.conf import settings
sandbox = Sandbox()
sandbox.make_organization("Ohne")
pages = ["/", "/management/", "/management/requests", "/management/faults", "/management/assumptions"]
print(json.dumps([sandbox.answer(Request("GET", path, "", {"host": "localhost"})).status for path in pages]))
assert not settings.configured
"""
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert json.loads(result.stdout) == [200] * 5


def test_an_organization_and_its_first_key_are_made_as_in_the_dashboard(world, show, post):
    answer = post("/management/organizations/new", name="Kassen Süd GmbH")
    place = answer.headers["Location"]
    assert answer.status_code == 303
    assert "Make an API key" in show(place).text
    text = post(f"{place}/key", name="kontor", env="TEST").text
    key, secret = re.findall(r"<pre[^>]*>([^<]+)</pre>", text)
    auth = {"api_key": key, "api_secret": secret}
    answer = world.test.session.post(f"{world.test.host}/management/api/v0/auth", json=auth)
    assert answer.status_code == 200
    assert secret not in show(place).text


def test_a_key_for_a_mode_that_the_organization_lacks_is_refused(world, show, post):
    made = world.sandbox.make_organization("Nur Test GmbH", envs=["TEST"])
    answer = post(f"/management/organizations/{made['_id']}/key", name="kontor", env="LIVE")
    assert answer.status_code == 400
    assert "This organization has TEST." in answer.text
    assert post("/management/organizations/none/key", env="TEST").status_code == 404
    assert post("/management/organizations/new", name="x").status_code == 400
