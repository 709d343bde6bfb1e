"""What somebody may do at very many organizations: without names, as few rows as it takes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from organizations.access.granted import Granted, Supposed, granted_to
from organizations.access.rights import NOTHING, Right, both
from organizations.models import Delegation, Team, User, in_force


@dataclass(frozen=True)
class Holding:
    """What holds where, by the primary keys of the organizations that somebody's roads start at."""

    here: Mapping[int, frozenset[Right]]
    below: Mapping[int, frozenset[Right]]
    """What holds at everything that the organization manages."""

    def at(self, pk: int, parent: int | None) -> frozenset[Right]:
        """All that holds at one organization."""
        return both(self.here.get(pk, NOTHING), self.below.get(parent or 0, NOTHING))


def holding_of(
    holder: User | Team | None, at: datetime, *, also: Supposed | None = None, without: int | None = None
) -> Holding:
    """The same roads as `heads_of` has; `also` and `without` as in `granted_to`. Two or three queries, however many they are."""
    granted = granted_to(holder, at, also=also, without=without)
    here, below = dict(granted.direct), dict(granted.below)
    for organization, rights in _delegated(granted, at):
        here[organization] = both(here.get(organization, NOTHING), rights)
        below[organization] = both(below.get(organization, NOTHING), rights)
    return Holding({pk: rights for pk, rights in here.items() if rights}, below)


def _delegated(granted: Granted, at: datetime) -> Iterator[tuple[int, frozenset[Right]]]:
    partners, members = list(granted.below), list(granted.delegated_in_groups)
    rows = Delegation.objects.filter(
        in_force(at), Q(organization__provisioned_by__in=partners) | Q(organization__in=members)
    )
    facts = rows.order_by().values_list("organization", "organization__provisioned_by", "scope", "level")
    for organization, partner, scope, level in facts.iterator(1000):
        yield organization, granted.delegated(organization, partner, scope, level)
