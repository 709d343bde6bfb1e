"""Secrets at rest: AES-256-GCM, each bound to the row and column it was sealed for.

A sealed text copied to another row, column or table does not open. Keys come from the environment (KONTOR_VAULT_KEYS,
newest first) and carry an id, so that they can be rotated: new secrets use the first key, old ones open with theirs,
and `manage.py reseal` moves them.
"""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

VERSION = "v1"
NONCE_BYTES = 12


class CannotOpen(Exception):
    """The sealed text was made for another place, was changed, or its key is no longer configured."""


@dataclass(frozen=True)
class Place:
    """Where a secret lies: its table, its column and the row's public id. Bound into the cipher text."""

    table: str
    column: str
    row: UUID

    def bound(self, key_id: str) -> bytes:
        return f"{VERSION}|{self.table}|{self.column}|{self.row}|{key_id}".encode()


def seal(plain: str, place: Place) -> str:
    """Encrypt for exactly this place. The nonce is random: the same text sealed twice differs."""
    key_id, key = next(iter(settings.VAULT_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    cipher = AESGCM(key).encrypt(nonce, plain.encode(), place.bound(key_id))
    return f"{VERSION}:{key_id}:{base64.b64encode(nonce + cipher).decode()}"


def unseal(sealed: str, place: Place) -> str:
    """Decrypt. Raises CannotOpen, whose message never holds the secret."""
    version, _, rest = sealed.partition(":")
    key_id, _, encoded = rest.partition(":")
    key = settings.VAULT_KEYS.get(key_id)
    if version != VERSION or key is None:
        raise CannotOpen(f"no key {key_id!r} is configured for {place.table}.{place.column} of {place.row}")
    try:
        raw = base64.b64decode(encoded)
        plain = AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], place.bound(key_id))
    except (InvalidTag, ValueError):
        raise CannotOpen(
            f"{place.table}.{place.column} of {place.row} was sealed for another place, or is damaged"
        ) from None
    return plain.decode()
