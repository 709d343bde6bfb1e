"""Files that people upload, how their columns were named, and what webhooks delivered."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fiscal.choices import FileLayout, ImportState
from fiscal.models.connection import Connection
from fiscal.models.register import Register
from organizations.models import Organization, User


class ColumnMapping(models.Model):
    """What the columns of one kind of file mean, said once by a person and remembered for the same headers."""

    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    layout = models.CharField(max_length=20, choices=FileLayout.choices)
    headers_digest = models.CharField(max_length=64, help_text="SHA-256 of the headers.")
    columns = models.JSONField(help_text="{header: our field or ''}.")
    mapped_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    mapped_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "layout", "headers_digest"], name="column_mapping_once")
        ]

    def __str__(self) -> str:
        return f"{self.layout} {self.headers_digest[:8]}"


class FileImport(models.Model):
    """One uploaded file on its way: checked whole by a worker, applied as one, or refused with its reasons.

    Of a refused one the days that no fault touches may be applied; the rows that were left out can then be fetched.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    register = models.ForeignKey(Register, models.PROTECT, related_name="imports")
    layout = models.CharField(max_length=20, choices=FileLayout.choices)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the content: the same file twice is noticed.")
    content = models.BinaryField(help_text="As uploaded; emptied when the import ends, or 30 days after.")
    headers = models.JSONField(default=list)
    columns = models.JSONField(default=dict)
    samples = models.JSONField(default=dict, help_text="A few values of each column.")
    checked = models.BinaryField(
        null=True, help_text="What it says (of one with faults: its sound days), to be applied."
    )
    rejected = models.JSONField(default=list, help_text="Numbers of the rows that are then left out.")
    check_until = models.DateTimeField(null=True, help_text="A worker checks it until then.")
    checks = models.PositiveSmallIntegerField(default=0)
    first_day = models.DateField(null=True)
    last_day = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=ImportState.choices)
    rows = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list, help_text="[[row, column, what is wrong], …].")
    uploaded_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-uploaded_at", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-uploaded_at"]),
            models.Index(fields=["uploaded_at"], name="file_waits_for_its_check", condition=Q(state="CHECKING")),
        ]

    def __str__(self) -> str:
        return self.name

    def tenant_id(self) -> int:
        return self.organization_id


class WebhookDelivery(models.Model):
    """One delivery of a deferred fiscalisation. The body is a hint only: the document is read again."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="deliveries")
    digest = models.CharField(max_length=64, help_text="SHA-256 of the body: a replay changes nothing.")
    temporary_id = models.CharField(max_length=100)
    remote_id = models.CharField(max_length=100, blank=True)
    day = models.DateField(null=True)
    received_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, help_text="When the document was read again and stored.")

    class Meta:
        ordering = ["-received_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["connection", "digest"], name="webhook_delivery_once")]

    def __str__(self) -> str:
        return self.temporary_id
