"""The sandbox's files in every encoding and dialect say what its books say, to the cent."""

from __future__ import annotations

import pytest

from fiscal.choices import FileLayout, ReceiptKind
from fiscal.sandbox.datacash import excel
from fiscal.sandbox.datacash.csv_files import PAYMENT_NAMES
from fiscal.sandbox.datacash.documents import Document
from tests.fiscal.statistics.files.reads import FIRST, LAST, VAT_NUMBER, read, words

SIGNS = {ReceiptKind.SALE: ("V", 1), ReceiptKind.VOID: ("A", -1), ReceiptKind.RETURN: ("R", -1)}
DIALECTS = [
    (encoding, delimiter, thousands, decimal)
    for encoding in ("utf-8", "utf-8-sig", "windows-1252")
    for delimiter in (";", ",")
    for thousands, decimal in (("", ","), (".", ","), ("", "."))
]


def span(cloud, first=FIRST, last=LAST):
    return VAT_NUMBER, first.isoformat(), last.isoformat()


def dialect(encoding, delimiter, thousands, decimal):
    return {"encoding": encoding, "delimiter": delimiter, "thousands": thousands, "decimal": decimal}


@pytest.mark.parametrize("written", DIALECTS)
def test_daily_totals_are_the_books(cloud, written):
    checked = read(cloud.daily_file(*span(cloud), **dialect(*written)), FileLayout.DAILY_TOTALS)
    truth = cloud.totals(*span(cloud))

    assert words(checked) == []
    assert [day.day.isoformat() for day in checked.content.days] == list(truth)
    for day, known in zip(checked.content.days, truth.values(), strict=True):
        assert day.net == known["net"]
        counts = {kind: one.number for kind, one in day.kinds.items() if one.number}
        assert counts == {
            kind: known["documents"][letter]["count"]
            for kind, (letter, _) in SIGNS.items()
            if known["documents"].get(letter, {}).get("count")
        }
        assert day.payments == {PAYMENT_NAMES[way]: cents for way, cents in known["payments"].items() if cents}
        assert {of: one.gross for (of, _), one in day.vat.items()} == {r: c for r, c in known["vat"].items() if c}
        assert day.kinds.get(ReceiptKind.SALE, (0, 0, 0))[2] == sum(
            known["payments"].get(way, 0) for way in ("NR_EF", "NR_PS", "NR_CS")
        )
        assert not day.split_kinds


@pytest.mark.parametrize("written", DIALECTS)
@pytest.mark.parametrize("layout", ["blocks", "long"])
def test_statistics_are_the_books(cloud, written, layout):
    content = cloud.statistics_file(*span(cloud), layout=layout, **dialect(*written))
    checked = read(content, FileLayout.STATISTICS)
    truth = cloud.totals(*span(cloud))
    whole = {}
    for day in truth.values():
        for name, values in day["items"].items():
            whole[name] = whole.get(name, 0) + values["quantity"]

    assert words(checked) == []
    assert [day.net for day in checked.content.days] == [day["net"] for day in truth.values()]
    assert {name: sold.quantity for name, sold in checked.content.span.articles.items()} == {
        name: quantity * 10 for name, quantity in whole.items()
    }
    assert sum(checked.content.span.vat.values()) == sum(day["net"] for day in truth.values())
    assert all(day.payments is None and day.vat is None and day.articles is None for day in checked.content.days)


def test_a_long_table_tells_the_amounts_of_voids_and_returns(cloud):
    checked = read(cloud.statistics_file(*span(cloud), layout="long"), FileLayout.STATISTICS)
    for day, known in zip(checked.content.days, cloud.totals(*span(cloud)).values(), strict=True):
        assert day.split_kinds
        for kind, (letter, sign) in SIGNS.items():
            found = day.kinds.get(kind, (0, 0, 0))
            of = known["documents"].get(letter, {"count": 0, "cents": 0})
            assert found[:2] == (of["count"], sign * of["cents"])


@pytest.mark.parametrize("layout", ["blocks", "long"])
def test_statistics_of_a_single_day_tell_its_splits(cloud, layout):
    content = cloud.statistics_file(*span(cloud, LAST, LAST), layout=layout)
    checked = read(content, FileLayout.STATISTICS, first_day=LAST, last_day=LAST)
    (known,) = cloud.totals(*span(cloud, LAST, LAST)).values()
    (day,) = checked.content.days

    assert day.payments == {PAYMENT_NAMES[way]: cents for way, cents in known["payments"].items()}
    assert {of: one.gross for (of, _), one in day.vat.items()} == known["vat"]
    if layout == "long":
        assert {name: (sold.quantity, sold.total) for name, sold in day.articles.items()} == {
            name: (values["quantity"] * 10, values["cents"]) for name, values in known["items"].items()
        }
    else:  # quantities without amounts are compared, never booked
        assert day.articles is None
        assert set(checked.content.span.articles) == set(known["items"])


@pytest.mark.parametrize("dates", ["cells", "text"])
def test_the_counters_workbook_is_the_books(cloud, dates):
    documents = cloud.documents(*span(cloud))
    content = excel.counter(((VAT_NUMBER, Document.read(doc)) for doc in documents), dates=dates)
    checked = read(content, FileLayout.COUNTER)

    assert words(checked) == []
    kinds = {letter: kind for kind, (letter, _) in SIGNS.items()}
    assert [(one.key, one.number, one.kind) for one in checked.content.documents] == [
        (doc["idtrx"], doc["number"], kinds[doc["kind"]]) for doc in documents
    ]


def test_documents_of_other_partite_iva_are_left_out(cloud):
    content = cloud.counter_file(VAT_NUMBER, FIRST.isoformat(), LAST.isoformat())
    checked = read(content, FileLayout.COUNTER, vat_number="99000020018")
    assert "other partite IVA" in checked.problems.kept[0].words
