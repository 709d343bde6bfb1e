"""Files are imported as a person would: uploaded, looked at, applied."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import timezone

from fiscal.choices import FileLayout, ImportState
from fiscal.models import FileImport
from fiscal.services.file_checks import check_files
from fiscal.services.imports import Upload, apply_import, upload_file
from fiscal.statistics.rollup import roll_up
from fiscal.statistics.uploads.plan import digest_of
from fiscal.statistics.uploads.proposal import content_of, propose
from tests.fiscal.statistics.files.reads import FIRST, LAST, VAT_NUMBER, csv_of

HEAD = "data;documenti;annulli;resi;totale"
DAY = date(2026, 11, 16)
SPAN = (VAT_NUMBER, FIRST.isoformat(), LAST.isoformat())


def upload(
    reach, register, content, layout=FileLayout.DAILY_TOTALS, first=FIRST, last=LAST, **fields: Any
) -> FileImport:
    values = {"register_id": register.public_id, "layout": layout, "first_day": first, "last_day": last}
    return checked(
        upload_file(reach, upload=Upload(**{**values, "name": "aggregati.csv", "content": content, **fields}))
    )


def checked(row: FileImport) -> FileImport:
    """The file after a worker had its turn."""
    check_files(now=timezone.now())
    row.refresh_from_db()
    return row


def plans_of(row):
    return propose(row, content_of(row))


def apply(reach, row):
    done = apply_import(reach, row.public_id, expected=digest_of(plans_of(row)))
    roll_up(now=timezone.now())
    return done


def import_file(reach, register, content, layout=FileLayout.DAILY_TOTALS, **fields: Any) -> FileImport:
    row = upload(reach, register, content, layout, **fields)
    assert row.state == ImportState.READY, row.problems
    return apply(reach, row)


def daily(*rows):
    return csv_of(HEAD, *rows)


def deeds(reach, register, content, **fields):
    return [one.deed for one in plans_of(upload(reach, register, content, **fields))]
