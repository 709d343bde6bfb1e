"""The room's pages for people, and its desk for programs."""

from __future__ import annotations

import re

import pytest

from tests.fiscal.sandbox.kassandro.conftest import HOST

DAY = {"dateFrom": "2026-09-09", "dateTo": "2026-09-10"}


@pytest.fixture
def show(shop):
    return lambda path: shop.session.get(f"{HOST}{path}")


@pytest.fixture
def post(shop):
    def send(path, **form):
        return shop.session.post(f"{HOST}{path}", data=form, allow_redirects=False)

    return send


@pytest.fixture
def desk(shop):
    def call(method, handle, body=None, **params):
        return shop.session.request(method, f"{HOST}/_control/kassandro/{handle}", json=body, params=params)

    return call


@pytest.mark.parametrize("path", ["/", "/kassandro/", "/kassandro/registers/1", "/kassandro/assumptions"])
def test_every_page_says_that_it_is_the_sandbox_and_needs_nothing_from_elsewhere(show, path):
    answer = show(path)
    assert answer.status_code == 200
    assert "A stand-in for the providers" in answer.text
    assert not re.search(r"<script|style=|<img|(src|href|action)=.(https?:)?//", answer.text)
    assert "/kassandro/" in answer.text


def test_the_first_page_shows_accounts_registers_and_requests(shop, show):
    shop.get("/receipts/count", **DAY)
    text = show("/kassandro/").text
    assert "Bäckerei Huber" in text
    assert "KAS-00001" in text
    assert "/kassandro/api/receipts/count?" in text
    assert shop.key not in text
    assert shop.token() not in text


def test_a_register_shows_the_receipts_of_a_day(shop, show):
    books = shop.stage.books(shop.register, "2026-09-09")
    text = show("/kassandro/registers/1?day=2026-09-09").text
    assert f"{len(books)} receipts" in text
    assert books[5]["date"][11:] in text
    assert show("/kassandro/registers/1?day=yesterday").status_code == 400
    assert show("/kassandro/registers/99").status_code == 404
    assert show("/kassandro/registers/x").status_code == 404


def test_names_are_escaped(shop, show):
    shop.stage.edit_register(shop.register, name="<script>alert(1)</script>")
    for path in ("/kassandro/", "/kassandro/registers/1"):
        assert "<script>" not in show(path).text


def test_a_key_is_made_and_shown_once(shop, show, post):
    key = re.search(r"<pre[^>]*>([^<]+)</pre>", post("/kassandro/accounts/1/key", label="neu").text)[1]
    answer = shop.session.post(f"{HOST}/kassandro/api/token/account", json={"apiKey": key})
    assert answer.status_code == 200
    assert key not in show("/kassandro/").text


def test_a_key_can_be_good_for_one_register_alone(shop, show, post):
    key = re.search(r"<pre[^>]*>([^<]+)</pre>", post("/kassandro/accounts/1/key", register="1").text)[1]
    account = shop.session.post(f"{HOST}/kassandro/api/token/account", json={"apiKey": key})
    assert account.status_code >= 400
    register = {"apiKey": key, "cashRegisterId": 1}
    assert shop.session.post(f"{HOST}/kassandro/api/token/cashregister", json=register).status_code == 200
    assert post("/kassandro/accounts/1/key", register="99").status_code == 400


def test_an_account_is_opened_with_a_register_that_has_traded(shop, show, post):
    form = {"name": "Neue Wirtin", "register": "Stube", "profile": "restaurant", "opened": "2026-08-01"}
    answer = post("/kassandro/accounts", **form)
    assert answer.status_code == 303
    text = show("/kassandro/").text
    assert "Neue Wirtin" in text
    made = shop.stage.registers(int(answer.headers["Location"].rpartition("-")[2]))
    assert [(each["name"], each["trade"]["opened_on"]) for each in made] == [("Stube", "2026-08-01")]


@pytest.mark.parametrize(
    "wrong", [{"name": " "}, {"profile": "bank"}, {"opened": "9999-99-99"}, {"opened": "9999-12-31"}]
)
def test_an_account_that_makes_no_sense_is_not_opened(shop, post, wrong):
    before = shop.stage.registers()
    answer = post("/kassandro/accounts", **{"name": "Neue Wirtin", "profile": "shop"} | wrong)
    assert answer.status_code == 400
    assert shop.stage.registers() == before


def test_receipts_are_added_changed_and_removed_by_form(shop, post):
    number = shop.stage.books(shop.register, "2026-09-09")[5]["number"]
    address = "/kassandro/registers/1"
    answer = post(f"{address}/change", number=number, total="42,50", day="2026-09-09")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{address}?day=2026-09-09")
    assert shop.stage.books(shop.register, "2026-09-09")[5]["total"] == 4_250
    post(f"{address}/remove", number=number, day="2026-09-09")
    assert number not in [each["number"] for each in shop.stage.books(shop.register, "2026-09-09")]
    post(f"{address}/add", total="9.99", date="2026-09-09T04:00:00", kind="training")
    assert [shop.stage.books(shop.register, "2026-09-09")[0][name] for name in ("kind", "total")] == ["training", 999]
    assert post(f"{address}/change", number=number + 1, total="much").status_code == 400
    assert post(f"{address}/remove", number=999_999).status_code == 404


