"""Turnover reports by e-mail, on a schedule."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from fiscal.choices import ReportOutcome, ReportRhythm
from organizations.models import Organization, User


class TurnoverReport(models.Model):
    """A subscription of one person to the turnover of one organization and what it manages.

    What they may no longer see is no longer sent: their reach is asked at each sending.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="reports")
    user = models.ForeignKey(User, models.CASCADE, related_name="reports")
    rhythm = models.CharField(max_length=10, choices=ReportRhythm.choices)
    hour = models.PositiveSmallIntegerField(default=7, help_text="The recipient's hour.")
    time_zone = models.CharField(max_length=40)
    with_csv = models.BooleanField(default=True)
    next_at = models.DateTimeField(db_index=True)
    paused_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["organization_id", "pk"]
        constraints = [models.UniqueConstraint(fields=["organization", "user", "rhythm"], name="report_once")]

    def __str__(self) -> str:
        return f"{self.rhythm} of {self.organization_id}"

    def tenant_id(self) -> int:
        return self.organization_id


class ReportSending(models.Model):
    """One report of one period, written before it is sent, so that nobody gets it twice."""

    report = models.ForeignKey(TurnoverReport, models.CASCADE, related_name="sendings")
    first_day = models.DateField()
    last_day = models.DateField()
    started_at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=ReportOutcome.choices, blank=True)
    error_text = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["report", "first_day", "last_day"], name="sending_once")]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"
