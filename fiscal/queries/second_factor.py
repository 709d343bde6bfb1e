"""Who must have a second factor, and who has one."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import QuerySet

from organizations.access import Reach, in_reach, people_around, people_at, reaches
from organizations.choices import Scope
from organizations.models import Organization, User

FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
"""Recovery codes only stand in for these."""
NAMED = 200


@dataclass(frozen=True)
class Missing:
    """People without a second factor: by name where they were let in here, else only how many."""

    named: tuple[str, ...]
    here: int
    elsewhere: int

    @property
    def number(self) -> int:
        """How many in all."""
        return self.here + self.elsewhere


def second_factor_demanded(user: User) -> bool:
    """Whether any organization that the person reaches, by whatever road, demands a second factor.

    It is asked on every page: one look into an index as long as nobody demands one, three small queries more otherwise.
    """
    demanding = Organization.objects.filter(second_factor_required=True)
    if not demanding.exists():
        return False
    return demanding.filter(in_reach(user)).exists()


def has_factor(user: User) -> bool:
    """Whether the person has an authenticator app or a passkey."""
    return _factors(user).exists()


def is_last_factor(user: User, factor_id: int) -> bool:
    """Whether this is the only authenticator app or passkey of the person."""
    return not _factors(user).exclude(pk=factor_id).exists()


def without_second_factor(reach: Reach) -> Missing:
    """Everybody who reaches the organization and has none. A partner's people are counted, never named."""
    reach.require(Scope.USERS)
    having = Authenticator.objects.filter(type__in=FACTORS).values("user_id")
    here = list(people_at(reach.organization).exclude(pk__in=having).order_by("name", "email"))
    others = people_around(reach.organization).exclude(pk__in=having).exclude(pk__in=[user.pk for user in here])
    elsewhere = sum(reaches(user, reach.organization) for user in others)
    return Missing(tuple(f"{user} ({user.email})" for user in here[:NAMED]), len(here), elsewhere)


def _factors(user: User) -> QuerySet[Authenticator]:
    return Authenticator.objects.filter(user=user, type__in=FACTORS)
