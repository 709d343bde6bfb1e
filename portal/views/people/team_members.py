"""People in and out of a team. To be put in is to be granted what the team has, so that is shown before."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries.exposure import Exposure, exposure
from fiscal.queries.people_choices import KnownPerson, person_by_email
from fiscal.queries.people_teams import TeamPage
from organizations.access import Reach
from organizations.choices import Covers, Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchPerson, NoSuchTeam, add_to_team, remove_from_team
from portal.forms.broken import add_broken
from portal.forms.grants import unknown_person
from portal.forms.named import MemberForm
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import LONGEST_REASON
from portal.views.people.place import people_url, place, teams_crumb
from portal.views.people.preview import mark
from portal.views.people.teams import living_team


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def team_add(request: PageRequest, reach: Reach, team_id: UUID) -> HttpResponse:
    """Put a person into a team; what they get with it is shown before it is saved."""
    found, form = living_team(reach, team_id), MemberForm(request.POST or None)
    back, person, shown, seen = people_url(reach, "team", team_id), None, None, ""
    if request.method == "POST" and form.is_valid():
        person = person_by_email(reach, form.cleaned_data["email"])
        if person is None:
            form.add_error("email", unknown_person())
        else:
            shown = _shown(reach, found, person)
            seen = mark(person.person_id, found.granted, shown)
            if request.POST.get("seen") == seen and _added(reach, form, team_id, person):
                messages.success(request, _("%(name)s is in the team from now on.") % {"name": person.name})
                return lead_to(request, back)
    context = place(reach, teams_crumb(reach), (found.name, back), (_("Add a person"), "")) | {
        "title": _("Add a person to team %(name)s") % {"name": found.name},
        "form": form,
        "page": found,
        "person": None if form.errors else person,
        "exposure": None if form.errors else shown,
        "seen": seen,
        "unknown": form.has_error("email", "unknown"),
        "cancel_url": back,
    }
    return render(request, "portal/people/team_add.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def team_remove(request: PageRequest, reach: Reach, team_id: UUID, person_id: UUID) -> HttpResponse:
    """Take a person out of a team, who loses at once what the team has."""
    found, back, refused = living_team(reach, team_id), people_url(reach, "team", team_id), ""
    member = next((each for each in found.members if each.person_id == person_id), None)
    if member is None:
        raise Http404
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
        try:
            remove_from_team(reach, team_id=team_id, person_id=person_id, reason=reason)
        except (NoSuchTeam, NoSuchPerson):
            raise Http404 from None
        except RulesBroken as broken:
            refused = " ".join(broken.errors.values())
        else:
            messages.success(request, _("%(name)s is no longer in the team.") % {"name": member.name})
            return lead_to(request, back)
    roles = ", ".join(row.role for row in found.granted) or _("nothing yet")
    context = place(reach, teams_crumb(reach), (found.name, back), (_("Remove"), "")) | {
        "title": _("Take %(name)s out of team %(team)s") % {"name": member.name, "team": found.name},
        "effects": [_("What the team has is lost at once: %(roles)s.") % {"roles": roles}],
        "refused": refused,
        "action_url": request.path,
        "cancel_url": back,
    }
    status = 422 if refused else 200
    return show(request, "portal/people/confirm.html", "portal/people/_confirm.html", context, status=status)


def _shown(reach: Reach, team: TeamPage, person: KnownPerson) -> Exposure | None:
    """The numbers where the team has one grant; of several the page says each in words, as they may overlap."""
    if len(team.granted) != 1:
        return None
    grant = team.granted[0]
    reaches = Covers(grant.covers)
    return exposure(reach, role=grant.role_id, reaches=reaches, user=person.person_id, group=grant.group_id)


def _added(reach: Reach, form: MemberForm, team_id: UUID, person: KnownPerson) -> bool:
    """Whether the person was put in; else the form says why not."""
    try:
        add_to_team(reach, team_id=team_id, person_id=person.person_id)
    except (NoSuchTeam, NoSuchPerson):
        raise Http404 from None
    except RulesBroken as broken:
        add_broken(
            form, RulesBroken({"email" if name == "person" else name: words for name, words in broken.errors.items()})
        )
        return False
    return True
