"""Showing the secret of an API key: once, to one person, and then it is gone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from fiscal.models import IssuedKey
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb


class NothingToReveal(Exception):
    """There is no secret to show: shown before, its deadline passed, or not issued yet. Pages answer 410."""


@dataclass(frozen=True)
class Revealed:
    """Key and secret, for one answer only."""

    name: str
    mode: str
    key: str = field(repr=False)
    secret: str = field(repr=False)
    issued_at: datetime


@transaction.atomic(durable=True)
def reveal(reach: Reach, *, key_id: UUID) -> Revealed:
    """Take the secret out of the vault for good and give it to the caller: prefix, suffix and digest remain.

    Raises NothingToReveal, NotAuthorized.
    """
    reach.require(Scope.ORGANIZATIONS, Level.MANAGE)
    now = timezone.now()
    issued = (
        IssuedKey.objects.select_for_update(of=("self",))
        .select_related("api_key")
        .filter(api_key__organization=reach.organization, api_key__public_id=key_id, api_key__retired_at=None)
        .first()
    )
    if issued is None or not issued.secret_sealed or issued.reveal_until <= now:
        raise NothingToReveal
    key, secret = issued.unsealed()
    taken = IssuedKey.objects.filter(pk=issued.pk, revealed_at=None).exclude(secret_sealed="")
    if not taken.update(key_sealed="", secret_sealed="", revealed_at=now, revealed_by=reach.actor):
        raise NothingToReveal
    record(reach, Verb.KEY_REVEALED, issued.api_key, after={"key": issued.key_hint})
    return Revealed(issued.api_key.name, issued.api_key.mode, key, secret, issued.issued_at)


def wipe_unseen(*, now: datetime) -> int:
    """Wipe secrets whose deadline passed without anybody looking. Gives how many."""
    return (
        IssuedKey.objects.filter(reveal_until__lte=now)
        .exclude(secret_sealed="")
        .update(key_sealed="", secret_sealed="")
    )
