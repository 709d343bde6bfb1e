"""What the shell around every page shows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from fiscal.queries import attention_count, provider_state
from portal.acting import acting


def shell(request: HttpRequest) -> dict[str, Any]:
    """Navigation, theme and provider state. Lazy: a fragment that shows none of it costs no query."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": "system"}
    return {
        "theme": user.theme,
        "acting": acting(request),
        "nav": SimpleLazyObject(lambda: navigation(request)),
        "provider_state": SimpleLazyObject(provider_state),
    }


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of the left navigation, with the number of things that wait for this person."""
    waiting = attention_count(request.user)  # type: ignore[arg-type]
    groups = [
        ("", [("portal:home", _("Work list"), "inbox", waiting)]),
        (
            _("Structure"),
            [
                ("portal:organizations", _("Organizations"), "hierarchy", 0),
                ("portal:all_people", _("People"), "users", 0),
                ("portal:keys", _("API keys"), "key", 0),
            ],
        ),
        (
            _("Sales"),
            [
                ("portal:statistics", _("Statistics"), "chart-bar", 0),
                ("portal:all_registers", _("Registers"), "device-desktop", 0),
                ("portal:all_connections", _("Connections"), "webhook", 0),
            ],
        ),
        (
            _("Record"),
            [("portal:mirror", _("Mirror work"), "refresh", 0), ("portal:all_activity", _("Activity"), "activity", 0)],
        ),
    ]
    return [
        {
            "title": title,
            "items": [
                {
                    "label": label,
                    "url": reverse(name),
                    "icon": icon,
                    "current": _is_current(request, reverse(name)),
                    "count": count,
                    "tone": "warn" if count else "",
                }
                for name, label, icon, count in items
            ],
        }
        for title, items in groups
    ]


def _is_current(request: HttpRequest, url: str) -> bool:
    return request.path == url if url == "/" else request.path.startswith(url)
