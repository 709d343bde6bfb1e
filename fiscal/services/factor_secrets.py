"""Secrets of second factors at rest. allauth keeps them in its own table and hands them over without saying whose.

So each is bound to the table and column alone, not to its row.
"""

from __future__ import annotations

from uuid import UUID

from fiscal.vault import Place, seal, unseal

PLACE = Place("mfa_authenticator", "data", UUID(int=0))


def seal_factor(secret: str) -> str:
    """Encrypt the secret of an authenticator app, or the seed of recovery codes."""
    return seal(secret, PLACE)


def open_factor(sealed: str) -> str:
    """Decrypt it. Raises fiscal.vault.CannotOpen."""
    return unseal(sealed, PLACE)
