"""The record of what people and the system did."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from organizations.choices import Road, Verb
from organizations.models.organization import Organization
from organizations.models.user import User


class AuditEntry(models.Model):
    """One change, written in the change's own transaction. Names are frozen as they were; secrets never enter."""

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="audit_entries")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, blank=True)
    actor_name = models.CharField(max_length=254)
    road = models.CharField(max_length=10, choices=Road.choices)
    verb = models.CharField(max_length=30, choices=Verb.choices)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["organization", "-at"])]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.get_verb_display()} {self.subject_name}"
