"""Files become figures of days: all of a file or nothing, and only what was looked at."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from fiscal.choices import FileLayout, FillSource, FillState, ImportState, ReceiptKind
from fiscal.models import (
    DayArticle,
    DayPayment,
    DayTotal,
    DayVat,
    FileImport,
    FillDay,
    PaymentMethod,
    TreeTotal,
)
from fiscal.services.imports import (
    ImportRefused,
    discard_import,
    forget_files,
)
from fiscal.statistics.uploads.plan import Deed
from organizations.choices import Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.files.reads import LAST, VAT_NUMBER
from tests.fiscal.statistics.uploads.imported import SPAN, apply, daily, deeds, import_file, plans_of, upload


def test_daily_totals_fill_days_that_nobody_knows_anything_of(reach, device, home, cloud):
    truth = cloud.totals(*SPAN)
    row = upload(reach, device, cloud.daily_file(*SPAN))
    assert not FillDay.objects.exists()
    apply(reach, row)

    fills = {fill.day.isoformat(): fill for fill in FillDay.objects.filter(register=device)}
    assert {(fill.state, fill.source) for fill in fills.values()} == {(FillState.DONE, FillSource.FILE)}
    for day, known in truth.items():
        rows = DayTotal.objects.filter(register=device, day=day)
        assert sum(one.total for one in rows) == known["net"]
        assert fills[day].receipts == sum(one.count for one in rows)
        paid = DayPayment.objects.filter(register=device, day=day)
        assert sum(one.total for one in paid) == sum(known["payments"].values())
        assert {(one.code, one.gross) for one in DayVat.objects.filter(register=device, day=day)} == {
            (code, cents) for code, cents in known["vat"].items() if cents
        }
    assert sum(TreeTotal.objects.filter(head=home).values_list("total", flat=True)) == sum(
        day["net"] for day in truth.values()
    )
    assert set(PaymentMethod.objects.filter(register=device).values_list("category", flat=True)) == {"UNMAPPED"}


def test_an_applied_file_is_forgotten_and_recorded(reach, device):
    row = import_file(reach, device, daily("16/11/2026;3;0;0;12,50"))
    row.refresh_from_db()
    assert (row.state, bytes(row.content)) == (ImportState.DONE, b"")
    entry = AuditEntry.objects.get(verb=Verb.FILE_IMPORTED)
    assert entry.after["days"] == {"FILL": 1}
    assert entry.after["turnover"] == 1250


def test_a_day_without_sales_is_filled_and_empty(reach, device):
    import_file(reach, device, daily("16/11/2026;0;0;0;0,00"))
    assert FillDay.objects.get(register=device).receipts == 0
    assert not DayTotal.objects.exists()


def test_a_day_that_is_not_over_stays_open(reach, device):
    today = date(2026, 11, 25)
    import_file(reach, device, daily("25/11/2026;3;0;0;12,50"), last=today)
    assert FillDay.objects.get(register=device).state == FillState.OPEN


def test_a_later_file_replaces_an_earlier_one(reach, device):
    import_file(reach, device, daily("16/11/2026;3;0;0;12,50"))
    assert deeds(reach, device, daily("16/11/2026;4;0;0;15,00")) == [Deed.REPLACE]
    import_file(reach, device, daily("16/11/2026;4;0;0;15,00"))
    assert DayTotal.objects.get(register=device).total == 1500


def test_the_same_file_again_changes_nothing(reach, device, cloud):
    content = cloud.daily_file(*SPAN)
    import_file(reach, device, content)
    before = list(DayTotal.objects.order_by("day", "kind").values_list("pk", "total"))
    again = upload(reach, device, content)
    assert {one.deed for one in plans_of(again)} == {Deed.SAME}
    apply(reach, again)
    assert list(DayTotal.objects.order_by("day", "kind").values_list("pk", "total")) == before


def test_statistics_add_what_daily_totals_do_not_tell(reach, device, cloud):
    """Amounts of voids and returns; and the payments that the first file told stay."""
    import_file(reach, device, cloud.daily_file(*SPAN))
    paid = list(DayPayment.objects.order_by("day", "method").values_list("day", "total"))
    content = cloud.statistics_file(*SPAN, layout="long")
    assert Deed.ADD in deeds(reach, device, content, layout=FileLayout.STATISTICS)
    import_file(reach, device, content, FileLayout.STATISTICS)

    assert list(DayPayment.objects.order_by("day", "method").values_list("day", "total")) == paid
    for day, known in cloud.totals(*SPAN).items():
        voids = DayTotal.objects.filter(day=day, kind=ReceiptKind.VOID).first()
        assert (voids.total if voids else 0) == -known["documents"].get("A", {"cents": 0})["cents"]
    assert deeds(reach, device, cloud.daily_file(*SPAN)) == [Deed.SAME] * 9


def test_sums_over_several_days_are_not_spread_over_them(reach, device, cloud):
    import_file(reach, device, cloud.statistics_file(*SPAN, layout="blocks"), FileLayout.STATISTICS)
    assert DayTotal.objects.exists()
    assert not DayPayment.objects.exists()
    assert not DayVat.objects.exists()
    assert not DayArticle.objects.exists()


def test_statistics_of_one_day_tell_its_articles(reach, device, cloud):
    one = (VAT_NUMBER, LAST.isoformat(), LAST.isoformat())
    content = cloud.statistics_file(*one, layout="long")
    import_file(reach, device, content, FileLayout.STATISTICS, first=LAST)
    (known,) = cloud.totals(*one).values()
    assert {(row.name, row.quantity, row.total) for row in DayArticle.objects.all()} == {
        (name, values["quantity"] * 10, values["cents"]) for name, values in known["items"].items()
    }


def test_a_file_can_be_discarded_until_it_is_applied(reach, device):
    row = upload(reach, device, daily("16/11/2026;3;0;0;12,50"))
    discard_import(reach, row.public_id)
    assert not FileImport.objects.exists()
    done = import_file(reach, device, daily("16/11/2026;3;0;0;12,50"))
    with pytest.raises(ImportRefused, match="applied"):
        discard_import(reach, done.public_id)


def test_files_that_nobody_wanted_are_forgotten(reach, device):
    row = upload(reach, device, daily("16/11/2026;3;0;0;12,50"))
    assert forget_files(now=timezone.now() + timedelta(days=29)) == 0
    assert forget_files(now=timezone.now() + timedelta(days=31)) == 1
    row.refresh_from_db()
    assert (row.state, bytes(row.content)) == (ImportState.REFUSED, b"")


def test_two_who_write_the_same_day_at_once_do_not_meet_in_an_error(reach, device, monkeypatch):
    row = upload(reach, device, daily("16/11/2026;3;0;0;12,50"))

    def meanwhile(*_args, **_options):
        raise IntegrityError("UNIQUE constraint failed")

    monkeypatch.setattr("fiscal.services.imports.write_days", meanwhile)
    with pytest.raises(ImportRefused, match="try again"):
        apply(reach, row)
    row.refresh_from_db()
    assert row.state == ImportState.READY
