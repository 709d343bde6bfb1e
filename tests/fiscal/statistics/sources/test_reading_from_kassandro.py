"""Reading a register of Kassandro from the sandbox: days, pages, counts, and every switch of what is assumed."""

from __future__ import annotations

from dataclasses import astuple
from datetime import date, timedelta

import pytest

from fiscal.choices import ConnectionKind, ReceiptKind
from fiscal.providers.errors import Absent, Garbled, Refused
from fiscal.statistics.shapes import SourceRegister
from fiscal.statistics.sources import kassandro

DAY = date(2026, 11, 20)
ONE_DAY = timedelta(days=1)
OF_KIND = {"standard": ReceiptKind.SALE, "storno": ReceiptKind.STORNO, "training": ReceiptKind.TRAINING}


def books(sales, first: date, last: date | None = None) -> list[dict]:
    days = [first + timedelta(days=n) for n in range(((last or first) - first).days + 1)]
    return [receipt for day in days for receipt in sales.stage.books(sales.stage.registers()[0]["id"], day)]


def agrees(read, sales, first: date, last: date | None = None) -> bool:
    """The receipts read are those of the books, to the cent."""
    theirs = {
        (str(receipt["number"]), receipt["moment"], receipt["total"], tuple(map(tuple, receipt["payments"])))
        for receipt in books(sales, first, last)
    }
    ours = {(one.number, int(one.issued_at.timestamp()), one.total, one.payments) for one in read}
    return ours == theirs and len(read) == len(theirs)


def test_a_day_is_read_as_it_is_in_the_books(bakery):
    read = bakery.read(DAY)
    assert agrees(read, bakery, DAY)
    assert bakery.source.count(bakery.register, DAY, DAY) == len(read) > 50
    by_number = {str(receipt["number"]): receipt for receipt in books(bakery, DAY)}
    for receipt in read:
        theirs = by_number[receipt.number]
        assert receipt.kind == OF_KIND.get(theirs["kind"], receipt.kind)
        assert {(rate, gross, net, tax) for _, rate, gross, net, tax in receipt.taxes} == {
            (round(float(rate) * 100), sums["gross"], sums["net"], sums["tax"])
            for rate, sums in theirs["rates"].items()
        }
        assert [item[:3] for item in receipt.items] == [
            (line["name"], line["quantity"], line["total"]) for line in theirs["lines"]
        ]
        assert receipt.jws.count(".") == 2


@pytest.mark.parametrize("limit", [7, 10, 1000])
def test_pages_of_any_length_give_the_same(bakery, settings, limit):
    settings.KASSANDRO_LIMIT = limit
    pages = list(bakery.source.pages(bakery.register, DAY, DAY + ONE_DAY))
    assert agrees([one for page in pages for one in page.receipts], bakery, DAY, DAY + ONE_DAY)
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]
    assert all(len(page.raw) == len(page.receipts) <= limit for page in pages)


def test_a_day_without_receipts_is_one_empty_page(bakery):
    (page,) = bakery.source.pages(bakery.register, date(2026, 4, 1), date(2026, 4, 1))
    assert (page.receipts, page.raw, page.last) == ([], [], True)
    assert bakery.source.count(bakery.register, date(2026, 4, 1), date(2026, 4, 1)) == 0


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        *(("envelope", value) for value in ("bare", "items", "data", "receipts")),
        *(("count_shape", value) for value in ("count", "int", "total")),
        *(("date_to", value) for value in ("inclusive", "exclusive")),
        *(("times", value) for value in ("offset", "naive", "utc")),
        *(("amounts", value) for value in ("number", "string")),
        *(("sort", value) for value in ("oldest", "newest", "register")),
    ],
)
def test_whatever_is_assumed_the_figures_are_the_same(bakery, settings, rule, value):
    settings.KASSANDRO_LIMIT = 20
    bakery.stage.set_rule(rule, value)
    read = bakery.read(DAY, DAY + ONE_DAY)
    assert agrees(read, bakery, DAY, DAY + ONE_DAY)
    assert bakery.source.count(bakery.register, DAY, DAY + ONE_DAY) == len(read)


