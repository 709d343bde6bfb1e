"""What every page about one organization hands to the frame around it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.access import Reach


def framed(reach: Reach, title: str, **context: Any) -> dict[str, Any]:
    """The context of a page called `title`: path, mode frame (TEST only where there is no LIVE), way back."""
    organization = reach.organization
    own = reverse("portal:organization", args=[organization.public_id])
    modes = organization.modes
    return {
        "title": title,
        "name": str(organization),
        "organization": {"name": str(organization), "get_absolute_url": own},
        "mode": modes[0].value if len(modes) == 1 else "",
        "own_url": own,
        "crumbs": [
            {"label": _("Organizations"), "url": reverse("portal:organizations")},
            {"label": str(organization), "url": own},
            {"label": title},
        ],
        **context,
    }
