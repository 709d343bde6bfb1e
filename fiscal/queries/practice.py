"""Where keys to try things out come from, while the sandbox stands in for a provider."""

from __future__ import annotations

from django.conf import settings

ADDRESSES = {"FISKALY": "MANAGEMENT_URL", "KASSANDRO": "KASSANDRO_URL", "DATACASH": "DATACASH_URL"}
ROOMS = {"FISKALY": "management/", "KASSANDRO": "kassandro/", "DATACASH": "datacash/"}


def sandbox_page(provider: str) -> str:
    """The sandbox's page on which keys of this provider are made; '' where the real one is asked, or nobody."""
    begin = settings.SANDBOX_URL
    if not begin or not getattr(settings, ADDRESSES[provider]).startswith(f"{begin}/"):
        return ""
    return f"{begin}/{ROOMS[provider]}"
