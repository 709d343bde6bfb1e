"""How far the record was verified, and whether anything was wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, F, Min, Q, Sum

from organizations.access import Reach, in_reach
from organizations.choices import Scope
from organizations.models import AuditChain, User


@dataclass(frozen=True)
class RecordStanding:
    """Of one record, or of `records` together: how many entries were verified, and when, the longest ago.

    `verified_at` is None where one was never verified. `broken`: how many have a fault; `broken_number`: where it is in the
    one record.
    """

    records: int
    entries: int
    verified: int
    verified_at: datetime | None
    broken: int
    broken_number: int | None = None


def record_standing(reach: Reach) -> RecordStanding:
    """Of the organization reached. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    chain = AuditChain.objects.filter(organization=reach.organization).first()
    if chain is None:
        return RecordStanding(0, 0, 0, None, 0)
    broken = chain.broken_number
    return RecordStanding(1, chain.number, chain.verified_number, chain.verified_at, int(broken is not None), broken)


def standing_in_reach(user: User) -> RecordStanding:
    """Of everything in reach, in one query."""
    chains = AuditChain.objects.filter(in_reach(user, Scope.ORGANIZATIONS, organization="organization"), number__gt=0)
    found = chains.aggregate(
        records=Count("pk"),
        entries=Sum("number", default=0),
        verified=Sum(F("verified_number"), default=0),
        oldest=Min("verified_at"),
        never=Count("pk", filter=Q(verified_at=None)),
        broken=Count("pk", filter=Q(broken_number__isnull=False)),
    )
    verified_at = None if found["never"] else found["oldest"]
    return RecordStanding(found["records"], found["entries"], found["verified"], verified_at, found["broken"])
