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
    public_id = reach.organization.public_id
    manages = reach.allows(Scope.ORGANIZATIONS)
    tabs: list[tuple[str, str, str, int | None]] = []
    if manages:
        tabs.append(("overview", _("Overview"), address("portal:organization", public_id), None))
    if manages and not reach.organization.is_managed:
        below = f"{reverse('portal:organizations')}?parent={public_id}"
        tabs.append(("children", _("Children"), below, children))
    if manages:
        tabs.append(("keys", _("API keys"), address("portal:organization_keys", public_id), keys))
    sales = (
        (Scope.TRANSACTIONS, "statistics", _("Statistics"), "organization_statistics"),
        (Scope.TRANSACTIONS, "receipts", _("Receipts"), "receipts"),
        (Scope.MONITORING, "verification", _("Verification"), "verification"),
        (Scope.CLIENTS, "registers", _("Registers"), "registers"),
        (Scope.INTEGRATIONS, "connections", _("Connections"), "connections"),
    )
    for scope, name, label, page in sales:
        if reach.allows(scope):
            tabs.append((name, label, address(f"portal:{page}", public_id), None))
    if reach.allows(Scope.BILLING):
        tabs.append(("billing", _("Billing"), address("portal:billing", public_id), None))
    if not reach.organization.is_managed and reach.allows(Scope.ORGANIZATIONS, Level.MANAGE):
        tabs.append(("credentials", _("Credentials"), address("portal:credentials", public_id), None))
    if manages:
        tabs.append(("activity", _("Activity"), address("portal:activity", public_id), None))
    return [
        {"label": label, "url": url, "count": count, "current": name == current} for name, label, url, count in tabs
    ]


def why_url(reach: Reach, **thing: Any) -> dict[str, str]:
    """Where it is told who can see the organization (or one thing of it, as kind=id), for who administers people."""
    if not reach.allows(Scope.USERS):
        return {}
    here = address("portal:why", reach.organization.public_id)
    return {"why": f"{here}?{urlencode(thing)}" if thing else here}
