"""The users of one organization's dashboard, as fiskaly last listed them: those Kontor knows, and those it does not."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from fiscal.choices import ErrorCode
from organizations.models import Organization


class UserListing(models.Model):
    """One list as it was read, and when it is read again. An organization without one was never asked about."""

    organization = models.OneToOneField(Organization, models.CASCADE, related_name="user_listing")
    users = models.JSONField(default=list, help_text="id, type, email, names and first_seen_at of each.")
    read_at = models.DateTimeField(null=True, help_text="When it was last read, whole or not.")
    asked_at = models.DateTimeField(null=True, help_text="When a person last asked for it.")
    ended_at = models.DateTimeField(null=True, help_text="When the last attempt ended, well or badly.")
    due_at = models.DateTimeField(default=timezone.now, db_index=True)
    error_code = models.CharField(max_length=20, choices=ErrorCode.choices, blank=True)

    def __str__(self) -> str:
        return f"users of {self.organization_id}"

    @property
    def awaited(self) -> bool:
        """Whether somebody asked for it and it was not tried since."""
        return self.asked_at is not None and (self.ended_at is None or self.ended_at < self.asked_at)
