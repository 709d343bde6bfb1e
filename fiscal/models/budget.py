"""What all workers share about one credential at one provider: its budget of requests and who is logging in."""

from __future__ import annotations

from django.db import models


class Budgeted(models.Model):
    """The shared part of a credential. Rows that inherit it pass through a gate of `fiscal.clients.gate`."""

    auth_failures = models.PositiveSmallIntegerField(default=0, help_text="Rejected log-ins in a row; 2 pause it.")
    accepted_at = models.DateTimeField(null=True, help_text="When the provider last accepted it.")
    token_sealed = models.TextField(blank=True)
    login_lease_until = models.DateTimeField(null=True, help_text="Somebody is logging in until then.")
    not_before = models.DateTimeField(null=True, help_text="No request before then: the provider said so.")
    interval = models.FloatField(default=0, help_text="Seconds between two requests; 0: no limit learnt or set.")
    next_slot_at = models.DateTimeField(null=True, help_text="When the next request may start.")
    passed = models.PositiveIntegerField(default=0, help_text="Requests passed since the interval last changed.")

    class Meta:
        abstract = True
