"""Somebody opens a receipt: what it says, whether it counts, what became of it, its signature and its neighbours."""

from __future__ import annotations

import json
import re
import zlib
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.choices import ReceiptKind
from fiscal.models import Chain, RawPage, Receipt
from fiscal.services import verify_due
from organizations.choices import Level, Scope
from tests.cast import withdraw
from tests.fiscal.statistics.books import make_register, make_shop, sale, sell
from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT
from tests.fiscal.statistics.signed import issuer, sync
from tests.portal.sales import days_ago, only, signed_in, today, url

DAY = date(2026, 5, 4)


@pytest.fixture
def petra(cast):
    return signed_in(cast.petra)


@pytest.fixture
def register(cast):
    return make_register(cast.shop, name="Theke", serial="KASSE-A", shop=make_shop(cast.shop, "Hauptplatz"))


def page_of(client, organization, receipt: Receipt) -> str:
    answer = client.get(url("receipt", organization, receipt.pk))
    assert answer.status_code == 200
    return answer.content.decode()


def by_number(number: str) -> Receipt:
    return Receipt.objects.get(number=number)


def test_a_receipt_shows_its_lines_vat_payments_and_place(cast, petra, register):
    one = sale(
        today(),
        3170,
        items=[("Melange & Kipferl", 1500, 2170, 1000), ("Gutschrift", -1000, -100, 2000), ("Torte", 2000, 1100, -1)],
        taxes=[("REDUCED_1", 1000, 2170, 1973, 197), ("NORMAL", 2000, 1000, 833, 167)],
        payments=[("BARZAHLUNG", 2000), ("Bankomat", 1170)],
    )
    (row,) = sell(register, today(), [one])

    page = page_of(petra, cast.shop, row)

    for words in (
        "Melange &amp; Kipferl",
        "1.5",
        "€\u00a031.70",
        "€\u00a019.73",
        "Bankomat",
        "€\u00a011.70",
        "10\u00a0%",
    ):
        assert words in page
    assert "Hauptplatz, Gasthaus Mio" in page
    assert "it counts as turnover" in page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (ReceiptKind.TRAINING, "No turnover, although it has amounts"),
        (ReceiptKind.STORNO, "lowers the turnover of its own day"),
        (ReceiptKind.VOUCHER_SALE, "when the voucher is redeemed"),
        (ReceiptKind.PENDING, "once the tax agency confirms it"),
    ],
)
def test_the_page_says_why_a_kind_counts_or_not(cast, petra, register, kind, words):
    (row,) = sell(register, today(), [sale(today(), 500, kind=kind)])

    assert words in page_of(petra, cast.shop, row)


def test_every_kind_has_its_words():
    from portal.views.receipts.words import WHY

    assert set(WHY) == set(ReceiptKind)


def test_what_changed_and_what_is_gone_stays_told(cast, petra, register):
    (row,) = sell(register, today(), [500])
    was = [[timezone.now().isoformat(), "SALE", 900, today().isoformat()]]
    Receipt.objects.filter(pk=row.pk).update(history=was, changed_at=timezone.now(), removed_at=timezone.now())

    page = page_of(petra, cast.shop, row)

    assert "€\u00a09.00" in page
    assert "Came with other values" in page
    assert "The provider no longer had this receipt" in page
    assert "In no total" in page


def test_neighbours_are_those_of_the_number_and_where_numbers_have_gaps_those_in_time(cast, petra, register):
    sell(register, days_ago(1), [sale(days_ago(1), 1, key="A-09")])
    sell(register, today(), [sale(today(), 1, key="A-10"), sale(today(), 1, key="A-11")])
    sell(register, today(), [sale(today(), 1, key="X-77")])
    sell(make_register(cast.shop), today(), [sale(today(), 1, key="A-12")])

    page = page_of(petra, cast.shop, by_number("A-10"))
    assert re.findall(r'rel="(prev|next)" href="[^"]+/(\d+)/"', page) == [
        ("prev", str(by_number("A-09").pk)),
        ("next", str(by_number("A-11").pk)),
    ]
    page = page_of(petra, cast.shop, by_number("A-11"))
    assert ("next", str(by_number("X-77").pk)) in re.findall(r'rel="(prev|next)" href="[^"]+/(\d+)/"', page)


