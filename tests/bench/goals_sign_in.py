"""Whether the time of an answer tells who has an account (ASVS 5.0, 6.3.8): known against unknown, with the real hash."""

from __future__ import annotations

import secrets
import statistics
from collections.abc import Callable, Iterator

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.test import Client, override_settings

from organizations.models import User
from tests.bench.goal import Line, milliseconds

TRIES = 200
KNOWN, UNKNOWN = "known@bench.example", "unknown@bench.example"


def account_timing() -> Iterator[Line]:
    """The medians of 200 answers each, taken in turns: sign-in, reset and sign-up, for an account and for none."""
    user = User.objects.create_user(KNOWN, "an invented password")
    EmailAddress.objects.create(user=user, email=KNOWN, verified=True, primary=True)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.ScryptPasswordHasher"]):
        for name, ask in (("sign_in", _sign_in), ("reset", _reset), ("sign_up", _sign_up)):
            known, unknown = _medians(ask)
            yield Line(f"account_timing_{name}", abs(known - unknown), "ms", max(known, unknown), "<=0.05")


def _medians(ask: Callable[[str], object]) -> tuple[float, float]:
    times: dict[str, list[float]] = {KNOWN: [], UNKNOWN: []}
    for number in range(TRIES + 10):
        for email in (KNOWN, UNKNOWN) if number % 2 else (UNKNOWN, KNOWN):
            cache.clear()
            taken = milliseconds(lambda email=email: ask(email))
            if number >= 10:
                times[email].append(taken)
    return statistics.median(times[KNOWN]), statistics.median(times[UNKNOWN])


def _sign_in(email: str) -> object:
    return _client().post("/accounts/login/", {"login": email, "password": "a wrong password"})


def _reset(email: str) -> object:
    return _client().post("/accounts/password/reset/", {"email": email})


def _sign_up(email: str) -> object:
    """A taken address against a new one each time."""
    address = email if email == KNOWN else f"{secrets.token_hex(8)}@bench.example"
    typed = {"email": address, "password1": "seventeen quiet boats", "password2": "seventeen quiet boats"}
    return _client().post("/accounts/signup/", typed)


def _client() -> Client:
    return Client(SERVER_NAME="localhost")
