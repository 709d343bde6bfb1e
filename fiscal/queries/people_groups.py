"""Named groups of an organization: how many organizations each takes in, and which could be taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, Q
from django.utils import timezone

from fiscal.queries.people_grants import GrantRow, grant_rows
from organizations.access import Reach
from organizations.choices import Kind, Scope
from organizations.models import Grant, NamedGroup, NamedGroupMember, Organization, in_force, shown_name
from organizations.services import eligible


@dataclass(frozen=True)
class GroupRow:
    """One group in the list, with its organizations and grants in force counted."""

    group_id: UUID
    name: str
    organizations: int
    grants: int


@dataclass(frozen=True)
class Candidate:
    """An organization that a group takes in, or could."""

    organization_id: UUID
    name: str
    managed: bool
    provisioned: bool
    town: str
    member: bool


@dataclass(frozen=True)
class GroupPage:
    """One group with a page of organizations. `unseen` of its organizations the reader does not reach."""

    group_id: UUID
    name: str
    rows: Sequence[Candidate]
    total: int
    members: int
    everything: int
    unseen: int
    granted: Sequence[GrantRow]


def groups_of(reach: Reach) -> list[GroupRow]:
    """Groups that are not retired, by name. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    at = timezone.now()
    rows = NamedGroup.objects.filter(organization=reach.organization, retired_at=None).annotate(
        taken=Count("members", filter=in_force(at, "members"), distinct=True),
        granted=Count("grants", filter=in_force(at, "grants"), distinct=True),
    )
    return [GroupRow(row.public_id, row.name, row.taken, row.granted) for row in rows.order_by("name", "pk")]


def group_page(
    reach: Reach, group_id: UUID, *, q: str = "", tab: str = "", page: int = 1, size: int = 50
) -> GroupPage | None:
    """One group that is not retired, with those organizations it takes in, or could (`tab` "all"). Raises NotAuthorized."""
    reach.require(Scope.USERS)
    group = NamedGroup.objects.filter(organization=reach.organization, public_id=group_id, retired_at=None).first()
    if group is None:
        return None
    held = NamedGroupMember.objects.filter(in_force(timezone.now()), group=group)
    taken = set(held.values_list("organization", flat=True))
    could = eligible(reach)
    if q:
        could = could.filter(Q(name__icontains=q) | Q(display_name__icontains=q) | Q(town__icontains=q))
    members = could.filter(pk__in=held.values("organization"))
    counts = {"": members.count(), "all": could.count()}
    total = counts["all" if tab == "all" else ""]
    page = max(1, min(page, -(-total // size)))
    rows = (could if tab == "all" else members).order_by(F("parent").asc(nulls_first=True), shown_name(), "pk")
    seen = eligible(reach).filter(pk__in=held.values("organization")).count() if q else counts[""]
    return GroupPage(
        group_id=group.public_id,
        name=group.name,
        rows=[_candidate(row, member=row.pk in taken) for row in rows[(page - 1) * size : page * size]],
        total=total,
        members=counts[""],
        everything=counts["all"],
        unseen=len(taken) - seen,
        granted=grant_rows(reach, Grant.objects.filter(group=group)),
    )


def _candidate(row: Organization, *, member: bool) -> Candidate:
    managed = row.kind == Kind.MANAGED
    return Candidate(
        organization_id=row.public_id,
        name=str(row),
        managed=managed,
        provisioned=row.provisioned_by_id is not None,
        town=row.town,
        member=member,
    )
