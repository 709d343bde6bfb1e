"""DataCash's documents become neutral receipts: signs by kind, payments in any order, lists without lines."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from fiscal.choices import ReceiptKind
from fiscal.models import Register
from fiscal.statistics.sources.datacash_rows import DataCashRows


@pytest.fixture
def rows() -> DataCashRows:
    return DataCashRows(Register(time_zone="Europe/Rome", currency="EUR", remote_id="99000010159"))


def row(**changes: Any) -> dict[str, Any]:
    whole = {
        "idtrx": "151085589",
        "numeroProgressivo": "DCW2026/2610-5298",
        "data": "20/11/2026 12:00:05",
        "ammontareComplessivo": "12.30",
        "tipoOperazione": "V",
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None}


def test_a_row_of_the_list_is_read(rows):
    receipt = rows.receipt(row())
    assert receipt == (
        "151085589",
        "DCW2026/2610-5298",
        date(2026, 11, 20),
        datetime(2026, 11, 20, 11, 0, 5, tzinfo=UTC),
        ReceiptKind.SALE,
        1230,
        "EUR",
        0,
        (),
        (),
        (),
        "",
        False,
        "",
    )


@pytest.mark.parametrize("written", ["12.30", "-12.30"])
@pytest.mark.parametrize(
    ("operation", "kind", "total"),
    [
        ("V", ReceiptKind.SALE, 1230),
        ("A", ReceiptKind.VOID, -1230),
        ("R", ReceiptKind.RETURN, -1230),
        ("AX", ReceiptKind.UNKNOWN, 1230),
        ("RX", ReceiptKind.UNKNOWN, 1230),
    ],
)
def test_the_kind_gives_the_sign_whatever_the_wire_says(rows, operation, kind, total, written):
    """Trap 11: void and return subtract once."""
    receipt = rows.receipt(row(tipoOperazione=operation, ammontareComplessivo=written))
    assert (receipt.kind, receipt.total) == (kind, total)


SLOTS = [
    {"tipo": "PC", "importo": "2.30"},
    {"tipo": "PE", "importo": "0.00"},
    {"tipo": "TR", "importo": "8.00", "numero": "1"},
    {"tipo": "NR_PS", "importo": "2.00"},
]


@pytest.mark.parametrize("slots", list(permutations(SLOTS)))
def test_payment_slots_are_read_in_any_order(rows, slots):
    """Trap 12."""
    receipt = rows.receipt(row(pagamenti=list(slots)))
    assert receipt.payments == (("NR_PS", 200), ("PC", 230), ("TR", 800))
    assert receipt.uncollected == 200


def test_a_sale_that_an_invoice_follows_is_turnover_once_and_not_collected(rows):
    """Trap 13: invoices are not read for statistics, so the receipt is the one that counts."""
    receipt = rows.receipt(row(pagamenti=[{"tipo": "NR_EF", "importo": "12.30"}]))
    assert (receipt.total, receipt.uncollected) == (1230, 1230)


def test_lines_give_items_and_rates(rows):
    """Contract "Documento commerciale", 2: the two examples, and a gift that counts nothing."""
    lines = [
        {
            "descrizioneProdotto": "Caffè",
            "aliquotaIVA": "10",
            "prezzoLordo": "1.00",
            "quantita": "1",
            "scontoLordo": "0.10",
        },
        {
            "descrizioneProdotto": "Tazza",
            "aliquotaIVA": "22",
            "prezzoLordo": "3.00",
            "quantita": "2",
            "scontoLordo": "1.00",
        },
        {"descrizioneProdotto": "Quotidiano", "aliquotaIVA": "N2", "prezzoLordo": "1.70", "quantita": "1"},
        {
            "descrizioneProdotto": "Omaggio",
            "aliquotaIVA": "22",
            "prezzoLordo": "9.00",
            "quantita": "1",
            "omaggioElemento": True,
        },
    ]
    receipt = rows.receipt(row(elementiContabili=lines, ammontareComplessivo="7.60"))
    assert receipt.items == (
        ("Caffè", 1000, 90, 1000),
        ("Tazza", 2000, 500, 2200),
        ("Quotidiano", 1000, 170, 0),
        ("Omaggio", 1000, 0, 2200),
    )
    assert receipt.taxes == (("10", 1000, 90, 82, 8), ("22", 2200, 500, 410, 90), ("N2", 0, 170, 170, 0))
    assert sum(tax[2] for tax in receipt.taxes) == receipt.total


def test_lines_of_a_return_are_negative(rows):
    line = {"descrizioneProdotto": "Tazza", "aliquotaIVA": "22", "prezzoLordo": "3.00", "quantita": "2"}
    slot = {"tipo": "PC", "importo": "6.00"}
    receipt = rows.receipt(
        row(tipoOperazione="R", elementiContabili=[line], pagamenti=[slot], ammontareComplessivo="6.00")
    )
    assert receipt.items == (("Tazza", -2000, -600, 2200),)
    assert receipt.taxes == (("22", 2200, -600, -492, -108),)
    assert receipt.payments == (("PC", -600),)


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"idtrx": ""}, "the row"),
        ({"idtrx": None}, "idtrx"),
        ({"data": "2026-11-20"}, "data"),
        ({"ammontareComplessivo": "12,30"}, "ammontareComplessivo"),
        ({"tipoOperazione": 7}, "tipoOperazione"),
        ({"pagamenti": [{"tipo": "PC"}]}, "pagamenti"),
        ({"elementiContabili": [{}]}, "elementiContabili"),
    ],
)
def test_a_broken_document_is_set_aside_and_the_others_are_kept(rows, changes, part):
    """F36."""
    read = rows.read([row(), row(**changes), row(idtrx="2")])
    assert [receipt.key for receipt in read.receipts] == ["151085589", "2"]
    assert (len(read.raws), len(read.unread)) == (2, 1)
    assert part in read.quarantined[0].what


def test_customers_are_not_kept(rows):
    strange = row(denominazioneCliente="Rossi", pivaCliente="99000020018", codiceLotteria="ABCDEFGH", operatore="Luca")
    read = rows.read([strange, {**strange, "data": "?"}])
    kept = json.dumps(read.raws + read.unread) + read.quarantined[0].text
    assert not [word for word in ("Rossi", "99000020018", "ABCDEFGH", "Luca") if word in kept]


def test_the_doubled_hour_follows_the_order_of_the_list(rows):
    found = [row(idtrx=str(n), data=f"25/10/2026 {time}:00") for n, time in enumerate(["02:40", "02:10"])]
    receipts = rows.read(found).receipts
    assert [receipt.issued_at.strftime("%H:%M") for receipt in receipts] == ["00:40", "01:10"]
