"""What takes one confirmation: revoking a grant, retiring a role, a team or a named group."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries.people_grants import one_grant
from fiscal.queries.people_groups import groups_of
from fiscal.queries.people_roles import role_holders, roles_of
from fiscal.queries.people_teams import team_page
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.services import (
    NoSuchGrant,
    NoSuchGroup,
    NoSuchRole,
    NoSuchTeam,
    retire_group,
    retire_role,
    retire_team,
    revoke_access,
)
from portal.confirming import ask_once
from portal.frame import Crumb
from portal.http import PageRequest, scoped
from portal.views.people.granting import back_to
from portal.views.people.place import groups_crumb, people_url, place, roles_crumb, teams_crumb

GONE = (NoSuchGrant, NoSuchRole, NoSuchTeam, NoSuchGroup)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def grant_revoke(request: PageRequest, reach: Reach, grant_id: UUID) -> HttpResponse:
    """End a grant now: the next request of its holder is judged without it."""
    grant = one_grant(reach, grant_id)
    if grant is None:
        raise Http404
    title = _("Revoke %(role)s of %(name)s") % {"role": grant.role, "name": grant.holder}
    effects = [
        _("It covers %(what)s.") % {"what": grant.covers_words},
        _("It ends now: what is asked for next is judged without it. Other grants stay."),
    ]
    back = back_to(reach, grant)
    path: list[Crumb] = [(grant.holder, back), (_("Revoke"), "")]

    def end(reason: str) -> None:
        revoke_access(reach, grant_id=grant_id, reason=reason)

    return _confirm(request, reach, title, effects, end, path=path, back=back)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def role_retire(request: PageRequest, reach: Reach, role_id: UUID) -> HttpResponse:
    """Take an own role out of the offer, once nobody holds it."""
    role = next((row for row in roles_of(reach) if row.role_id == role_id and not row.preset), None)
    if role is None:
        raise Http404
    names = role_holders(reach, role_id).names
    effects = [_("It can no longer be given. What the record says about it stays.")]
    if names:
        effects.append(_("Still held by: %(names)s.") % {"names": ", ".join(names)})

    def end(reason: str) -> None:
        retire_role(reach, role_id=role_id, reason=reason)

    title = _("Retire role %(name)s") % {"name": role.name}
    path: list[Crumb] = [roles_crumb(reach), (_("Retire"), "")]
    return _confirm(request, reach, title, effects, end, path=path, back=people_url(reach, "roles"))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def team_retire(request: PageRequest, reach: Reach, team_id: UUID) -> HttpResponse:
    """Dissolve a team, once it has no grant any more."""
    team = team_page(reach, team_id)
    if team is None:
        raise Http404
    effects = [_("%(n)d people leave it. They keep what they were granted themselves.") % {"n": len(team.members)}]
    if team.granted:
        roles = ", ".join(row.role for row in team.granted)
        effects.append(_("It still has grants: %(roles)s.") % {"roles": roles})

    def end(reason: str) -> None:
        retire_team(reach, team_id=team_id, reason=reason)

    title = _("Retire team %(name)s") % {"name": team.name}
    path: list[Crumb] = [teams_crumb(reach), (team.name, people_url(reach, "team", team_id)), (_("Retire"), "")]
    return _confirm(request, reach, title, effects, end, path=path, back=people_url(reach, "teams"))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def group_retire(request: PageRequest, reach: Reach, group_id: UUID) -> HttpResponse:
    """Give a named group up, once nobody is granted it any more."""
    group = next((row for row in groups_of(reach) if row.group_id == group_id), None)
    if group is None:
        raise Http404
    effects = [_("Its %(n)d organizations stay as they are; only the name for them goes.") % {"n": group.organizations}]
    if group.grants:
        effects.append(_("%(n)d grants still cover it.") % {"n": group.grants})

    def end(reason: str) -> None:
        retire_group(reach, group_id=group_id, reason=reason)

    title = _("Retire named group %(name)s") % {"name": group.name}
    path: list[Crumb] = [groups_crumb(reach), (group.name, people_url(reach, "group", group_id)), (_("Retire"), "")]
    return _confirm(request, reach, title, effects, end, path=path, back=people_url(reach, "groups"))


def _confirm(
    request: PageRequest,
    reach: Reach,
    title: str,
    effects: list[str],
    end: Callable[[str], None],
    *,
    path: list[Crumb],
    back: str,
) -> HttpResponse:
    context = place(reach, *path)
    return ask_once(
        request, "portal/people/confirm.html", end, title=title, effects=effects, gone=GONE, back=back, context=context
    )
