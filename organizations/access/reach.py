"""What one person, or the system, may do at one organization: the capability that services and queries take first."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from organizations.access.rights import EVERYTHING, Right, covers
from organizations.access.roads import in_reach
from organizations.choices import Level, Road, Scope
from organizations.models import Organization, User


class NoSuchOrganization(Exception):
    """There is none, or this person may not know of it. Pages answer 404, the same for both."""


class NotAuthorized(Exception):
    """The person sees the organization but may not do this there. Pages answer 403."""

    def __init__(self, scope: Scope, level: Level, reach: Reach | None = None) -> None:
        super().__init__(f"{level} {scope} is not granted")
        self.scope, self.level, self.reach = scope, level, reach


@dataclass(frozen=True)
class Reach:
    """A capability. `grants` holds (scope, level) pairs that hold at the organization itself."""

    actor: User | None
    organization: Organization
    grants: frozenset[Right]
    road: Road
    request_id: str = ""
    reason: str = field(default="", compare=False)
    below: frozenset[Right] | None = None
    """What holds at everything it manages as well; None: the same as `grants`."""
    owner: bool = False
    """Whether the person owns it, or the organization it is managed by. The system does."""
    until: datetime | None = None
    """When the first of the delegated areas ends that lead here; None without an end date, and on other roads."""

    def allows(self, scope: Scope, level: Level = Level.VIEW) -> bool:
        return covers(self.grants, scope, level)

    def require(self, scope: Scope, level: Level = Level.VIEW) -> None:
        """Raise NotAuthorized unless `scope` is granted at `level`."""
        if not self.allows(scope, level):
            raise NotAuthorized(scope, level, self)

    def allows_below(self, scope: Scope, level: Level = Level.VIEW) -> bool:
        """Whether `scope` is granted at everything the organization manages, as long as it manages anything."""
        return covers(self.grants_below, scope, level)

    @property
    def grants_below(self) -> frozenset[Right]:
        """What holds at everything the organization manages."""
        return self.grants if self.below is None else self.below

    def tree(self, scope: Scope, level: Level = Level.VIEW, *, field: str = "organization") -> Q:
        """A condition on rows of the organization reached and of what it manages, as far as `scope` holds there.

        `field` says whose a row is: '' where the rows are organizations. `scope` and `level` are what the rows are about
        and what is done to them. SECURITY: a grant may hold at an organization and not below it, one area here and
        another there: nothing may be inferred from what the page was opened with.
        """
        own, parent = (field, f"{field}__parent") if field else ("pk", "parent")
        itself = Q(**{own: self.organization.pk}) if self.allows(scope, level) else Q(pk__in=[])
        if self.organization.is_managed:
            return itself
        managed = Q(**{parent: self.organization.pk})
        if self.actor is None or self.allows_below(scope, level):
            return itself | managed
        return itself | (managed & in_reach(self.actor, scope, level, organization=field))

    @property
    def actor_name(self) -> str:
        return str(self.actor) if self.actor else "Kontor"

    @property
    def acting_from(self) -> Organization | None:
        """The organization whose people act here, if it is another one: who manages it, or who was delegated to."""
        if self.road == Road.PARENT:
            return self.organization.parent
        if self.road == Road.DELEGATION:
            return (self.organization.parent or self.organization).provisioned_by
        return None


def system_reach(organization: Organization, *, reason: str) -> Reach:
    """The system's own reach, for work no person asked for. It is recorded as the system's."""
    return Reach(None, organization, EVERYTHING, Road.SYSTEM, reason=reason, owner=True)
