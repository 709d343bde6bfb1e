"""The record of what people and the system did."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from organizations.choices import Result, Road, Verb
from organizations.models.organization import Organization
from organizations.models.user import User


class AuditEntry(models.Model):
    """One change, written in the change's own transaction. Names are frozen as they were; secrets never enter.

    Rows are only ever added: triggers on both databases refuse everything else (migration 0010). So no rule of a foreign
    key may want to change one: organizations are never deleted, and a deleted person leaves a number that means nobody.
    `digest` chains the entry to the one before it (`organizations.audit.canonical`); `mac` proves that we wrote it.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="audit_entries")
    number = models.PositiveBigIntegerField(help_text="Counts the organization's entries without a gap, from 1.")
    at = models.DateTimeField(default=timezone.now)
    actor = models.ForeignKey(User, models.DO_NOTHING, null=True, blank=True, db_constraint=False)
    actor_name = models.CharField(max_length=254)
    road = models.CharField(max_length=10, choices=Road.choices)
    acting_from = models.ForeignKey(
        Organization, models.PROTECT, null=True, blank=True, related_name="+", help_text="Whose people acted."
    )
    acting_from_name = models.CharField(max_length=200, blank=True)
    verb = models.CharField(max_length=30, choices=Verb.choices)
    result = models.CharField(max_length=10, choices=Result.choices, default=Result.DONE)
    subject_id = models.UUIDField()
    subject_name = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    request_id = models.CharField(max_length=64, blank=True)
    run_id = models.UUIDField(null=True, blank=True, help_text="Ties together what one press of a button did.")
    ip_address = models.CharField(max_length=45, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)
    salt = models.CharField(max_length=32, help_text="Keeps who it was from being guessed out of the digest.")
    key_id = models.CharField(max_length=40, help_text="Which of KONTOR_AUDIT_KEYS made `mac`.")
    digest = models.CharField(max_length=64)
    mac = models.CharField(max_length=64)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-at"]),
            models.Index(fields=["-at", "-id"], name="audit_newest"),
            models.Index(fields=["run_id"], name="audit_run", condition=Q(run_id__isnull=False)),
            # The trigger that lets old entries go asks this of every one of them.
            models.Index(fields=["organization", "number"], name="audit_pruned", condition=Q(verb="RECORD_PRUNED")),
        ]
        constraints = [models.UniqueConstraint(fields=["organization", "number"], name="audit_number_once")]

    def __str__(self) -> str:
        return f"{self.actor_name} {self.get_verb_display()} {self.subject_name}"