def test_a_register_is_closed_renamed_and_delivers_late_by_form(shop, post):
    address = "/kassandro/registers/1"
    post(f"{address}/late", first="2026-09-09", last="", days="3")
    assert shop.stage.books(shop.register, "2026-09-09") == []
    post(f"{address}/edit", name="Filiale Graz", closed_on="2026-09-10")
    register = shop.stage.register(shop.register)
    assert (register["name"], str(register["trade"]["closed_on"])) == ("Filiale Graz", "2026-09-10")


def test_tokens_of_a_register_are_revoked_by_form(shop, post):
    shop.get("/articles", register=shop.register)
    post("/kassandro/registers/1/revoke")
    assert shop.call("GET", "/articles", register=shop.register).status_code == 401


def test_the_export_can_be_downloaded(shop, show):
    answer = show("/kassandro/registers/1/dep7.json")
    assert answer.json() == shop.stage.dep7(shop.register)
    assert "attachment" in answer.headers["Content-Disposition"]
    assert show("/kassandro/registers/1/crypto-material.json").json() == shop.stage.crypto_material(shop.register)


def test_every_switch_and_every_assumption_is_shown(shop, show, post):
    body = show("/kassandro/assumptions.json").json()
    assert {item["mark"] for item in body["assumptions"]} == {"documented", "assumed"}
    assert set(body["rules"]) == {item["rule"] for item in body["assumptions"] if item["rule"]}
    assert "Every field name of every answer" in show("/kassandro/assumptions").text
    assert post("/kassandro/rules", name="envelope", value="data").headers["Location"] == "/kassandro/assumptions"
    assert "data" in shop.get("/receipts", **DAY)
    assert post("/kassandro/rules", name="envelope", value="box").status_code == 400


def test_the_stage_is_set_over_http(shop, desk):
    account = desk("POST", "accounts", {"name": "Über HTTP", "tier": "Gastro"}).json()["id"]
    facts = {"account_id": account, "name": "Kassa", "profile": "restaurant", "opened_on": "2026-09-01"}
    register = desk("POST", "registers", facts).json()
    assert register["trade"]["opened_on"] == "2026-09-01"
    assert desk("POST", "api-keys", {"account_id": account, "key": "fest"}).json() == {"key": "fest"}
    assert desk("GET", "registers", account_id=account).json()["registers"] == [register]
    number = desk("POST", "receipts", {"register_id": register["id"], "cents": 500}).json()["number"]
    books = desk("GET", "books", register_id=register["id"], day="2026-09-10").json()["receipts"]
    assert books == shop.stage.books(register["id"], "2026-09-10")
    assert books[-1]["number"] == number
    desk("POST", "receipts/remove", {"register_id": register["id"], "number": number})
    days = desk("GET", "totals", register_id=register["id"], first="2026-09-01", last="2026-09-10").json()["days"]
    assert days == shop.stage.totals(register["id"], "2026-09-01", "2026-09-10")
    assert desk("POST", "rules", {"envelope": "items"}).json()["envelope"] == "items"
    assert desk("POST", "registers/prepare", {"register_id": register["id"]}).json()["receipts"] == sum(
        day["receipts"] for day in days.values()
    )


def test_a_batch_arrives_in_one_call(shop, desk):
    body = [{"make": "register", "account_id": 1, "name": f"Kassa {n}"} for n in range(100)]
    assert len(desk("POST", "batch", body).json()["made"]) == 100


def test_a_scenario_is_issued_over_http(desk):
    scenario = {
        "cashBoxId": "BOX",
        "base64AesKey": "WQRtiiya3hYh/Uz44Bv3x8ETl1nrH6nCdErn69g5/lU=",
        "companyID": "U:ATU99000017",
        "simulationRunLabel": "own",
        "numberOfSignatureDevices": 1,
        "cashBoxInstructionList": [],
    }
    assert desk("POST", "scenario", {"scenario": scenario}).json()["receipts"] == []


@pytest.mark.parametrize(
    ("handle", "body"),
    [
        ("registers", {"account_id": 99, "name": "x"}),
        ("registers", {"account_id": 1, "name": "x", "color": "red"}),
        ("rules", {"gravity": "off"}),
        ("batch", [{"make": "castle"}]),
        ("receipts/remove", {"register_id": 1, "number": 0}),
        ("accounts", []),
    ],
)
def test_what_cannot_be_done_says_why(desk, handle, body):
    answer = desk("POST", handle, body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_there_are_no_other_handles(desk):
    assert desk("GET", "shell").status_code == 404


def test_negative_cases_are_issued_over_http(desk):
    body = desk("GET", "negative", name="chaining broken").json()
    assert body["place"] == 3
    assert body["dep7"]["Belege-Gruppe"]
    assert "malformed time" in desk("GET", "negative").json()["names"]
    assert desk("GET", "negative", name="nothing").status_code == 400
