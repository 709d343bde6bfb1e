"""Giving up what one was granted oneself."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import own_grant
from organizations.services import NoSuchGrant, give_up_access
from portal.confirming import ask_once
from portal.http import PageRequest, fresh, signed_in


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@fresh
def access_give_up(request: PageRequest, grant_id: UUID) -> HttpResponse:
    """Ask once, then end one of the person's own grants; 404 for what they have by a team, or not at all."""
    grant = own_grant(request.user, grant_id)
    if grant is None:
        raise Http404
    title = _("Give up %(role)s at %(name)s") % {"role": grant.role, "name": grant.organization}
    account = reverse("portal:account")
    effects = [
        _("It covers %(what)s.") % {"what": grant.covers_words},
        _("It ends now: what you ask for next is judged without it. Other grants stay."),
        _("Only somebody who administers people there can let you in again."),
    ]
    crumbs = [{"label": _("Your account"), "url": account}, {"label": _("Give up"), "url": ""}]

    def end(reason: str) -> None:
        give_up_access(request.user, grant_id=grant_id, reason=reason, request_id=request.request_id)

    return ask_once(
        request,
        "portal/account/give_up.html",
        end,
        title=title,
        effects=effects,
        gone=(NoSuchGrant,),
        back=account,
        context={"crumbs": crumbs},
    )
