"""What a person does with hand and phone: signing in, reading codes from an app."""

from __future__ import annotations

import re
import time
from contextlib import AbstractContextManager
from unittest.mock import patch

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.http import HttpResponse
from django.test import Client

from organizations.models import User
from tests.cast import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile Safari/604.1"


def typed_in(user: User, *, client: Client | None = None, password: str = PASSWORD) -> Client:
    """A browser in which the person has typed address and password."""
    client = client or Client(headers={"User-Agent": FIREFOX})
    post_password(client, user.email, password)
    return client


def post_password(client: Client, email: str, password: str, **more: str) -> HttpResponse:
    return client.post("/accounts/login/", {"login": email, "password": password, **more})


def code_of(secret: str) -> str:
    """What the app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def at_once() -> AbstractContextManager:
    """What allauth does after its transaction is done at once: the transaction of a test never ends."""
    return patch("django.db.transaction.on_commit", lambda work, **_: work())


def add_app(client: Client) -> str:
    """Add an authenticator app; gives its secret."""
    page = client.get("/accounts/2fa/app/add/")
    secret = re.search(r'id="app-secret" value="([A-Z2-7]+)"', page.content.decode())
    assert secret, page.content.decode()
    with at_once():
        answer = client.post("/accounts/2fa/app/add/", {"code": code_of(secret[1])})
    assert answer.status_code == 302, answer.content.decode()
    return secret[1]


def is_in(client: Client) -> bool:
    return client.get("/organizations/").status_code == 200
