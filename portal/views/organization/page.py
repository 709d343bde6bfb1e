"""What every page that changes an organization hands to its template."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from organizations.access import Reach
from portal.frame import Crumb, frame


def page_about(reach: Reach, title: str, *, path: Sequence[Crumb] = (), **context: Any) -> dict[str, Any]:
    """The context of a page called `title`: the frame, the organization's name and the way back to it.

    `path` leads from the organization to the page.
    """
    framed = frame(reach, *path, (title, ""))
    return {
        **framed,
        "title": title,
        "name": str(reach.organization),
        "own_url": framed["organization"]["get_absolute_url"],
        **context,
    }
