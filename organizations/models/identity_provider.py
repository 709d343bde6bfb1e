"""Single sign-on: an organization's own OpenID Connect provider, and the mail domains it speaks for."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from organizations.models.organization import Organization


class IdentityProvider(models.Model):
    """Where an organization's people sign in, besides or instead of with a password here.

    Its client secret is sealed by who stores it (`fiscal.services.sign_on`): it never lies here in the clear.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.OneToOneField(Organization, models.PROTECT, related_name="identity_provider")
    name = models.CharField(_("Name"), max_length=60)
    issuer = models.CharField(_("Issuer"), max_length=300, help_text="The `issuer` of OpenID Connect Discovery 1.0.")
    client_id = models.CharField(_("Client id"), max_length=200)
    secret_sealed = models.TextField()
    enforced = models.BooleanField(default=False, help_text="Whether people of its confirmed domains must use it.")
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class MailDomain(models.Model):
    """What stands behind the @ of the people a provider speaks for.

    A domain speaks for everybody who has an address there, also in other tenants. So it counts only once an operator has
    confirmed that it belongs to the organization (`manage.py confirm_domain`), and one confirmed domain has one owner.
    """

    provider = models.ForeignKey(IdentityProvider, models.CASCADE, related_name="domains")
    domain = models.CharField(_("Mail domain"), max_length=253, help_text="Lower case.")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["domain"]
        constraints = [
            models.UniqueConstraint(fields=["provider", "domain"], name="mail_domain_once_per_provider"),
            models.UniqueConstraint(
                fields=["domain"], condition=Q(confirmed_at__isnull=False), name="mail_domain_confirmed_once"
            ),
        ]

    def __str__(self) -> str:
        return self.domain
