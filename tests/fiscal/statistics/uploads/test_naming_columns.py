"""Unknown headers are named by a person, once."""

from __future__ import annotations

import pytest

from fiscal.choices import ImportState
from fiscal.models import (
    ColumnMapping,
    DayTotal,
)
from fiscal.services.imports import (
    ImportRefused,
    map_columns,
)
from organizations.choices import Verb
from organizations.models import AuditEntry
from tests.fiscal.statistics.files.reads import csv_of
from tests.fiscal.statistics.uploads.imported import apply, checked, upload

STRANGE = csv_of("giorno;scontrini;incasso;note", "16/11/2026;3;12,50;sole")


def test_unknown_headers_wait_for_a_person_and_are_remembered(reach, device):
    row = upload(reach, device, STRANGE)
    assert row.state == ImportState.MAPPING
    said = {"giorno": "day", "scontrini": "sales_count", "incasso": "net_turnover", "note": ""}
    row = checked(map_columns(reach, row.public_id, columns=said))
    assert row.state == ImportState.READY
    apply(reach, row)
    assert DayTotal.objects.get().total == 1250
    assert AuditEntry.objects.get(verb=Verb.COLUMNS_MAPPED).after == said

    assert upload(reach, device, STRANGE).state == ImportState.READY
    assert upload(reach, device, STRANGE.replace(b"note", b"Meteo")).state == ImportState.MAPPING
    assert ColumnMapping.objects.count() == 1


@pytest.mark.parametrize(
    ("said", "faults"),
    [
        ({"giorno": "day"}, {"scontrini", "incasso", "note"}),
        ({"giorno": "day", "scontrini": "sales_count", "incasso": "", "note": ""}, {""}),
        ({"giorno": "day", "scontrini": "sales_count", "incasso": "net_turnover", "note": "vat"}, {"note"}),
        ({"giorno": "day", "scontrini": "day", "incasso": "net_turnover", "note": ""}, {"giorno", "scontrini", ""}),
    ],
)
def test_a_mapping_that_leaves_something_open_is_refused(reach, device, said, faults):
    row = upload(reach, device, STRANGE)
    with pytest.raises(ImportRefused) as refused:
        map_columns(reach, row.public_id, columns=said)
    assert set(refused.value.errors) == faults
    assert not ColumnMapping.objects.exists()


def test_known_headers_that_lack_something_needed_are_refused_in_words(reach, device):
    row = upload(reach, device, csv_of("data;documenti", "16/11/2026;3"))
    assert row.state == ImportState.REFUSED
    assert "Net turnover" in row.problems[0][2]
