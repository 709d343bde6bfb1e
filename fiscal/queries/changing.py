"""What the pages that change one organization show besides its own row."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Q

from billing.models import Arrangement, BillingAddress
from organizations.access import Reach, in_reach, people_at
from organizations.choices import Scope
from organizations.models import ApiKey, Logo, Organization


@dataclass(frozen=True)
class Affected:
    """How many of what goes, or loses something, when the organization is retired."""

    below: int
    keys: int
    people: int
    addresses: int
    billed_here: int


def affected_by_retirement(reach: Reach) -> Affected:
    """Counts for the confirmation, of what the person reaches. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    organization = reach.organization
    hanging = Organization.objects.filter(Q(parent=organization) | Q(provisioned_by=organization), retired_at=None)
    billed = Arrangement.objects.filter(bill_to=organization, organization__retired_at=None)
    if reach.actor:
        hanging = hanging.filter(in_reach(reach.actor))
        billed = billed.filter(in_reach(reach.actor, Scope.BILLING, organization="organization"))
    return Affected(
        below=hanging.count(),
        keys=ApiKey.objects.filter(organization=organization, retired_at=None).count(),
        people=people_at(organization).count(),
        addresses=BillingAddress.objects.filter(organization=organization, retired_at=None).count(),
        billed_here=billed.count(),
    )


@dataclass(frozen=True)
class LogoImage:
    """A logo as it is served."""

    content: bytes
    content_type: str


def logo_digest(reach: Reach) -> str:
    """The name under which the logo is served, '' if there is none. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    return Logo.objects.filter(organization=reach.organization).values_list("digest", flat=True).first() or ""


def logo_image(reach: Reach, digest: str) -> LogoImage | None:
    """The logo, if `digest` is still its name. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    logo = Logo.objects.filter(organization=reach.organization, digest=digest).first()
    return LogoImage(bytes(logo.content), logo.content_type) if logo else None
