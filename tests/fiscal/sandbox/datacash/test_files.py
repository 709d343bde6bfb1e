"""The Excel file of the counter and the two CSV files of the cloud pages."""

from __future__ import annotations

import csv
import io
from datetime import datetime

import pytest
from openpyxl import load_workbook

from fiscal.sandbox.datacash.csv_files import PAYMENT_NAMES

SPAN = ("2026-11-16", "2026-11-24")


def rows_of(content, encoding="utf-8-sig", delimiter=";"):
    return list(csv.reader(io.StringIO(content.decode(encoding), newline=""), delimiter=delimiter))


def cents(text):
    return int(text.replace(".", "").replace(",", ""))


def test_the_excel_file_holds_date_kind_and_identifiers_of_every_document(merchant):
    sheet = load_workbook(io.BytesIO(merchant.stage.counter_file(merchant.vat_number, *SPAN))).active
    head, *rows = sheet.iter_rows(values_only=True)
    documents = merchant.stage.documents(merchant.vat_number, *SPAN)

    assert head == ("Data", "Tipo", "Numero documento", "Identificativo", "Partita IVA")
    kinds = {"V": "Vendita", "A": "Annullo", "R": "Reso"}
    assert [row[1:] for row in rows] == [
        (kinds[doc["kind"]], doc["number"], doc["idtrx"], merchant.vat_number) for doc in documents
    ]
    assert {row[1] for row in rows} == set(kinds.values())
    assert all(isinstance(row[0], datetime) for row in rows)


def test_times_in_excel_may_be_text(merchant):
    merchant.stage.set_rule("excel_dates", "text")
    sheet = load_workbook(io.BytesIO(merchant.stage.counter_file(merchant.vat_number, *SPAN))).active
    assert sheet["A2"].value.startswith("16/11/2026 ")


def test_daily_totals_have_a_row_per_day_that_adds_up(merchant):
    head, *rows = rows_of(merchant.stage.daily_file(merchant.vat_number, *SPAN))
    sums = merchant.stage.totals(merchant.vat_number, *SPAN)

    assert head[:5] == ["data", "documenti", "annulli", "resi", "totale"]
    assert head[5:12] == [*map(str.lower, PAYMENT_NAMES.values()), "sconto a pagare"]
    assert head[12:] == ["IVA 4%", "IVA 5%", "IVA 10%", "IVA 22%", "N1", "N2", "N3", "N4", "N5", "N6"]
    assert [row[0] for row in rows] == [f"{day}/11/2026" for day in range(16, 25)]
    assert [cents(row[4]) for row in rows] == [day["net"] for day in sums.values()]
    for row in rows:
        assert sum(map(cents, row[5:12])) == sum(map(cents, row[12:])) == cents(row[4])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "windows-1252"])
@pytest.mark.parametrize("delimiter", [";", ","])
@pytest.mark.parametrize("thousands", ["", "."])
def test_every_encoding_and_dialect_says_the_same(merchant, encoding, delimiter, thousands):
    plain = rows_of(merchant.stage.statistics_file(merchant.vat_number, *SPAN))
    content = merchant.stage.statistics_file(
        merchant.vat_number, *SPAN, encoding=encoding, delimiter=delimiter, thousands=thousands
    )
    assert content.startswith(b"\xef\xbb\xbf") == (encoding == "utf-8-sig")
    found = rows_of(content, encoding, delimiter)
    assert [[cell.replace(".", "") for cell in row] for row in found] == [
        [cell.replace(".", "") for cell in row] for row in plain
    ]
    assert ("1." in str(found)) == bool(thousands)
    assert "Caffè" in str(found)


def test_statistics_are_four_blocks_in_the_order_of_the_charts(merchant):
    rows = rows_of(merchant.stage.statistics_file(merchant.vat_number, *SPAN))
    gaps = [place for place, row in enumerate(rows) if not row]
    starts = [0, *(gap + 1 for gap in gaps)]
    assert [rows[start] for start in starts] == [
        ["Totale incassato per giornata"],
        ["Totale incassato per metodo di pagamento"],
        ["Totale incassato per aliquota IVA"],
        ["Quantità venduta per elemento"],
    ]
    payments, rates = (rows[start + 2 : end] for start, end in zip(starts[1:3], gaps[1:3], strict=True))
    net = sum(day["net"] for day in merchant.stage.totals(merchant.vat_number, *SPAN).values())
    allowances = sum(day["allowances"] for day in merchant.stage.totals(merchant.vat_number, *SPAN).values())
    assert sum(cents(row[1]) for row in rates) == net
    assert sum(cents(row[1]) for row in payments) == net - allowances


def test_statistics_may_be_one_long_table(merchant):
    head, *rows = rows_of(merchant.stage.statistics_file(merchant.vat_number, *SPAN, layout="long"))
    assert head == ["sezione", "chiave", "quantita", "importo"]
    assert {row[0] for row in rows} == {"giornata", "annulli", "resi", "pagamento", "aliquota", "elemento"}
    by_section = {
        section: sum(cents(row[3]) for row in rows if row[0] == section)
        for section in ("giornata", "aliquota", "elemento")
    }
    assert len(set(by_section.values())) == 1


def test_files_are_per_device_or_shop(merchant):
    whole, device, shop = (
        rows_of(merchant.stage.daily_file(merchant.vat_number, *SPAN, **chosen))
        for chosen in ({}, {"device": "banco"}, {"shop": "stazione"})
    )
    assert [cents(row[4]) for row in whole[1:]] == [
        cents(one[4]) + cents(other[4]) for one, other in zip(device[1:], shop[1:], strict=True)
    ]


@pytest.mark.parametrize(
    ("start", "end", "reason"),
    [
        ("2026-11-20", "2026-11-20", "more than one day"),
        ("2026-08-01", "2026-11-02", "3 months"),
        ("2026-11-20", "2026-11-19", "before the first"),
    ],
)
def test_daily_totals_are_refused_for_the_wrong_span(merchant, start, end, reason):
    with pytest.raises(ValueError, match=reason):
        merchant.stage.daily_file(merchant.vat_number, start, end)


def test_three_months_are_allowed_and_one_day_has_statistics(merchant):
    assert merchant.stage.daily_file(merchant.vat_number, "2026-08-01", "2026-11-01")
    assert merchant.stage.statistics_file(merchant.vat_number, "2026-11-20", "2026-11-20")


def test_without_cloud_completo_there_are_no_statistics_but_the_counter_still_is(merchant):
    merchant.stage.edit_customer(merchant.vat_number, cloud_completo=False)
    for make in (merchant.stage.daily_file, merchant.stage.statistics_file):
        with pytest.raises(ValueError, match="Cloud Completo"):
            make(merchant.vat_number, *SPAN)
    assert merchant.stage.counter_file(merchant.vat_number, *SPAN)


@pytest.mark.parametrize("dialect", [{"decimal": ".", "thousands": "."}, {"encoding": "ebcdic-of-mars"}])
def test_a_dialect_that_is_none_is_refused(merchant, dialect):
    with pytest.raises((ValueError, LookupError)):
        merchant.stage.daily_file(merchant.vat_number, *SPAN, **dialect)
