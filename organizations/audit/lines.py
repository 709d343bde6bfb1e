"""Entries as plain facts: what is digested, exported and verified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from organizations.audit.canonical import moment
from organizations.models import AuditEntry, Organization

Facts = dict[str, Any]
"""Everything of one entry by name: WHO, WHAT, digest and mac."""

COLUMNS = (
    *("number", "at", "actor_id", "actor_name", "road", "acting_from_id", "acting_from_name", "verb", "result"),
    *("subject_id", "subject_name", "before", "after", "reason", "request_id", "run_id", "ip_address", "user_agent"),
    *("salt", "key_id", "digest", "mac"),
)


def facts_of(entry: AuditEntry) -> Facts:
    """The facts of an entry, saved or about to be."""
    above = entry.acting_from
    row = tuple(getattr(entry, name) for name in COLUMNS)
    return _facts(row, str(entry.organization.public_id), {above.pk: str(above.public_id)} if above else {})


def every_line(organization: Organization, *, first: int = 1, last: int | None = None) -> Iterator[Facts]:
    """The facts of an organization's entries in their order, a chunk in memory at a time."""
    rows = AuditEntry.objects.filter(organization=organization, number__gte=first)
    if last is not None:
        rows = rows.filter(number__lte=last)
    public_id, above = str(organization.public_id), _acted_from(rows)
    for row in rows.order_by("number").values_list(*COLUMNS).iterator(chunk_size=5_000):
        yield _facts(row, public_id, above)


def _acted_from(rows: QuerySet[AuditEntry]) -> dict[int, str]:
    """Public ids of the few organizations whose people acted."""
    found = rows.filter(acting_from__isnull=False).order_by().annotate(above=F("acting_from__public_id"))
    return {pk: str(public_id) for pk, public_id in found.values_list("acting_from_id", "above").distinct()}


def _facts(row: tuple[Any, ...], organization: str, above: dict[int, str]) -> Facts:
    facts: Facts = dict(zip(COLUMNS, row, strict=True))
    run: UUID | None = facts["run_id"]
    facts["actor"] = facts.pop("actor_id")
    facts["acting_from"] = above.get(facts.pop("acting_from_id"))
    facts["at"] = moment(facts["at"])
    facts["subject_id"] = str(facts["subject_id"])
    facts["run_id"] = str(run) if run else None
    facts["organization"] = organization
    return facts