@pytest.mark.parametrize("rule", ["inclusive", "exclusive"])
def test_a_receipt_at_midnight_belongs_to_one_day_and_is_counted_there(bakery, rule):
    bakery.stage.set_rule("date_to", rule)
    number = str(bakery.stage.add_receipt(1, 990, date="2026-11-21T00:00:00+01:00")["number"])
    for day, expected in ((DAY, False), (DAY + ONE_DAY, True)):
        read = bakery.read(day)
        assert (number in {one.number for one in read}) is expected
        assert bakery.source.count(bakery.register, day, day) == len(read)


@pytest.mark.parametrize("times", ["offset", "naive", "utc"])
@pytest.mark.parametrize("day", [date(2026, 10, 25), date(2026, 3, 29)])
def test_nights_in_which_clocks_change_lose_and_double_nothing(connect_register, times, day):
    """Trap 19, F55, F56: each receipt lies on exactly one local day; naive times keep the sum."""
    inn = connect_register(profile="restaurant", opened_on="2026-03-01")
    inn.stage.set_rule("times", times)
    read = {one.number: one for one in inn.read(day - ONE_DAY, day + ONE_DAY)}
    theirs = {str(receipt["number"]): receipt for receipt in books(inn, day - ONE_DAY, day + ONE_DAY)}
    assert read.keys() == theirs.keys()
    assert {number: (one.day.isoformat(), one.total) for number, one in read.items()} == {
        number: (receipt["date"][:10], receipt["total"]) for number, receipt in theirs.items()
    }
    apart = {one.issued_at.timestamp() - theirs[number]["moment"] for number, one in read.items()}
    # Without an offset nobody can tell the second 02:30 from the first.
    assert apart <= ({0, -3600} if times == "naive" and day.month == 10 else {0})


def test_the_same_number_on_two_registers_stays_two_receipts(bakery):
    """Trap 1, F62: a source reads one register, and a single receipt is asked for with that register's own token."""
    other = bakery.stage.make_register(1, "Kassa 2", opened_on="2026-05-01", seed="another")
    number = bakery.read(DAY)[0].number
    first = bakery.source.receipt(bakery.register, number)
    bakery.register.remote_id = str(other["id"])
    second = bakery.source.receipt(bakery.register, number)
    assert first.number == second.number == number
    assert first.jws != second.jws
    assert first == next(one for one in _of_first(bakery) if one.number == number)


def _of_first(bakery):
    bakery.register.remote_id = "1"
    return bakery.read(DAY)


@pytest.mark.parametrize("number", ["999999", "2026/17", "..", "", "a b"])
def test_a_receipt_that_is_not_there_or_cannot_be_asked_for_is_none(bakery, number):
    assert bakery.source.receipt(bakery.register, number) is None


def test_rows_of_another_register_are_not_taken(bakery, sandbox):
    sandbox.faults.add("wrong_type", path="/receipts$", field="cashRegisterId", value=99, item=3)
    assert len(bakery.read(DAY)) == len(books(bakery, DAY)) - 1


def test_a_register_token_reads_its_register(connect_register):
    single = connect_register(ConnectionKind.REGISTER, remote_id=kassandro.ONLY)
    assert [one[:3] for one in map(astuple, single.source.registers())] == [
        (kassandro.ONLY, "my.kassandro", "KAS-00001")
    ]
    assert agrees(single.read(DAY), single, DAY)
    assert single.source.receipt(single.register, single.read(DAY)[3].number) == single.read(DAY)[3]
    assert single.source.catalogue().articles


def test_registers_and_catalogue_are_read(bakery):
    assert bakery.source.registers() == [SourceRegister("1", "Kassa 1", "KAS-00001", active=True)]
    catalogue = bakery.source.catalogue()
    assert {method["name"] for method in bakery.stage.methods(1)} == set(catalogue.payment_methods)
    roll = next(article for article in catalogue.articles if article.name == "Semmel")
    assert (roll.price, roll.vat_rate, roll.group) == (45, 490, "Gebäck")


