"""The decision about one person at one organization, in at most two queries beside the organization itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from organizations.access.places import held
from organizations.access.reach import NoSuchOrganization, Reach, Right
from organizations.choices import Covers, Level, Preset, Road, Scope
from organizations.models import Delegation, Organization, User, in_force

NEAREST_FIRST = (Road.DIRECT, Road.PARENT, Road.DELEGATION)


def access_organization(
    user: User,
    public_id: UUID,
    *,
    scope: Scope | None,
    level: Level = Level.VIEW,
    request_id: str = "",
    at: datetime | None = None,
) -> Reach:
    """The person's reach at one organization, now or `at` a moment of the past.

    Raises NoSuchOrganization if it does not exist, is out of reach or the person is not active; NotAuthorized if it is
    in reach but `scope` is not granted at `level`. None as `scope`: whatever it is that leads there.
    """
    if not user.is_active:
        raise NoSuchOrganization
    organization = Organization.objects.select_related("parent").filter(public_id=public_id).first()
    if organization is None:
        raise NoSuchOrganization
    reach = reach_at(user, organization, at=at, request_id=request_id)
    if not reach.grants:
        raise NoSuchOrganization
    if scope is not None:
        reach.require(scope, level)
    return reach


def reach_at(user: User, organization: Organization, *, at: datetime | None = None, request_id: str = "") -> Reach:
    """What the person may do there by all roads together, and the nearest of them. Without a road it holds nothing."""
    found = list(steps(user, organization, at or timezone.now()))
    taken = {step.road for step in found}
    road = next((road for road in NEAREST_FIRST if road in taken), Road.DIRECT)
    return Reach(
        user,
        organization,
        frozenset(step.right for step in found),
        road,
        request_id,
        below=frozenset(step.right for step in found if step.below),
        owner=any(step.preset == Preset.OWNER and step.road != Road.DELEGATION for step in found),
        until=min((step.until for step in found if step.until), default=None) if road == Road.DELEGATION else None,
    )


class Step(NamedTuple):
    """One authorization of one grant that leads to an organization, and how."""

    grant: int
    road: Road
    right: Right
    below: bool
    """Whether it leads on to what the organization manages."""
    preset: str
    until: datetime | None = None
    """When the delegation that it leads by ends."""


class _Row(NamedTuple):
    grant: int
    standing: int
    covers: str
    member: int | None
    preset: str
    scope: str
    level: str


def steps(user: User, organization: Organization, at: datetime) -> Iterator[Step]:
    """Every step of every road from the person's grants to the organization."""
    top = organization.parent or organization
    partner = top.provisioned_by_id
    rows = list(_rows(user, organization, at))
    delegated = _delegated(top, at) if any(row.standing == partner for row in rows) else {}
    for row in rows:
        right = (Scope(row.scope), Level(row.level))
        if row.standing == partner:
            given, until = delegated.get(right[0], (None, None))
            level = lower(right[1], given)
            if level:
                yield Step(row.grant, Road.DELEGATION, (right[0], level), below=True, preset=row.preset, until=until)
        elif row.standing == organization.pk:
            yield Step(row.grant, Road.DIRECT, right, row.covers == Covers.BELOW, row.preset)
        else:
            yield Step(row.grant, Road.PARENT, right, below=False, preset=row.preset)


def leading_to(organization: Organization, at: datetime) -> Q:
    """The condition on grants that lead to the organization by any road; of a delegation only its rights decide more.

    What is granted at the organization, above it, and to a named group that it, or what it hangs below, is in.
    """
    top = organization.parent or organization
    here = ~Q(covers=Covers.GROUP) & Q(organization=organization)
    above = [pk for pk in (organization.parent_id, top.provisioned_by_id) if pk]
    from_above = Q(covers=Covers.BELOW, organization__in=above)
    by_partner = Q(organization=top.provisioned_by_id, group__members__organization=top.pk)
    named = Q(organization__in=[organization.pk, top.pk], group__members__organization=organization.pk)
    in_group = Q(covers=Covers.GROUP) & (by_partner | named) & in_force(at, "group__members")
    return here | from_above | in_group


def _rows(user: User, organization: Organization, at: datetime) -> Iterable[_Row]:
    found = held(user, at).filter(leading_to(organization, at), in_force(at, "role__rights"))
    for row in found.values_list(
        "pk",
        "organization",
        "covers",
        "group__members__organization",
        "role__preset",
        "role__rights__scope",
        "role__rights__level",
    ):
        yield _Row(*row)


def delegated_rights(organization: Organization, at: datetime | None = None) -> dict[Scope, Level]:
    """What a second-level organization delegates to the partner that provisioned it, by area."""
    return {scope: level for scope, (level, _until) in _delegated(organization, at or timezone.now()).items()}


def _delegated(organization: Organization, at: datetime) -> dict[Scope, tuple[Level, datetime | None]]:
    """The same with when it ends. An area is delegated once at a time; where it were twice, the higher level counts.

    The partner comes along: pages name who acts for whom.
    """
    rows = Delegation.objects.filter(in_force(at), organization=organization).order_by("-level", "pk")
    given = {}
    for row in rows.select_related("organization__provisioned_by"):
        organization.provisioned_by = row.organization.provisioned_by
        given[Scope(row.scope)] = (Level(row.level), row.until)
    return given


def lower(one: Level, other: Level | None) -> Level | None:
    """The lesser of two levels; nothing where one of them is missing."""
    if other is None:
        return None
    return Level.MANAGE if one == other == Level.MANAGE else Level.VIEW
