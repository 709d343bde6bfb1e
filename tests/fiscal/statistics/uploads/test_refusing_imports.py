"""What is refused, and at which field; what belongs to others is not there."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fiscal.choices import ConnectionKind, FileLayout, ImportState
from fiscal.models import (
    DayTotal,
    FileImport,
    FillDay,
)
from fiscal.services.imports import (
    ImportRefused,
    apply_import,
    discard_import,
)
from fiscal.statistics.uploads.plan import digest_of
from organizations.access import NotAuthorized, Reach, system_reach
from organizations.choices import Level, Road, Scope
from tests.fiscal.statistics import books
from tests.fiscal.statistics.files.reads import FIRST, LAST, csv_of
from tests.fiscal.statistics.uploads.imported import DAY, HEAD, daily, import_file, plans_of, upload


def test_a_file_with_a_problem_writes_nothing(reach, device):
    row = upload(reach, device, daily("16/11/2026;3;0;0;12,50", "17/11/2026;1;0;0;viele"))
    assert (row.state, [problem[:2] for problem in row.problems]) == (ImportState.REFUSED, [[3, "totale"]])
    with pytest.raises(ImportRefused):
        apply_import(reach, row.public_id, expected="")
    assert not FillDay.objects.exists()


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"first": LAST, "last": FIRST}, "last_day"),
        ({"last": date(2027, 1, 1)}, "last_day"),
        ({"first": date(1999, 1, 1)}, "first_day"),
        ({"content": b"%PDF-1.7"}, "file"),
        ({"content": b"<html>"}, "file"),
    ],
)
def test_what_cannot_be_taken_is_refused_at_its_field(reach, device, fields, at):
    content = fields.pop("content", daily("16/11/2026;3;0;0;12,50"))
    with pytest.raises(ImportRefused) as refused:
        upload(reach, device, content, **fields)
    assert list(refused.value.errors) == [at]
    assert not FileImport.objects.exists()


def test_days_before_the_device_stood_anywhere_are_refused(reach, home):
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES)
    young = books.make_register(home, country="ITA", connection=source, from_day=DAY + timedelta(1))
    row = upload(reach, young, daily("16/11/2026;3;0;0;12,50", "17/11/2026;3;0;0;12,50"))
    assert [problem[0] for problem in row.problems] == [2]


def test_a_kassandro_register_takes_no_files(reach, home):
    with pytest.raises(ImportRefused):
        upload(reach, books.make_register(home), daily("16/11/2026;3;0;0;12,50"))


def test_a_register_of_somebody_else_is_not_there(device):
    stranger = system_reach(books.make_organization("Altrove", country="ITA"), reason="a test")
    with pytest.raises(ImportRefused) as refused:
        upload(stranger, device, daily("16/11/2026;3;0;0;12,50"))
    assert list(refused.value.errors) == ["register"]
    with pytest.raises(FileImport.DoesNotExist):
        discard_import(
            stranger,
            upload(system_reach(device.organization, reason="x"), device, daily("16/11/2026;1;0;0;1,00")).public_id,
        )


@pytest.fixture
def moved(home):
    """A device that stood in Uno until the 16th, and in Due since."""
    first, second = (books.make_organization(name, parent=home, country="ITA") for name in ("Uno", "Due"))
    source = books.make_connection(home, country="ITA", kind=ConnectionKind.FILES, name="Holding files")
    device = books.make_register(first, country="ITA", connection=source)
    device.placements.update(until_day=DAY)
    device.placements.create(organization=second, from_day=DAY + timedelta(1))
    type(device).objects.filter(pk=device.pk).update(organization=second)
    device.refresh_from_db()
    return device


def test_days_on_which_the_device_stood_elsewhere_are_uploaded_there(home, moved):
    content = daily("16/11/2026;3;0;0;12,50", "17/11/2026;3;0;0;1,50")
    row = upload(system_reach(moved.organization, reason="a test"), moved, content)
    assert "stood in another organization" in row.problems[0][2]
    import_file(system_reach(home, reason="a test"), moved, content)
    assert set(DayTotal.objects.values_list("organization__name", "total")) == {("Uno", 1250), ("Due", 150)}


def test_a_sum_over_days_that_the_device_stood_elsewhere_is_not_set_against_theirs(moved):
    """Naming an article would tell how many of it the other organization sold."""
    content = csv_of(
        "Quantità venduta per elemento", "elemento;quantità", "Semmel;1,00", "", "Totale incassato per giornata",
        HEAD, "17/11/2026;3;0;0;1,50",
    )  # fmt: skip
    reach = system_reach(moved.organization, reason="a test")
    row = upload(reach, moved, content, FileLayout.STATISTICS, first=DAY, last=DAY + timedelta(1))
    assert (row.state, "stood in another organization" in row.problems[0][2]) == (ImportState.REFUSED, True)
    own = upload(reach, moved, content, FileLayout.STATISTICS, first=DAY + timedelta(1), last=DAY + timedelta(2))
    assert own.state == ImportState.READY


def test_a_file_that_was_ready_is_not_applied_once_its_days_belong_to_others(moved):
    """The device turns out to have stood elsewhere after the preview was shown."""
    reach = system_reach(moved.organization, reason="a test")
    row = upload(reach, moved, daily("17/11/2026;3;0;0;1,50"))
    expected = digest_of(plans_of(row))
    moved.placements.filter(from_day=DAY + timedelta(1)).update(from_day=DAY + timedelta(2))
    moved.placements.filter(from_day__lt=DAY).update(until_day=DAY + timedelta(1))
    with pytest.raises(ImportRefused):
        apply_import(reach, row.public_id, expected=expected)
    assert not DayTotal.objects.exists()


def test_who_may_only_look_uploads_nothing(home, device):
    viewer = Reach(None, home, frozenset({(Scope.INTEGRATIONS, Level.VIEW)}), Road.DIRECT)
    with pytest.raises(NotAuthorized):
        upload(viewer, device, daily("16/11/2026;3;0;0;12,50"))
