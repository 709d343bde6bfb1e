"""Showing a key's secret, once: waiting for it in words, the button, the one page that holds it, and afterwards.

A secret is only ever in the answer to a POST, so that no prefetch, reload or way back spends or shows it.
"""

from __future__ import annotations

import shlex
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods

from fiscal.queries import HandOver, KeyDetail
from fiscal.services import NothingToReveal, Revealed, reveal
from organizations.access import Reach
from organizations.choices import KeyStatus, Level, Scope
from portal.http import PageRequest, fresh, lead_to, scoped, show, wants_fragment
from portal.views.key import found_key

PAGE, FRAGMENT = "portal/api_keys/reveal_wait.html", "portal/api_keys/_reveal_wait.html"
OVER = {HandOver.SHOWN, HandOver.EXPIRED}


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
@sensitive_variables("response")
def key_reveal(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    """GET waits and offers the button; POST shows the secret; later ones are told that it is gone (410)."""
    response = _shown(request, reach, key_id) if request.method == "POST" else _waiting(request, reach, key_id)
    response["Cache-Control"] = "no-store"
    return response


def _waiting(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    found = found_key(reach, key_id)
    if found.hand_over not in OVER and not found.deleted:
        return show(request, PAGE, FRAGMENT, _about(reach, found))
    if wants_fragment(request):
        return lead_to(request, request.path)
    return _gone(request, reach, found)


@sensitive_variables("revealed", "context")
def _shown(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    found = found_key(reach, key_id)
    if found.hand_over == HandOver.NOT_ISSUED and not found.deleted:
        return lead_to(request, request.path)
    try:
        revealed = reveal(reach, key_id=key_id)
    except NothingToReveal:
        return _gone(request, reach, found_key(reach, key_id))
    context = _about(reach, found) | {"revealed": revealed, "both": _as_env(revealed), "auth_url": _auth_url()}
    return render(request, "portal/api_keys/reveal.html", context)


def _gone(request: PageRequest, reach: Reach, found: KeyDetail) -> HttpResponse:
    context = _about(reach, found)
    if found.row.status == KeyStatus.ENABLED and not found.row.ends_at:
        context["rotate_url"] = reverse("portal:key_rotate", args=[reach.organization.public_id, found.row.key_id])
    return render(request, "portal/api_keys/reveal_gone.html", context, status=410)


def _about(reach: Reach, found: KeyDetail) -> dict[str, Any]:
    ids = [reach.organization.public_id, found.row.key_id]
    return {
        "key": found,
        "mode": found.row.mode,
        "organization_id": str(reach.organization.public_id),
        "key_url": reverse("portal:key", args=ids),
        "reveal_url": reverse("portal:key_reveal", args=ids),
    }


@sensitive_variables("revealed")
def _as_env(revealed: Revealed) -> str:
    """Both as lines of a .env file, quoted so that a shell can read them too."""
    return f"FISKALY_API_KEY={shlex.quote(revealed.key)}\nFISKALY_API_SECRET={shlex.quote(revealed.secret)}\n"


def _auth_url() -> str:
    return f"{settings.MANAGEMENT_URL.rstrip('/')}/auth"
