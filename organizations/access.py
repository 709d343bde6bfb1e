"""The policy: who may see and do what at which organization. Decided here and nowhere else.

Follows the guide "fiskaly Dashboard & Management API", heading "Difference in User Authorizations in Organizations and
Managed Organizations": people of an organization reach its managed organizations; people of a managed organization
never reach the parent, nor a sibling. A partner reaches an organization it provisioned only where delegation is
granted (heading "Enterprise Customers").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from organizations.choices import Level, Road, Scope
from organizations.models import Authorization, Organization, User, shown_name

FEW = 200
EVERYTHING = frozenset((scope, Level.MANAGE) for scope in Scope)


class NoSuchOrganization(Exception):
    """There is none, or this person may not know of it. Pages answer 404, the same for both."""


class NotAuthorized(Exception):
    """The person sees the organization but may not do this there. Pages answer 403."""

    def __init__(self, scope: Scope, level: Level) -> None:
        super().__init__(f"{level} {scope} is not granted")
        self.scope, self.level = scope, level


@dataclass(frozen=True)
class Reach:
    """A capability: what one person (or the system) may do at one organization, and by which road.

    Every service and query takes one first. `grants` holds (scope, level) pairs; manage includes view.
    """

    actor: User | None
    organization: Organization
    grants: frozenset[tuple[Scope, Level]]
    road: Road
    request_id: str = ""
    reason: str = field(default="", compare=False)

    def allows(self, scope: Scope, level: Level = Level.VIEW) -> bool:
        return (scope, Level.MANAGE) in self.grants or (scope, level) in self.grants

    def require(self, scope: Scope, level: Level = Level.VIEW) -> None:
        """Raise NotAuthorized unless `scope` is granted at `level`."""
        if not self.allows(scope, level):
            raise NotAuthorized(scope, level)

    def tree(self, field: str = "organization") -> Q:
        """A condition on rows of the organization reached and of those it manages, `field` saying whose a row is.

        '' where the rows are organizations. SECURITY: whoever reaches an organization by any road has at least the same
        grants at those it manages.
        """
        own, parent = (field, f"{field}__parent") if field else ("pk", "parent")
        return Q(**{own: self.organization.pk}) | Q(**{parent: self.organization.pk})

    @property
    def actor_name(self) -> str:
        return str(self.actor) if self.actor else "Kontor"


def access_organization(
    user: User, public_id: UUID, *, scope: Scope, level: Level = Level.VIEW, request_id: str = ""
) -> Reach:
    """The person's reach at one organization.

    Raises NoSuchOrganization if it does not exist, is out of reach or the person is not active; NotAuthorized if it is
    in reach but `scope` is not granted at `level`.
    """
    if not user.is_active:
        raise NoSuchOrganization
    organization = (
        Organization.objects.select_related("parent__provisioned_by", "provisioned_by")
        .filter(public_id=public_id)
        .first()
    )
    if organization is None:
        raise NoSuchOrganization
    road, grants = _best_road(user, organization)
    if not grants:
        raise NoSuchOrganization
    reach = Reach(user, organization, grants, road, request_id)
    reach.require(scope, level)
    return reach


def _best_road(user: User, organization: Organization) -> tuple[Road, frozenset[tuple[Scope, Level]]]:
    """All grants that lead to `organization`, and the nearest road among them."""
    roads = {organization.pk: Road.DIRECT}
    above = organization.parent or organization
    if organization.parent_id:
        roads[organization.parent_id] = Road.PARENT
    if above.delegation and above.provisioned_by_id:
        roads[above.provisioned_by_id] = Road.DELEGATION
    granted: dict[Road, set[tuple[Scope, Level]]] = defaultdict(set)
    for row in Authorization.objects.filter(user=user, organization_id__in=roads):
        granted[roads[row.organization_id]].add((Scope(row.scope), Level(row.level)))
    everything = frozenset(pair for pairs in granted.values() for pair in pairs)
    nearest = next((road for road in (Road.DIRECT, Road.PARENT, Road.DELEGATION) if road in granted), Road.DIRECT)
    return nearest, everything


Starts = Sequence[int] | QuerySet[Any]
"""The organizations that a person's roads start from: named one by one if they are few, else as a subquery."""


def reachable(
    user: User, scope: Scope | None = None, level: Level = Level.VIEW, *, starts: Starts | None = None
) -> QuerySet[Organization]:
    """Every organization the person reaches (with `scope` at `level`, if given). For lists, switchers and names.

    `starts` is what `roads(user)` gave for the same scope and level, within the same request.
    """
    return Organization.objects.filter(in_reach(user, scope, level, starts=starts))


