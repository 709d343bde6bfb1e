"""Files of sales: uploaded, their columns named, applied as one or in part, or discarded. `file_checks` checks them.

Nothing is guessed: a file whose headers are not known waits for a person to say what they mean, and what was said is
remembered for the same headers. Contract "DataCash", headings 2 and 4.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, ConnectionStatus, FileLayout, ImportState
from fiscal.models import ColumnMapping, FileImport, Register
from fiscal.services.file_checks import waits
from fiscal.statistics.files.content import Content
from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.headers import digest_of, faults_of, known_columns
from fiscal.statistics.files.opening import refuse_other_kinds
from fiscal.statistics.uploads.counting import count_days, note_counts
from fiscal.statistics.uploads.plan import DayPlan
from fiscal.statistics.uploads.plan import digest_of as digest_of_plans
from fiscal.statistics.uploads.proposal import content_of, days_elsewhere, propose, span_of
from fiscal.statistics.uploads.writing import write_days
from fiscal.statistics.windows import local_day
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.rules import RulesBroken

KEPT_DAYS = 30
"""A file that nobody applied or discarded is forgotten after so many days; the record of it stays."""
LONGEST_DAYS = 3700


class ImportRefused(RulesBroken):
    """The file cannot be taken, or not yet. `errors` says at which field and what to do."""


@dataclass(frozen=True)
class Upload:
    """What a person states of a file. Days are the device's local days, both included."""

    register_id: UUID
    layout: FileLayout
    first_day: date
    last_day: date
    name: str
    content: bytes


@transaction.atomic(durable=True)
def upload_file(reach: Reach, *, upload: Upload) -> FileImport:
    """Take a file in. A worker checks it, and nothing of it counts before it is applied.

    Raises ImportRefused for what is at a glance no file of ours, NotAuthorized.
    """
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    register = _register(reach, upload.register_id)
    _check_span(upload, register)
    _check_counter(reach, register, upload.layout)
    try:
        refuse_other_kinds(upload.content)
    except FileRefused as refused:
        raise ImportRefused({"file": refused.words}) from None
    row = FileImport.objects.create(
        organization=reach.organization,
        register=register,
        layout=upload.layout,
        name=upload.name[-200:] or "?",
        digest=hashlib.sha256(upload.content).hexdigest(),
        content=upload.content,
        first_day=upload.first_day,
        last_day=upload.last_day,
        state=ImportState.CHECKING,
        uploaded_by=reach.actor,
    )
    waits.send(FileImport)
    return row


@transaction.atomic(durable=True)
def map_columns(reach: Reach, import_id: UUID, *, columns: dict[str, str]) -> FileImport:
    """Say what the columns mean that nobody knew: {header: field, or '' for not needed}. Then the file is checked.

    Raises ImportRefused with the faults by header; NotAuthorized, FileImport.DoesNotExist.
    """
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    row = _locked(reach, import_id, [ImportState.MAPPING])
    layout = FileLayout(row.layout)
    known = known_columns(row.headers, layout)
    unknown = [name for name in row.headers if name not in known]
    meant = {**known, **{name: columns[name] for name in unknown if name in columns}}
    missing = {name: _("Say what it means, or that it is not needed.") for name in row.headers if name not in meant}
    if faults := missing or faults_of(meant, layout):
        raise ImportRefused(faults)
    said = {"columns": meant, "mapped_by": reach.actor, "mapped_at": timezone.now()}
    place: dict[str, Any] = {
        "organization": row.organization,
        "layout": layout,
        "headers_digest": digest_of(row.headers),
    }
    ColumnMapping.objects.update_or_create(**place, defaults=said)
    record(reach, Verb.COLUMNS_MAPPED, row, after={name: meant[name] for name in unknown})
    row.columns, row.state, row.checks, row.check_until = meant, ImportState.CHECKING, 0, None
    row.save(update_fields=["columns", "state", "checks", "check_until"])
    waits.send(FileImport)
    return row


def apply_import(reach: Reach, import_id: UUID, *, expected: str, partly: bool = False) -> FileImport:
    """Write what a checked file says, all of it or nothing; `partly`: of a refused one the days without faults.

    `expected`: the digest of the preview that was seen. Raises ImportRefused if nothing of the file can be applied, or what
    it would change is no longer what was shown; NotAuthorized, FileImport.DoesNotExist.
    """
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    try:
        with transaction.atomic(durable=True):
            return _applied(reach, import_id, expected, ImportState.REFUSED if partly else ImportState.READY)
    except IntegrityError:
        words = _("One of these days was being read from the provider at the same moment. Nothing was done: try again.")
        raise ImportRefused({"": words}) from None


