"""Rows of organizations as lists show them: where each stands, who pays for it and whose it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from fiscal.choices import CredentialStatus, Phase
from fiscal.phases import phase_of
from fiscal.queries.organization_filters import mirrored
from fiscal.queries.words import short_reason
from organizations.access import Roads
from organizations.choices import Kind, Scope
from organizations.models import Organization, shown_name


@dataclass(frozen=True)
class OrganizationRow:
    """One line of the list. `billed_to` is None where the person may not know; `path` names a parent in reach."""

    pk: int
    public_id: UUID
    name: str
    legal_name: str
    remote_id: str
    managed: bool
    modes: tuple[str, ...]
    phase: str
    reason: str
    next_at: datetime | None
    town: str
    country: str
    changed_at: datetime
    parent_pk: int | None
    path: str = ""
    level: int = 0
    billed_to: str | None = None
    """'' means that it is billed itself."""
    withheld: bool = False
    acted_for: bool = False
    """Whether nothing but a delegation leads there."""


class RowFacts(NamedTuple):
    """What is read of one row, in this order. What lies in the mirror is None where there is no mirror."""

    pk: int
    public_id: UUID
    name: str
    display_name: str
    kind: str
    in_test: bool
    in_live: bool
    town: str
    country: str
    changed_at: datetime
    parent_id: int | None
    generation: int
    retired_at: datetime | None
    mirror: int | None
    applied_generation: int
    parked_generation: int
    lease_until: datetime | None
    drifted_at: datetime | None
    human_action: str
    tries: int
    due_at: datetime
    remote_id: str
    error_code: str
    error_text: str
    credential_status: str | None
    bill_to: int | None
    withheld: bool | None
    """None: no arrangement."""


IN_MIRROR = {
    "applied_generation",
    "parked_generation",
    "lease_until",
    "drifted_at",
    "human_action",
    "tries",
    "due_at",
    "remote_id",
    "error_code",
    "error_text",
}
ELSEWHERE = {
    "country": "country_code",
    "mirror": "mirror__pk",
    "credential_status": "mirror__credential__status",
    "bill_to": "arrangement__bill_to_id",
    "withheld": "arrangement__withhold",
}
COLUMNS = [ELSEWHERE.get(name, f"mirror__{name}" if name in IN_MIRROR else name) for name in RowFacts._fields]


def rows_of(known: Roads, ids: Sequence[int], now: datetime) -> list[OrganizationRow]:
    """The rows of `ids` in that order, with names of parents and bill-to organizations as far as they are in reach."""
    if not ids:
        return []
    found = mirrored(Organization.objects.filter(pk__in=ids)).order_by().values_list(*COLUMNS)
    facts = {values[0]: RowFacts(*values) for values in found}
    parents = {pk: row.parent_id for pk, row in facts.items()}
    told, acted_for = known.reached(Scope.BILLING, parents), known.acted_for(parents)
    paying = {pk for pk in told if facts[pk].withheld is not None}
    related = [row.parent_id for row in facts.values()] + [facts[pk].bill_to for pk in paying]
    names = _names(known, {pk for pk in related if pk is not None})
    return [_row(facts[pk], names, now, pays=pk in paying, acted_for=pk in acted_for) for pk in ids if pk in facts]


def _row(facts: RowFacts, names: dict[int, str], now: datetime, *, pays: bool, acted_for: bool) -> OrganizationRow:
    phase, reason = _phase(facts, now)
    billed_to = None
    if pays:
        billed_to = names.get(facts.bill_to, "–") if facts.bill_to else ""
    return OrganizationRow(
        pk=facts.pk,
        public_id=facts.public_id,
        name=facts.display_name or facts.name,
        legal_name=facts.name,
        remote_id=facts.remote_id or "",
        managed=facts.kind == Kind.MANAGED,
        modes=tuple(mode for mode, on in (("LIVE", facts.in_live), ("TEST", facts.in_test)) if on),
        phase=phase,
        reason=reason,
        next_at=facts.due_at if phase == Phase.RETRYING else None,
        town=facts.town,
        country=facts.country,
        changed_at=facts.changed_at,
        parent_pk=facts.parent_id,
        path=names.get(facts.parent_id, "") if facts.parent_id else "",
        billed_to=billed_to,
        withheld=bool(pays and facts.withheld),
        acted_for=acted_for,
    )


def _phase(facts: RowFacts, now: datetime) -> tuple[Phase, str]:
    """Where a row stands and why. Derived here, not in SQL: a statement with the whole rule takes longer to build."""
    phase = phase_of(
        facts if facts.mirror else None,
        generation=facts.generation,
        retired=facts.retired_at is not None,
        now=now,
        credential_paused=facts.credential_status == CredentialStatus.PAUSED,
    )
    if phase == Phase.IN_STEP:
        return phase, ""
    reason = short_reason(
        phase,
        error_code=facts.error_code or "",
        error_text=facts.error_text or "",
        human_action=facts.human_action or "",
        credential_status=facts.credential_status or "",
    )
    return phase, reason


def _names(known: Roads, ids: set[int]) -> dict[int, str]:
    """Names of those of `ids` that the person may know. Those where roads start are known already."""
    names = {head.pk: head.name for head in known.heads or () if head.pk in ids}
    if ids - names.keys():
        found = Organization.objects.filter(known.starts().rows(), pk__in=ids - names.keys())
        names.update(found.values_list("pk", shown_name()))
    return names
