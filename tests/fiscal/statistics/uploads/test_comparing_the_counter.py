"""The counter's file has no amounts: it says which days are complete."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.choices import FileLayout, FillState
from fiscal.models import (
    DayPayment,
    FillDay,
)
from fiscal.services.imports import (
    ImportRefused,
)
from organizations.access import system_reach
from organizations.choices import Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics import books
from tests.fiscal.statistics.files.reads import csv_of
from tests.fiscal.statistics.uploads.imported import DAY, daily, import_file, upload


def counter(*documents):
    return csv_of("Data;Tipo;Numero documento;Identificativo", *documents)


def test_the_counter_says_which_days_are_complete(reach, device):
    import_file(reach, device, daily("16/11/2026;2;0;0;12,50", "17/11/2026;2;0;0;1,00"))
    rows = [f"{day}/11/2026;Vendita;n{day}-{n};id{day}-{n}" for day, n in ((16, 1), (16, 2), (17, 1), (17, 2), (17, 3))]
    import_file(reach, device, counter(*rows), FileLayout.COUNTER)

    fills = {fill.day.day: fill for fill in FillDay.objects.filter(register=device)}
    assert {day: (fill.state, fill.counted) for day, fill in fills.items()} == {
        16: (FillState.DONE, 2),
        17: (FillState.INCOMPLETE, 3),
    }
    assert not DayPayment.objects.exists()
    assert AuditEntry.objects.filter(verb=Verb.FILE_IMPORTED).order_by("pk").last().after["differing"] == 1


def test_the_counter_names_documents_that_are_missing_and_has_them_read(reach, keyed):
    books.sell(keyed, DAY, [books.sale(DAY, 100, key="a"), books.sale(DAY, 200, key="b")])
    type(keyed.connection).objects.update(due_at=timezone.now() + timedelta(hours=1))
    import_file(reach, keyed, counter("16/11/2026;V;1;a", "16/11/2026;V;2;c"), FileLayout.COUNTER)
    assert FillDay.objects.get(register=keyed, day=DAY).state == FillState.INCOMPLETE
    keyed.connection.refresh_from_db()
    assert keyed.connection.due_at == timezone.now()


def test_the_counter_of_several_devices_marks_none_of_them(reach, device, home):
    books.make_register(home, country="ITA", connection=device.connection, name="Sala")
    import_file(reach, device, daily("16/11/2026;2;0;0;12,50"))
    import_file(reach, device, counter("16/11/2026;V;1;a"), FileLayout.COUNTER)
    assert FillDay.objects.get(register=device).counted is None


def test_the_counter_is_uploaded_by_whoever_reaches_all_its_devices(home, device):
    below = books.make_organization("Filiale", parent=home, country="ITA")
    branch = books.make_register(below, country="ITA", connection=device.connection)
    with pytest.raises(ImportRefused) as refused:
        upload(system_reach(below, reason="a test"), branch, counter("16/11/2026;V;1;a"), FileLayout.COUNTER)
    assert list(refused.value.errors) == ["layout"]
