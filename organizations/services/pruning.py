"""Lets old entries of the record go, if the operator wants that: exported first, and the gap on record for ever."""

from __future__ import annotations

import logging
import os
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone

from organizations.access import Reach, system_reach
from organizations.audit import hold, record
from organizations.audit.anchors import make_anchor
from organizations.audit.canonical import moment
from organizations.audit.export import export_lines
from organizations.choices import Verb
from organizations.models import AuditEntry, Organization

log = logging.getLogger(__name__)

MONTH = timedelta(days=30.44)
AT_ONCE = 50_000
"""Entries of one organization in one run; what is left goes with the next one."""


def prune_records(*, now: datetime) -> int:
    """Remove entries older than KONTOR_RECORD_MONTHS (0: none are). Gives how many went."""
    if not settings.RECORD_MONTHS:
        return 0
    before = now - settings.RECORD_MONTHS * MONTH
    old = AuditEntry.objects.filter(at__lt=before).order_by().values("organization_id").distinct()
    return sum(
        prune_record(system_reach(organization, reason=f"older than {settings.RECORD_MONTHS} months"), before=before)
        for organization in Organization.objects.filter(pk__in=old)
    )


@transaction.atomic(durable=True)
def prune_record(reach: Reach, *, before: datetime) -> int:
    """Remove the organization's entries from before that time. Gives how many.

    They are first written, complete, to a file beside the checkpoints. Then RECORD_PRUNED says, signed, with which number and
    digest the record goes on; the trigger lets go of exactly what that says. Raises OSError if the file cannot be written.
    """
    organization = reach.organization
    hold(organization)
    entries = AuditEntry.objects.filter(organization=organization)
    first = entries.aggregate(first=Min("number"))["first"]
    kept = entries.filter(at__gte=before).aggregate(kept=Min("number"))["kept"]
    last = kept - 1 if kept else entries.aggregate(last=Max("number"))["last"] or 0
    last = min(last, (first or 0) + AT_ONCE - 1)
    if first is None or last < first:
        return 0
    name = _write(organization, first, last)
    anchor = make_anchor(last, entries.get(number=last).digest)
    record(reach, Verb.RECORD_PRUNED, organization, after=anchor | {"file": name})
    gone, _tables = entries.filter(number__lte=last).delete()
    log.info("%d old entries of %s were written to %s and removed.", gone, organization.public_id, name)
    return gone


def _write(organization: Organization, first: int, last: int) -> str:
    """The entries as a file that docs/verify_record.py can verify. Complete and on disk, or not there."""
    folder: Path = settings.CHECKPOINT_FILE.parent
    path = folder / f"record-{organization.public_id}-{first}-{last}.jsonl"
    unfinished = path.with_suffix(".part")
    folder.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.writelines(export_lines(organization, first=first, last=last, at=moment(timezone.now())))
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)
    return path.name
