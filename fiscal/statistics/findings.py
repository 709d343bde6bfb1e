"""Keeps what a verification found, and settles what a later one no longer finds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from fiscal.models import Finding
from fiscal.statistics.rksv.findings import FindingCode, Severity


@dataclass(frozen=True)
class Found:
    """What is said of a finding beyond its code, day and receipt."""

    detail: str


def worth_keeping(code: FindingCode) -> bool:
    """Defects, and receipts of a failed unit. What could not be checked is said by the chain's state."""
    return code.severity == Severity.DEFECT or code == FindingCode.UNIT_FAILED


def keep_findings(
    register_id: int, first: date, ends: date, found: Mapping[tuple[str, date, str], Found], *, now: datetime
) -> None:
    """Make the findings of the days from `first` to before `ends` those `found`, by (code, day, number)."""
    rows = Finding.objects.filter(register=register_id, day__gte=first, day__lt=ends)
    known = {(row.code, row.day, row.number): row for row in rows}
    new = [key for key in found if key not in known]
    Finding.objects.bulk_create(
        [
            Finding(register_id=register_id, code=code, day=day, number=number, detail=found[key].detail, found_at=now)
            for key in new
            for code, day, number in [key]
        ],
        batch_size=1_000,
    )
    again = [known[key] for key, one in found.items() if key in known and _differs(known[key], one)]
    for row in again:
        row.detail = found[row.code, row.day, row.number].detail
        if row.settled_at:
            row.found_at, row.settled_at = now, None
    Finding.objects.bulk_update(again, ["detail", "found_at", "settled_at"], batch_size=500)
    gone = [row.pk for key, row in known.items() if key not in found and row.settled_at is None]
    Finding.objects.filter(pk__in=gone).update(settled_at=now)


def _differs(row: Finding, found: Found) -> bool:
    return row.settled_at is not None or row.detail != found.detail
