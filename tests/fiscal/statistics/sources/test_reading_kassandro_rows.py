"""Kassandro's rows become neutral receipts: kinds, amounts, rates; what is broken is set aside, people are dropped."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fiscal.choices import ReceiptKind
from fiscal.models import Register
from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.statistics.sources.kassandro_rows import FAILED_UNIT, KassandroRows, serial_in
from fiscal.statistics.sources.rows import Unreadable

KINDS = [
    ("standard", ReceiptKind.SALE),
    ("storno", ReceiptKind.STORNO),
    ("training", ReceiptKind.TRAINING),
    ("start", ReceiptKind.START),
    ("null", ReceiptKind.NULL),
    ("month", ReceiptKind.MONTH),
    ("year", ReceiptKind.YEAR),
    ("closing", ReceiptKind.CLOSING),
    ("collective", ReceiptKind.COLLECTIVE),
    ("cash-out", ReceiptKind.CASH_OUT),
    ("voucher sale", ReceiptKind.VOUCHER_SALE),
    ("Voucher_Sale", ReceiptKind.VOUCHER_SALE),
    ("Monatsbeleg", ReceiptKind.MONTH),
    ("something new", ReceiptKind.UNKNOWN),
    ("", ReceiptKind.UNKNOWN),
]


@pytest.fixture
def register() -> Register:
    return Register(time_zone="Europe/Vienna", currency="EUR", remote_id="1", region="")


@pytest.fixture
def rows(register) -> KassandroRows:
    return KassandroRows(register)


def row(**changes: Any) -> dict[str, Any]:
    """One receipt as the client gives it: numbers are text. None leaves a field out."""
    whole = {
        "receiptNumber": "7",
        "cashRegisterId": "1",
        "date": "2026-11-20T12:00:00+01:00",
        "type": "standard",
        "total": "12.30",
        "taxes": [{"rate": "20", "gross": "12.30", "net": "10.25", "tax": "2.05"}],
        "payments": [{"methodId": "1", "name": "BARZAHLUNG", "amount": "12.30"}],
        "items": [
            {
                "articleId": "1",
                "name": "Torte",
                "quantity": "1.5",
                "unitPrice": "8.20",
                "taxRate": "20",
                "total": "12.30",
            }
        ],
        "user": "Anna Huber",
        "signature": None,
        **changes,
    }
    return {name: value for name, value in whole.items() if value is not None or name == "signature"}


def test_a_receipt_is_read_to_the_cent(rows):
    receipt = rows.receipt(row())
    assert receipt[:8] == (
        "7",
        "7",
        date(2026, 11, 20),
        datetime(2026, 11, 20, 11, tzinfo=UTC),
        ReceiptKind.SALE,
        1230,
        "EUR",
        0,
    )
    assert receipt.payments == (("BARZAHLUNG", 1230),)
    assert receipt.taxes == (("Normal", 2000, 1230, 1025, 205),)
    assert receipt.items == (("Torte", 1500, 1230, 2000),)


@pytest.mark.parametrize(("type", "kind"), KINDS)
def test_a_type_means_a_kind_and_an_unknown_one_stays_apart(rows, type, kind):
    read = rows.read([row(type=type)])
    assert (read.receipts[0].kind, read.raws[0]["type"], read.quarantined) == (kind, type, [])


def test_a_negative_line_is_accepted(rows):
    """Trap 8: a single-purpose voucher is redeemed as an article with a negative price."""
    lines = [
        {
            "articleId": "1",
            "name": "Frühstück",
            "quantity": "1",
            "unitPrice": "30.00",
            "taxRate": "10",
            "total": "30.00",
        },
        {
            "articleId": "2",
            "name": "Gutschein",
            "quantity": "1",
            "unitPrice": "-23.60",
            "taxRate": "10",
            "total": "-23.60",
        },
    ]
    assert rows.receipt(row(items=lines, total="6.40")).items[1] == ("Gutschein", 1000, -2360, 1000)


def test_a_storno_is_negative_on_its_own_day(rows):
    receipt = rows.receipt(row(type="storno", total="-12.30", date="2026-11-21T09:00:00+01:00"))
    assert (receipt.kind, receipt.total, receipt.day) == (ReceiptKind.STORNO, -1230, date(2026, 11, 21))


def test_amounts_may_be_texts(rows):
    assert rows.receipt(json.loads(json.dumps(row()))).total == 1230


def test_a_tax_named_by_its_field_gets_the_rate_of_day_and_place(rows, register):
    taxes = [{"field": "Besonders", "gross": "10.49"}]
    assert rows.receipt(row(taxes=taxes)).taxes == (("Besonders", 490, 1049, 1000, 49),)
    register.region = "JUNGHOLZ"
    border = KassandroRows(register)
    assert border.receipt(row(taxes=taxes, date="2026-06-01T12:00:00+02:00")).taxes[0][:2] == ("Besonders", 1900)
    assert border.receipt(row(taxes=taxes)).taxes[0][1] == UNKNOWN_RATE


def test_the_local_day_counts_whatever_the_offset(rows):
    assert rows.receipt(row(date="2026-11-20T23:30:00Z")).day == date(2026, 11, 21)
    assert rows.receipt(row(date="2026-11-20T00:30:00+01:00")).day == date(2026, 11, 20)
    assert rows.receipt(row(date="2026-11-20T23:30:00")).day == date(2026, 11, 20)


@pytest.mark.parametrize("when", ["2031-01-01T00:00:00+01:00", "1970-01-01T01:00:00+01:00"])
def test_dates_in_the_future_or_of_1970_are_passed_on(rows, when):
    """F57: the ingest marks them; nothing is lost here."""
    assert rows.receipt(row(date=when)).day.isoformat() == when[:10]


@pytest.mark.parametrize("backwards", [False, True])
def test_naive_times_of_the_doubled_hour_follow_the_order_of_numbers(rows, backwards):
    """F56: 02:10, 02:50, then 02:20 again: the third is of the second hour."""
    found = [
        row(receiptNumber=str(number), date=f"2026-10-25T{time}:00")
        for number, time in ((9, "02:10"), (10, "02:50"), (11, "02:20"), (12, "03:10"))
    ]
    receipts = rows.read(reversed(found) if backwards else found).receipts
    moments = {receipt.number: receipt.issued_at.strftime("%H:%M") for receipt in receipts}
    assert moments == {"9": "00:10", "10": "00:50", "11": "01:20", "12": "02:10"}
    assert {receipt.day for receipt in receipts} == {date(2026, 10, 25)}


@pytest.mark.parametrize(
    ("signature", "jws", "failed"),
    [
        (None, "", False),
        ({"jws": "a.b.c", "signatureDeviceDamaged": False}, "a.b.c", False),
        ({"jws": "a.b.c", "signatureDeviceDamaged": True}, "a.b.c", True),
        ({"jws": f"a.b.{FAILED_UNIT}"}, f"a.b.{FAILED_UNIT}", True),
    ],
)
def test_a_signature_unit_that_failed_is_told(rows, signature, jws, failed):
    receipt = rows.receipt(row(signature=signature))
    assert (receipt.jws, receipt.unit_failed, receipt.total) == (jws, failed, 1230)


BROKEN = [
    ({"receiptNumber": ""}, "number"),
    ({"receiptNumber": {"a": 1}}, "number"),
    ({"date": "yesterday"}, "date"),
    ({"date": 7}, "date"),
    ({"total": "1.200,34"}, "total"),
    ({"total": True}, "total"),
    ({"total": "12.305"}, "total"),
    ({"type": {"unexpected": True}}, "type"),
    ({"payments": [{"amount": "1.00"}]}, "payments"),
    ({"payments": "none"}, "payments"),
    ({"taxes": [{"rate": "20"}]}, "taxes"),
    ({"items": [{"name": None, "quantity": "1", "total": "1", "taxRate": "20"}]}, "items"),
    ({"items": [7]}, "items"),
    ({"signature": "signed"}, "signature"),
]


@pytest.mark.parametrize(("changes", "part"), BROKEN)
def test_a_broken_receipt_is_set_aside_and_the_others_are_kept(rows, changes, part):
    """F36: what it says about the fault names the part, never what stood there."""
    read = rows.read([row(), row(**{"receiptNumber": "8", **changes}), row(receiptNumber="9")])
    assert [receipt.number for receipt in read.receipts] == ["7", "9"]
    assert [one["receiptNumber"] for one in read.raws] == ["7", "9"]
    assert part in read.quarantined[0].what
    assert "Huber" not in f"{read.quarantined} {read.unread}"
    page = read.page(date(2026, 11, 20), date(2026, 11, 20), last=True)
    assert (len(page.receipts), len(page.raw)) == (2, 3)


@pytest.mark.parametrize("missing", ["receiptNumber", "date", "type", "total"])
def test_a_missing_field_is_named(rows, missing):
    assert missing in rows.read([row(**{missing: None})]).quarantined[0].what


def test_numbers_may_be_text_or_whole(rows):
    one = row(receiptNumber=7, items=[{"name": "Torte", "quantity": 2, "total": "12.30", "taxRate": 20}])
    two = row(receiptNumber="7", items=[{"name": "Torte", "quantity": "2", "total": "12.30", "taxRate": "20"}])
    assert rows.receipt(one) == rows.receipt(two)


def test_a_truth_value_is_no_number_even_after_one(rows):
    items = [{"name": "Torte", "quantity": 1, "total": "12.30", "taxRate": "20"}]
    assert rows.receipt(row(items=items)).items[0][1] == 1000
    with pytest.raises(Unreadable):
        rows.receipt(row(items=[{**items[0], "quantity": True}]))


@pytest.mark.parametrize("strange", [None, 7, "receipt", []])
def test_what_is_no_receipt_at_all_is_set_aside(rows, strange):
    read = rows.read([strange])
    assert (read.receipts, read.raws, read.unread, len(read.quarantined)) == ([], [], [], 1)


def test_unknown_fields_are_kept_raw_without_anybodys_name(rows):
    """F35."""
    strange = row(
        tableNumber="12",
        waiterName="Mehmet Yıldız",
        customer={"name": "Frau Berger", "email": "berger@example.at"},
        notes="für Frau Berger",
        payments=[{"name": "KARTE", "amount": "12.30", "cardHolder": "B. Berger"}],
    )
    read = rows.read([strange])
    assert (len(read.receipts), read.quarantined) == (1, [])
    raw = read.raws
    assert raw[0]["tableNumber"] == "12"
    kept = json.dumps(raw, ensure_ascii=False)
    assert not [name for name in ("Berger", "Mehmet", "Huber") if name in kept]
    assert raw[0]["payments"] == [{"name": "KARTE", "amount": "12.30"}]


def test_long_names_are_cut_to_what_is_stored(rows):
    items = [{"name": "x" * 500, "quantity": "1", "total": "12.30", "taxRate": "20"}]
    receipt = rows.receipt(row(items=items, payments=[{"name": "y" * 500, "amount": "12.30"}]))
    assert (len(receipt.items[0][0]), len(receipt.payments[0][0])) == (200, 100)


@pytest.mark.parametrize("jws", ["", "a", "a.b.c", "a.!!.c", "a.X1IxLUFUMA.c"])
def test_what_is_no_signed_receipt_names_no_register(jws):
    assert serial_in(jws) == ""
