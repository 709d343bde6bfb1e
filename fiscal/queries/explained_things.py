"""What one can ask about who sees it: each thing stands at an organization and belongs to an area."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Model

from fiscal.models import Connection, Receipt, Register, Shop
from organizations.access import Reach
from organizations.choices import Scope
from organizations.models import ApiKey

THINGS: Mapping[str, tuple[type[Model], str, Scope]] = {
    "key": (ApiKey, "public_id", Scope.ORGANIZATIONS),
    "register": (Register, "public_id", Scope.CLIENTS),
    "shop": (Shop, "public_id", Scope.CLIENTS),
    "connection": (Connection, "public_id", Scope.INTEGRATIONS),
    "receipt": (Receipt, "pk", Scope.TRANSACTIONS),
}
"""The kinds of things by their word in the address."""


@dataclass(frozen=True)
class Thing:
    """One thing of the organization reached."""

    name: str
    area: Scope


def explained_thing(reach: Reach, kind: str, value: str) -> Thing | None:
    """The thing that `kind` and its id name at the organization reached itself; None if there is none.

    Raises NotAuthorized for who may not see such things themselves.
    """
    model, field, area = THINGS[kind]
    reach.require(area)
    number = _number(value) if field == "pk" else _uuid(value)
    if number is None:
        return None
    rows: Any = model._default_manager.filter(organization=reach.organization)  # noqa: SLF001 - documented API
    found = rows.filter(**{field: number}).first()
    return Thing(str(found), area) if found else None


def _uuid(value: str) -> UUID | None:
    try:
        return UUID(value)
    except ValueError:
        return None


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None
