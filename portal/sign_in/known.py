"""Browsers that have signed in to an account before.

Wrong passwords are counted by account. Without more, whoever keeps guessing keeps the account's owner out as well. So a
browser that has signed in there before has a counter of its own, which nobody else can use up (OWASP, "Slow Down Online
Guessing Attacks with Device Cookies"). It is no proof of anything: all else is asked as of anybody.
"""

from __future__ import annotations

import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

DAYS = 180
SALT = "kontor known browser"


def remember(response: HttpResponse, email: str) -> None:
    """Give the browser its mark for this account."""
    mark = signing.dumps([_digest(email), secrets.token_hex(8)], salt=SALT)
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE,
        mark,
        max_age=DAYS * 86400,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Strict",
    )


def mark_of(request: HttpRequest, email: str) -> str:
    """The browser's mark if it has signed in to this account before, else ''."""
    try:
        digest, mark = signing.loads(
            request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE, ""), salt=SALT, max_age=DAYS * 86400
        )
    except (signing.BadSignature, ValueError, TypeError):
        return ""
    return str(mark) if digest == _digest(email) else ""


def _digest(email: str) -> str:
    return hashlib.sha256(f"{settings.SECRET_KEY}|{email.strip().lower()}".encode()).hexdigest()
