"""The statistics page as a person opens it."""

from __future__ import annotations

import re
from datetime import date, timedelta
from html import unescape

from django.test import Client
from django.utils import timezone

from organizations.models import Organization, User
from tests.takings import Takings

ALL = "/statistics/"


def today() -> date:
    return timezone.localdate()


def ago(days: int) -> date:
    return today() - timedelta(days)


def page_of(organization: Organization) -> str:
    return f"/o/{organization.public_id}/statistics/"


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, url: str, **params: str) -> str:
    answer = client.get(url, params)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def finding(html: str) -> str:
    return re.search(r"<h1>(.*?)</h1>", html).group(1).replace("\u00a0", " ")


def sell(takings: Takings, register, *, days: int = 28, cents: int = 10_000, **more) -> None:
    """Every day up to yesterday: one sale of so many cents."""
    for n in range(1, days + 1):
        takings.day(register, ago(n), sales=1, cents=cents, **more)
