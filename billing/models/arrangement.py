"""The arrangement: who is invoiced for an organization, and whether it sees that."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.billing_address import BillingAddress
from organizations.desired import Desired
from organizations.models import Organization


class Arrangement(Desired):
    """fiskaly's `billing_options` and `billing_address_id` of one organization (guide: "Billing Options").

    `bill_to` empty: the organization is invoiced itself. `withhold`: the invoice is neither sent to nor shown to it,
    which fiskaly allows only together with a bill-to organization.
    """

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="arrangement")
    bill_to = models.ForeignKey(Organization, models.PROTECT, null=True, blank=True, related_name="+")
    withhold = models.BooleanField(_("Withhold billing"), default=False)
    gln = models.CharField(_("GLN"), max_length=13, blank=True, help_text="Global Location Number, 13 digits.")
    billing_address = models.ForeignKey(BillingAddress, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="arrangement_withholds_only_with_bill_to", condition=Q(withhold=False) | Q(bill_to__isnull=False)
            ),
            models.CheckConstraint(
                name="arrangement_bills_somebody_else",
                condition=Q(bill_to__isnull=True) | ~Q(bill_to=F("organization")),
            ),
        ]

    def __str__(self) -> str:
        return _("Arrangement of %(name)s") % {"name": self.organization}

    def tenant_id(self) -> int:
        return self.organization_id
