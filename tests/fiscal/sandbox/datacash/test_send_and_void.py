"""POST /sendDocument/, /voidDocument/ and /downloadDocument/."""

from __future__ import annotations

import pytest


def today(merchant):
    return {row["idtrx"]: row for row in merchant.find("2026-11-25", "2026-11-25")}


def test_a_sale_is_issued_and_stands_in_the_list(merchant):
    made = merchant.send()
    assert made == {"esito": True, "idtrx": made["idtrx"], "progressivo": made["progressivo"], "errori": []}
    row = today(merchant)[made["idtrx"]]
    assert (row["numeroProgressivo"], row["ammontareComplessivo"]) == (made["progressivo"], 4.30)
    assert (row["data"], row["tipoOperazione"]) == ("25/11/2026 12:00:00", "V")
    assert merchant.sandbox.ledger.effects("sale issued") == [f"sale issued {made['idtrx']}"]


def test_two_sales_in_one_second_are_two_documents(merchant):
    first, second = merchant.send(), merchant.send()
    assert first["idtrx"] != second["idtrx"]
    assert first["progressivo"] < second["progressivo"]


@pytest.mark.parametrize(
    ("changes", "payments"),
    [
        ({"pagamento": "PE"}, [["PE", 430]]),
        ({"pagamento": "NR_EF"}, [["NR_EF", 430]]),
        ({"pagamenti": [{"tipo": "TR", "importo": 4}, {"tipo": "PC", "importo": 0.3}]}, [["TR", 400], ["PC", 30]]),
        ({"ticketRestaurant": [{"numero": 1, "importo": 4}]}, [["TR", 400], ["PC", 30]]),
        ({"totaleScontiAPagare": 0.3}, [["PC", 400]]),
        ({"pagamento": "PE", "codiceLotteria": "ABCD1234"}, [["PE", 430]]),
    ],
)
def test_payments_are_kept_as_sent(merchant, changes, payments):
    made = merchant.send(**changes)
    assert made["esito"] is True, made
    (doc,) = [
        doc
        for doc in merchant.stage.documents(merchant.vat_number, "2026-11-25", "2026-11-25")
        if doc["idtrx"] == made["idtrx"]
    ]
    assert (doc["payments"], doc["total"]) == (payments, 430)


def item(**changes):
    return [{"aliquotaIVA": "22", "descrizioneProdotto": "Penna", "prezzoLordo": 1, "quantita": 1, **changes}]


@pytest.mark.parametrize(
    "changes",
    [
        {"elementiContabili": []},
        {"elementiContabili": item(aliquotaIVA="19")},
        {"elementiContabili": item(descrizioneProdotto="x" * 1001)},
        {"elementiContabili": item(prezzoLordo="uno")},
        {"elementiContabili": item(quantita=0)},
        {"elementiContabili": item(scontoLordo=2)},
        {"elementiContabili": ["Penna"]},
        {"pagamento": "BITCOIN"},
        {"pagamenti": [{"tipo": "PC", "importo": 1}]},
        {"pagamenti": [{"tipo": "NR_EF", "importo": 4}, {"tipo": "PC", "importo": 0.3}]},
        {"codiceLotteria": "ABCD1234"},
        {"pagamento": "PE", "codiceLotteria": "abcd1234"},
    ],
)
def test_what_the_tax_agency_would_refuse_is_refused_under_200(merchant, changes):
    before = today(merchant)
    answer = merchant.send(**changes)
    assert answer["esito"] is False
    assert answer["errori"][0]["codice"] == "EF001"
    assert today(merchant) == before


def test_gifts_and_discounts_follow_the_arithmetic_of_the_contract(merchant):
    items = [*item(prezzoLordo=3, quantita=2, scontoLordo=1), *item(prezzoLordo=9, omaggioElemento=True)]
    made = merchant.send(elementiContabili=items)
    assert today(merchant)[made["idtrx"]]["ammontareComplessivo"] == 5.0


def test_a_void_is_a_document_of_its_own_day_and_comes_once(merchant):
    sale = merchant.send()
    merchant.goes_to("2026-11-26 09:00")
    made = merchant(f"dco/voidDocument/{sale['idtrx']}/").json()
    again = merchant(f"dco/voidDocument/{sale['idtrx']}/").json()

    assert made["esito"] is True
    rows = {row["idtrx"]: row for row in merchant.find("2026-11-25", "2026-11-26")}
    assert rows[sale["idtrx"]]["tipoOperazione"] == "V"
    assert rows[made["idtrx"]]["tipoOperazione"] == "A"
    assert rows[made["idtrx"]]["data"].startswith("26/11/2026")
    assert again["esito"] is False
    assert "già annullato" in again["errori"][0]["descrizione"]


def test_sales_of_devices_can_be_voided_too_unless_they_were_undone(merchant):
    found = merchant.stage.documents(merchant.vat_number, "2026-11-01", "2026-11-24")
    parents = {doc["parent"] for doc in found if doc["parent"]}
    undone = next(doc for doc in found if doc["idtrx"] in parents)
    free = next(doc for doc in found if doc["kind"] == "V" and doc["idtrx"] not in parents)
    void = next(doc for doc in found if doc["kind"] == "A")

    assert merchant(f"dco/voidDocument/{undone['idtrx']}/").json()["esito"] is False
    assert merchant(f"dco/voidDocument/{void['idtrx']}/").json()["esito"] is False
    assert merchant(f"dco/voidDocument/{free['idtrx']}/").json()["esito"] is True
    assert merchant("dco/voidDocument/12345/").status_code == 404


def test_a_void_overtakes_the_one_that_the_device_would_have_made(merchant):
    ever = float("inf")
    future = [doc for day in range(24, 29) for doc in merchant.stage.books("banco", f"2026-11-{day}", ever)]
    sale = next(
        doc
        for doc in future
        if doc["kind"] == "V" and any(later["parent"] == doc["idtrx"] and later["at"] > doc["at"] for later in future)
    )
    merchant.clock.now = sale["at"] + 1
    assert merchant(f"dco/voidDocument/{sale['idtrx']}/").json()["esito"] is True
    undone = [
        doc
        for doc in merchant.stage.documents(merchant.vat_number, "2026-11-23", "2026-12-03", ever)
        if doc["parent"] == sale["idtrx"]
    ]
    assert [doc["kind"] for doc in undone] == ["A"]


def test_the_pdf_is_one_and_a_gift_receipt_shows_no_prices(merchant):
    made = merchant.send()
    answer = merchant(f"dco/downloadDocument/{made['idtrx']}/")
    gift = merchant(f"dco/downloadDocument/{made['idtrx']}/", regalo=True)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-1.4")
    assert answer.content.endswith(b"%%EOF\n")
    assert b"4.30 EUR" in answer.content
    assert b"EUR" not in gift.content
    assert "Caffè".encode("cp1252") in gift.content
    assert merchant(f"dco/downloadDocument/{made['idtrx']}/", regalo="yes").status_code == 400
