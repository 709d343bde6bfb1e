"""What the pages about people share: their path, their sections and their addresses."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import Crumb, frame
from portal.tabs import organization_tabs


def people_url(reach: Reach, name: str = "people", *more: UUID) -> str:
    """The address of a page about people of the organization reached."""
    return reverse(f"portal:{name}", args=[reach.organization.public_id, *more])


def place(reach: Reach, *path: Crumb) -> dict[str, Any]:
    """Context of every page here: the frame, the tabs, and whether the person may change anything."""
    crumbs: list[Crumb] = [(_("People"), people_url(reach)), *path]
    crumbs[-1] = (crumbs[-1][0], "")
    return frame(reach, *crumbs) | {
        "name": str(reach.organization),
        "here": reach.organization.public_id,
        "section_tabs": organization_tabs(reach, "people"),
        "may_change": reach.allows(Scope.USERS, Level.MANAGE) and reach.organization.retired_at is None,
    }


def roles_crumb(reach: Reach) -> Crumb:
    return _("Roles"), people_url(reach, "roles")


def teams_crumb(reach: Reach) -> Crumb:
    return _("Teams"), people_url(reach, "teams")


def groups_crumb(reach: Reach) -> Crumb:
    return _("Named groups"), people_url(reach, "groups")
