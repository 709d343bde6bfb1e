"""People in fiskaly's own dashboard: who they are, inviting one, and having the list read anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fiscal.queries import dashboard_people as read_people
from fiscal.services import ask_for_list
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import invite_dashboard_user
from portal.forms.broken import add_broken
from portal.forms.dashboard_people import InviteForm
from portal.frame import Crumb, frame
from portal.http import PageRequest, lead_to, scoped, show
from portal.tabs import organization_tabs

PAGE, FRAGMENT = "portal/dashboard_people/people.html", "portal/dashboard_people/_people.html"


@require_safe
@scoped(Scope.USERS)
def dashboard_people(request: PageRequest, reach: Reach) -> HttpResponse:
    """Everybody, with where they stand at fiskaly. The list asks for itself again only while something moves."""
    here = people_url(reach)
    context = people_frame(reach) | {
        "people": read_people(reach),
        "tabs": organization_tabs(reach, "people"),
        "here": here,
        "hours": _hours(),
    }
    return show(request, PAGE, FRAGMENT, context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def invite(request: PageRequest, reach: Reach) -> HttpResponse:
    """Ask for a person to be invited."""
    form = InviteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            invite_dashboard_user(reach, **form.cleaned_data)
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, people_url(reach))
    context = people_frame(reach, (_("Invite"), "")) | {
        "form": form,
        "cancel_url": people_url(reach),
        "hours": _hours(),
    }
    return render(request, "portal/dashboard_people/invite.html", context, status=422 if form.errors else 200)


@require_POST
@scoped(Scope.USERS, Level.MANAGE)
def read(request: PageRequest, reach: Reach) -> HttpResponse:
    """Have fiskaly's list read now; the page follows by itself."""
    ask_for_list(reach)
    return lead_to(request, people_url(reach))


def people_url(reach: Reach) -> str:
    """The page about the people of the organization reached."""
    return reverse("portal:dashboard_people", args=[reach.organization.public_id])


def people_frame(reach: Reach, *more: Crumb) -> dict[str, Any]:
    """The frame of a page about people in fiskaly's dashboard."""
    own = people_url(reach) if more else ""
    managed = {"organization_managed": reach.organization.is_managed}
    return frame(reach, (_("People in fiskaly's dashboard"), own), *more) | managed


def _hours() -> int:
    return int(settings.INVITATION_HOURS)
