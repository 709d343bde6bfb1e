"""Teams: the list, making, renaming, and one team with its people and grants."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries.people_teams import TeamPage, team_page, teams_of
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchTeam, make_team, rename_team
from portal.forms.broken import add_broken
from portal.forms.named import NameForm
from portal.http import PageRequest, lead_to, scoped
from portal.views.people.place import people_url, place, teams_crumb


@require_safe
@scoped(Scope.USERS)
def teams(request: PageRequest, reach: Reach) -> HttpResponse:
    """The teams of the organization, with how many people and grants each has."""
    context = place(reach, teams_crumb(reach)) | {"teams": teams_of(reach)}
    return render(request, "portal/people/teams.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def team_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Make a team; it has neither people nor grants at first."""
    form = NameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = make_team(reach, name=form.cleaned_data["name"])
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, people_url(reach, "team", made.public_id))
    context = place(reach, teams_crumb(reach), (_("New team"), "")) | {
        "title": _("New team of %(name)s") % {"name": reach.organization},
        "verb": _("Make the team"),
        "form": form,
        "cancel_url": people_url(reach, "teams"),
    }
    return render(request, "portal/people/name.html", context, status=422 if form.errors else 200)


@require_safe
@scoped(Scope.USERS)
def team(request: PageRequest, reach: Reach, team_id: UUID) -> HttpResponse:
    """One team: who is in it, and what it was granted."""
    found = living_team(reach, team_id)
    context = place(reach, teams_crumb(reach), (found.name, "")) | {"page": found}
    return render(request, "portal/people/team.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def team_rename(request: PageRequest, reach: Reach, team_id: UUID) -> HttpResponse:
    """Give a team another name."""
    found = living_team(reach, team_id)
    form, back = NameForm(request.POST or None, initial={"name": found.name}), people_url(reach, "team", team_id)
    if request.method == "POST" and form.is_valid():
        try:
            rename_team(reach, team_id=team_id, name=form.cleaned_data["name"])
        except NoSuchTeam:
            raise Http404 from None
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, back)
    context = place(reach, teams_crumb(reach), (found.name, back), (_("Rename"), "")) | {
        "title": _("Rename team %(name)s") % {"name": found.name},
        "verb": _("Rename"),
        "form": form,
        "cancel_url": back,
    }
    return render(request, "portal/people/name.html", context, status=422 if form.errors else 200)


def living_team(reach: Reach, team_id: UUID) -> TeamPage:
    """A team that is not retired, or 404."""
    found = team_page(reach, team_id)
    if found is None:
        raise Http404
    return found
