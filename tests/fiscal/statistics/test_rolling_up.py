"""Roll-ups: recomputed whole per dirty day, then the trees; idempotent, and never touching what an uploaded file gave."""

from __future__ import annotations

from datetime import date

import pytest
from django.db.models import Sum
from django.utils import timezone

from fiscal.choices import ConnectionStatus, FillSource, FillState, PaymentCategory, ReceiptKind, WindowState
from fiscal.models import (
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    DirtyDay,
    DirtyTree,
    Receipt,
    TreeArticle,
    TreePayment,
    TreeTotal,
    TreeVat,
    Window,
)
from fiscal.statistics.rollup import roll_up
from tests.fiscal.statistics import books
from tests.fiscal.statistics.books import sale, sell

DAY = date(2026, 5, 4)
TABLES = (DayTotal, DayPayment, DayVat, DayArticle, TreeTotal, TreePayment, TreeVat, TreeArticle)


@pytest.fixture
def head(db):
    return books.make_organization("Bäckerei Huber")


@pytest.fixture
def branch(head):
    return books.make_organization("Filiale Graz", parent=head)


@pytest.fixture
def register(branch):
    return books.make_register(branch)


def everything():
    return {model.__name__: sorted(model.objects.values_list(*_fields(model))) for model in TABLES}


def _fields(model):
    return [field.attname for field in model._meta.concrete_fields if field.attname != "id"]


def test_a_day_is_summed_by_kind_payment_rate_and_article(register, head):
    mixed = sale(
        DAY,
        1_530,
        payments=[("Bankomat", 1_000), ("BARZAHLUNG", 530)],
        taxes=[("NORMAL", 2000, 1_200, 1_000, 200), ("ERMAESSIGT1", 1000, 330, 300, 30)],
        items=[("Torte", 1_000, 1_200, 2000), ("Brot", 2_500, 330, 1000)],
    )
    sell(register, DAY, [1_200, mixed, sale(DAY, 200, kind=ReceiptKind.STORNO)])

    assert set(DayTotal.objects.values_list("kind", "count", "total")) == {("SALE", 2, 2_730), ("STORNO", 1, -200)}
    assert dict(DayPayment.objects.values_list("method__name", "total")) == {"BARZAHLUNG": 1_530, "Bankomat": 1_000}
    assert set(DayVat.objects.values_list("country_code", "code", "rate", "gross")) == {
        ("AUT", "NORMAL", 2000, 2_200),
        ("AUT", "ERMAESSIGT1", 1000, 330),
    }
    assert dict(DayArticle.objects.values_list("name", "quantity")) == {"Semmel": 0, "Torte": 1_000, "Brot": 2_500}
    assert TreeTotal.objects.filter(head=head).aggregate(n=Sum("total"))["n"] == 2_530
    assert set(TreePayment.objects.values_list("category", "total")) == {("UNMAPPED", 1_530), ("UNMAPPED", 1_000)}
    assert DirtyDay.objects.count() == DirtyTree.objects.count() == 0


def test_recomputing_changes_nothing_and_a_removed_receipt_is_subtracted(register):
    first, _second = sell(register, DAY, [1_000, 500])
    before = everything()
    books.mark(register, DAY)
    roll_up(now=timezone.now())
    assert everything() == before

    Receipt.objects.filter(pk=first.pk).update(removed_at=timezone.now())
    books.mark(register, DAY)
    roll_up(now=timezone.now())
    assert DayTotal.objects.get().total == TreeTotal.objects.get().total == 500

    Receipt.objects.update(suspect="FUTURE")
    books.mark(register, DAY)
    roll_up(now=timezone.now())
    assert [model.objects.count() for model in TABLES] == [0] * len(TABLES)


def test_a_register_that_moved_leaves_its_old_tree(register, head):
    sell(register, DAY, [1_000])
    elsewhere = books.make_organization("Konditorei Wien")
    Receipt.objects.update(organization=elsewhere)
    books.mark(register, DAY)
    roll_up(now=timezone.now())
    assert list(TreeTotal.objects.values_list("head", "total")) == [(elsewhere.pk, 1_000)]
    assert DayTotal.objects.get().organization == elsewhere


def test_figures_of_an_uploaded_file_stay_until_there_are_receipts(register):
    own = {"organization": register.organization, "register": register, "day": DAY}
    DayTotal.objects.create(**own, kind=ReceiptKind.SALE, count=7, total=9_900, currency="EUR", source=FillSource.FILE)
    books.fill_day(register, DAY, source=FillSource.FILE)
    books.mark(register, DAY)
    roll_up(now=timezone.now())
    assert DayTotal.objects.get().total == TreeTotal.objects.get().total == 9_900

    sell(register, DAY, [1_000])
    assert list(DayTotal.objects.values_list("total", "source")) == [(1_000, "RECEIPTS")]


def test_a_day_that_is_being_read_is_held_back(register):
    sell(register, DAY, [1_000])
    reading = Window.objects.create(
        connection=register.connection, register=register, first_day=DAY, last_day=DAY, started_at=timezone.now()
    )
    sell(register, DAY, [500])
    assert DayTotal.objects.get().total == 1_000
    assert DirtyDay.objects.count() == 1

    Window.objects.filter(pk=reading.pk).update(state=WindowState.DONE)
    books.fill_day(register, DAY, state=FillState.STARTED)
    roll_up(now=timezone.now())
    assert DayTotal.objects.get().total == 1_000

    books.fill_day(register, DAY)
    roll_up(now=timezone.now())
    assert DayTotal.objects.get().total == 1_500


def test_a_window_of_a_stopped_connection_holds_nothing_back(register):
    Window.objects.create(
        connection=register.connection, register=register, first_day=DAY, last_day=DAY, started_at=timezone.now()
    )
    register.connection.status = ConnectionStatus.STOPPED
    register.connection.save()
    sell(register, DAY, [1_000])
    assert DayTotal.objects.get().total == 1_000


def test_what_a_payment_method_means_reaches_the_tree(register):
    sell(register, DAY, [1_000])
    books.map_method(register, "BARZAHLUNG", PaymentCategory.CASH)
    assert TreePayment.objects.get().category == "CASH"


def test_bulk_days_add_up(branch, head):
    registers = [books.make_register(branch) for _ in range(2)]
    books.bulk_days(registers, DAY, date(2026, 5, 10))
    for model, field in ((DayTotal, "total"), (DayPayment, "total"), (DayVat, "gross"), (DayArticle, "total")):
        assert model.objects.aggregate(n=Sum(field))["n"] == TreeTotal.objects.aggregate(n=Sum("total"))["n"]
    assert TreeTotal.objects.filter(head=head).count() == 14
