"""Teams of people, and named groups of organizations: whom grants go to and what they cover."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.models.organization import Organization
from organizations.models.spans import Span
from organizations.models.user import User


class Named(models.Model):
    """Something with a name that belongs to one organization and is retired, never deleted."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(_("Name"), max_length=60)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Team(Named):
    """People who get their grants together."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="teams")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], condition=Q(retired_at=None), name="team_name_once_per_organization"
            ),
        ]


class TeamMember(Span):
    """One person in a team, while in it."""

    team = models.ForeignKey(Team, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="team_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["team", "user"], condition=Q(until=None), name="team_member_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} in team {self.team_id}"


class NamedGroup(Named):
    """Organizations under one name: itself, some it manages, and some it provisioned (those with all they manage)."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="named_groups")

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"], condition=Q(retired_at=None), name="group_name_once_per_organization"
            ),
        ]


class NamedGroupMember(Span):
    """One organization in a named group, while in it."""

    group = models.ForeignKey(NamedGroup, models.CASCADE, related_name="members")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="group_memberships")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["group", "organization"], condition=Q(until=None), name="group_member_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} in group {self.group_id}"
