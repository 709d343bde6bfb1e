"""`manage.py reread_raw`: a wrong guess about a field is corrected without another pull."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from fiscal.choices import ReceiptKind
from fiscal.models import DayTotal, FillDay, RawPage, Receipt, Register
from fiscal.statistics.sources import kassandro_rows
from tests.fiscal.statistics.bar import VAT_NUMBER, books_agree, open_bar, read
from tests.fiscal.statistics.till import Till, agrees, open_till

ONE = timedelta(days=1)


@pytest.fixture
def till(db, clock, sandbox) -> Till:
    found = open_till(sandbox, opened=timezone.localdate() - 6 * ONE, profile="restaurant")
    for kind in ("storno", "training"):
        found.stage.add_receipt(found.registers[0], 5_000, kind=kind)
    return found


def again(connection, *more: str) -> str:
    said = StringIO()
    first = (timezone.localdate() - 100 * ONE).isoformat()
    call_command("reread_raw", "--connection", str(connection.public_id), "--from", first, *more, stdout=said)
    return said.getvalue()


def rows() -> list[dict[str, object]]:
    return list(Receipt.objects.order_by("pk").values())


@pytest.fixture
def misread(till, monkeypatch) -> Till:
    """Stornos were of an unknown kind, until somebody looked."""
    with monkeypatch.context() as patch:
        patch.setitem(kassandro_rows.KINDS, "storno", ReceiptKind.UNKNOWN)
        till.turn()
    assert Receipt.objects.filter(kind="UNKNOWN").exists()
    return till


def test_what_is_read_as_before_changes_nothing(till, sandbox):
    till.turn()
    before, asked = rows(), sandbox.ledger.count()
    assert " 0 changed, 0 new" in again(till.connection)
    assert rows() == before
    assert sandbox.ledger.count() == asked


def test_the_same_holds_for_datacash(db, clock, sandbox):
    bar = open_bar(sandbox)
    read(bar)
    before = rows()
    assert f" {len(before)} receipts: 0 changed, 0 new" in again(bar)
    assert rows() == before
    books_agree(sandbox, timezone.localdate() - 20 * ONE, timezone.localdate())
    assert bar.vat_number == VAT_NUMBER


def test_a_corrected_guess_reaches_receipts_and_figures(misread, sandbox):
    asked = sandbox.ledger.count()
    wrong = Receipt.objects.filter(kind="UNKNOWN").count()
    assert f" {wrong} changed, 0 new" in again(misread.connection)
    agrees(misread)
    assert Receipt.objects.filter(kind="STORNO").count() == wrong
    assert sandbox.ledger.count() == asked
    past = Receipt.objects.filter(kind="STORNO", day__lt=timezone.localdate()).values("day")
    assert set(FillDay.objects.filter(day__in=past).values_list("recomputed_at", flat=True)) <= {timezone.now()}
    assert " 0 changed, 0 new" in again(misread.connection)


def test_a_dry_run_counts_and_writes_nothing(misread):
    before = rows(), list(DayTotal.objects.values())
    assert "nothing was changed" in again(misread.connection, "--dry-run")
    assert (rows(), list(DayTotal.objects.values())) == before


def test_rows_that_could_not_be_read_are_taken_in(till, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(kassandro_rows.KassandroRows, "_tax", _unreadable)
        till.turn()
    held, incomplete = Receipt.objects.count(), FillDay.objects.filter(state="INCOMPLETE").count()
    assert held
    assert incomplete
    again(till.connection)
    assert Receipt.objects.count() > held
    agrees(till)


def _unreadable(*_: object) -> None:
    raise ValueError("nobody knows this field yet")


def test_what_came_back_with_other_values_or_is_gone_is_left_alone(till, clock):
    """An old page of another span still shows them as they were."""
    till.turn()
    today = timezone.localdate()
    changed, gone = till.stage.books(till.registers[0], today - ONE)[:2]
    old = list(RawPage.objects.all())
    till.stage.change_receipt(till.registers[0], changed["number"], 99_999)
    till.stage.remove_receipt(till.registers[0], gone["number"])
    clock.shift(timedelta(hours=2))
    till.turn()
    RawPage.objects.all().delete()
    RawPage.objects.bulk_create(old)
    before = rows()
    again(till.connection)
    assert rows() == before
    agrees(till)


def test_what_would_now_stand_on_another_day_is_told_and_left_alone(till):
    till.turn()
    Register.objects.update(time_zone="Pacific/Auckland")
    before = rows()
    assert "would stand on another day and were left alone" in again(till.connection)
    assert rows() == before


def test_days_of_which_nothing_is_kept_are_told(till):
    till.turn()
    RawPage.objects.all().delete()
    with pytest.raises(CommandError, match="No raw page is kept"):
        again(till.connection)
    with pytest.raises(CommandError, match="no such connection"):
        call_command("reread_raw", "--connection", str(uuid4()), "--from", "2026-01-01")
