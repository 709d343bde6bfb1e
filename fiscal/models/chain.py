"""RKSV verification of a register's synced receipts, and what it found."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fiscal.models.register import Register
from fiscal.vault import Place, seal, unseal


class Chain(models.Model):
    """How far a register's chain has been verified, and with what."""

    register = models.OneToOneField(Register, models.CASCADE, related_name="chain")
    state = models.JSONField(default=dict, help_text="The verifier's state after the last receipt it saw.")
    verified = models.PositiveIntegerField(default=0, help_text="Receipts verified.")
    verified_until = models.DateTimeField(null=True, help_text="Time of the last of them.")
    checked_at = models.DateTimeField(null=True)
    dirty_from = models.DateField(null=True, help_text="A day already verified changed: begin again from there.")
    marks = models.PositiveIntegerField(default=0, help_text="Counts the marks: tells whether one came meanwhile.")
    aes_key_sealed = models.TextField(blank=True, help_text="Of the turnover counter. Without it: not checked.")
    certificates = models.JSONField(default=list, help_text="Base64 DER. Without them: signatures not checked.")

    def __str__(self) -> str:
        return f"chain of {self.register_id}"

    def place(self) -> Place:
        return Place("fiscal_chain", "aes_key", self.register.public_id)

    def hold_key(self, key: str) -> None:
        """Seal the turnover counter's AES key (base64) into the unsaved row; '' forgets it."""
        self.aes_key_sealed = seal(key, self.place()) if key else ""

    def aes_key(self) -> str:
        """The AES key in base64, '' if none was given."""
        return unseal(self.aes_key_sealed, self.place()) if self.aes_key_sealed else ""


class Finding(models.Model):
    """One defect of a register's receipts, by the verifier's code."""

    register = models.ForeignKey(Register, models.CASCADE, related_name="findings")
    code = models.CharField(max_length=40)
    day = models.DateField()
    number = models.CharField(max_length=100, blank=True, help_text="The receipt, if it has a number.")
    detail = models.CharField(max_length=300, blank=True)
    found_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True, help_text="A later verification no longer found it.")

    class Meta:
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["register", "code", "day", "number"], name="finding_once")]
        indexes = [
            models.Index(fields=["register", "day"], name="finding_open", condition=Q(settled_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.code} at {self.number or self.day}"
