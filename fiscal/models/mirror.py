"""What the mirror knows about each desired object, and each attempt it made."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils import timezone

from fiscal.choices import ErrorCode, KindName, Operation, Outcome
from fiscal.models.credential import Credential
from organizations.models import Organization

ZERO = models.Func(template="0", output_field=models.IntegerField())
"""0 written into the SQL: SQLite never takes a partial index for a condition that has a parameter."""

UNSETTLED = models.Q(parked_generation__gt=ZERO) | models.Q(drifted_at__isnull=False) | models.Q(tries__gt=ZERO)
"""Mirrors that failed, wait for a person or differ. Others need nobody, unless their credential is paused."""


PHASE_COLUMNS = [
    "applied_generation",
    "parked_generation",
    "human_action",
    "lease_until",
    "drifted_at",
    "tries",
    "credential",
]


class Mirror(models.Model):
    """One desired object's life at its provider. A desired row without a mirror is simply due."""

    kind = models.CharField(max_length=20, choices=KindName.choices)
    subject_id = models.UUIDField(help_text="The desired row's public id.")
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="mirrors")
    credential = models.ForeignKey(Credential, models.PROTECT, null=True, related_name="+")
    mark = models.UUIDField(default=uuid.uuid4, help_text="Our id in the provider's metadata (`kontor_id`).")

    applied_generation = models.PositiveIntegerField(default=0, help_text="0: never.")
    parked_generation = models.PositiveIntegerField(default=0, help_text="Waits for a person at this generation.")
    remote_id = models.CharField(max_length=64, blank=True)
    observed = models.JSONField(default=dict, help_text="The provider's last answer about it, without secrets.")
    observed_at = models.DateTimeField(null=True)
    agreed = models.JSONField(default=dict, help_text="The mirrored values both sides last agreed on.")
    drifted_at = models.DateTimeField(null=True)

    tries = models.PositiveIntegerField(default=0, help_text="Failed passes since the last good one.")
    deaths = models.PositiveSmallIntegerField(default=0, help_text="Passes that ended without a word, in a row.")
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    unknown_since = models.DateTimeField(null=True, help_text="A create of unknown outcome was sent then.")
    looks = models.PositiveSmallIntegerField(default=0, help_text="Looks for our mark since then, all in vain.")
    reread_at = models.DateTimeField(null=True, help_text="When to compare with the provider again.")

    error_code = models.CharField(max_length=20, choices=ErrorCode.choices, blank=True)
    error_text = models.CharField(max_length=500, blank=True)
    human_action = models.CharField(max_length=40, blank=True, help_text="A row of fiscal.interventions.")
    failing_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject_id"], name="mirror_once_per_subject"),
            # One organization at the provider is one tenant here, however many people connect it at once.
            models.UniqueConstraint(
                fields=["remote_id"],
                condition=models.Q(kind=KindName.ORGANIZATION) & ~models.Q(remote_id=""),
                name="mirror_one_tenant_per_remote_organization",
            ),
        ]
        indexes = [
            # All that a phase depends on: counting by phase never opens the rows, which are wide.
            models.Index(fields=["organization", "kind", *PHASE_COLUMNS], name="mirror_phase"),
            models.Index(fields=["kind", "due_at"]),
            models.Index(fields=["lease_until"]),
            models.Index(fields=["kind", "reread_at"]),
            # What every page counts: few rows of many. A query that asks this very condition reads only them, and
            # holds the columns asked about: SQLite would rather read all of `mirror_phase` than open rows.
            models.Index(
                fields=["parked_generation", "drifted_at", "tries"], name="mirror_unsettled", condition=UNSETTLED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class MirrorAttempt(models.Model):
    """One call that changes or looks, written before it is made: a crash in between stays visible."""

    mirror = models.ForeignKey(Mirror, models.CASCADE, related_name="attempts")
    operation = models.CharField(max_length=20, choices=Operation.choices)
    generation = models.PositiveIntegerField()
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, default=Outcome.STARTED)
    sent = models.JSONField(null=True, help_text="What a create sent, where that alone tells the object again.")
    status = models.PositiveSmallIntegerField(null=True)
    request_id = models.CharField(max_length=100, blank=True)
    error_code = models.CharField(max_length=20, choices=ErrorCode.choices, blank=True)
    error_text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["mirror", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.operation} at {self.started_at:%H:%M:%S}: {self.outcome}"
