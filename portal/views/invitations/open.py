"""What the invited person sees. The link's token leaves the address at once, as Django's password reset does it.

SECURITY: the session keeps the digest of the token, never the token; a link that does not work looks the same whether
there never was one, it was used, taken back or replaced.
"""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries.inviting import invited
from organizations.rules import RulesBroken
from organizations.services import InvitationExpired, InvitationForAnother, InvitationGone, Redeemed, redeem_invitation
from organizations.services.invitation_mail import digest_of
from organizations.services.redeeming import waiting_invitation
from portal.adapter import INVITATION
from portal.http import PageRequest, lead_to, public


@public
@require_safe
@never_cache
def invitation_enter(request: PageRequest, token: str) -> HttpResponse:
    """Keep the digest of a genuine link and lead on; of any other link nothing is kept."""
    digest = digest_of(token)
    try:
        waiting_invitation(digest)
    except InvitationExpired:
        request.session[INVITATION] = digest
    except InvitationGone:
        request.session.pop(INVITATION, None)
    else:
        request.session[INVITATION] = digest
    response = HttpResponseRedirect(reverse("portal:invitation_open"))
    response["Referrer-Policy"] = "no-referrer"
    return response


@public
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation_open(request: PageRequest) -> HttpResponse:
    """Who invites to what; who is signed in with the address it went to can accept it."""
    digest = request.session.get(INVITATION, "")
    viewer = request.user if request.user.is_authenticated else None
    refused = ""
    try:
        if request.method == "POST" and viewer:
            return _accepted(request, redeem_invitation(viewer, digest=digest, request_id=request.request_id))
        offer = invited(digest, viewer)
    except InvitationExpired:
        return render(request, "portal/invitations/gone.html", {"expired": True}, status=404)
    except InvitationGone:
        return render(request, "portal/invitations/gone.html", status=404)
    except InvitationForAnother:
        return render(request, "portal/invitations/another.html", status=403)
    except RulesBroken as broken:
        refused, offer = broken.errors[""], invited(digest, viewer)
    if viewer and not offer.is_mine:
        return render(request, "portal/invitations/another.html", status=403)
    context = {"offer": offer, "refused": refused, "viewer": viewer, "here": request.path}
    if viewer is None:
        # What the sign-up form begins with. Whether it counts as proven, the adapter asks anew.
        request.session["account_verified_email"] = offer.email
    return render(request, "portal/invitations/open.html", context, status=422 if refused else 200)


def _accepted(request: PageRequest, redeemed: Redeemed) -> HttpResponse:
    """To the organization, or to the list if it were several."""
    request.session.pop(INVITATION, None)
    words = ngettext(
        "Welcome: you have access to %(name)s now.",
        "Welcome: you have access to %(name)s and %(n)d more now.",
        redeemed.count,
    )
    messages.success(request, words % {"name": redeemed.name, "n": redeemed.count - 1})
    if redeemed.count > 1:
        return lead_to(request, reverse("portal:organizations"))
    return lead_to(request, reverse("portal:organization", args=[redeemed.public_id]))
