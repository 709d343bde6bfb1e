"""Of a file with faults the days that none of them touches may count; the rows that were left out come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.choices import FileLayout, ImportState
from fiscal.models import DayTotal, FileImport
from fiscal.queries.import_page import fix_file, import_page
from fiscal.services.imports import ImportRefused, apply_import, forget_files
from fiscal.statistics.uploads.plan import digest_of
from organizations.choices import Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.files.reads import FIRST, LAST, csv_of
from tests.fiscal.statistics.uploads.imported import DAY, HEAD, apply, daily, plans_of, upload

GOOD, WRONG, NO_DAY = "16/11/2026;3;0;0;12,50", "17/11/2026;1;0;0;viele", "morgen;1;0;0;1,00"


def apply_partly(reach, row: FileImport) -> FileImport:
    return apply_import(reach, row.public_id, expected=digest_of(plans_of(row)), partly=True)


def fixes(reach, row: FileImport) -> list[list[str]]:
    found = fix_file(reach, row.public_id)
    assert found
    return list(found[1])


def test_days_without_a_fault_count_and_the_others_come_back(reach, device):
    row = upload(reach, device, daily(GOOD, WRONG, NO_DAY))
    assert (row.state, row.rejected) == (ImportState.REFUSED, [3, 4])
    assert len(fixes(reach, row)) == 4, "until then all of it, for who corrects the whole file"

    done = apply_partly(reach, row)
    assert done.state == ImportState.DONE
    assert list(DayTotal.objects.values_list("day", "total")) == [(DAY, 1250)]
    assert AuditEntry.objects.get(verb=Verb.FILE_IMPORTED).after["left_out"] == 2
    head, *rows = fixes(reach, row)
    assert head == [*HEAD.split(";"), "kontor_error"]
    assert [one[0] for one in rows] == ["17/11/2026", "morgen"]
    assert all(one[-1] for one in rows)
    page = import_page(reach, row.public_id)
    assert (page.rejected, page.result) == (2, ["1 day was filled."])


def test_what_came_back_is_corrected_and_completes_the_days(reach, device):
    row = upload(reach, device, daily(GOOD, WRONG))
    apply_partly(reach, row)
    text = "\r\n".join(";".join(one) for one in fixes(reach, row)).replace("viele", "2,00")
    again = upload(reach, device, text.encode())
    assert again.state == ImportState.READY, again.problems
    apply(reach, again)
    assert set(DayTotal.objects.values_list("day", "total")) == {(DAY, 1250), (DAY + timedelta(1), 200)}


def test_a_day_that_stands_twice_is_left_out_with_both_its_rows(reach, device):
    row = upload(reach, device, daily(GOOD, "17/11/2026;1;0;0;1,00", "17/11/2026;1;0;0;9,00"))
    assert row.rejected == [3, 4]


def test_of_a_day_with_several_rows_no_part_counts(reach, device):
    head = "section;day;key;count;amount"
    rows = ["kind;2026-11-16;SALE;3;12,50", "payment;2026-11-16;PE;;drei", "kind;2026-11-17;SALE;1;2,00"]
    row = upload(reach, device, csv_of(head, *rows), FileLayout.STATISTICS)
    assert (row.state, row.rejected) == (ImportState.REFUSED, [2, 3])
    apply_partly(reach, row)
    assert list(DayTotal.objects.values_list("day", "total")) == [(DAY + timedelta(1), 200)]


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (daily(WRONG), FileLayout.DAILY_TOTALS),
        (
            csv_of("Data;Tipo;Numero documento;Identificativo", "16/11/2026;Vendita;1;a", "16/11/2026;Che;2;b"),
            FileLayout.COUNTER,
        ),
        (
            csv_of("section;day;key;count;amount", "kind;2026-11-16;SALE;3;12,50", "payment;;PE;;1,00"),
            FileLayout.STATISTICS,
        ),
    ],
)
def test_where_nobody_can_tell_what_a_fault_touches_nothing_is_offered(reach, device, content, layout):
    row = upload(reach, device, content, layout, first=FIRST, last=LAST)
    assert (row.state, row.checked) == (ImportState.REFUSED, None)
    assert import_page(reach, row.public_id).preview is None
    with pytest.raises(ImportRefused):
        apply_import(reach, row.public_id, expected="", partly=True)


def test_a_part_is_applied_only_by_who_asked_for_a_part(reach, device):
    row = upload(reach, device, daily(GOOD, WRONG))
    with pytest.raises(ImportRefused):
        apply_import(reach, row.public_id, expected=digest_of(plans_of(row)))
    assert not DayTotal.objects.exists()


def test_rows_that_were_left_out_are_forgotten_after_thirty_days(reach, device):
    row = upload(reach, device, daily(GOOD, WRONG))
    apply_partly(reach, row)
    forget_files(now=timezone.now() + timedelta(days=29))
    assert fix_file(reach, row.public_id)
    forget_files(now=timezone.now() + timedelta(days=31))
    row.refresh_from_db()
    assert (row.state, bytes(row.content)) == (ImportState.DONE, b"")
    assert fix_file(reach, row.public_id) is None
    assert import_page(reach, row.public_id).result == ["1 day was filled."]
