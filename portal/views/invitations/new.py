"""Inviting somebody: the form, and its limits."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries.inviting import further_places, group_choices, role_choices
from fiscal.tasks import ring_post
from organizations.access import Reach
from organizations.choices import Covers, Level, Scope
from organizations.rules import RulesBroken
from organizations.services import Offer, invite
from portal.forms.broken import add_broken
from portal.forms.invitations import InvitationForm
from portal.http import PageRequest, fresh, lead_to, reach_of, scoped
from portal.views.invitations.listing import about, list_url


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def invitation_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Ask somebody in. "Find" only looks for further organizations, and keeps what was typed."""
    finding = "find" in request.POST
    q = request.POST.get("q", "").strip()[:100]
    form = _form(request, reach, q)
    if request.method == "POST" and not finding and form.is_valid() and _invited(request, reach, form):
        messages.success(request, _("Invited: the mail is on its way."))
        return lead_to(request, list_url(reach))
    context = {
        **about(reach, _("Invite somebody"), (_("Invitations"), list_url(reach))),
        "form": form,
        "q": q,
        "finds": reach.allows(Scope.BULK, Level.MANAGE),
        "finding": finding,
    }
    status = 422 if request.method == "POST" and not finding else 200
    return render(request, "portal/invitations/new.html", context, status=status)


def _form(request: PageRequest, reach: Reach, q: str) -> InvitationForm:
    offers: dict[str, Any] = {
        "roles": role_choices(reach),
        "groups": group_choices(reach),
        "further": further_places(reach, q, _ids(request.POST.getlist("further"))),
        "is_managed": reach.organization.is_managed,
    }
    if "find" in request.POST:
        # Shown with what was typed, and not judged yet.
        typed = {name: request.POST.get(name, "") for name in ("email", "role", "reaches", "group", "until", "message")}
        return InvitationForm(initial={**typed, "further": request.POST.getlist("further")}, **offers)
    return InvitationForm(request.POST or None, **offers)


def _invited(request: PageRequest, reach: Reach, form: InvitationForm) -> bool:
    """Whether it was done; the form says why not."""
    given = form.cleaned_data
    if not _within_limits(request, given["email"]):
        form.add_error(None, _("Too many invitations at once: nothing was sent. Try again later."))
        return False
    asked = [reach, *(_reach(request, UUID(each)) for each in given.get("further", ()))]
    role_id, reaches = UUID(given["role"]), Covers(given["reaches"])
    offers = [
        Offer(each, role_id, Covers.HERE if each.organization.is_managed else reaches, form.group_id) for each in asked
    ]
    try:
        invite(offers, email=given["email"], until=given["until"], message=given["message"])
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    ring_post()
    return True


def _within_limits(request: PageRequest, email: str) -> bool:
    """Counted for who invites, and for the address, whoever invites it."""
    return bool(
        ratelimit.consume(request, action="invite", user=request.user)
        and ratelimit.consume(request, action="invite_address", key=email.lower())
    )


def _reach(request: PageRequest, organization_id: UUID) -> Reach:
    return reach_of(request, organization_id, Scope.USERS, Level.MANAGE)


def _ids(values: list[str]) -> list[str]:
    """Those that are ids at all: a database asked for anything else fails."""
    found = []
    for value in values:
        try:
            found.append(str(UUID(value)))
        except ValueError:
            continue
    return found
