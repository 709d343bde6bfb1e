"""Credentials: the API keys that Kontor itself works with. Never rendered, and apart from keys made for people."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fiscal.choices import CredentialStatus
from fiscal.models.budget import Budgeted
from fiscal.vault import Place, seal, unseal
from organizations.choices import Mode
from organizations.models import Organization, User


class Credential(Budgeted):
    """A key with its secret, for one organization in one mode; also what all workers share about it.

    The shared part: the access token in use, who is logging in right now, and the request budget that a 429 taught.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organization = models.ForeignKey(Organization, models.PROTECT, related_name="credentials")
    mode = models.CharField(max_length=4, choices=Mode.choices)
    remote_organization_id = models.UUIDField(help_text="Whose key it is, as the provider's token said.")
    key_hint = models.CharField(max_length=40, help_text="First and last characters, to recognise it by.")
    key_sealed = models.TextField()
    secret_sealed = models.TextField()
    stored_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    stored_at = models.DateTimeField(default=timezone.now)

    status = models.CharField(max_length=10, choices=CredentialStatus.choices, default=CredentialStatus.ACTIVE)
    status_reason = models.CharField(max_length=500, blank=True)
    status_since = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["organization_id", "mode"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "mode"],
                condition=~Q(status=CredentialStatus.REVOKED),
                name="credential_one_per_organization_and_mode",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} credential {self.key_hint}"

    def place(self, column: str) -> Place:
        """Where a secret of this row is sealed for."""
        return Place("fiscal_credential", column, self.public_id)

    def hold(self, key: str, secret: str) -> None:
        """Seal a key and its secret into the unsaved row."""
        self.key_hint = f"{key[:9]}…{key[-4:]}"
        self.key_sealed = seal(key, self.place("key"))
        self.secret_sealed = seal(secret, self.place("secret"))

    def key(self) -> str:
        return unseal(self.key_sealed, self.place("key"))

    def secret(self) -> str:
        return unseal(self.secret_sealed, self.place("secret"))

    def forget(self) -> None:
        """Wipe everything secret from the unsaved row; what remains is its hint and history."""
        self.key_sealed = self.secret_sealed = self.token_sealed = ""
