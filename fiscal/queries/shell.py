"""What the frame around every page asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection
from django.utils import timezone

from fiscal.choices import SETTLED_BADLY
from fiscal.clients.circuit import MANAGEMENT, OPENS_AFTER
from fiscal.models import ProviderState
from fiscal.queries.standing import mirrors_with_phase, unsettled_ids
from organizations.choices import Scope
from organizations.models import User


@dataclass(frozen=True)
class ProviderHealth:
    """When the provider was last reached, and whether it is failing now."""

    reached_at: datetime | None
    down: bool
    last_error: str


def provider_state() -> ProviderHealth:
    """Fiskaly's health as all processes see it."""
    state = ProviderState.objects.filter(name=MANAGEMENT).first()
    if state is None:
        return ProviderHealth(None, down=False, last_error="")
    return ProviderHealth(state.reached_at, down=state.failures >= OPENS_AFTER, last_error=state.last_error)


def attention_count(user: User) -> int:
    """How many mirrored objects in the person's reach wait for a person."""
    ids = unsettled_ids()
    if not ids:
        return 0
    rows = mirrors_with_phase(user, Scope.ORGANIZATIONS, now=timezone.now(), ids=ids)
    return rows.filter(phase__in=SETTLED_BADLY).count()


def database_answers() -> bool:
    """Whether the database answers a trivial question."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True
