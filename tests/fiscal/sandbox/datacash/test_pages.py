"""The pages for people."""

from __future__ import annotations

import re

import pytest


@pytest.fixture
def show(merchant):
    def get(path):
        return merchant.session.get(f"{merchant.host}/datacash/{path}")

    return get


@pytest.fixture
def post(merchant):
    def send(path, **form):
        return merchant.session.post(f"{merchant.host}/datacash/{path}", data=form, allow_redirects=False)

    return send


@pytest.mark.parametrize("path", ["", "customers/99000010159", "requests", "assumptions"])
def test_every_page_says_that_it_is_the_sandbox_and_needs_nothing_from_elsewhere(show, path):
    answer = show(path)
    assert answer.status_code == 200
    assert "A stand-in for the providers" in answer.text
    assert not re.search(r"<script|style=|<img|(src|href|action)=.(https?:)?//", answer.text)
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_every_field_of_every_form_has_a_label(show):
    for path in ("", "customers/99000010159", "requests", "assumptions"):
        text = show(path).text
        fields = re.findall(r"<(?:input|select) (?!type=\"hidden\")[^>]*?id=\"([^\"]+)\"", text)
        assert fields
        assert len(fields) == len(set(fields))
        assert all(f'for="{name}"' in text for name in fields)


def test_a_customer_shows_licence_keys_shops_and_devices_but_no_key(merchant, show):
    text = show("customers/99000010159").text
    for words in ("Bar Centrale", "2027-12-31", "1 of 1", "key-1", "Stazione", "banco", "now in Centro"):
        assert words in text
    assert merchant.key not in text
    assert show("customers/99000020018").status_code == 404


def test_a_customer_is_registered_and_gets_key_and_credentials_once(merchant, show, post):
    made = post("customers", vat_number="99000020018", licence_until="2027-01-01", tier="light")
    assert made.headers["Location"] == "/datacash/customers/99000020018"
    key = re.search(r"<pre[^>]*>(.+?)</pre>", post("customers/99000020018/key").text)[1]
    text = re.search(r"<pre[^>]*>(.+?)</pre>", post("customers/99000020018/credentials").text, re.DOTALL)[1]
    merchant.key, merchant.credentials = key, text
    assert merchant("dco/infoUser/").json()["partitaIva"] == "99000020018"
    assert key not in show("customers/99000020018").text
    assert post("customers", vat_number="5", licence_until="2027-01-01", tier="light").status_code == 400


def test_the_last_receipts_are_shown_newest_first(merchant, show):
    made = merchant.send()
    text = show("customers/99000010159").text
    assert text.index(made["idtrx"]) < text.index(merchant.stage.books("banco", "2026-11-25")[-1]["idtrx"])
    assert "<td>4.30</td>" in text


def test_edits_as_if_in_the_customer_area(merchant, show, post):
    area = "customers/99000010159"
    assert post(f"{area}/add-on", kind="light", number="2").status_code == 400
    saved = {
        "licence_until": "2026-11-24",
        "tier": "standard",
        "contract_signed": "on",
        "webhook_url": "http://127.0.0.1:9/",
    }
    assert post(f"{area}/edit", **saved).status_code == 303
    assert "lapsed" in show(area).text
    assert merchant("dco/infoUser/").status_code == 403
    post(f"{area}/edit", **saved | {"licence_until": "2028-01-01"})
    assert merchant("dco/infoUser/").status_code == 200
    post(f"{area}/add-on", kind="light", number="2")
    assert merchant.stage.slots("99000010159") == (1, 5)
    (account,) = merchant.stage.objects()
    assert (account["cloud_completo"], account["contract_signed"]) == (False, True)


def test_keys_taxpayers_shops_and_devices_are_changed_by_form(merchant, post):
    area = "customers/99000010159"
    post("keys/key-1/switch", active="no")
    assert merchant("dco/infoUser/").status_code == 401
    post("keys/key-1/switch", active="yes")
    post("taxpayers/99000010159/state", state="expired", customer="99000010159")
    assert merchant("dco/infoUser/").json()["errori"][0]["codice"] == "03"
    post(f"{area}/shop", name="Duomo")
    post(f"{area}/device", name="Neu", profile="bar", shop="shop-3", per_day="10", deferred="5")
    post("devices/banco/move", shop="shop-3", since="2026-11-20")
    devices = {device["id"]: device for device in merchant.stage.objects("device")}
    assert devices["device-3"]["places"] == [{"shop": "shop-3", "since": "2025-01-01"}]
    assert devices["banco"]["places"][-1] == {"shop": "shop-3", "since": "2026-11-20"}
    assert post(f"{area}/webhooks", copies="2").status_code == 303


def test_files_are_downloaded_from_the_page(merchant, show):
    span = "customer=99000010159&start=2026-11-20&end=2026-11-22"
    csv = show(f"files/daily_file?{span}&device=&shop=centro&encoding=utf-8&delimiter=;&thousands=")
    assert csv.content == merchant.stage.daily_file(
        "99000010159", "2026-11-20", "2026-11-22", shop="centro", encoding="utf-8"
    )
    assert show(f"files/counter_file?{span}").content.startswith(b"PK")
    assert show(f"files/statistics_file?{span}&layout=long").content.startswith(b"\xef\xbb\xbfsezione")
    assert show("files/daily_file?customer=99000010159&start=2026-11-20&end=2026-11-20").status_code == 400
    assert show(f"files/passwords?{span}").status_code == 404


def test_requests_are_shown_without_credentials(merchant, show):
    merchant.send()
    text = show("requests").text
    assert "sale issued" in text
    assert "PGP" not in text
    assert merchant.key not in text
    assert "No request matches" in show("requests?q=nothing-like-it").text


def test_assumed_and_documented_values_are_told_apart_and_switched(show, post):
    body = show("assumptions.json").json()
    assert {item["mark"] for item in body["assumptions"]} == {"documented", "client-confirmed", "assumed"}
    assert {item["rule"] for item in body["assumptions"] if item["rule"]} == set(body["rules"])
    assert post("rules", name="envelope", value="results").status_code == 303
    assert show("assumptions.json").json()["rules"]["envelope"] == "results"
    assert post("rules", name="months", value="none").status_code == 400


def test_what_does_not_exist_is_a_page_too(show, post):
    assert show("nowhere").status_code == 404
    assert show("customers/99000010159/edit").status_code == 404
    assert post("devices/nowhere/move", shop="centro", since="2026-01-01").status_code == 404
