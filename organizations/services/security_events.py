"""The record of a person's own account."""

from __future__ import annotations

from organizations.choices import SecurityVerb
from organizations.models import SecurityEvent, User

LONGEST_AGENT = 200


def note_event(user: User, verb: SecurityVerb, *, ip: str | None, user_agent: str) -> None:
    """Add one event. `ip` is None where no request has led here."""
    SecurityEvent.objects.create(user=user, verb=verb, ip=ip, user_agent=user_agent[:LONGEST_AGENT])
