"""Single sign-on as pages show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import IdentityProvider
from organizations.rules import mail_domain


@dataclass(frozen=True)
class DomainRow:
    """One mail domain, and since when an operator has confirmed it."""

    domain: str
    confirmed_at: datetime | None


@dataclass(frozen=True)
class SignOnFacts:
    """What is stored about an organization's provider. The secret is not part of it."""

    public_id: str
    name: str
    issuer: str
    client_id: str
    enforced: bool
    domains: tuple[DomainRow, ...]


@dataclass(frozen=True)
class SignOnOffer:
    """Where people of a mail domain sign in."""

    public_id: str
    name: str
    enforced: bool


def sign_on_of(reach: Reach) -> SignOnFacts | None:
    """The organization's own provider, if it has one. Raises NotAuthorized."""
    reach.require(Scope.USERS)
    row = IdentityProvider.objects.filter(organization=reach.organization).first()
    if row is None:
        return None
    domains = tuple(DomainRow(one.domain, one.confirmed_at) for one in row.domains.all())
    return SignOnFacts(str(row.public_id), row.name, row.issuer, row.client_id, row.enforced, domains)


def sign_on_for(email: str) -> SignOnOffer | None:
    """The provider of the address's domain, if an operator has confirmed the domain.

    It looks at the domain alone: whether there is an account for the address plays no part.
    """
    row = IdentityProvider.objects.filter(
        organization__retired_at=None,
        domains__domain=mail_domain(email),
        domains__confirmed_at__isnull=False,
    ).first()
    return SignOnOffer(str(row.public_id), row.name, row.enforced) if row else None