def in_reach(
    user: User,
    scope: Scope | None = None,
    level: Level = Level.VIEW,
    *,
    organization: str = "",
    starts: Starts | None = None,
) -> Q:
    """The same as a condition on rows that belong to an organization, `organization` being the field that says which.

    SECURITY: the same roads as `_best_road`, in one Q; a chain of filters over related tables would join them
    separately. Always asked of the database, so that what was withdrawn is gone at once. Only the few organizations
    that a road starts from are looked up; all others are compared with them.
    """
    if not user.is_active:
        return Q(pk__in=[])
    heads = _heads(user, scope, level) if starts is None else starts
    if organization:
        return Q(**{f"{organization}__in": heads}) | Q(**{f"{organization}__parent__in": heads})
    return Q(pk__in=heads) | Q(parent__in=heads)


@dataclass(frozen=True)
class Head:
    """An organization that a person's roads start at: a person is let in there, or at who provisioned it."""

    pk: int
    public_id: UUID
    parent_id: int | None
    name: str
    """As people see it."""
    retired: bool
    delegated_to: int | None
    """The organization that provisioned it, where that one may administer it."""


@dataclass(frozen=True)
class Roads:
    """Where all roads of one person start, read once for a page that asks for several authorizations."""

    user: User
    granted: frozenset[tuple[int, str, str]]
    """Organization, scope and level."""
    heads: tuple[Head, ...] | None
    """In the order of their names, as the database sorts; None where they are more than FEW."""

    def starts(self, scope: Scope | None = None, level: Level = Level.VIEW) -> Starts:
        """What `reachable` and `in_reach` take for this scope and level."""
        if self.heads is None:
            return _heads(self.user, scope, level)
        direct = {
            organization
            for organization, at, granted in self.granted
            if scope in {None, at} and granted in {level, Level.MANAGE}
        }
        return [head.pk for head in self.heads if head.pk in direct or head.delegated_to in direct]

    def reached(self, scope: Scope, parents: Mapping[int, int | None]) -> set[int]:
        """Those of these organizations, named with their parents, that a road with this scope leads to."""
        if self.heads is None:
            return set(reachable(self.user, scope).filter(pk__in=parents).values_list("pk", flat=True))
        starts = set(self.starts(scope))
        return {pk for pk, parent in parents.items() if pk in starts or parent in starts}

    def roots(self, scope: Scope) -> list[Head] | None:
        """The heads that stand below no other; None where they are too many. Each other organization stands below one.

        A managed organization is among them if its people reach it and not its parent.
        """
        if self.heads is None:
            return None
        starts = set(self.starts(scope))
        return [head for head in self.heads if head.pk in starts and head.parent_id not in starts]


def roads(user: User) -> Roads:
    """All roads of one person. Two small queries, however many organizations the roads lead to."""
    if not user.is_active:
        return Roads(user, frozenset(), ())
    rows = Authorization.objects.filter(user=user).values_list("organization_id", "scope", "level")
    granted = frozenset(rows[: FEW * len(Scope) + 1])
    direct = {organization for organization, _scope, _level in granted}
    if len(direct) > FEW:
        return Roads(user, granted, None)
    found = (
        Organization.objects.filter(Q(pk__in=direct) | Q(delegation=True, provisioned_by__in=direct))
        .order_by(shown_name(), "pk")
        .values_list("pk", "public_id", "parent_id", shown_name(), "retired_at", "delegation", "provisioned_by_id")
    )
    heads = tuple(
        Head(pk, public_id, parent, name, retired_at is not None, above if delegation else None)
        for pk, public_id, parent, name, retired_at, delegation, above in found[: FEW + 1]
    )
    return Roads(user, granted, heads if len(heads) <= FEW else None)


def _heads(user: User, scope: Scope | None, level: Level) -> QuerySet[Any]:
    mine = Authorization.objects.filter(user=user)
    if scope is not None:
        levels = [Level.MANAGE] if level == Level.MANAGE else [Level.VIEW, Level.MANAGE]
        mine = mine.filter(scope=scope, level__in=levels)
    ids = mine.values("organization_id")
    delegating = Organization.objects.filter(delegation=True, provisioned_by__in=ids).order_by()
    return ids.union(delegating.values("pk"))


def name_for(user: User | None, organization: Organization | None) -> str | None:
    """The organization's name if the person may know it, else None: a managed one's people never learn the parent's."""
    if organization is None or user is None:
        return None
    if not reachable(user).filter(pk=organization.pk).exists():
        return None
    return str(organization)


def system_reach(organization: Organization, *, reason: str) -> Reach:
    """The system's own reach, for work no person asked for. It is recorded as the system's."""
    return Reach(None, organization, EVERYTHING, Road.SYSTEM, reason=reason)


def grant_everything(user: User, organizations: Iterable[Organization]) -> None:
    """Make the person owner: all nine areas at manage. fiskaly's creator is the owner too (HUB, "Roles")."""
    Authorization.objects.bulk_create(
        Authorization(user=user, organization=organization, scope=scope, level=Level.MANAGE)
        for organization in organizations
        for scope in Scope
    )
