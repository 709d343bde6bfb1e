"""What the verification found at one register, what it means and what to do."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries import ChainPage, chain_page
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, scoped, show
from portal.listing import Address, pager

PAGE, FRAGMENT = "portal/verification/register.html", "portal/verification/_findings.html"


@require_safe
@scoped(Scope.MONITORING)
def chain(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """The whole page, or its list of findings."""
    address = Address(request.path, request.GET)
    asked: dict[str, Any] = {
        "code": address.params.get("code", "")[:40],
        "settled": address.params.get("settled") == "yes",
        "page": address.number("page", 1),
        "size": address.size(),
    }
    found = found_chain(reach, register_id, **asked)
    context = chain_frame(reach, found) | {
        "page": found,
        "asked": asked,
        "codes": [
            {"label": label, "url": address.with_(code=code), "count": count, "current": code == asked["code"]}
            for code, label, count in found.codes
        ],
        "all_url": address.with_(code=""),
        "other_url": address.with_(settled="" if asked["settled"] else "yes", code=""),
        "pager": pager(address, page=asked["page"], size=asked["size"], total=found.total),
        "links": _links(reach, register_id),
        "here": reach.organization.public_id,
    }
    return show(request, PAGE, FRAGMENT, context)


def found_chain(reach: Reach, register_id: UUID, **asked: Any) -> ChainPage:
    """The register's facts. Raises Http404 if the tree reached has no such Austrian register."""
    found = chain_page(reach, register_id, **asked)
    if found is None:
        raise Http404
    return found


def chain_url(reach: Reach, register_id: UUID) -> str:
    """The page of a register's verification, seen from the organization reached."""
    return reverse("portal:chain", args=[reach.organization.public_id, register_id])


def chain_frame(reach: Reach, found: ChainPage, *more: tuple[str, str]) -> dict[str, Any]:
    """Context of a page about a register's verification."""
    listed = (_("Verification"), reverse("portal:verification", args=[reach.organization.public_id]))
    own = chain_url(reach, found.row.register_id) if more else ""
    return frame(reach, listed, (found.row.register, own), *more)


def _links(reach: Reach, register_id: UUID) -> dict[str, str]:
    at = [reach.organization.public_id, register_id]
    links: dict[str, str] = {}
    if reach.allows(Scope.MONITORING, Level.MANAGE):
        links |= {"keys": reverse("portal:chain_keys", args=at), "again": reverse("portal:chain_again", args=at)}
    if reach.allows(Scope.EXPORTS):
        links["export"] = reverse("portal:chain_export", args=at)
    if reach.allows(Scope.TRANSACTIONS):
        receipts = reverse("portal:receipts", args=at[:1])
        links["receipts"] = f"{receipts}?register={register_id}"
    if reach.allows(Scope.CLIENTS):
        links["register"] = reverse("portal:register", args=at)
    return links
