"""Desired state: what a page changes, and what the mirror later makes true at a provider.

A row whose `generation` differs from what its mirror applied is due. This floor does not know that a mirror exists:
it counts generations and sends one signal, and losing that signal loses nothing.
"""

from __future__ import annotations

import uuid

from django.db import models
from django.dispatch import Signal
from django.utils import timezone

changed = Signal()
"""Sent when a desired row was touched: `organization_id`. Only a wake-up call."""


class Desired(models.Model):
    """A row that is mirrored somewhere. It is retired, never deleted, so that its end can be mirrored too."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    generation = models.PositiveIntegerField(default=1, help_text="Counts changes of mirrored fields.")
    retired_at = models.DateTimeField(null=True, blank=True, help_text="Since when it shall no longer exist.")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        abstract = True

    def tenant_id(self) -> int:
        """The primary key of the organization whose mirror work this is."""
        raise NotImplementedError(type(self).__name__)

    def touch(self, *fields: str) -> None:
        """Save `fields` together with the next generation, and say so. Call it inside the change's transaction."""
        self.generation += 1
        self.changed_at = timezone.now()
        self.save(update_fields=[*fields, "generation", "changed_at"])
        self.announce()

    def announce(self) -> None:
        """Ring for the mirror. New rows call this directly: their first generation is already due."""
        changed.send(type(self), organization_id=self.tenant_id())
