"""The calls under /datacash/api/invoiceApi."""

from __future__ import annotations

import re

import pytest

SPAN = {"start": "2026-10-25", "end": "2026-11-24"}


def find(merchant, way="emesse", **span):
    return merchant("invoiceApi/findInvoices/", tipo=way, **{**SPAN, **span}).json()["fatture"]


def cents(text):
    return int(text.replace(",", ""))


def test_amounts_are_signed_texts_with_a_comma(merchant):
    for row in find(merchant) + find(merchant, "ricevute"):
        assert re.fullmatch(r"[+-]\d+,\d\d", row["imponibile"])
        assert re.fullmatch(r"[+-]\d+,\d\d", row["imposta"])
        assert re.fullmatch(r"\d\d/1[01]/2026", row["dataFattura"])


def test_every_nr_ef_sale_is_followed_by_an_invoice_of_the_same_money(merchant):
    sales = {
        doc["idtrx"]: doc["total"]
        for doc in merchant.stage.documents(merchant.vat_number, SPAN["start"], SPAN["end"])
        if doc["payments"][0][0] == "NR_EF"
    }
    following = {item["id"]: item for item in merchant.stage.invoices(merchant.vat_number, **SPAN) if item["receipt"]}
    assert {item["receipt"]: item["taxable"] + item["tax"] for item in following.values()} == sales
    rows = {row["idFattura"]: row for row in find(merchant)}
    assert sales
    for number, item in following.items():
        assert cents(rows[number]["imponibile"]) + cents(rows[number]["imposta"]) == sales[item["receipt"]]


def test_there_are_invoices_without_a_receipt_and_those_of_suppliers(merchant):
    written = merchant.stage.invoices(merchant.vat_number, **SPAN)
    assert {item["way"] for item in written} == {"emesse", "ricevute"}
    assert [item for item in written if item["way"] == "emesse" and not item["receipt"]]
    assert len(find(merchant)) + len(find(merchant, "ricevute")) == len(written)


def test_an_invoice_is_sent_found_and_downloaded(merchant):
    fattura = {
        "denominazioneCliente": "Rossi S.r.l.",
        "pivaCliente": "99000020018",
        "righe": [{"aliquotaIVA": "22", "prezzoLordo": 122.0}],
    }
    made = merchant("invoiceApi/sendInvoice/", fattura=fattura).json()
    (row,) = [
        row for row in find(merchant, end="2026-11-25", start="2026-11-25") if row["idFattura"] == made["idFattura"]
    ]
    assert (row["imponibile"], row["imposta"]) == ("+100,00", "+22,00")
    assert merchant(f"invoiceApi/detailInvoices/{made['idFattura']}/").json()["fattura"] == row
    assert merchant(f"invoiceApi/downloadInvoices/{made['idFattura']}/").content.startswith(b"%PDF")
    assert merchant("invoiceApi/sendInvoice/", fattura={"righe": 5}).json()["esito"] is False


def test_the_detail_of_any_listed_invoice_is_found(merchant):
    for row in find(merchant)[:5] + find(merchant, "ricevute")[:5]:
        assert merchant(f"invoiceApi/detailInvoices/{row['idFattura']}/").json()["fattura"] == row
    assert merchant("invoiceApi/detailInvoices/12345/").status_code == 404


@pytest.mark.parametrize("changes", [{"tipo": "tutte"}, {"start": "2026-10-24"}, {"end": None}])
def test_a_wrong_question_is_refused(merchant, changes):
    assert merchant("invoiceApi/findInvoices/", **{"tipo": "emesse", **SPAN, **changes}).status_code == 400
