"""The roads the other way round: who reaches an organization."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.utils import timezone

from organizations.access.decide import reach_at
from organizations.access.held import held
from organizations.models import Grant, Organization, TeamMember, User, in_force


def people_at(*organizations: Organization | int) -> QuerySet[User]:
    """Active people with a grant that stands at one of these organizations, their own or their team's."""
    at = timezone.now()
    grants = Grant.objects.filter(in_force(at), organization__in=organizations)
    teams = TeamMember.objects.filter(in_force(at), team__in=grants.values("team")).values("user")
    return User.objects.filter(Q(pk__in=grants.values("user")) | Q(pk__in=teams), is_active=True)


def people_around(organization: Organization) -> QuerySet[User]:
    """Active people with a grant where a road to this organization can start; `reaches` says whether one does."""
    above = organization.parent or organization
    return people_at(organization.pk, above.pk, above.provisioned_by_id or organization.pk)


def reaches(user: User, organization: Organization) -> bool:
    """Whether any road leads the person to the organization."""
    return bool(reach_at(user, organization).grants)


def name_for(user: User | None, organization: Organization | None) -> str | None:
    """The organization's name if the person may know it, else None: a managed one's people never learn the parent's."""
    if organization is None or user is None or not reaches(user, organization):
        return None
    return str(organization)


def is_owner(user: User, organization: Organization) -> bool:
    """Whether the person owns the organization, or the one it is managed by."""
    return user.is_active and reach_at(user, organization).owner


def stands_only_within(user: User, organization: Organization) -> bool:
    """Whether the person was let in somewhere, and everywhere at this organization or at those it manages."""
    found = Organization.objects.filter(pk__in=held(user).values("organization"))
    within = Q(pk=organization.pk) | Q(parent=organization.pk)
    return found.filter(within).exists() and not found.exclude(within).exists()
