"""Connections: the tokens, keys and files by which sales reach us."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fiscal.choices import ConnectionKind, ConnectionStatus, Provider
from fiscal.models.budget import Budgeted
from fiscal.vault import Place, seal, unseal
from organizations.models import Organization, User


class Connection(Budgeted):
    """One access to Kassandro or DataCash, stored at the organization whose people entered it.

    Its registers may stand in that organization and in those managed by it. Secrets are sealed; Kontor never decrypts
    DataCash's `ade_credentials_encrypted`, it only passes them on.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="connections")
    provider = models.CharField(max_length=10, choices=Provider.choices)
    kind = models.CharField(max_length=10, choices=ConnectionKind.choices)
    name = models.CharField(max_length=100)
    country_code = models.CharField(max_length=3, help_text="ISO 3166-1 alpha-3.")
    currency = models.CharField(max_length=3, default="EUR")

    key_hint = models.CharField(max_length=40, blank=True, help_text="First and last characters, to recognise it by.")
    secret_sealed = models.TextField(blank=True, help_text="The API key, or the token itself. Empty for files.")
    credentials_sealed = models.TextField(blank=True, help_text="DataCash: `ade_credentials_encrypted`, opaque.")
    vat_number = models.CharField(max_length=11, blank=True, help_text="DataCash: the partita IVA of the key.")
    tier = models.CharField(max_length=40, blank=True, help_text="As the provider names it; free text.")
    licence_ends_on = models.DateField(null=True, help_text="As entered or read; the provider decides.")
    slots = models.PositiveIntegerField(null=True, help_text="DataCash: API keys the licence allows, if known.")
    slots_used = models.PositiveIntegerField(null=True)
    add_ons = models.JSONField(default=list, help_text="DataCash: names of API-key add-ons.")
    webhook_digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of the webhook's path.")
    webhook_sealed = models.TextField(blank=True)

    status = models.CharField(max_length=10, choices=ConnectionStatus.choices, default=ConnectionStatus.ACTIVE)
    status_reason = models.CharField(max_length=500, blank=True)
    status_since = models.DateTimeField(default=timezone.now)
    human_action = models.CharField(max_length=40, blank=True, help_text="A row of fiscal.interventions.")
    stored_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stored_at = models.DateTimeField(default=timezone.now)

    due_at = models.DateTimeField(default=timezone.now, help_text="When to read from it again.")
    tries = models.PositiveIntegerField(default=0, help_text="Failed rounds since the last good one.")
    lease_until = models.DateTimeField(null=True, help_text="A worker reads from it until then.")
    lease_token = models.UUIDField(null=True)
    read_at = models.DateTimeField(null=True, help_text="End of the last good round.")
    catalogue_at = models.DateTimeField(null=True, help_text="When registers, articles and methods were last read.")
    error_text = models.CharField(max_length=500, blank=True)
    passed_over = models.JSONField(default=list, help_text="Registers that others read: [[Kassen-ID, name], …].")

    class Meta:
        ordering = ["organization_id", "name", "pk"]
        constraints = [
            # A partita IVA is read by one key at a time: two would count everything twice.
            models.UniqueConstraint(
                fields=["vat_number"],
                condition=Q(kind=ConnectionKind.KEY) & ~Q(status=ConnectionStatus.REVOKED),
                name="connection_one_key_per_vat_number",
            ),
            models.UniqueConstraint(
                fields=["webhook_digest"], condition=~Q(webhook_digest=""), name="connection_one_per_webhook"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="connection_due", condition=Q(status="ACTIVE"))]

    def __str__(self) -> str:
        return self.name

    def tenant_id(self) -> int:
        return self.organization_id

    def place(self, column: str) -> Place:
        """Where a secret of this row is sealed for."""
        return Place("fiscal_connection", column, self.public_id)

    def hold(self, secret: str, credentials: str = "") -> None:
        """Seal a key (and DataCash's encrypted credentials) into the unsaved row."""
        self.key_hint = f"{secret[:4]}…{secret[-4:]}" if len(secret) >= 16 else "…"
        self.secret_sealed = seal(secret, self.place("secret"))
        self.credentials_sealed = seal(credentials, self.place("credentials")) if credentials else ""

    def secret(self) -> str:
        return unseal(self.secret_sealed, self.place("secret"))

    def credentials(self) -> str:
        return unseal(self.credentials_sealed, self.place("credentials")) if self.credentials_sealed else ""

    def forget(self) -> None:
        """Wipe everything secret from the unsaved row; its hint and history remain."""
        self.secret_sealed = self.credentials_sealed = self.token_sealed = self.webhook_sealed = ""
        self.webhook_digest = ""
