"""Moves every sealed secret to the newest vault key, so that an old key can be taken out of the environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Manager, Q, QuerySet

from fiscal.clients.sign_on import secret_place
from fiscal.models import Connection, Credential, IssuedKey
from fiscal.services.factor_secrets import PLACE
from fiscal.vault import VERSION, CannotOpen, Place, seal, unseal
from organizations.models import IdentityProvider

SEALED: tuple[tuple[Manager, str, str], ...] = (
    (Credential.objects, "key_sealed", "key"),
    (Credential.objects, "secret_sealed", "secret"),
    (Credential.objects, "token_sealed", "token"),
    (Connection.objects, "secret_sealed", "secret"),
    (Connection.objects, "credentials_sealed", "credentials"),
    (Connection.objects, "token_sealed", "token"),
    (IssuedKey.objects, "key_sealed", "key"),
    (IssuedKey.objects, "secret_sealed", "secret"),
    (IdentityProvider.objects, "secret_sealed", "secret"),
)
"""Every column that holds something sealed, and the name it was sealed for."""


@dataclass
class Moved:
    """What became of one column: texts moved, texts whose key is not configured, texts that changed meanwhile."""

    column: str
    moved: int = 0
    closed: int = 0
    changed: int = 0


def reseal(*, batch: int = 200, told: Callable[[Moved], None] = lambda _moved: None) -> list[Moved]:
    """Seal everything anew with the first of KONTOR_VAULT_KEYS. Safe to repeat, and to run beside workers.

    Each text is swapped only while it is still the one that was read. What cannot be opened is counted and left.
    """
    results = []
    for rows, column, name in SEALED:
        result = _column(rows.all(), column, name, batch)
        told(result)
        results.append(result)
    factors = _factors()
    told(factors)
    return [*results, factors]


def _column(rows: QuerySet, column: str, name: str, batch: int) -> Moved:
    result, after = Moved(f"{rows.model.__name__}.{name}"), 0
    while found := list(_outdated(rows, column).filter(pk__gt=after).order_by("pk")[:batch]):
        for row in found:
            _move(rows.filter(pk=row.pk), column, getattr(row, column), _place(row, name), result)
        after = found[-1].pk
    return result


def _outdated(rows: QuerySet, column: str) -> QuerySet:
    newest = next(iter(settings.VAULT_KEYS))
    current = Q(**{column: ""}) | Q(**{f"{column}__startswith": f"{VERSION}:{newest}:"})
    return rows.exclude(current).only("pk", "public_id", column)


def _move(row: QuerySet, column: str, sealed: str, place: Place, result: Moved) -> None:
    try:
        anew = seal(unseal(sealed, place), place)
    except CannotOpen:
        result.closed += 1
        return
    if row.filter(**{column: sealed}).update(**{column: anew}):
        result.moved += 1
    else:
        result.changed += 1


def _place(row: Any, name: str) -> Place:
    """What a secret of this row was sealed for. A provider of single sign-on is a row of a floor without a vault."""
    return secret_place(row.public_id) if isinstance(row, IdentityProvider) else row.place(name)


def _factors() -> Moved:
    """Secrets of second factors lie inside allauth's JSON: each row is read and written under a lock."""
    result, newest = Moved("Authenticator.data"), f"{VERSION}:{next(iter(settings.VAULT_KEYS))}:"
    for pk in Authenticator.objects.values_list("pk", flat=True):
        with transaction.atomic():
            row = Authenticator.objects.select_for_update().filter(pk=pk).first()
            sealed = {name: row.data[name] for name in ("secret", "seed") if name in row.data} if row else {}
            old = {name: text for name, text in sealed.items() if not text.startswith(newest)}
            if not row or not old:
                continue
            try:
                row.data |= {name: seal(unseal(text, PLACE), PLACE) for name, text in old.items()}
            except CannotOpen:
                result.closed += 1
                continue
            row.save(update_fields=["data"])
            result.moved += 1
    return result
