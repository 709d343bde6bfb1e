"""What happened to a person's account, for that person to look at."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from organizations.choices import SecurityVerb
from organizations.models.user import User


class SecurityEvent(models.Model):
    """One event: what, when, from which address and browser. Never a password, code, token or session key."""

    user = models.ForeignKey(User, models.CASCADE, related_name="security_events")
    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=30, choices=SecurityVerb.choices)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["user", "-at"])]

    def __str__(self) -> str:
        return self.get_verb_display()
