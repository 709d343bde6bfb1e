"""One person at one organization: what they may and why, and the one action that ends all of it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries.people_person import PersonPage, leaving, person_page
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchPerson, Removal, remove_person
from portal.http import PageRequest, lead_to, scoped, show
from portal.proof import LONGEST_REASON
from portal.views.people.matrix import areas
from portal.views.people.place import people_url, place


@require_safe
@scoped(Scope.USERS)
def person(request: PageRequest, reach: Reach, person_id: UUID) -> HttpResponse:
    """Their grants here and from elsewhere, their teams, and what became of earlier grants."""
    found = _found(reach, person_id)
    context = place(reach, (found.name, "")) | {"page": found, "areas": areas()}
    return render(request, "portal/people/person.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def person_remove(request: PageRequest, reach: Reach, person_id: UUID) -> HttpResponse:
    """End all their own grants and team memberships here and at what it manages, in one step."""
    found, refused = _found(reach, person_id), ""
    if request.method == "POST":
        reason = request.POST.get("reason", "").strip()[:LONGEST_REASON]
        try:
            done = remove_person(reach, person_id=person_id, reason=reason)
        except NoSuchPerson:
            raise Http404 from None
        except RulesBroken as broken:
            refused = " ".join(broken.errors.values())
        else:
            messages.success(request, _told(found.name, done))
            return lead_to(request, people_url(reach))
    title = _("Remove %(person)s from %(organization)s") % {"person": found.name, "organization": reach.organization}
    context = place(reach, (found.name, people_url(reach, "person", person_id)), (_("Remove"), "")) | {
        "title": title,
        "verb": _("Remove %(person)s") % {"person": found.name},
        "page": found,
        "leaving": leaving(reach, person_id),
        "refused": refused,
        "action_url": request.path,
        "cancel_url": people_url(reach, "person", person_id),
    }
    status = 422 if refused else 200
    return show(request, "portal/people/remove.html", "portal/people/_remove.html", context, status=status)


def _found(reach: Reach, person_id: UUID) -> PersonPage:
    found = person_page(reach, person_id)
    if found is None:
        raise Http404
    return found


def _told(name: str, done: Removal) -> str:
    """What was ended, and what was not."""
    ended = ngettext("%(n)d grant", "%(n)d grants", done.grants) % {"n": done.grants}
    teams = ngettext("%(n)d team", "%(n)d teams", done.teams) % {"n": done.teams}
    said = _("%(name)s was removed: %(grants)s and %(teams)s ended.") % {"name": name, "grants": ended, "teams": teams}
    if done.kept:
        said += " " + _("%(n)d stay below it, where you may not end them.") % {"n": done.kept}
    return said
