"""API keys as people ask for them. What the provider issued lies one floor up, sealed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from organizations.choices import KeyStatus, Mode
from organizations.desired import Desired
from organizations.models.organization import Organization
from organizations.models.user import User


class ApiKey(Desired):
    """A key for one organization in one mode (guide: "API Keys")."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="api_keys")
    name = models.CharField(_("Name"), max_length=30)
    mode = models.CharField(_("Mode"), max_length=4, choices=Mode.choices)
    status = models.CharField(max_length=10, choices=KeyStatus.choices, default=KeyStatus.ENABLED)
    created_by = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    replaces = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="replaced_by")
    ends_at = models.DateTimeField(null=True, blank=True, help_text="After a rotation: when the old key is disabled.")

    class Meta:
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(fields=["organization", "retired_at"])]

    def __str__(self) -> str:
        return self.name

    def tenant_id(self) -> int:
        return self.organization_id
