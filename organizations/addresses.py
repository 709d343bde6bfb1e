"""Where the portal is reached by people. What is not a page of its own, a mail above all, has no request that says so."""

from __future__ import annotations

from django.conf import settings


def public_address(path: str) -> str:
    """The whole address of a page, to be written into a mail. `path` begins with a slash, as `reverse` gives it.

    Raises ValueError for anything else: a mail must never lead away from the portal (“Settings”, KONTOR_PUBLIC_URL).
    """
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("a path of the portal begins with one slash")
    return f"{settings.PUBLIC_URL}{path}"