def test_a_void_leads_to_its_sale_and_the_sale_to_its_void(cast, petra):
    bar = make_register(cast.shop, country="ITA")
    sell(bar, days_ago(3), [sale(days_ago(3), 430, key="idtrx-1", country="ITA")])
    void = sale(today(), 430, key="idtrx-2", kind=ReceiptKind.VOID, country="ITA", related_key="idtrx-1")
    sell(bar, today(), [void])
    sold, taken = by_number("idtrx-1"), by_number("idtrx-2")

    assert url("receipt", cast.shop, taken.pk) in page_of(petra, cast.shop, sold)
    assert url("receipt", cast.shop, sold.pk) in page_of(petra, cast.shop, taken)
    assert url("receipt_void", cast.shop, sold.pk) not in page_of(petra, cast.shop, sold)


def signed_day(register) -> None:
    unit = issuer(register, DAY)
    unit.start()
    unit.sale(1999)
    unit.sale(500, down=True)
    unit.issue()
    unit.training(700)
    unit.sale(250)
    sync(register, DAY, unit.receipts, start=True)


def test_the_signature_has_a_qr_code_and_the_text_of_all_its_fields(cast, petra, register):
    signed_day(register)

    page = page_of(petra, cast.shop, by_number("R-2"))

    assert page.count("<svg width=") == 1
    assert "style=" not in page
    text = re.search(r'data-copy="(_R1-AT1[^"]+)"', page)[1]
    assert len(text.split("_")[1:]) == 13
    assert "Not decrypted: no AES key" in page
    assert "Zertifikat-Seriennummer" in page


def test_the_counter_is_decrypted_once_the_key_is_stored(cast, petra, register):
    signed_day(register)
    chain = Chain(register=register)
    chain.hold_key(AES_KEY_TEXT)
    chain.save()

    assert "€\u00a019.99" in page_of(petra, cast.shop, by_number("R-2"))
    assert "carries no counter" in page_of(petra, cast.shop, by_number("R-5"))


def test_the_counter_of_a_register_is_for_those_who_may_monitor_it(cast, register):
    signed_day(register)
    chain = Chain(register=register)
    chain.hold_key(AES_KEY_TEXT)
    chain.save()
    only(cast.mio, cast.shop, Scope.TRANSACTIONS)

    page = page_of(signed_in(cast.mio), cast.shop, by_number("R-6"))

    assert "€\u00a027.49" not in page
    assert "authorization for signature monitoring" in page


def test_a_failed_unit_is_said(cast, petra, register):
    signed_day(register)

    page = page_of(petra, cast.shop, by_number("R-3"))

    assert "a collective receipt has to follow" in page
    assert "Unit failed" in page


def test_what_the_verification_found_at_this_receipt_stands_on_its_page(cast, petra, register):
    unit = issuer(register, DAY)
    for _ in range(4):
        unit.issue()
    del unit.receipts[1]
    sync(register, DAY, unit.receipts, start=True)
    assert "Not verified yet" in page_of(petra, cast.shop, by_number("R-3"))

    verify_due(now=timezone.now())

    page = page_of(petra, cast.shop, by_number("R-3"))
    assert "The receipt does not continue the one before it." in page
    assert "Look for a receipt missing, changed or in the wrong place" in page
    assert "Nothing found" in page_of(petra, cast.shop, by_number("R-4"))


def test_a_malformed_code_is_shown_as_it_came(cast, petra, register):
    (row,) = sell(register, today(), [sale(today(), 1, jws="no.code")])

    page = page_of(petra, cast.shop, row)

    assert "Malformed" in page
    assert "no.code" in page


