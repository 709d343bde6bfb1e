"""The invitations of one organization, and one of them with its history."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries.invitations import InvitationLine, invitation_history, invitation_of, invitations_of
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, scoped


@require_safe
@scoped(Scope.USERS)
def invitations(request: PageRequest, reach: Reach) -> HttpResponse:
    """Who was asked in, and where each stands."""
    context = {
        **about(reach, _("Invitations")),
        "invitations": invitations_of(reach),
        "new_url": reverse("portal:invitation_new", args=[reach.organization.public_id])
        if reach.allows(Scope.USERS, Level.MANAGE)
        else "",
    }
    return render(request, "portal/invitations/list.html", context)


@require_safe
@scoped(Scope.USERS)
def invitation(request: PageRequest, reach: Reach, invitation_id: UUID) -> HttpResponse:
    """What it offers, where it stands, and what was done with it."""
    line = found(reach, invitation_id)
    context = {
        **about(reach, line.email, (_("Invitations"), list_url(reach))),
        "invitation": line,
        "history": invitation_history(reach, invitation_id),
    }
    return render(request, "portal/invitations/invitation.html", context)


def found(reach: Reach, invitation_id: UUID) -> InvitationLine:
    """One invitation of the organization reached. Raises Http404."""
    line = invitation_of(reach, invitation_id)
    if line is None:
        raise Http404
    return line


def list_url(reach: Reach) -> str:
    return reverse("portal:invitations", args=[reach.organization.public_id])


def about(reach: Reach, title: str, *path: tuple[str, str]) -> dict[str, Any]:
    """The context of a page about invitations: the frame, the title and the way back to the list."""
    return {
        **frame(reach, *path, (title, "")),
        "title": title,
        "name": str(reach.organization),
        "organization_id": reach.organization.public_id,
        "list_url": list_url(reach),
    }
