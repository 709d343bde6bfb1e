"""Billing addresses: stored once per organization and mode, chosen in arrangements."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

from organizations.choices import Mode
from organizations.desired import Desired
from organizations.models import Organization


class BillingAddress(Desired):
    """Where invoices go (contract: "Users, billing addresses, the rest"). A key's mode decides the address's mode."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="billing_addresses")
    mode = models.CharField(_("Mode"), max_length=4, choices=Mode.choices)
    recipient = models.CharField(_("Recipient"), max_length=100)
    display_name = models.CharField(_("Display name"), max_length=100, blank=True)
    address_line1 = models.CharField(_("Address line 1"), max_length=200)
    address_line2 = models.CharField(_("Address line 2"), max_length=200, blank=True)
    zip = models.CharField(_("Postcode"), max_length=20)
    town = models.CharField(_("Town"), max_length=100)
    country_code = models.CharField(_("Country"), max_length=3)
    vat_id = models.CharField(_("VAT number"), max_length=30, blank=True)

    class Meta:
        ordering = ["recipient", "pk"]
        constraints = [
            models.CheckConstraint(
                name="billingaddress_country_is_alpha_3", condition=Exact(Length("country_code"), 3)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient}, {self.town}"

    def tenant_id(self) -> int:
        return self.organization_id
