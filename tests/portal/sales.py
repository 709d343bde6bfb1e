"""Registers and connections of the cast, for tests of their pages."""

from __future__ import annotations

from datetime import date, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal.models import Register
from organizations.choices import Level, Scope
from organizations.models import Organization, User
from tests.cast import allow, withdraw


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def url(name: str, organization: Organization, *more: object) -> str:
    """The address of a page of an organization."""
    return reverse(f"portal:{name}", args=[organization.public_id, *more])


def today() -> date:
    return timezone.localdate()


def days_ago(n: int) -> date:
    return today() - timedelta(days=n)


def found_long_ago(register: Register, days: int = 400) -> None:
    """As if the register had been known for so long: its last 92 days should be filled."""
    Register.objects.filter(pk=register.pk).update(read_from=days_ago(days))


def only(user: User, organization: Organization, scope: Scope, level: Level = Level.VIEW) -> None:
    """Leave the person one authorization, and no other anywhere."""
    withdraw(user)
    allow(user, organization, scope, level=level)
