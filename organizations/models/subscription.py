"""Who wants to be told of what, where and how; and what they do not want to be told for a while."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from organizations.choices import Covers
from organizations.models.organization import Organization
from organizations.models.team import NamedGroup
from organizations.models.user import User
from organizations.topics import Channel, DigestRhythm, Topic


class Subscription(models.Model):
    """One line of a person's routing: a topic at some organizations, or one object that they follow.

    It gives no access: whoever loses the reach is told nothing, although the line stays.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="subscriptions")
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    covers = models.CharField(max_length=10, choices=Covers.choices, default=Covers.HERE)
    group = models.ForeignKey(NamedGroup, models.CASCADE, null=True, blank=True, related_name="+")
    topic = models.CharField(max_length=20, choices=Topic.choices, blank=True)
    subject_id = models.UUIDField(null=True, blank=True, help_text="The object followed; then no topic.")
    subject_name = models.CharField(max_length=200, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organization", "topic"],
                condition=Q(subject_id=None, group=None),
                name="route_once",
            ),
            models.UniqueConstraint(
                fields=["user", "group", "topic"], condition=Q(group__isnull=False), name="route_once_per_group"
            ),
            models.UniqueConstraint(
                fields=["user", "subject_id"], condition=Q(subject_id__isnull=False), name="followed_once"
            ),
            models.CheckConstraint(
                condition=Q(topic="", subject_id__isnull=False) | (~Q(topic="") & Q(subject_id=None)),
                name="topic_or_object",
            ),
        ]
        indexes = [models.Index(fields=["subject_id"], name="followers")]

    def __str__(self) -> str:
        return f"{self.subject_name or self.get_topic_display()} {self.get_channel_display()}"


class Snooze(models.Model):
    """Silence about a topic or an object, always with an end. The record goes on meanwhile."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="snoozes")
    topic = models.CharField(max_length=20, choices=Topic.choices, blank=True)
    subject_id = models.UUIDField(null=True, blank=True)
    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="+", help_text="Where the object is."
    )
    subject_name = models.CharField(max_length=200, blank=True)
    until = models.DateTimeField()

    class Meta:
        ordering = ["until", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["user", "topic"], condition=Q(subject_id=None), name="topic_snoozed_once"),
            models.UniqueConstraint(
                fields=["user", "subject_id"], condition=Q(subject_id__isnull=False), name="object_snoozed_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject_name or self.get_topic_display()} until {self.until}"


class NoticeSettings(models.Model):
    """When a person's mails come. Its row is locked whenever something is added to or taken from what waits for them."""

    user = models.OneToOneField(User, models.CASCADE, related_name="notice_settings")
    rhythm = models.CharField(max_length=10, choices=DigestRhythm.choices, default=DigestRhythm.DAILY)
    hour = models.PositiveSmallIntegerField(default=7)
    time_zone = models.CharField(max_length=64)
    next_at = models.DateTimeField(db_index=True, help_text="When the next digest is due.")
    once_at = models.DateTimeField(null=True, blank=True, help_text="Before this, no further mail at once.")

    def __str__(self) -> str:
        return f"{self.user_id}: {self.rhythm} at {self.hour}:00 {self.time_zone}"
