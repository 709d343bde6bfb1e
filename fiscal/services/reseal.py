"""Moves every sealed secret to the newest vault key, so that an old key can be taken out of the environment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from fiscal.models import Credential, IssuedKey
from fiscal.vault import VERSION, CannotOpen, Place, seal, unseal

SEALED: tuple[tuple[type[Credential] | type[IssuedKey], str, str], ...] = (
    (Credential, "key_sealed", "key"),
    (Credential, "secret_sealed", "secret"),
    (Credential, "token_sealed", "token"),
    (IssuedKey, "key_sealed", "key"),
    (IssuedKey, "secret_sealed", "secret"),
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
    for model, column, name in SEALED:
        result = _column(model, column, name, batch)
        told(result)
        results.append(result)
    return results


def _column(model: type[Credential] | type[IssuedKey], column: str, name: str, batch: int) -> Moved:
    result, after = Moved(f"{model._meta.db_table}.{column}"), 0
    while rows := list(_outdated(model, column).filter(pk__gt=after).order_by("pk")[:batch]):
        for row in rows:
            _move(model, row.pk, column, getattr(row, column), row.place(name), result)
        after = rows[-1].pk
    return result


def _outdated(model: type[Credential] | type[IssuedKey], column: str) -> QuerySet:
    newest = next(iter(settings.VAULT_KEYS))
    current = Q(**{column: ""}) | Q(**{f"{column}__startswith": f"{VERSION}:{newest}:"})
    return model._default_manager.exclude(current).only("pk", "public_id", column)


def _move(model: type[Model], pk: int, column: str, sealed: str, place: Place, result: Moved) -> None:
    try:
        anew = seal(unseal(sealed, place), place)
    except CannotOpen:
        result.closed += 1
        return
    if model._default_manager.filter(**{"pk": pk, column: sealed}).update(**{column: anew}):
        result.moved += 1
    else:
        result.changed += 1
