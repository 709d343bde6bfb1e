"""Roles: which authorizations somebody gets in one go. Presets are the house's, all others an organization's own."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.choices import Level, Preset, Scope
from organizations.models.organization import Organization
from organizations.models.spans import Span


class Role(models.Model):
    """A set of authorizations with a name and one plain sentence. Retired, never deleted: grants keep pointing to it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, null=True, blank=True, related_name="roles")
    preset = models.CharField(max_length=20, choices=Preset.choices, blank=True)
    name = models.CharField(_("Name"), max_length=60)
    sentence = models.CharField(_("What it is for"), max_length=200)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                name="role_is_a_preset_or_an_organizations_own",
                condition=Q(organization__isnull=True) & ~Q(preset="") | Q(organization__isnull=False, preset=""),
            ),
            models.UniqueConstraint(fields=["preset"], condition=~Q(preset=""), name="role_once_per_preset"),
            models.UniqueConstraint(
                fields=["organization", "name"], condition=Q(retired_at=None), name="role_name_once_per_organization"
            ),
        ]

    def __str__(self) -> str:
        return str(Preset(self.preset).label) if self.preset else self.name

    @property
    def is_owner(self) -> bool:
        """The one role that can hand itself over, delegate, and that a main organization is never without."""
        return self.preset == Preset.OWNER


class Right(Span):
    """One authorization that a role carries (one of the guide's areas, at a level), while it does."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="rights")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    level = models.CharField(max_length=10, choices=Level.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["role", "scope"], condition=Q(until=None), name="right_once_per_scope"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.level}"
