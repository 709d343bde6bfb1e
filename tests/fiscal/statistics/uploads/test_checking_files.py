"""A file is checked by a worker: once, by whoever comes first, and by another one if that one dies."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from fiscal import tasks
from fiscal.choices import FileLayout, ImportState
from fiscal.models import FileImport
from fiscal.services import file_checks
from fiscal.services.file_checks import LEASE, MOST_CHECKS, check_files
from fiscal.services.imports import Upload, discard_import, upload_file
from fiscal.statistics.files.checking import check, open_file
from fiscal.statistics.files.kept import pack, unpack
from fiscal.statistics.files.reading import Stated
from tests.fiscal.statistics.files.reads import FIRST, LAST, csv_of
from tests.fiscal.statistics.uploads.imported import daily


@pytest.fixture
def waiting(reach, device) -> FileImport:
    content = daily("16/11/2026;3;0;0;12,50")
    return upload_file(
        reach, upload=Upload(device.public_id, FileLayout.DAILY_TOTALS, FIRST, LAST, "aggregati.csv", content)
    )


def test_an_upload_waits_and_the_clock_checks_it_without_any_message(waiting):
    assert (waiting.state, waiting.headers) == (ImportState.CHECKING, [])
    tasks.run_periodic("check_files", now=timezone.now())
    waiting.refresh_from_db()
    assert (waiting.state, waiting.rows, waiting.check_until) == (ImportState.READY, 1, None)


def test_an_upload_rings_for_a_worker(reach, device, monkeypatch, django_capture_on_commit_callbacks):
    rung = []
    monkeypatch.setattr(tasks.Doorbell, "ring_checker", lambda _self: rung.append(True))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        file_checks.waits.send(FileImport)
        assert rung == []
    assert rung == [True]


def test_two_workers_check_a_file_once(waiting, monkeypatch):
    real, opened = file_checks.open_file, []

    def meanwhile(*arguments):
        opened.append(arguments)
        assert check_files(now=timezone.now()) == 0
        return real(*arguments)

    monkeypatch.setattr(file_checks, "open_file", meanwhile)
    assert check_files(now=timezone.now()) == 1
    assert len(opened) == 1


def test_who_died_is_followed_by_another_when_the_lease_ends_and_a_file_that_kills_is_refused(waiting, monkeypatch):
    def die(*_arguments):
        raise SystemExit(137)

    monkeypatch.setattr(file_checks, "open_file", die)
    now = timezone.now()
    for n in range(MOST_CHECKS):
        with pytest.raises(SystemExit):
            check_files(now=now + n * LEASE)
        assert check_files(now=now + n * LEASE) == 0, "the lease holds"
    check_files(now=now + MOST_CHECKS * LEASE)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.check_until) == (ImportState.REFUSED, None)
    assert "could not be read to its end" in waiting.problems[0][2]


def test_a_fault_of_our_own_is_shown_and_holds_no_other_file_up(reach, device, waiting, monkeypatch):
    monkeypatch.setattr(file_checks, "check_import", lambda *_: 1 / 0)
    assert check_files(now=timezone.now()) == 1
    waiting.refresh_from_db()
    assert "A fault in Kontor" in waiting.problems[0][2]


def test_a_file_that_was_discarded_while_it_was_checked_stays_gone(reach, waiting, monkeypatch):
    real = file_checks.open_file

    def discarded(*arguments):
        discard_import(reach, waiting.public_id)
        return real(*arguments)

    monkeypatch.setattr(file_checks, "open_file", discarded)
    assert check_files(now=timezone.now()) == 0
    assert not FileImport.objects.exists()


@pytest.mark.parametrize(
    ("content", "layout"),
    [
        (daily("16/11/2026;3;1;0;12,50"), FileLayout.DAILY_TOTALS),
        (
            csv_of("data;documenti;totale;contanti;IVA 22%", "16/11/2026;3;12,50;12,50;12,50"),
            FileLayout.DAILY_TOTALS,
        ),
        (
            csv_of("Data;Tipo;Numero documento;Identificativo", "16/11/2026;Vendita;1;a", "16/11/2026;Reso;2;b"),
            FileLayout.COUNTER,
        ),
        (
            csv_of(
                "sezione;chiave;quantita;importo",
                "giornata;16/11/2026;3;12,50",
                "pagamento;Contanti;;12,50",
                "aliquota;22%;;12,50",
                "elemento;Caffè;3;12,50",
            ),
            FileLayout.STATISTICS,
        ),
    ],
)
def test_what_a_file_says_is_kept_as_it_was_read(content, layout):
    opened = open_file(content, layout)
    checked = check(opened, opened.known, Stated(FIRST, LAST, LAST + timedelta(1), "EUR", "ITA"))
    assert not checked.problems, checked.problems.kept
    assert unpack(pack(checked.content)) == checked.content


def test_nothing_of_a_workbook_is_read_while_a_person_waits(reach, device, monkeypatch):
    monkeypatch.setattr("fiscal.statistics.files.opening.read_workbook", lambda _content: pytest.fail("read in vain"))
    row = upload_file(
        reach, upload=Upload(device.public_id, FileLayout.DAILY_TOTALS, FIRST, LAST, "a.xlsx", b"PK\x03\x04 whatever")
    )
    assert row.state == ImportState.CHECKING
