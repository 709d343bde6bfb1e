"""What all pages of one organization share: its path, its sections, its addresses."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.choices import Level, Scope


def address(name: str, organization_id: UUID) -> str:
    """The address of a page of this organization."""
    return reverse(name, kwargs={"organization_id": organization_id})


def crumbs(path: Iterable[Any], *last: str) -> list[dict[str, str]]:
    """The path to a page: the list, what stands above (only what is in reach), and where one is."""
    above = [{"label": place.name, "url": address("portal:organization", place.public_id)} for place in path]
    start = {"label": _("Organizations"), "url": reverse("portal:organizations")}
    return [start, *above, *({"label": label} for label in last)]


def organization_tabs(
    reach: Reach, current: str, *, children: int | None = None, keys: int | None = None
) -> list[dict[str, Any]]:
    """The sections of an organization that this person may open, as links."""
    public_id, manages_others = reach.organization.public_id, not reach.organization.is_managed
    below = f"{reverse('portal:organizations')}?parent={public_id}"
    view, manage = Level.VIEW, Level.MANAGE
    sections: tuple[tuple[Scope, Level, str, str, str, int | None], ...] = (
        (Scope.ORGANIZATIONS, view, "overview", _("Overview"), "organization", None),
        (Scope.ORGANIZATIONS, view, "children", _("Children"), below if manages_others else "", children),
        (Scope.ORGANIZATIONS, view, "keys", _("API keys"), "organization_keys", keys),
        (Scope.USERS, view, "people", _("People"), "people", None),
        (Scope.TRANSACTIONS, view, "statistics", _("Statistics"), "organization_statistics", None),
        (Scope.TRANSACTIONS, view, "receipts", _("Receipts"), "receipts", None),
        (Scope.MONITORING, view, "verification", _("Verification"), "verification", None),
        (Scope.CLIENTS, view, "registers", _("Registers"), "registers", None),
        (Scope.INTEGRATIONS, view, "connections", _("Connections"), "connections", None),
        (Scope.BILLING, view, "billing", _("Billing"), "billing", None),
        (Scope.ORGANIZATIONS, manage, "credentials", _("Credentials"), "credentials" if manages_others else "", None),
        (Scope.USERS, manage, "sign_on", _("Sign-in"), "sign_on", None),
        (Scope.ORGANIZATIONS, view, "activity", _("Activity"), "activity", None),
    )
    return [
        {
            "label": label,
            "url": page if page.startswith("/") else address(f"portal:{page}", public_id),
            "count": count,
            "current": name == current,
        }
        for scope, level, name, label, page, count in sections
        if page and reach.allows(scope, level)
    ]


def why_url(reach: Reach, **thing: Any) -> dict[str, str]:
    """Where it is told who can see the organization (or one thing of it, as kind=id), for who administers people."""
    if not reach.allows(Scope.USERS):
        return {}
    here = address("portal:why", reach.organization.public_id)
    return {"why": f"{here}?{urlencode(thing)}" if thing else here}
