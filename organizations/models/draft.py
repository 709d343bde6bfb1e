"""Half-finished wizards: kept on the server, so that nothing typed is lost and another machine can go on."""

from __future__ import annotations

import uuid

from django.db import models

from organizations.models.user import User


class Draft(models.Model):
    """What one person has answered so far in the wizard that creates an organization. Holds no secret."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="drafts")
    answers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-changed_at"]

    def __str__(self) -> str:
        return f"draft {self.public_id}"
