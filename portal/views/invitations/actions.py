"""Sending an invitation again, and taking it back."""

from __future__ import annotations

from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.tasks import ring_post
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchInvitation, resend_invitation, revoke_invitation
from portal.http import PageRequest, lead_to, scoped
from portal.views.invitations.listing import about, found, list_url


@require_POST
@scoped(Scope.USERS, Level.MANAGE)
def invitation_resend(request: PageRequest, reach: Reach, invitation_id: UUID) -> HttpResponse:
    """Tier 0: a new link is mailed, and the old one is dead."""
    line = found(reach, invitation_id)
    if not ratelimit.consume(request, action="invite_address", key=line.email.lower()):
        messages.error(request, _("It was sent too often: try again later."))
        return lead_to(request, list_url(reach))
    try:
        resend_invitation(reach, invitation_id=invitation_id)
    except NoSuchInvitation:
        raise Http404 from None
    except RulesBroken as broken:
        messages.error(request, broken.errors[""])
    else:
        ring_post()
        messages.success(request, _("Sent again: the old link works no longer."))
    return lead_to(request, list_url(reach))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def invitation_revoke(request: PageRequest, reach: Reach, invitation_id: UUID) -> HttpResponse:
    """Tier 1: what is taken back is named."""
    line, obstacle = found(reach, invitation_id), ""
    if request.method == "POST":
        try:
            revoke_invitation(reach, invitation_id=invitation_id, reason=request.POST.get("reason", "")[:200])
        except NoSuchInvitation:
            raise Http404 from None
        except RulesBroken as broken:
            obstacle = broken.errors[""]
        else:
            messages.success(request, _("Taken back: the link works no longer."))
            return lead_to(request, list_url(reach))
    context = {
        **about(reach, _("Take back"), (_("Invitations"), list_url(reach))),
        "invitation": line,
        "obstacle": obstacle,
        "here": request.path,
    }
    return render(request, "portal/invitations/revoke.html", context, status=422 if obstacle else 200)
