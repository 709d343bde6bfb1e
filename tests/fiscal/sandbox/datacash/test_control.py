"""The stage over HTTP: /_control/datacash/."""

from __future__ import annotations

import pytest


@pytest.fixture
def desk(merchant):
    """Calls a handle under /_control/datacash/."""

    def call(method, handle, body=None, **params):
        return merchant.session.request(method, f"{merchant.host}/_control/datacash/{handle}", json=body, params=params)

    return call


def test_a_world_arrives_in_one_call(merchant, desk):
    vat_number = "99000020018"
    body = [
        {"make": "customer", "vat_number": vat_number, "licence_until": "2027-06-30", "tier": "standard"},
        {"make": "key", "customer": vat_number, "key": "a-key-known-before"},
        {"make": "credentials", "vat_number": vat_number, "seed": "demo"},
        {"make": "shop", "customer": vat_number, "name": "Duomo", "id": "duomo"},
        {"make": "device", "customer": vat_number, "id": "till-1", "profile": "panificio", "shop": "duomo"},
        {"make": "document", "vat_number": vat_number, "total": 1234},
    ]
    made = desk("POST", "batch", body).json()["made"]
    assert made[1] == "a-key-known-before"
    merchant.key, merchant.credentials = made[1], made[2]
    assert merchant("dco/infoUser/").json()["partitaIva"] == vat_number
    assert 12.34 in [row["ammontareComplessivo"] for row in merchant.find("2026-11-25", "2026-11-25")]


def test_half_a_batch_is_none(merchant, desk):
    body = [{"make": "shop", "customer": merchant.vat_number, "name": "Neu", "id": "neu"}, {"make": "castle"}]
    assert desk("POST", "batch", body).status_code == 400
    assert "neu" not in str(desk("GET", "objects", kind="shop").json())


def test_every_action_can_be_told_over_http(merchant, desk):
    customer = merchant.vat_number
    assert desk("POST", "lapse", {"customer": customer}).json()["lapse"]["licence_until"] == "2026-11-24"
    assert merchant("dco/infoUser/").status_code == 403
    desk("POST", "renew", {"customer": customer, "until": "2028-01-01"})
    assert merchant("dco/infoUser/").status_code == 200
    desk("POST", "set_taxpayer", {"vat_number": customer, "state": "expired"})
    assert merchant("dco/infoUser/").json()["esito"] is False
    assert desk("POST", "rules", {"sign": "negative"}).json()["sign"] == "negative"


def test_truth_is_asked_over_http(merchant, desk):
    span = {"vat_number": merchant.vat_number, "start": "2026-11-20", "end": "2026-11-22"}
    stage = merchant.stage
    assert desk("GET", "totals", **span).json()["totals"] == stage.totals(**span)
    assert desk("GET", "books", device="banco", day="2026-11-20").json()["books"] == [
        {**doc, "lines": doc["lines"]} for doc in stage.books("banco", "2026-11-20")
    ]
    assert desk("GET", "books", device="banco", day="2026-12-01", as_of="inf").json()["books"]
    assert desk("GET", "counters", customer=merchant.vat_number).json()["counters"] == stage.counters(
        merchant.vat_number
    )
    assert desk("GET", "due_webhooks").json() == {"due_webhooks": []}


def test_files_are_downloaded_over_http(merchant, desk):
    span = {"customer": merchant.vat_number, "start": "2026-11-20", "end": "2026-11-22"}
    answer = desk("GET", "daily_file", delimiter=",", **span)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="aggregati_giornalieri.csv"'
    assert answer.content == merchant.stage.daily_file(**span, delimiter=",")
    assert desk("GET", "counter_file", **span).content.startswith(b"PK")


@pytest.mark.parametrize(
    ("method", "handle", "status"),
    [("POST", "shell", 404), ("GET", "reset", 404), ("GET", "make_key", 404), ("POST", "books", 404)],
)
def test_there_are_no_other_handles(desk, method, handle, status):
    assert desk(method, handle, {} if method == "POST" else None).status_code == status


@pytest.mark.parametrize(
    ("handle", "body"),
    [
        ("make_customer", {"vat_number": "1", "licence_until": "2027-01-01"}),
        ("make_customer", {"vat_number": "99000020018", "licence_until": "soon"}),
        ("make_customer", {"vat_number": "99000020018", "licence_until": "2027-01-01", "tier": "huge"}),
        ("make_device", {"customer": "99000010159", "profile": "casino"}),
        ("make_device", {"customer": "99000010159", "sync": "never"}),
        ("make_device", {"customer": "99000010159", "per_day": 0}),
        ("make_device", {"customer": "99000010159", "id": "banco"}),
        ("make_device", {"customer": "nobody"}),
        ("make_document", {"vat_number": "99000010159", "kind": "X"}),
        ("edit_customer", {"customer": "99000010159", "colour": "red"}),
        ("edit_customer", {"customer": "99000010159", "tier": "huge"}),
        ("set_taxpayer", {"vat_number": "99000010159", "state": "rich"}),
        ("rules", {"gravity": "off"}),
        ("rules", {"window_days": "0"}),
        ("rules", {"sign": "imaginary"}),
    ],
)
def test_what_cannot_be_done_says_why(desk, handle, body):
    answer = desk("POST", handle, body)
    assert answer.status_code == 400
    assert answer.json()["message"]


def test_a_reset_empties_this_room_too(merchant):
    merchant.session.post(f"{merchant.host}/_control/reset")
    assert merchant.stage.objects() == []
    assert merchant("dco/infoUser/").status_code == 401