def test_an_offset_that_is_ignored_is_noticed_and_never_endless(bakery, settings):
    """F63."""
    settings.KASSANDRO_LIMIT = 10
    bakery.stage.set_rule("offset", "ignored")
    with pytest.raises(Garbled, match="offset"):
        bakery.read(DAY)


def test_more_rows_than_asked_for_are_noticed(bakery, settings):
    """F63."""
    settings.KASSANDRO_LIMIT = 10
    bakery.stage.set_rule("overfull", 3)
    with pytest.raises(Garbled, match="more than the 10 asked for"):
        bakery.read(DAY)


def test_a_highest_limit_of_the_providers_own_does_not_end_the_walk(bakery):
    bakery.stage.set_rule("highest_limit", 13)
    bakery.stage.set_rule("over_limit", "cap")
    counted = bakery.source.count(bakery.register, DAY, DAY)
    assert agrees(bakery.read(DAY, counted=counted), bakery, DAY)
    assert len(bakery.read(DAY)) == 13


def test_a_limit_that_is_refused_is_told(bakery):
    bakery.stage.set_rule("highest_limit", 500)
    with pytest.raises(Refused, match="500"):
        bakery.read(DAY)


def test_a_receipt_that_comes_twice_in_a_page_is_one(bakery, sandbox):
    number = bakery.read(DAY)[0].number
    sandbox.faults.add("wrong_type", path="/receipts$", field="receiptNumber", value=int(number), item=1)
    assert len([one for one in bakery.read(DAY) if one.number == number]) == 1


def test_one_broken_row_does_not_take_the_page_with_it(bakery, sandbox):
    """F36."""
    sandbox.faults.add("missing_field", path="/receipts$", field="total", item=4)
    (page,) = bakery.source.pages(bakery.register, DAY, DAY)
    assert len(page.receipts) == len(books(bakery, DAY)) - 1
    assert len(page.quarantined) == 1 and "total" in page.quarantined[0].what


def test_unknown_fields_change_nothing(bakery, sandbox):
    """F35."""
    sandbox.faults.add("extra_fields", path="/receipts$")
    assert agrees(bakery.read(DAY), bakery, DAY)


@pytest.mark.parametrize("fault", ["html", "half_body", "empty_body"])
def test_a_page_instead_of_receipts_is_never_zero_turnover(bakery, sandbox, fault):
    """Trap 21."""
    bakery.source.registers()
    sandbox.faults.add(fault, path="/receipts$")
    with pytest.raises(Garbled):
        bakery.read(DAY)


def test_a_register_without_licence_is_absent_and_its_history_comes_back(connect_register, now):
    """A licence per register: it can vanish for weeks and come back."""
    gapped = connect_register(gaps=[("2026-11-24", "2026-11-30")])
    with pytest.raises(Absent):
        gapped.read(DAY)
    assert gapped.source.registers() == []
    now.move_to("2026-12-02T12:00:00+01:00")
    assert agrees(gapped.read(DAY), gapped, DAY)


def test_no_cashier_is_in_what_a_source_gives(bakery):
    pages = list(bakery.source.pages(bakery.register, DAY, DAY))
    assert pages[0].raw and not any("user" in row for page in pages for row in page.raw)
    assert not [name for name in ("Huber", "Yıldız", "Gruber", "Aushilfe") if name in repr(pages)]


def test_a_month_of_all_kinds_is_told_apart(bakery):
    """Traps 2, 3, 7 and 8 at the source: kinds, not amounts, say what is turnover."""
    read = bakery.read(date(2026, 10, 1), date(2026, 10, 31))
    kinds = {one.kind for one in read}
    assert kinds >= {
        ReceiptKind.SALE,
        ReceiptKind.STORNO,
        ReceiptKind.TRAINING,
        ReceiptKind.NULL,
        ReceiptKind.MONTH,
        ReceiptKind.VOUCHER_SALE,
        ReceiptKind.CASH_OUT,
    }
    assert sum(one.total for one in read if one.kind == ReceiptKind.STORNO) < 0
    assert any(one.total for one in read if one.kind == ReceiptKind.TRAINING)
    assert any(item[2] < 0 for one in read if one.kind == ReceiptKind.SALE for item in one.items)
    assert ReceiptKind.UNKNOWN not in kinds
