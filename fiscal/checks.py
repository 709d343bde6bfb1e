"""System checks: what a production install must not be started with."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import Error, Tags, register

LOOPBACK = {"127.0.0.1", "localhost", "::1", "sandbox.test"}


def register_all() -> None:
    """Called once the app is ready."""
    register(production_has_real_providers, Tags.security)


def production_has_real_providers(**_: Any) -> list[Error]:
    """Refuse the sandbox, embedded keys and fault points in production."""
    if not settings.PRODUCTION:
        return []
    found = []
    if urlsplit(settings.MANAGEMENT_URL).hostname in LOOPBACK:
        found.append(
            Error("KONTOR_MANAGEMENT_URL points at the sandbox; production needs the provider.", id="fiscal.E001")
        )
    if urlsplit(settings.MANAGEMENT_URL).scheme != "https":
        found.append(Error("KONTOR_MANAGEMENT_URL must be https in production.", id="fiscal.E002"))
    if urlsplit(settings.PUBLIC_URL).scheme != "https":
        found.append(Error("KONTOR_PUBLIC_URL must be https in production: it stands in mails.", id="fiscal.E006"))
    if "embedded" in settings.VAULT_KEYS:
        found.append(Error("KONTOR_VAULT_KEYS holds the published embedded key.", id="fiscal.E003"))
    if "embedded" in settings.AUDIT_KEYS:
        found.append(Error("KONTOR_AUDIT_KEYS holds the published embedded key.", id="fiscal.E006"))
    if settings.DEBUG:
        found.append(Error("KONTOR_DEBUG shows settings and variables to whoever meets an error.", id="fiscal.E005"))
    if settings.CRASH_AT:
        found.append(Error("KONTOR_CRASH_AT is for fault tests only.", id="fiscal.E004"))
    return found