def _applied(reach: Reach, import_id: UUID, expected: str, state: ImportState) -> FileImport:
    row = _locked(reach, import_id, [state])
    if row.checked is None:
        raise ImportRefused({"": _("Nothing of this file can be applied.")})
    content = content_of(row)
    Register.objects.select_for_update(no_key=True).filter(pk=row.register_id).values_list("pk").first()
    # Looked at with the register locked: it may have been moved since the preview.
    if days_elsewhere(row, content):
        raise _changed()
    now = timezone.now()
    counter = row.layout == FileLayout.COUNTER
    done = _count(row, content, now) if counter else _fill(row, content, expected, now)
    row.state, row.checked, row.ended_at = ImportState.DONE, None, now
    if row.rejected:
        done["left_out"] = len(row.rejected)
    else:
        row.content = b""
    row.save(update_fields=["state", "content", "checked", "ended_at"])
    record(reach, Verb.FILE_IMPORTED, row, after={"register": str(row.register), "layout": row.layout, **done})
    return row


def discard_import(reach: Reach, import_id: UUID) -> None:
    """Forget a file that was not applied. Raises ImportRefused for one that was; NotAuthorized, FileImport.DoesNotExist."""
    reach.require(Scope.INTEGRATIONS, Level.MANAGE)
    with transaction.atomic(durable=True):
        row = FileImport.objects.select_for_update().get(
            reach.tree(Scope.INTEGRATIONS, Level.MANAGE), public_id=import_id
        )
        if row.state == ImportState.DONE:
            raise ImportRefused({"": _("This file was applied: what it says is part of the figures by now.")})
        row.delete()


def forget_files(*, now: datetime) -> int:
    """Empty files that nobody applied or discarded for KEPT_DAYS, and those of which rows were left out then. Gives how many."""
    old = now - timedelta(days=KEPT_DAYS)
    left_out = FileImport.objects.filter(state=ImportState.DONE, ended_at__lt=old).exclude(rejected=[])
    emptied = left_out.update(content=b"", rejected=[])
    unused = FileImport.objects.filter(uploaded_at__lt=old, ended_at=None)
    return emptied + unused.update(content=b"", checked=None, ended_at=now, state=ImportState.REFUSED)


def _locked(reach: Reach, import_id: UUID, states: Sequence[ImportState]) -> FileImport:
    rows = FileImport.objects.select_for_update(of=("self",)).select_related("register__connection", "organization")
    row = rows.get(reach.tree(Scope.INTEGRATIONS, Level.MANAGE), public_id=import_id)
    if row.state not in states:
        words = _(
            "Meanwhile somebody named the columns of this file, applied it or discarded it: nothing was done now."
        )
        raise ImportRefused({"": words})
    return row


def _register(reach: Reach, register_id: UUID) -> Register:
    """A DataCash register of the tree whose connection is in use. Raises ImportRefused."""
    kinds = [ConnectionKind.FILES, ConnectionKind.KEY]
    rows = Register.objects.filter(
        reach.tree(Scope.INTEGRATIONS, Level.MANAGE), connection__kind__in=kinds, gone_at=None
    )
    row = (
        rows.exclude(connection__status=ConnectionStatus.REVOKED)
        .select_related("connection__organization")
        .filter(public_id=register_id)
        .first()
    )
    if row is None:
        raise ImportRefused({"register": _("Choose the device that the file is of.")})
    return row


def _check_span(upload: Upload, register: Register) -> None:
    today = local_day(timezone.now(), register.zone)
    if upload.last_day < upload.first_day:
        raise ImportRefused({"last_day": _("The last day is before the first.")})
    if upload.last_day > today:
        raise ImportRefused({"last_day": _("This day is still to come: choose today or an earlier one.")})
    if (upload.last_day - upload.first_day).days > LONGEST_DAYS:
        raise ImportRefused({"first_day": _("This is more than ten years: choose the first day of the file.")})


def _check_counter(reach: Reach, register: Register, layout: FileLayout) -> None:
    """SECURITY: the counter is compared with all registers of its connection, so all of them have to be in reach."""
    owner, here = register.connection.organization, reach.organization
    if layout == FileLayout.COUNTER and here.pk not in {owner.pk, owner.parent_id}:
        words = _(
            "The counter counts all devices of the partita IVA together: only the connection's owner can upload it."
        )
        raise ImportRefused({"layout": words})


def _fill(row: FileImport, content: Content, expected: str, now: datetime) -> dict[str, Any]:
    plans = propose(row, content)
    if digest_of_plans(plans) != expected:
        raise _changed()
    written = write_days(row.register, plans, now=now)
    return _told(plans, written)


def _changed() -> ImportRefused:
    words = _("What Kontor holds of these days has changed since this preview. Look at it once more.")
    return ImportRefused({"": words})


def _told(plans: list[DayPlan], written: list[DayPlan]) -> dict[str, Any]:
    """What the record keeps: how many days had which fate, and their turnover."""
    fates: dict[str, int] = {}
    for one in plans:
        fates[one.deed] = fates.get(one.deed, 0) + 1
    return {"days": fates, "turnover": sum(one.figures.net for one in written)}


def _count(row: FileImport, content: Content, now: datetime) -> dict[str, Any]:
    connection = row.register.connection
    lines = count_days(connection, content.documents, span_of(row))
    changed = note_counts(connection, lines, today=local_day(now, row.register.zone), now=now)
    differing = sum(not line.agrees for line in lines if line.filled)
    return {"documents": len(content.documents), "differing": differing, "changed": changed}
