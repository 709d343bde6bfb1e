"""The organizations that somebody's roads start at, with what holds there: read as rows, now or in the past."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import F, FilteredRelation, Q

from organizations.access.granted import granted_to
from organizations.access.rights import NOTHING, Right
from organizations.models import Organization, User, in_force, shown_name


@dataclass(frozen=True)
class Head:
    """An organization that a person's roads start at: they are let in there, or at who provisioned it."""

    pk: int
    public_id: UUID
    parent_id: int | None
    name: str
    """As people see it."""
    retired: bool
    here: frozenset[Right]
    below: frozenset[Right]
    """What holds at everything it manages as well."""
    delegated: bool = False
    """Whether nothing but a delegation leads there."""


def heads_of(user: User, at: datetime, *, most: int | None = None) -> tuple[Head, ...] | None:
    """Where the roads of a person start at `at`, in the order of their names. None where they are more than `most`."""
    granted = granted_to(user, at, most=most)
    direct, from_group = granted.direct, granted.delegated_in_groups
    if granted.too_many or (most is not None and max(len(direct), len(from_group)) > most):
        return None
    heads: dict[int, Head] = {}
    for row in _rows(direct, granted.below, from_group, at):
        head = heads.get(row.pk) or row.head(direct.get(row.pk, NOTHING), granted.below.get(row.pk, NOTHING))
        if row.scope and row.level:
            delegated = granted.delegated(row.pk, row.partner, row.scope, row.level)
            head = replace(head, here=head.here | delegated, below=head.below | delegated)
        heads[row.pk] = head
        if most is not None and len(heads) > most:
            return None
    return tuple(head for head in heads.values() if head.here)


class _Row(NamedTuple):
    """An organization that roads start at, with one authorization that it delegates, if any."""

    pk: int
    public_id: UUID
    parent: int | None
    name: str
    retired_at: datetime | None
    partner: int | None
    scope: str | None
    level: str | None

    def head(self, here: frozenset[Right], below: frozenset[Right]) -> Head:
        retired = self.retired_at is not None
        return Head(self.pk, self.public_id, self.parent, self.name, retired, here, below, delegated=not here)


def _rows(direct: Iterable[int], below: Iterable[int], from_group: Iterable[int], at: datetime) -> Iterator[_Row]:
    given = FilteredRelation("delegations", condition=in_force(at, "delegations"))
    partners = Q(provisioned_by__in=list(below)) | Q(pk__in=list(from_group))
    rows = (
        Organization.objects.annotate(given=given)
        .filter(Q(pk__in=list(direct)) | (partners & Q(given__isnull=False)))
        .order_by(shown_name(), "pk")
    )
    facts = ("pk", "public_id", "parent_id", shown_name(), "retired_at", "provisioned_by")
    for values in rows.values_list(*facts, F("given__scope"), F("given__level")).iterator(1000):
        yield _Row(*values)
