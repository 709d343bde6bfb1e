"""The end of the wizard: what happens now at fiskaly, live, and where to go next."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from fiscal.queries import creation_of
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.http import PageRequest, scoped, show


@require_safe
@scoped(Scope.ORGANIZATIONS)
def created(request: PageRequest, reach: Reach) -> HttpResponse:
    """Phases of what was made; the fragment asks again every two seconds while one of them moves."""
    creation, organization = creation_of(reach), reach.organization
    own = reverse("portal:organization", args=[organization.public_id])
    may_reveal = creation.key_id and reach.allows(Scope.ORGANIZATIONS, Level.MANAGE)
    again = reverse("portal:wizard_start") if reach.allows(Scope.ORGANIZATIONS, Level.MANAGE) else ""
    context = {
        "creation": creation,
        "name": str(organization),
        "mode": organization.modes[0] if len(organization.modes) == 1 else "",
        "here": request.path,
        "organization_url": own,
        "key_url": reverse("portal:key_reveal", args=[organization.public_id, creation.key_id]) if may_reveal else "",
        "again_url": again,
    }
    return show(request, "portal/wizard/done.html", "portal/wizard/_creation.html", context)
