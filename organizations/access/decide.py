"""The decision about one person at one organization, in at most two queries beside the organization itself.

Three where somebody reaches it both by a named group and by a delegation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from organizations.access.held import held
from organizations.access.reach import NoSuchOrganization, Reach
from organizations.access.rights import Right, lower
from organizations.choices import Covers, Level, Preset, Road, Scope
from organizations.models import Delegation, NamedGroupMember, Organization, User, in_force

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
    # SECURITY: what is not there is looked into like what is out of reach, so that the time of the answer is the same.
    reach = reach_at(user, organization or Organization(pk=0), at=at, request_id=request_id)
    if organization is None or not reach.grants:
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
    organization_id: int
    covers: str
    group_id: int | None
    preset: str
    scope: str
    level: str


def steps(user: User, organization: Organization, at: datetime) -> Iterator[Step]:
    """Every step of every road from the person's grants to the organization."""
    top = organization.parent or organization
    partner = top.provisioned_by_id
    rows = leading_to(organization, list(_rows(user, organization, at)), at)
    delegated = _delegated(top, at) if any(row.organization_id == partner for row in rows) else {}
    for row in rows:
        right = (Scope(row.scope), Level(row.level))
        if row.organization_id == partner:
            given, until = delegated.get(right[0], (None, None))
            level = lower(right[1], given)
            if level:
                yield Step(row.grant, Road.DELEGATION, (right[0], level), below=True, preset=row.preset, until=until)
        elif row.organization_id == organization.pk:
            yield Step(row.grant, Road.DIRECT, right, row.covers == Covers.BELOW, row.preset)
        else:
            yield Step(row.grant, Road.PARENT, right, below=False, preset=row.preset)


def standing_around(organization: Organization) -> Q:
    """The condition on grants that may lead to the organization; `leading_to` knows which of them do."""
    top = organization.parent or organization
    above = [pk for pk in (organization.parent_id, top.provisioned_by_id) if pk]
    here = Q(organization=organization)
    return here | (Q(organization__in=above) & ~Q(covers=Covers.HERE)) if above else here


class GrantLike(Protocol):
    """What decides where a grant leads."""

    @property
    def organization_id(self) -> int: ...
    @property
    def covers(self) -> str: ...
    @property
    def group_id(self) -> int | None: ...


AnyGrant = TypeVar("AnyGrant", bound=GrantLike)


def leading_to(organization: Organization, grants: Sequence[AnyGrant], at: datetime) -> list[AnyGrant]:
    """Those of the grants `standing_around` that lead to the organization; of a delegation only its rights decide more.

    What is granted at the organization; above it for all below; and to a named group that it is in, or for a partner what
    it hangs below.
    """
    top = organization.parent_id or organization.pk
    groups = {grant.group_id for grant in grants if grant.covers == Covers.GROUP}
    members = NamedGroupMember.objects.filter(in_force(at), group__in=groups, organization__in={organization.pk, top})
    within = set(members.values_list("group", "organization")) if groups else set()

    def leads(grant: AnyGrant) -> bool:
        if grant.covers == Covers.GROUP:
            target = organization.pk if grant.organization_id in {organization.pk, top} else top
            return (grant.group_id, target) in within
        return True

    return [grant for grant in grants if leads(grant)]


def _rows(user: User, organization: Organization, at: datetime) -> Iterator[_Row]:
    """What those of the person's grants say that may lead to the organization."""
    found = held(user, at).filter(standing_around(organization), in_force(at, "role__rights"))
    facts = ("pk", "organization", "covers", "group", "role__preset", "role__rights__scope", "role__rights__level")
    return map(_Row._make, found.values_list(*facts))


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
