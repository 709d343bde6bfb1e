"""Which connection reads a register: one at a time."""

from __future__ import annotations

from django.db import models

from fiscal.choices import Provider
from fiscal.models.connection import Connection
from organizations.models import Organization


class SerialClaim(models.Model):
    """The one connection below a main organization that reads a Kassen-ID: through two, its sales would count twice.

    Made when a key is stored or a register is first listed; it ends with the connection, or when it lists it no more.
    """

    head = models.ForeignKey(Organization, models.CASCADE, related_name="+", help_text="The main organization.")
    provider = models.CharField(max_length=10, choices=Provider.choices)
    serial = models.CharField(max_length=100)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="claims")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "provider", "serial"], name="serial_claimed_once")]

    def __str__(self) -> str:
        return self.serial
