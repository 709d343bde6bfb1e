"""What every page that changes an organization hands to its template."""

from __future__ import annotations

from typing import Any

from organizations.access import Reach
from portal.frame import frame


def page_about(reach: Reach, title: str, **context: Any) -> dict[str, Any]:
    """The context of a page called `title`: the frame, the organization's name and the way back to it."""
    framed = frame(reach, (title, ""))
    return {
        **framed,
        "title": title,
        "name": str(reach.organization),
        "own_url": framed["organization"]["get_absolute_url"],
        **context,
    }
