"""An entry of the record as it would be without number, digest, seal and end: the peer of appending."""

from __future__ import annotations

from django.db import models
from django.utils import timezone


class BareEntry(models.Model):
    """One row, written by the same framework in the same transaction."""

    organization = models.ForeignKey(
        "organizations.Organization", models.PROTECT, related_name="+", db_constraint=False
    )
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey("organizations.User", models.SET_NULL, null=True, related_name="+", db_constraint=False)
    actor_name = models.CharField(max_length=254)
    road = models.CharField(max_length=10)
    verb = models.CharField(max_length=30)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500)
    request_id = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["organization", "-at"], name="bare_entry")]

    def __str__(self) -> str:
        return self.subject_name
