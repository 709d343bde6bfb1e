"""Reads of this floor: who stands where."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from organizations.models import Grant, Organization, TeamMember, User, in_force


def people_at(organization: Organization, at: datetime | None = None) -> QuerySet[User]:
    """People with a grant that stands at the organization itself, their own or their team's."""
    at = at or timezone.now()
    grants = Grant.objects.filter(in_force(at), organization=organization)
    teams = TeamMember.objects.filter(in_force(at), team__in=grants.values("team")).values("user")
    return User.objects.filter(Q(pk__in=grants.values("user")) | Q(pk__in=teams), is_active=True)
