"""What all processes share about a provider's health, and about periodic work."""

from __future__ import annotations

from django.db import models


class ProviderState(models.Model):
    """One row per provider: the circuit that opens after failures in a row, and when it was last reached."""

    name = models.CharField(max_length=20, unique=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    probe_at = models.DateTimeField(null=True, help_text="While failing: no request before then.")
    reached_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=500, blank=True)

    def __str__(self) -> str:
        return self.name


class PeriodicSlot(models.Model):
    """A periodic job's last slot. Whoever moves it on does the work: two beats run it once."""

    name = models.CharField(max_length=40, unique=True)
    slot = models.BigIntegerField(default=0, help_text="Unix time divided by the period.")

    def __str__(self) -> str:
        return f"{self.name} {self.slot}"
