"""A person's own account: sessions, second factors, what happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.utils import timezone

from fiscal.queries.devices import device
from organizations.models import IdentityProvider, SecurityEvent, User

EVENTS = 50


@dataclass(frozen=True)
class SessionRow:
    """One signed-in browser."""

    id: int
    device: str
    ip: str
    began_at: datetime
    seen_at: datetime
    current: bool


@dataclass(frozen=True)
class PasskeyRow:
    """One passkey."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """What a person signs in with besides a password."""

    app_since: datetime | None
    codes_left: int | None
    """Unused recovery codes; None if none were made."""
    passkeys: tuple[PasskeyRow, ...]

    @property
    def any(self) -> bool:
        """Whether there is a second factor at all."""
        return bool(self.app_since or self.passkeys)


@dataclass(frozen=True)
class EventRow:
    """One security event."""

    at: datetime
    words: str
    device: str
    ip: str


def sessions_of(user: User, current_key: str | None) -> list[SessionRow]:
    """The sessions that still count, the current one first, then by when they were seen."""
    now = timezone.now()
    living = Session.objects.filter(expire_date__gt=now).values("session_key")
    rows = UserSession.objects.filter(
        user=user,
        session_key__in=living,
        created_at__gt=now - timedelta(hours=settings.SESSION_HOURS),
        last_seen_at__gt=now - timedelta(minutes=settings.IDLE_MINUTES),
    ).order_by("-last_seen_at", "-pk")
    found = [
        SessionRow(
            row.pk, device(row.user_agent), row.ip, row.created_at, row.last_seen_at, row.session_key == current_key
        )
        for row in rows
    ]
    return sorted(found, key=lambda row: not row.current)


def factors_of(user: User) -> Factors:
    """Authenticator app, recovery codes and passkeys."""
    app, codes, passkeys = None, None, []
    for row in Authenticator.objects.filter(user=user).order_by("created_at"):
        if row.type == Authenticator.Type.TOTP:
            app = row.created_at
        elif row.type == Authenticator.Type.RECOVERY_CODES:
            codes = len(row.wrap().get_unused_codes())
        else:
            passkeys.append(PasskeyRow(row.pk, str(row), row.created_at, row.last_used_at))
    return Factors(app, codes, tuple(passkeys))


def events_of(user: User) -> list[EventRow]:
    """The latest EVENTS security events."""
    rows = SecurityEvent.objects.filter(user=user)[:EVENTS]
    return [EventRow(row.at, row.get_verb_display(), device(row.user_agent), row.ip or "") for row in rows]


def linked_sign_on(user: User) -> tuple[str, str] | None:
    """Address part and name of the provider that the person is linked with, if there is one."""
    uids = SocialAccount.objects.filter(user=user).values_list("provider", flat=True)
    provider = IdentityProvider.objects.filter(public_id__in=list(uids)).first()
    return (str(provider.public_id), provider.name) if provider else None
