"""What leaves the house comes back as it was: our own files, imported into another device, give the same figures."""

from __future__ import annotations

import io
from datetime import date

import pytest
import time_machine
from django.utils import timezone

from fiscal.choices import ConnectionKind, FileLayout, FillState, ImportState, ReceiptKind
from fiscal.models import DayArticle, DayPayment, DayTotal, DayVat, FillDay
from fiscal.queries.statistics import COMMA, SEMICOLON, TABLES, Span, Wanted, csv_lines, of_organization, write_xlsx
from fiscal.services.imports import Upload, apply_import, upload_file
from fiscal.statistics.uploads.plan import digest_of
from organizations.access import system_reach
from tests.fiscal.statistics import books
from tests.fiscal.statistics.uploads.imported import checked, plans_of

FIRST, LAST = date(2026, 11, 16), date(2026, 11, 20)


def _workbook(table):
    out = io.BytesIO()
    write_xlsx(table, out)
    return out.getvalue()


FORMATS = {
    "semicolon": lambda table: "".join(csv_lines(table, SEMICOLON)).encode(),
    "comma": lambda table: "".join(csv_lines(table, COMMA)).encode(),
    "xlsx": _workbook,
}


@pytest.fixture
def now():
    with time_machine.travel("2026-11-25 12:00+01:00", tick=False):
        yield


@pytest.fixture
def sold(db, now):
    """A device with everything that makes a file hard: voids, returns, pending sales, gaps, bait."""
    home = books.make_organization("Bar Centrale; srl", country="ITA")
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES)
    device = books.make_register(home, country="ITA", connection=source, name='Banco "1"')
    bait = [('=HYPERLINK("x")', 1500, 1_234_567, 2200), ("Caffè; ristretto", -250, 12, 1000)]
    first = [
        books.sale(FIRST, 1_234_579, country="ITA", payments=[("Contanti", 1_234_500), ("@Bancomat", 79)], items=bait),
        books.sale(FIRST, 500, kind=ReceiptKind.VOID, country="ITA"),
        books.sale(FIRST, 250, kind=ReceiptKind.RETURN, country="ITA", taxes=[("N2", 0, -250, -250, 0)]),
        books.sale(FIRST, 900, kind=ReceiptKind.PENDING, country="ITA"),
    ]
    books.sell(device, FIRST, first)
    books.sell(
        device, date(2026, 11, 17), [100, 200, books.sale(date(2026, 11, 17), 5000, uncollected=5000, country="ITA")]
    )
    books.sell(device, date(2026, 11, 18), [])
    books.sell(device, date(2026, 11, 20), [books.sale(LAST, 900, kind=ReceiptKind.RETURN, country="ITA")])
    books.fill_day(device, LAST, state=FillState.INCOMPLETE, receipts=1)
    return device


def export(device, what):
    reach = system_reach(device.organization, reason="a test")
    return TABLES[what](of_organization(reach, Wanted(Span(FIRST, LAST), register=device.public_id)))


def come_back(sold, content, layout):
    """Import a file into a new device of another organization."""
    other = books.make_organization("Altrove", country="ITA")
    source = books.make_connection(other, country="ITA", kind=ConnectionKind.FILES)
    device = books.make_register(other, country="ITA", connection=source)
    reach = system_reach(other, reason="a test")
    row = checked(upload_file(reach, upload=Upload(device.public_id, layout, FIRST, LAST, "ours.csv", content)))
    assert row.state == ImportState.READY, row.problems
    apply_import(reach, row.public_id, expected=digest_of(plans_of(row)))
    return device


def rows(model, device, *columns):
    return sorted(model.objects.filter(register=device).values_list("day", *columns))


@pytest.mark.parametrize("form", FORMATS)
def test_statistics_come_back_to_the_cent(sold, form):
    device = come_back(sold, FORMATS[form](export(sold, "detail")), FileLayout.STATISTICS)

    for model, columns in (
        (DayTotal, ("kind", "count", "total", "uncollected", "currency")),
        (DayPayment, ("method__name", "total")),
        (DayVat, ("country_code", "code", "rate", "gross", "net", "tax")),
        (DayArticle, ("name", "quantity", "total")),
    ):
        assert rows(model, device, *columns) == rows(model, sold, *columns)
        assert rows(model, device, *columns)


@pytest.mark.parametrize("form", FORMATS)
def test_daily_totals_come_back_to_the_cent(sold, form):
    device = come_back(sold, FORMATS[form](export(sold, "daily")), FileLayout.DAILY_TOTALS)

    turnover = DayTotal.objects.exclude(kind=ReceiptKind.PENDING)
    columns = ("day", "kind", "count", "total")
    assert sorted(turnover.filter(register=device).values_list(*columns)) == sorted(
        turnover.filter(register=sold).values_list(*columns)
    )
    assert dict(FillDay.objects.filter(register=device).values_list("day", "state")) == dict(
        FillDay.objects.filter(register=sold).values_list("day", "state")
    )
    assert date(2026, 11, 19) not in dict(FillDay.objects.filter(register=device).values_list("day", "state"))
    assert {fill.as_of for fill in FillDay.objects.filter(register=device)} == {timezone.now()}
    # What is exported again is the same file.
    for ours, theirs in zip(export(device, "daily").rows(), export(sold, "daily").rows(), strict=True):
        assert list(ours)[:12] == list(theirs)[:12]


def test_a_file_of_several_registers_is_refused(sold):
    books.sell(books.make_register(sold.organization, country="ITA", connection=sold.connection), FIRST, [100])
    reach = system_reach(sold.organization, reason="a test")
    for what, layout in (("detail", FileLayout.STATISTICS), ("daily", FileLayout.DAILY_TOTALS)):
        content = FORMATS["comma"](TABLES[what](of_organization(reach, Wanted(Span(FIRST, LAST)))))
        row = checked(upload_file(reach, upload=Upload(sold.public_id, layout, FIRST, LAST, "all.csv", content)))
        assert "Export the one register" in row.problems[0][2]


def test_a_file_of_another_country_is_refused(sold):
    till = books.make_register(books.make_organization("Huber"))
    books.sell(till, FIRST, [100])
    content = FORMATS["comma"](export(till, "detail"))
    reach = system_reach(sold.organization, reason="a test")
    upload = Upload(sold.public_id, FileLayout.STATISTICS, FIRST, LAST, "at.csv", content)
    assert "AUT" in checked(upload_file(reach, upload=upload)).problems[0][2]
