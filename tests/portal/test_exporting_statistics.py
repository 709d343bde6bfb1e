"""Files of the statistics: under the filter of the page, the same to the cent, safe and typed in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from fiscal.choices import ReceiptKind
from fiscal.queries.statistics import tables
from portal.views.statistics import files
from tests.takings import Takings

MARK = "\ufeff"


def ago(days: int) -> date:
    return timezone.localdate() - timedelta(days)


@pytest.fixture
def petra(cast) -> Client:
    client = Client()
    client.force_login(cast.petra)
    return client


@pytest.fixture
def sold(cast) -> Takings:
    """Two weeks in two countries, with names that need care."""
    takings = Takings()
    at, it = takings.register(cast.shop, "=SUMME(A1)"), takings.register(cast.sibling, "Città", italian=True)
    for n in range(1, 15):
        takings.day(
            at,
            ago(n),
            sales=3,
            cents=123_456 + n,
            kinds={ReceiptKind.STORNO: (1, -1_001), ReceiptKind.TRAINING: (1, 77)},
            payments={"Bar": 100_000, "+Punkte": 22_455 + n},
            rates={("NORMAL", 2000): 100_000, ("REDUCED", 490): 22_455 + n},
            articles={"Käsespätzle «Süß»": (1_500, 90_000), "-10 % Rabatt": (1_000, -500)},
        )
        takings.day(
            it, ago(n), sales=1, cents=5_000, kinds={ReceiptKind.RETURN: (1, -250)}, rates={("22", 2200): 4_750}
        )
    takings.write()
    return takings


def place(cast) -> str:
    return f"/o/{cast.maker.public_id}/statistics/"


def text(client: Client, url: str, **params: str) -> str:
    answer = client.get(f"{url}file/", params)
    assert answer.status_code == 200
    return answer.getvalue().decode()


def rows(client: Client, url: str, what: str, **params: str) -> list[dict[str, str]]:
    """The file as a program reads it: comma and point."""
    found = text(client, url, what=what, format="csv-comma", bom="0", **params)
    return list(csv.DictReader(io.StringIO(found)))


def cents(figure: str) -> int:
    return int(Decimal(figure) * 100)


def test_page_daily_totals_and_detail_are_the_same_to_the_cent(cast, petra, sold):
    found = petra.get(place(cast)).context["found"]
    daily, detail = rows(petra, place(cast), "daily"), rows(petra, place(cast), "detail")
    turnover = [row for row in detail if row["section"] == "KIND" and row["key"] in {"SALE", "STORNO", "RETURN"}]

    assert sum(cents(row["net_turnover"]) for row in daily if row["net_turnover"]) == found.days.total.net
    assert sum(cents(row["amount"]) for row in turnover) == found.days.total.net
    assert len(daily) == len(found.selection.span)

    by_method: dict[str, int] = defaultdict(int)
    for row in detail:
        if row["section"] == "PAYMENT":
            by_method[row["detail"]] += cents(row["amount"])
    assert by_method == {str(each.category): each.total for each in found.payments}

    gross = sum(cents(row["amount"]) for row in detail if row["section"] == "VAT")
    assert gross == sum(country.gross for country in found.vat)
    parts = [(cents(row["net"]), cents(row["tax"]), cents(row["amount"])) for row in detail if row["section"] == "VAT"]
    assert all(net + tax == whole for net, tax, whole in parts)

    quantity = sum(Decimal(row["quantity"]) for row in detail if row["section"] == "ARTICLE")
    assert quantity * 1000 == sum(article.quantity for article in found.articles.articles)


@pytest.mark.parametrize(("what", "column"), [("payments", "amount"), ("vat", "gross"), ("articles", "amount")])
def test_the_file_of_each_chart_holds_the_chart(cast, petra, sold, what, column):
    found = petra.get(place(cast)).context["found"]
    shown = {
        "payments": sum(each.total for each in found.payments),
        "vat": sum(each.gross for each in found.vat),
        "articles": sum(each.total for each in found.articles.articles),
    }

    assert sum(cents(row[column]) for row in rows(petra, place(cast), what)) == shown[what]


def test_the_file_of_branches_holds_every_day_of_every_branch(cast, petra, sold):
    found = rows(petra, place(cast), "branches")

    assert {row["organization"] for row in found} == {"Gasthaus Mio", "Café Nebenan"}
    assert sum(cents(row["net_turnover"]) for row in found) == petra.get(place(cast)).context["found"].days.total.net


def test_a_file_is_under_the_filter_of_its_page(cast, petra, sold):
    week = rows(petra, place(cast), "daily", period="7d")
    branch = rows(petra, place(cast), "detail", organization=str(cast.shop.public_id))

    assert [row["day"] for row in week] == [ago(n).isoformat() for n in range(6, -1, -1)]
    assert {row["organization"] for row in branch} == {"Gasthaus Mio"}


def test_somebody_elses_takings_are_in_no_file(cast, sold):
    stranger = Client()
    stranger.force_login(cast.stranger)

    assert stranger.get(f"{place(cast)}file/", {"what": "detail"}).status_code == 404
    for what in ("detail", "branches", "articles", "payments", "vat"):
        assert len(text(stranger, "/statistics/", what=what).splitlines()) == 1


def test_separator_and_decimal_sign_are_the_readers_choice(cast, petra, sold):
    semicolon = text(petra, place(cast), what="daily", format="csv-semicolon")
    comma = text(petra, place(cast), what="daily", format="csv-comma", bom="0")

    assert semicolon.startswith(f"{MARK}day;currency;")
    assert ";1284,57;" in semicolon.splitlines()[-2]
    assert comma.startswith("day,currency,")
    assert ",1284.57," in comma.splitlines()[-2]


def test_no_text_can_become_a_formula_and_numbers_stay_numbers(cast, petra, sold):
    detail = rows(petra, place(cast), "detail")

    assert {row["register"] for row in detail} == {"'=SUMME(A1)", "Città"}
    assert {row["key"] for row in detail if row["section"] == "PAYMENT"} == {"Bar", "'+Punkte"}
    assert {row["key"] for row in detail if row["section"] == "ARTICLE"} == {"Käsespätzle «Süß»", "'-10 % Rabatt"}
    assert {row["amount"] for row in detail if row["key"] == "STORNO"} == {"-10.01"}


def test_headers_never_change(cast, petra, sold):
    """The importer reads them back: docs/statistics-files.md."""
    assert text(petra, place(cast), what="daily", bom="0").splitlines()[0] == (
        "day;currency;state;sales_count;sales;voids_count;voids;returns_count;returns;net_turnover;average_basket;"
        "uncollected;registers;registers_filled;registers_incomplete;as_of"
    )
    assert text(petra, place(cast), what="detail", bom="0").splitlines()[0] == (
        "day;organization;organization_id;register;register_id;country;currency;section;key;detail;vat_rate;count;"
        "quantity;amount;net;tax;uncollected"
    )


def test_every_column_is_documented():
    documented = (settings.BASE_DIR / "docs" / "statistics-files.md").read_text()
    for columns in (tables.DAILY_TOTALS, tables.STATISTICS):
        assert [column.name for column in columns if f"`{column.name}`" not in documented] == []


def test_a_workbook_has_typed_cells(cast, petra, sold):
    answer = petra.get(f"{place(cast)}file/", {"what": "detail", "format": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.getvalue())).active
    head, *found = sheet.iter_rows(values_only=True)
    records = [dict(zip(head, row, strict=True)) for row in found]

    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert {type(row["day"]) for row in records} == {datetime}
    assert {row["register"] for row in records} == {"=SUMME(A1)", "Città"}
    assert all(cell.data_type != "f" for line in sheet.iter_rows() for cell in line)
    sales = [row for row in records if row["key"] == "SALE" and row["country"] == "AUT"]
    assert sum(round(100 * row["amount"]) for row in sales) == sum(123_456 + n for n in range(1, 15))
    assert sum(row["count"] for row in sales) == 42


def test_a_workbook_that_would_take_too_long_is_refused_with_a_way_out(cast, petra, sold, monkeypatch):
    monkeypatch.setattr(files, "MOST_IN_XLSX", 3)

    answer = petra.get(f"{place(cast)}file/", {"what": "detail", "format": "xlsx", "period": "7d"})

    assert answer.status_code == 303
    assert answer["Location"] == f"{place(cast)}?period=7d"
    assert "choose CSV" in str(next(iter(get_messages(answer.wsgi_request))))


def test_daily_totals_of_one_day_are_refused_by_the_server_too(cast, petra, sold):
    answer = petra.get(f"{place(cast)}file/", {"what": "daily", "period": "yesterday"})

    assert answer.status_code == 303
    assert "more than one day" in str(next(iter(get_messages(answer.wsgi_request))))


def test_the_detail_is_streamed_and_begins_before_anything_was_read(cast, petra, sold, django_assert_num_queries):
    answer = petra.get(f"{place(cast)}file/", {"what": "detail"})
    pieces = iter(answer.streaming_content)

    with django_assert_num_queries(0):
        first = next(pieces).decode()

    assert first.endswith("uncollected\r\n")
    assert "Content-Length" not in answer
    assert sum(1 for _piece in pieces) >= 1
