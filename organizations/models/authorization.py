"""Who may do what at which organization."""

from __future__ import annotations

from django.db import models

from organizations.choices import Level, Scope
from organizations.models.organization import Organization
from organizations.models.user import User


class Authorization(models.Model):
    """One of the guide's nine areas, for one person, at one organization (and below it, by `access`)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="authorizations")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="authorizations")
    scope = models.CharField(max_length=20, choices=Scope.choices)
    level = models.CharField(max_length=10, choices=Level.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "organization", "scope"], name="authorization_once_per_scope"),
        ]
        indexes = [models.Index(fields=["user", "scope", "organization"])]

    def __str__(self) -> str:
        return f"{self.user_id} may {self.level} {self.scope} at {self.organization_id}"
