"""People over all organizations whose user administration the person sees."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries.people_everywhere import everybody
from portal.http import PageRequest, show, signed_in
from portal.listing import Address, pager

PAGE, FRAGMENT = "portal/people/everywhere.html", "portal/people/_everywhere.html"


@require_safe
@signed_in
def all_people(request: PageRequest) -> HttpResponse:
    """Everybody who stands in an organization whose people the reader administers, with where they stand."""
    address = Address(request.path, request.GET)
    q, at = address.params.get("q", "").strip()[:100], address.uuid("at")
    found = everybody(request.user, q=q, at=at, page=address.number("page", 1), size=address.size())
    names = {public_id: name for public_id, name, _count in found.organizations}
    values = [("q", _("Search"), q), ("at", _("At"), names.get(at, _("unknown")) if at else "")]
    context = {
        "list": found,
        "q": q,
        "at": at,
        "chips": [
            {"label": label, "value": value, "remove": address.with_(**{name: ""})}
            for name, label, value in values
            if value
        ],
        "kept": {"rows": address.params.get("rows", "")},
        "pager": pager(address, page=address.number("page", 1), size=address.size(), total=found.total),
        "reset_url": address.path,
    }
    return show(request, PAGE, FRAGMENT, context)
