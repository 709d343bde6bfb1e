"""What the provider issued for a person's API key: sealed until it is shown once, then only hints and a digest."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime

from django.db import models

from fiscal.vault import Place, seal, unseal
from organizations.models import ApiKey, User


class IssuedKey(models.Model):
    """The issued side of an ApiKey. `secret_sealed` is empty as soon as it was shown, or its deadline passed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    api_key = models.OneToOneField(ApiKey, models.CASCADE, related_name="issued")
    key_prefix = models.CharField(max_length=9)
    key_suffix = models.CharField(max_length=4)
    secret_prefix = models.CharField(max_length=4)
    secret_suffix = models.CharField(max_length=4)
    secret_digest = models.CharField(
        max_length=64, help_text="SHA-256; tells whether a secret found somewhere is this."
    )
    key_sealed = models.TextField(blank=True)
    secret_sealed = models.TextField(blank=True)
    issued_at = models.DateTimeField()
    reveal_until = models.DateTimeField()
    revealed_at = models.DateTimeField(null=True)
    revealed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return self.key_hint

    @property
    def key_hint(self) -> str:
        return f"{self.key_prefix}…{self.key_suffix}"

    def place(self, column: str) -> Place:
        """Where a secret of this row is sealed for."""
        return Place("fiscal_issuedkey", column, self.public_id)

    def hold(self, key: str, secret: str, *, issued_at: datetime, reveal_until: datetime) -> None:
        """Seal a fresh key and secret into the unsaved row."""
        self.key_prefix, self.key_suffix = key[:9], key[-4:]
        self.secret_prefix, self.secret_suffix = secret[:4], secret[-4:]
        self.secret_digest = hashlib.sha256(secret.encode()).hexdigest()
        self.key_sealed = seal(key, self.place("key"))
        self.secret_sealed = seal(secret, self.place("secret"))
        self.issued_at, self.reveal_until = issued_at, reveal_until
        self.revealed_at = self.revealed_by = None

    def unsealed(self) -> tuple[str, str]:
        """Key and secret. Raises fiscal.vault.CannotOpen."""
        return unseal(self.key_sealed, self.place("key")), unseal(self.secret_sealed, self.place("secret"))
