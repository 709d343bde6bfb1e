"""A person's signed-in browsers: seeing them, following their keys, ending them."""

from __future__ import annotations

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.utils import timezone

from organizations.models import User

LONGEST_AGENT = 200


def see_session(key: str, *, ip: str, user_agent: str) -> None:
    """Remember that the session was used now, and from where."""
    UserSession.objects.filter(session_key=key).update(
        last_seen_at=timezone.now(), ip=ip, user_agent=user_agent[:LONGEST_AGENT]
    )


def follow_session(old_key: str | None, new_key: str) -> None:
    """The session goes on under another key."""
    UserSession.objects.filter(session_key=old_key).update(session_key=new_key)


@transaction.atomic
def end_session(user: User, *, session_id: int) -> bool:
    """End one session of this person. False if the person has no such session."""
    found = UserSession.objects.filter(user=user, pk=session_id).first()
    if found is None:
        return False
    Session.objects.filter(session_key=found.session_key).delete()
    found.delete()
    return True


@transaction.atomic
def end_other_sessions(user: User, *, but: str | None) -> int:
    """End all of this person's sessions but the one with the key `but`. Gives how many there were."""
    others = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(others.values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    others.delete()
    return len(keys)
