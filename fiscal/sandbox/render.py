"""Renders the sandbox's own templates with an engine of its own, whatever the settings around it say."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.template import Context, Engine

from fiscal.sandbox.web import HTML_TYPE, Reply

_ENGINE = Engine(dirs=[str(Path(__file__).resolve().parent / "templates")], autoescape=True)
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def page(template: str, values: dict[str, Any], status: int = 200) -> Reply:
    """One page as an answer."""
    html = _ENGINE.get_template(template).render(Context(values, use_l10n=False, use_tz=False))
    return Reply(status, html.encode(), HTML_TYPE, dict(_HEADERS))


def problem(message: str, status: int) -> Reply:
    """A page that says what did not work."""
    return page("problem.html", {"message": message, "status": str(status)}, status)


def moment(at: float) -> str:
    """Unix seconds as people read them, in UTC."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
