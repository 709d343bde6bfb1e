"""How long a session may last: idle, and in all (ASVS 5.0, 7.3.1 and 7.3.2)."""

from __future__ import annotations

import time
from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest, HttpResponse

from organizations.services import see_session

BEGAN, SEEN = "kontor_began", "kontor_seen"
WRITTEN_EVERY = 60  # seconds: not every request is worth a row


def begin(request: HttpRequest) -> None:
    """A person has just signed in."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


class SessionLimitsMiddleware:
    """Ends a session that was idle or lasted too long, before anybody asks whose it is.

    What a page fetches by itself (`X-Poll`) is no sign of a person: an open page does not keep its session alive.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if settings.SESSION_COOKIE_NAME in request.COOKIES and SESSION_KEY in request.session:
            self._watch(request)
        return self.get_response(request)

    def _watch(self, request: HttpRequest) -> None:
        session, now = request.session, int(time.time())
        began, seen = session.get(BEGAN), session.get(SEEN)
        if began is None or seen is None:
            session[BEGAN] = session[SEEN] = now
        elif now - began > settings.SESSION_HOURS * 3600 or now - seen > settings.IDLE_MINUTES * 60:
            session.flush()
        elif now - seen >= WRITTEN_EVERY and "X-Poll" not in request.headers:
            session[SEEN] = now
            agent = request.headers.get("User-Agent", "")
            see_session(session.session_key or "", ip=get_adapter().get_client_ip(request), user_agent=agent)
