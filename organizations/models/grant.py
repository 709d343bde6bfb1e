"""Who may do what at which organization: grants of roles, and delegation to the partner that provisioned it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from organizations.choices import Covers, Level, Outcome, Scope
from organizations.models.organization import Organization
from organizations.models.role import Role
from organizations.models.spans import Span
from organizations.models.team import NamedGroup, Team
from organizations.models.user import User


class Grant(Span):
    """A role for a person or a team at an organization. `until` is its end date, or when it was revoked."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="grants")
    team = models.ForeignKey(Team, models.CASCADE, null=True, blank=True, related_name="grants")
    role = models.ForeignKey(Role, models.PROTECT, related_name="grants")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="grants")
    covers = models.CharField(max_length=10, choices=Covers.choices, default=Covers.BELOW)
    group = models.ForeignKey(NamedGroup, models.PROTECT, null=True, blank=True, related_name="grants")
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    end_recorded_at = models.DateTimeField(null=True, blank=True, help_text="When its end was put on record.")

    class Meta:
        ordering = ["-since", "-pk"]
        indexes = [
            models.Index(fields=["user", "until"], condition=Q(user__isnull=False), name="grant_of_person"),
            models.Index(fields=["team", "until"], condition=Q(team__isnull=False), name="grant_of_team"),
            models.Index(fields=["organization", "until"]),
            models.Index(
                fields=["until"],
                condition=Q(until__isnull=False, end_recorded_at=None),
                name="grant_end_to_record",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="grant_goes_to_a_person_or_a_team",
                condition=Q(user__isnull=False, team__isnull=True) | Q(user__isnull=True, team__isnull=False),
            ),
            models.CheckConstraint(
                name="grant_of_a_group_names_it",
                condition=Q(covers=Covers.GROUP, group__isnull=False) | ~Q(covers=Covers.GROUP) & Q(group__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role_id} for {self.user_id or self.team_id} at {self.organization_id}"


class Delegation(Span):
    """One authorization that an organization gave to the partner that provisioned it (guide: "Enterprise Customers")."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="delegations")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    level = models.CharField(max_length=10, choices=Level.choices)
    granted_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=200, blank=True)
    end_recorded_at = models.DateTimeField(null=True, blank=True, help_text="When its end was put on record.")

    class Meta:
        indexes = [models.Index(fields=["organization", "until"])]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "scope"], condition=Q(until=None), name="delegation_once_per_scope"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.level} of {self.organization_id}"


class DelegationRequest(models.Model):
    """A partner's request to be delegated to, and what became of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="delegation_requests")
    rights = models.JSONField(default=dict, help_text="Level by scope.")
    until = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    settled_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization"], condition=Q(settled_at=None), name="delegation_request_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"request {self.public_id}"
