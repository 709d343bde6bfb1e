"""Verifies records, and keeps on each how far it was found whole."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.db.models import F

from organizations.audit.checkpoints import Shelf, read_checkpoints
from organizations.audit.findings import Fault, Finding
from organizations.audit.verification import Verdict, verify_record
from organizations.models import AuditChain, Organization

log = logging.getLogger(__name__)

SECONDS = 20.0
"""How long one run verifies; the records that were verified longest ago come first."""


def verify_due_records(*, now: datetime, seconds: float = SECONDS) -> int:
    """Verify records in turns, each from its beginning to its end. Gives how many; what is wrong stands in the log too."""
    began, done = time.monotonic(), 0
    turns = AuditChain.objects.filter(number__gt=0).order_by(F("verified_at").asc(nulls_first=True), "pk")
    for chain in turns.select_related("organization").iterator(chunk_size=200):
        if done and time.monotonic() - began > seconds:
            break
        keep_verdict(verify_record(chain.organization), chain.organization, now=now)
        done += 1
    return done


def keep_verdict(verdict: Verdict, organization: Organization, *, now: datetime) -> None:
    """Remember what was found, for the foot of the activity pages."""
    broken = verdict.findings[0].number if verdict.findings else None
    AuditChain.objects.filter(organization=organization).update(
        verified_number=verdict.number, verified_at=now, broken_number=broken
    )
    for finding in verdict.findings:
        log.error("The record is broken. %s.", finding)


def verify_all(
    files: Sequence[Path], organization_id: UUID | None = None
) -> Iterator[tuple[Verdict, Organization | None]]:
    """Verify every record, or one, against the checkpoints in these files. Raises OSError for one that cannot be read.

    A record that only the checkpoints know is a verdict without an organization.
    """
    shelf = read_checkpoints(files)
    found = Organization.objects.filter(audit_entries__isnull=False) | Organization.objects.filter(
        audit_chain__isnull=False
    )
    if organization_id:
        found = found.filter(public_id=organization_id)
    known = set()
    for organization in found.distinct().order_by("pk"):
        public_id = str(organization.public_id)
        known.add(public_id)
        verdict = verify_record(organization, shelf.by_organization.get(public_id, ()))
        if files and public_id not in shelf.by_organization and _was_attested(organization):
            verdict.add(verdict.number, Fault.UNATTESTED)
        yield verdict, organization
    yield from (
        (_absent(shelf, name), None) for name in shelf.by_organization if name not in known and not organization_id
    )
    yield Verdict("", findings=[Finding(where, 0, Fault.FORGED) for where in shelf.forged]), None


def _was_attested(organization: Organization) -> bool:
    return AuditChain.objects.filter(organization=organization, attested_number__gt=0).exists()


def _absent(shelf: Shelf, organization: str) -> Verdict:
    last = max(shelf.by_organization[organization], key=lambda checkpoint: checkpoint.number)
    return Verdict(organization, findings=[Finding(organization, last.number, Fault.OLDER, f"{last.at}, no record")])
