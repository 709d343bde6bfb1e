"""The end of each organization's record, and how far it was verified and attested."""

from __future__ import annotations

from django.db import models

from organizations.models.organization import Organization


class AuditChain(models.Model):
    """One row an organization: number and digest of its last entry. Locked while an entry is added, so it never forks."""

    organization = models.OneToOneField(Organization, models.PROTECT, related_name="audit_chain")
    number = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, blank=True)

    attested_number = models.PositiveBigIntegerField(
        default=0, help_text="The last entry a checkpoint was written for."
    )
    attested_line = models.CharField(max_length=64, blank=True, help_text="SHA-256 of that checkpoint's line.")

    verified_number = models.PositiveBigIntegerField(default=0)
    verified_at = models.DateTimeField(null=True, blank=True)
    broken_number = models.PositiveBigIntegerField(null=True, blank=True, help_text="Where the first fault was found.")

    def __str__(self) -> str:
        return f"record of {self.organization_id}, up to {self.number}"
