"""The work list: what needs this person, worst first, one query a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from fiscal.choices import CredentialStatus
from fiscal.models import Credential, IssuedKey
from fiscal.queries.chain_work import ChainWork, chain_work
from fiscal.queries.mirror_work import work_counts
from fiscal.queries.organization_rows import OrganizationRow
from fiscal.queries.organizations import organization_rows
from fiscal.queries.people_work import PeopleWork, people_work
from fiscal.queries.sales_work import SalesWork, sales_work
from fiscal.queries.wizard import DraftLine, drafts_of
from organizations.access import reachable
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry, User

LONG = timedelta(hours=1)
RECENT = (
    Verb.ORGANIZATION_CREATED,
    Verb.ORGANIZATION_CONNECTED,
    Verb.ORGANIZATION_CHANGED,
    Verb.LIVE_ENABLED,
    Verb.ARRANGEMENT_CHANGED,
)


@dataclass(frozen=True)
class Waiting:
    """How many things of one sort wait, since when, and the only place where they do, if it is one."""

    count: int
    since: datetime | None = None
    organization_id: UUID | None = None
    organization: str = ""


@dataclass(frozen=True)
class WorkList:
    """What the first page shows. `troubles` is by phase; retrying counts only what has failed for an hour."""

    has_organizations: bool
    troubles: dict[str, tuple[int, datetime | None]]
    paused: Waiting
    keys: Waiting
    sales: SalesWork
    chains: ChainWork
    people: PeopleWork
    drafts: Sequence[DraftLine]
    recent: Sequence[OrganizationRow]
    checked_at: datetime


def work_list(user: User) -> WorkList:
    """Everything that waits for this person, within their reach."""
    now = timezone.now()
    return WorkList(
        has_organizations=reachable(user).exists(),
        troubles=work_counts(user, since=now - LONG),
        paused=_paused(user),
        keys=_keys(user, now),
        sales=sales_work(user),
        chains=chain_work(user),
        people=people_work(user),
        drafts=drafts_of(user),
        recent=_recent(user),
        checked_at=now,
    )


def _paused(user: User) -> Waiting:
    rows = list(
        Credential.objects.filter(
            status=CredentialStatus.PAUSED, organization__in=reachable(user, Scope.ORGANIZATIONS, Level.MANAGE)
        )
        .select_related("organization")
        .order_by("status_since")
    )
    if not rows:
        return Waiting(0)
    return Waiting(len(rows), rows[0].status_since, rows[0].organization.public_id, str(rows[0].organization))


def _keys(user: User, now: datetime) -> Waiting:
    rows = list(
        IssuedKey.objects.filter(
            reveal_until__gt=now,
            api_key__retired_at=None,
            api_key__organization__in=reachable(user, Scope.ORGANIZATIONS, Level.MANAGE),
        )
        .exclude(secret_sealed="")
        .select_related("api_key__organization")
        .order_by("reveal_until")
    )
    if not rows:
        return Waiting(0)
    organization = rows[0].api_key.organization
    return Waiting(len(rows), rows[0].reveal_until, organization.public_id, str(organization))


def _recent(user: User, most: int = 5) -> list[OrganizationRow]:
    """The organizations this person created or changed last, as far as still in reach."""
    entries = AuditEntry.objects.filter(
        actor=user, verb__in=RECENT, organization__in=reachable(user, Scope.ORGANIZATIONS)
    )
    ids = entries.order_by("-at", "-pk").values_list("organization_id", flat=True)[: 10 * most]
    return organization_rows(user, list(dict.fromkeys(ids))[:most])
