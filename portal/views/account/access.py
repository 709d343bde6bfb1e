"""Giving up what one was granted oneself."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import OwnGrant, own_grant
from organizations.rules import RulesBroken
from organizations.services import NoSuchGrant, give_up_access
from portal.http import PageRequest, fresh, lead_to, show, signed_in
from portal.proof import LONGEST_REASON


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@fresh
def access_give_up(request: PageRequest, grant_id: UUID) -> HttpResponse:
    """Ask once, then end one of the person's own grants; 404 for what they have by a team, or not at all."""
    grant = own_grant(request.user, grant_id)
    if grant is None:
        raise Http404
    title = _("Give up %(role)s at %(name)s") % {"role": grant.role, "name": grant.organization}
    refused = ""
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
        try:
            give_up_access(request.user, grant_id=grant_id, reason=reason, request_id=request.request_id)
        except NoSuchGrant:
            raise Http404 from None
        except RulesBroken as broken:
            refused = " ".join(broken.errors.values())
        else:
            messages.success(request, _("Done: %(what)s.") % {"what": title})
            return lead_to(request, reverse("portal:account"))
    context = _context(request, grant, title) | {"refused": refused}
    status = 422 if refused else 200
    return show(request, "portal/account/give_up.html", "portal/people/_confirm.html", context, status=status)


def _context(request: PageRequest, grant: OwnGrant, title: str) -> dict[str, object]:
    account = reverse("portal:account")
    return {
        "title": title,
        "effects": [
            _("It covers %(what)s.") % {"what": grant.covers_words},
            _("It ends now: what you ask for next is judged without it. Other grants stay."),
            _("Only somebody who administers people there can let you in again."),
        ],
        "action_url": request.path,
        "cancel_url": account,
        "crumbs": [{"label": _("Your account"), "url": account}, {"label": _("Give up"), "url": ""}],
    }
