"""Organizations in and out of a named group: everybody who was granted the group gains or loses them at once."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from organizations.access import NotAuthorized, Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchGroup, change_group
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.listing import ids_in
from portal.proof import asked, read_proof
from portal.views.people.groups import living_group
from portal.views.people.place import groups_crumb, people_url, place

TICKED = "organization"


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def group_change(request: PageRequest, reach: Reach, group_id: UUID) -> HttpResponse:
    """Take the ticked organizations in or out; where the group was granted, what that does is confirmed first."""
    sent = request.POST if request.method == "POST" else request.GET
    found, ids, adding = living_group(reach, group_id), ids_in(sent.getlist(TICKED)), sent.get("do") != "remove"
    back = people_url(reach, "group", group_id)
    if not ids:
        messages.warning(request, _("Tick at least one organization first."))
        return lead_to(request, back)
    if len(ids) > 1 and found.granted and not reach.allows(Scope.BULK, Level.MANAGE):
        raise PermissionDenied
    title, refused = _title(len(ids), found.name, adding=adding), ""
    proof = asked(2, found.name)
    if request.method == "POST":
        tier = 2 if found.granted else 1
        proof = read_proof(request, reach, tier=tier, name=found.name, action=title)
        refused = "" if not proof.given else _changed(request, reach, group_id, ids, adding=adding)
        if proof.given and not refused:
            return lead_to(request, back)
    context = place(reach, groups_crumb(reach), (found.name, back), (_("Change"), "")) | {
        "title": title,
        "page": found,
        "ids": ids,
        "ticked": TICKED,
        "adding": adding,
        "proof": proof,
        "refused": refused,
        "tier": 2 if found.granted else 1,
        "action_url": request.path,
        "cancel_url": back,
    }
    status = 422 if refused or proof.errors else 200
    return show(request, "portal/people/group_change.html", "portal/people/_group_change.html", context, status=status)


def _changed(request: PageRequest, reach: Reach, group_id: UUID, ids: list[UUID], *, adding: bool) -> str:
    """Why it was not changed, in words; '' if it was."""
    try:
        came, went = change_group(reach, group_id=group_id, add=ids if adding else (), remove=() if adding else ids)
    except NoSuchGroup:
        raise Http404 from None
    except NotAuthorized:
        raise PermissionDenied from None
    except RulesBroken as broken:
        return " ".join(broken.errors.values())
    count = came + went
    words = ngettext("%(n)d organization was changed.", "%(n)d organizations were changed.", count) % {"n": count}
    messages.success(request, words)
    return ""


def _title(count: int, name: str, *, adding: bool) -> str:
    words = {"n": count, "name": name}
    if adding:
        return (
            ngettext("Take %(n)d organization into %(name)s", "Take %(n)d organizations into %(name)s", count) % words
        )
    return (
        ngettext("Take %(n)d organization out of %(name)s", "Take %(n)d organizations out of %(name)s", count) % words
    )
