"""People of an organization in fiskaly's own dashboard. What they may do in Kontor stands elsewhere, and apart."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.desired import Desired
from organizations.models.organization import Organization
from organizations.rules import PERSON_NAME


class DashboardUser(Desired):
    """Somebody who shall have access to fiskaly's dashboard (contract: "Users, billing addresses, the rest")."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="dashboard_users")
    email = models.EmailField(_("E-mail address"), help_text="In lower case.")
    first_name = models.CharField(_("First name"), max_length=PERSON_NAME, blank=True)
    last_name = models.CharField(_("Last name"), max_length=PERSON_NAME, blank=True)

    class Meta:
        ordering = ["email", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "email"],
                condition=Q(retired_at=None),
                name="dashboarduser_once_per_organization",
            ),
        ]

    def __str__(self) -> str:
        return self.email

    def tenant_id(self) -> int:
        return self.organization_id
