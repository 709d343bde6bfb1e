"""Figures from receipts are never replaced by a file; it may tell what they do not, if it agrees to the cent."""

from __future__ import annotations

import pytest
from django.utils import timezone

from fiscal.choices import FillSource, FillState, ImportState
from fiscal.models import (
    DayPayment,
    DayTotal,
    DayVat,
    FileImport,
    FillDay,
    PaymentMethod,
    Receipt,
)
from fiscal.services import place_register
from fiscal.services.imports import (
    ImportRefused,
    apply_import,
)
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.uploads.plan import Deed, digest_of
from organizations.access import EVERYTHING, Reach
from organizations.choices import Road
from tests.fiscal.statistics import books
from tests.fiscal.statistics.files.reads import csv_of
from tests.fiscal.statistics.uploads.imported import DAY, HEAD, apply, daily, deeds, import_file, plans_of, upload


def test_totals_from_receipts_are_never_replaced(reach, keyed):
    books.sell(keyed, DAY, [1000, 250])
    row = upload(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    (plan,) = plans_of(row)
    assert (plan.deed, plan.difference) == (Deed.LEAVE, 9900 - 1250)
    apply(reach, row)
    assert sum(DayTotal.objects.values_list("total", flat=True)) == 1250
    assert FillDay.objects.get(register=keyed, day=DAY).source == FillSource.RECEIPTS


def test_a_file_that_agrees_to_the_cent_tells_what_receipts_do_not(reach, keyed):
    books.sell(keyed, DAY, [books.sale(DAY, 1250, payments=[], taxes=[], items=[], country="ITA")])
    content = csv_of(f"{HEAD};contanti;IVA 10%", "16/11/2026;1;0;0;12,50;12,50;12,50")
    assert deeds(reach, keyed, content) == [Deed.ADD]
    import_file(reach, keyed, content)
    assert DayPayment.objects.get(register=keyed).total == 1250
    assert (DayVat.objects.get().gross, DayVat.objects.get().net) == (1250, 1136)
    assert DayTotal.objects.get().source == FillSource.RECEIPTS


def test_a_file_that_is_a_cent_off_tells_nothing(reach, keyed):
    books.sell(keyed, DAY, [books.sale(DAY, 1250, payments=[], taxes=[], items=[], country="ITA")])
    import_file(reach, keyed, csv_of(f"{HEAD};contanti", "16/11/2026;1;0;0;12,51;12,51"))
    assert not DayPayment.objects.exists()


def test_receipts_that_know_their_payments_keep_them(reach, keyed):
    books.sell(keyed, DAY, [1250])
    assert deeds(reach, keyed, csv_of(f"{HEAD};contanti", "16/11/2026;1;0;0;12,50;12,50")) == [Deed.SAME]


def test_receipts_that_come_later_take_over_from_a_file(reach, keyed):
    import_file(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    books.sell(keyed, DAY, [1000, 250])
    assert sum(DayTotal.objects.values_list("total", flat=True)) == 1250


def test_a_day_on_which_a_provider_has_nothing_is_filled_whichever_comes_first(reach, keyed):
    books.fill_day(keyed, DAY)
    import_file(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    assert FillDay.objects.get(register=keyed).source == FillSource.FILE


def test_a_day_that_is_being_read_is_left_to_the_reader(reach, keyed):
    books.fill_day(keyed, DAY, state=FillState.STARTED)
    assert deeds(reach, keyed, daily("16/11/2026;3;0;0;99,00")) == [Deed.LEAVE]


def test_what_changed_since_the_preview_is_shown_first(reach, keyed):
    row = upload(reach, keyed, daily("16/11/2026;3;0;0;99,00"))
    seen = digest_of(plans_of(row))
    books.sell(keyed, DAY, [1250])
    with pytest.raises(ImportRefused, match="changed since this preview"):
        apply_import(reach, row.public_id, expected=seen)
    assert FileImport.objects.get().state == ImportState.READY


@pytest.fixture
def told(reach, keyed):
    """A day of receipts whose payments and VAT a file has told."""
    books.sell(keyed, DAY, [books.sale(DAY, 1250, payments=[], taxes=[], items=[], country="ITA")])
    import_file(reach, keyed, csv_of(f"{HEAD};contanti;IVA 10%", "16/11/2026;1;0;0;12,50;12,50;12,50"))
    return keyed


def splits(register):
    rows = (model.objects.filter(register=register) for model in (DayPayment, DayVat))
    return [[one.organization.name for one in some] for some in rows]


def test_what_a_file_told_stays_when_a_day_is_rolled_up_anew(told):
    books.mark(told, DAY)
    roll_up(now=timezone.now())
    assert splits(told) == [["Bar Centrale srl"], ["Bar Centrale srl"]]


def test_what_a_file_told_moves_with_its_register(told, home):
    branch = books.make_organization("Filiale", parent=home, country="ITA")
    person = Reach(None, home, EVERYTHING, Road.DIRECT)
    place_register(person, told.public_id, organization_id=branch.public_id, from_day=DAY)
    roll_up(now=timezone.now())
    assert splits(told) == [["Filiale"], ["Filiale"]]


def test_what_a_file_told_ends_with_the_turnover_it_belonged_to(told):
    books.sell(told, DAY, [books.sale(DAY, 100, payments=[], taxes=[], items=[], country="ITA")])
    assert sum(DayTotal.objects.values_list("total", flat=True)) == 1350
    assert splits(told) == [[], []]


def test_receipts_that_tell_their_payments_replace_what_a_file_told(told):
    Receipt.objects.update(payments=[["PE", 1250]])
    books.mark(told, DAY)
    roll_up(now=timezone.now())
    PaymentMethod.objects.get_or_create(organization=told.organization, register=told, name="PE")
    books.mark(told, DAY)
    roll_up(now=timezone.now())
    assert [row.method.name for row in DayPayment.objects.filter(register=told)] == ["PE"]
    assert not DayVat.objects.exists()
