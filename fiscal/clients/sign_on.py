"""Clients for single sign-on: what a stored identity provider makes of OpenID Connect."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.conf import settings

from fiscal.providers.guarded import CallFailed, Forbidden, check_address, guarded_session
from fiscal.vault import Place, unseal
from organizations.models import IdentityProvider

WELL_KNOWN = "/.well-known/openid-configuration"
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint")


class NoSignOn(Exception):
    """The provider cannot be used. The message says why, in words for people, without secrets."""


@dataclass(frozen=True)
class Registration:
    """Kontor as a client of one provider."""

    public_id: UUID
    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)


def secret_place(public_id: UUID) -> Place:
    """Where the client secret of a provider is sealed for."""
    return Place("organizations_identityprovider", "secret", public_id)


def registration(public_id: str) -> Registration | None:
    """The provider with this id, its secret opened. Raises fiscal.vault.CannotOpen."""
    try:
        wanted = UUID(public_id)
    except ValueError:
        return None
    row = IdentityProvider.objects.filter(public_id=wanted).first()
    if row is None:
        return None
    return Registration(wanted, row.name, row.issuer, row.client_id, unseal(row.secret_sealed, secret_place(wanted)))


def session() -> Any:
    """A `requests` session that calls public addresses only; the embedded default may call the sandbox too."""
    return guarded_session(local=not settings.PRODUCTION)


def check_issuer(issuer: str) -> None:
    """Raise NoSignOn for an address that is never called: not https, or with a query, a fragment or a user name."""
    if any(sign in issuer for sign in "?#@\\ "):
        raise NoSignOn("An issuer is a plain https address, without question mark and user name.")
    try:
        check_address(issuer, local=not settings.PRODUCTION)
    except Forbidden as forbidden:
        raise NoSignOn(str(forbidden)) from forbidden


def discover(issuer: str) -> dict[str, Any]:
    """The provider's own description (OpenID Connect Discovery 1.0, section 4). Raises NoSignOn."""
    local = not settings.PRODUCTION
    try:
        answer = session().get(issuer.rstrip("/") + WELL_KNOWN)
        answer.raise_for_status()
        found = answer.json()
        if not isinstance(found, dict) or found.get("issuer") != issuer:
            raise NoSignOn("What answers at this address calls itself by another issuer.")
        for name in ENDPOINTS:
            check_address(str(found.get(name, "")), local=local)
    except Forbidden as forbidden:
        raise NoSignOn(str(forbidden)) from forbidden
    except CallFailed as error:
        raise NoSignOn(f"There is no usable answer from this address ({type(error).__name__}).") from error
    return found
