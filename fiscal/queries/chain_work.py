"""What of the verification waits for a person: one line of the work list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Min

from fiscal.models import Finding
from fiscal.statistics.rksv.findings import FindingCode
from organizations.access import in_reach, reachable
from organizations.choices import Scope
from organizations.models import User


@dataclass(frozen=True)
class ChainWork:
    """Registers with open defects at the one organization that has most of them, `others` elsewhere; the oldest since when."""

    registers: int
    since: datetime | None
    place: UUID | None
    others: int = 0


def chain_work(user: User) -> ChainWork:
    """Defects within the person's reach. A failure of a unit that was restored needs nobody. At most two queries."""
    defects = Finding.objects.filter(
        in_reach(user, Scope.MONITORING, organization="register__organization"), settled_at=None
    ).exclude(code=FindingCode.UNIT_FAILED)
    places = defects.values_list("register__organization", "register__organization__parent").annotate(
        n=Count("register", distinct=True), since=Min("found_at")
    )
    rows = list(places.order_by("-n", "register__organization"))
    if not rows:
        return ChainWork(0, None, None)
    known = dict(
        reachable(user, Scope.MONITORING)
        .filter(pk__in={pk for own, parent, *_rest in rows for pk in (own, parent) if pk})
        .values_list("pk", "public_id")
    )
    counts: dict[int, int] = {}
    for own, parent, n, _since in rows:
        place = parent if parent in known else own
        counts[place] = counts.get(place, 0) + n
    most = max(counts, key=lambda place: counts[place])
    since = min(since for *_rest, since in rows)
    return ChainWork(counts[most], since, known.get(most), sum(counts.values()) - counts[most])
