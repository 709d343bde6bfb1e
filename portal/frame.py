"""What the frame around an organization's page shows: the organization, its mode and the path to the page."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.access import Reach, name_for

Crumb = tuple[str, str]
"""Words and address; the last crumb of a path has no address."""


def frame(reach: Reach, *path: Crumb, mode: str = "") -> dict[str, Any]:
    """Context of a page about one organization. TEST frames it where the page, or the organization, is TEST only."""
    organization = reach.organization
    address = reverse("portal:organization", args=[organization.public_id])
    above = organization.parent
    crumbs = [(_("Organizations"), reverse("portal:organizations")), (str(organization), address), *path]
    if above and (name := name_for(reach.actor, above)):
        crumbs.insert(1, (name, reverse("portal:organization", args=[above.public_id])))
    modes = organization.modes
    return {
        "organization": {"name": str(organization), "get_absolute_url": address, "id": organization.public_id},
        "mode": mode or (str(modes[0]) if len(modes) == 1 else ""),
        "crumbs": [{"label": label, "url": url} for label, url in crumbs],
    }
