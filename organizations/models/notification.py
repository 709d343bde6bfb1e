"""What people are told, and the mails that tell it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from organizations.models.audit_entry import AuditEntry
from organizations.models.organization import Organization
from organizations.models.user import User
from organizations.topics import Channel, MailOutcome, Topic


class NoticeCursor(models.Model):
    """Up to which entry of an organization's record people were told. The record has no gaps, so nothing is skipped."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="notice_cursor")
    number = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return f"told of {self.organization_id} up to {self.number}"


class Mailing(models.Model):
    """A mail to one person: written down before it is sent, leased by who sends it, closed with an outcome."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="mailings")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    made_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    unsure = models.BooleanField(default=False, help_text="Whoever sent it died: it may have gone out.")
    outcome = models.CharField(max_length=10, choices=MailOutcome.choices, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    error_text = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["due_at"], name="mailings_open", condition=Q(outcome="")),
            models.Index(fields=["user", "-made_at"], name="mailings_of_person"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} to {self.user_id}"


class Notification(models.Model):
    """One entry of the record that one person is told of.

    It holds no words: who reads it is asked anew what they may see of the entry. Old entries leave the record without
    asking anybody, so no rule of a foreign key stands in their way.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="notifications")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    entry = models.ForeignKey(AuditEntry, models.DO_NOTHING, db_constraint=False, related_name="notifications")
    topic = models.CharField(max_length=20, choices=Topic.choices)
    subject_id = models.UUIDField()
    made_at = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    mailing = models.ForeignKey(Mailing, models.SET_NULL, null=True, blank=True, related_name="notifications")

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["user", "entry"], name="told_once")]
        indexes = [
            models.Index(fields=["user", "-made_at"], name="notices_newest"),
            models.Index(fields=["user"], name="notices_unread", condition=Q(read_at=None)),
            models.Index(
                fields=["user", "channel"],
                name="notices_to_mail",
                condition=Q(mailing=None, channel__in=["AT_ONCE", "DIGEST"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of entry {self.entry_id}"


class FoldedNotice(models.Model):
    """How many more there were than one person is told of in an hour: at which organization, about what."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    topic = models.CharField(max_length=20, choices=Topic.choices)
    hour = models.DateTimeField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "hour", "organization", "topic"], name="folded_once"),
        ]

    def __str__(self) -> str:
        return f"{self.count} more for {self.user_id} at {self.hour}"
