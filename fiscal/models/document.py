"""Fiscal documents that people had a provider make or void. Written before the call; never retried by a machine."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from fiscal.choices import DocumentAction, Outcome
from fiscal.models.register import Register
from organizations.models import Organization, User


class FiscalDocument(models.Model):
    """One attempt. STARTED or UNKNOWN: the document may exist, and is looked for before anything else is done."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, models.PROTECT, related_name="documents")
    action = models.CharField(max_length=10, choices=DocumentAction.choices)
    request = models.JSONField(help_text="What was asked for, without credentials.")
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.STARTED)
    number = models.CharField(max_length=100, blank=True)
    remote_id = models.CharField(max_length=100, blank=True)
    answer = models.JSONField(default=dict)
    error_text = models.CharField(max_length=500, blank=True)
    reason = models.CharField(max_length=300)
    asked_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["organization", "-started_at"])]

    def __str__(self) -> str:
        return self.number or str(self.public_id)

    def tenant_id(self) -> int:
        return self.organization_id