def test_the_raw_row_is_shown_with_exact_numbers_while_it_is_kept(cast, petra, register):
    (row,) = sell(register, today(), [sale(today(), 1, key="77")])
    raw = [{"receiptNumber": 76}, {"receiptNumber": 77, "total": "0.01", "big": 9007199254740993, "note": "<b>"}]
    body = zlib.compress(json.dumps(raw).encode())
    RawPage.objects.create(
        connection=register.connection, register=register, first_day=today(), last_day=today(),
        fetched_at=timezone.now(), rows=2, body=body,
    )  # fmt: skip

    page = page_of(petra, cast.shop, row)

    assert "9007199254740993" in page
    assert "&lt;b&gt;" in page
    assert "<b>&quot;" not in page


def test_a_receipt_of_another_organization_is_not_there(cast, register):
    (row,) = sell(register, today(), [500])

    for who, organization in ((cast.stranger, cast.elsewhere), (cast.hanna, cast.holding), (cast.petra, cast.sibling)):
        assert signed_in(who).get(url("receipt", organization, row.pk)).status_code == 404
    assert signed_in(cast.petra).get(url("receipt", cast.maker, row.pk)).status_code == 200
    for nowhere in (0, 10**18, 10**30):
        assert signed_in(cast.petra).get(url("receipt", cast.maker, nowhere)).status_code == 404


def test_a_register_that_moved_leads_to_no_receipt_of_its_former_organization(cast, register):
    withdraw(cast.petra)
    sell(register, days_ago(1), [sale(days_ago(1), 1, key="A-1")])
    sell(register, today(), [sale(today(), 1, key="A-2")])
    Receipt.objects.filter(number="A-1").update(organization=cast.sibling)

    page = page_of(signed_in(cast.mio), cast.shop, by_number("A-2"))

    assert "A-1" not in page


def test_a_page_costs_a_bounded_number_of_queries(cast, petra, register):
    signed_day(register)
    verify_due(now=timezone.now())

    with CaptureQueriesContext(connection) as queries:
        page_of(petra, cast.shop, by_number("R-2"))

    assert len(queries) <= 26


def test_an_italian_document_has_its_pdf_and_its_void_only_for_those_who_may(cast, register):
    bar = make_register(cast.shop, country="ITA")
    (row,) = sell(bar, today(), [sale(today(), 430, country="ITA")])
    page = page_of(signed_in(cast.petra), cast.shop, row)
    assert url("receipt_pdf", cast.shop, row.pk) in page
    assert url("receipt_void", cast.shop, row.pk) in page

    only(cast.mio, cast.shop, Scope.TRANSACTIONS, Level.VIEW)
    page = page_of(signed_in(cast.mio), cast.shop, row)
    assert url("receipt_pdf", cast.shop, row.pk) in page
    assert url("receipt_void", cast.shop, row.pk) not in page


def test_late_receipts_say_so(cast, petra, register):
    (row,) = sell(register, days_ago(3), [500])
    Receipt.objects.filter(pk=row.pk).update(first_seen_at=timezone.now() + timedelta(hours=1))

    assert "First read, after its day was complete" in page_of(petra, cast.shop, row)


def test_a_registers_page_leads_to_its_receipts_their_verification_and_a_new_one(cast, petra, register):
    page = petra.get(url("register", cast.maker, register.public_id)).content.decode()

    assert f"{url('receipts', cast.maker)}?register={register.public_id}" in page
    assert url("chain", cast.maker, register.public_id) in page
    assert url("document_new", cast.shop, register.public_id) in page

    only(cast.mio, cast.shop, Scope.CLIENTS)
    page = signed_in(cast.mio).get(url("register", cast.shop, register.public_id)).content.decode()
    assert "/receipts/" not in page
    assert "/verification/" not in page
