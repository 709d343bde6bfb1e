"""Whom a provider may sign in.

SECURITY: a provider is run by one tenant, and says of itself who somebody is. So it is believed only about people who
are nobody else's business: those with an address in a domain that an operator has confirmed as the organization's, and
those who were let in at that organization, or below it, and nowhere else.
"""

from __future__ import annotations

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.db.models import Q

from organizations.access import is_owner, stands_only_within
from organizations.models import IdentityProvider, User
from organizations.rules import mail_domain


class NotServed(Exception):
    """This provider may not sign this person in."""


def check_served(provider_id: str, user: User) -> None:
    """Raise NotServed unless the provider may sign in this person of ours. Asked at every sign-in, not only the first."""
    provider = _found(provider_id)
    if not (_speaks_for(provider, user.email) or stands_only_within(user, provider.organization)):
        raise NotServed


def served_by_mail(provider_id: str, email: str) -> User | None:
    """The person whose address the provider has verified, None if there is none yet and one may be made.

    Raises NotServed.
    """
    provider = _found(provider_id)
    address = EmailAddress.objects.filter(email__iexact=email).order_by("-verified")
    known = User.objects.filter(Q(email__iexact=email) | Q(pk__in=address.values("user_id"))).first()
    if known is None:
        if not _speaks_for(provider, email):
            raise NotServed
        return None
    check_served(provider_id, known)
    return known


def may_use_password(user: User) -> bool:
    """Whether the person may sign in here though their domain's provider is enforced.

    Owners keep a way back in, with password and second factor; so does everybody whose domain enforces nothing.
    """
    provider = (
        IdentityProvider.objects.filter(
            enforced=True, domains__domain=mail_domain(user.email), domains__confirmed_at__isnull=False
        )
        .select_related("organization")
        .first()
    )
    if provider is None:
        return True
    factors = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    has_factor = Authenticator.objects.filter(user=user, type__in=factors).exists()
    return has_factor and is_owner(user, provider.organization)


def _found(provider_id: str) -> IdentityProvider:
    provider = IdentityProvider.objects.select_related("organization").filter(public_id=provider_id).first()
    if provider is None or provider.organization.retired_at:
        raise NotServed
    return provider


def _speaks_for(provider: IdentityProvider, email: str) -> bool:
    return provider.domains.filter(domain=mail_domain(email), confirmed_at__isnull=False).exists()
