"""How long ago the person behind a session proved to be that person (ASVS 5.0, 7.5.1 and 7.5.3: step-up).

Signing in is such a proof, and so is confirming it again with password, code, passkey or single sign-on. A dangerous page
opens within OPENING of it. Whoever has the page open may finish what they type until OPENED.
"""

from __future__ import annotations

import time

from django.http import HttpRequest

PROVED_AT = "kontor_proved_at"
SECOND_FACTOR = "kontor_second_factor"
OPENING, OPENED = 5 * 60, 15 * 60  # seconds


def note_proof(request: HttpRequest) -> None:
    """The person behind this session has just proved to be that person."""
    request.session[PROVED_AT] = int(time.time())


def is_fresh(request: HttpRequest) -> bool:
    """Whether the last proof is recent enough for this request."""
    limit = OPENING if _opens_a_page(request) else OPENED
    return time.time() - request.session.get(PROVED_AT, 0) <= limit


def has_second_factor(request: HttpRequest) -> bool:
    """Whether this session was signed in, or was completed, with a second factor or a passkey."""
    return bool(request.session.get(SECOND_FACTOR))


def note_second_factor(request: HttpRequest, *, given: bool) -> None:
    """Remember whether the session has seen a second factor."""
    request.session[SECOND_FACTOR] = given


def _opens_a_page(request: HttpRequest) -> bool:
    """A page that fetches a part of itself again was opened before."""
    if request.method not in {"GET", "HEAD", "OPTIONS"}:
        return False
    htmx = getattr(request, "htmx", None)
    shown = (htmx.current_url_abs_path or "").partition("?")[0] if htmx else ""
    return shown != request.path
