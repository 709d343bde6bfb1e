"""Roles: what each carries and opens, and the organization's own made and changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries.people_roles import RoleHolders, RoleRow, role_holders, roles_of
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.roles import Rights
from organizations.rules import RulesBroken
from organizations.services import NoSuchRole, change_role, make_role
from portal.forms.broken import add_broken
from portal.forms.named import RoleForm
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.openings import openings
from portal.views.people.matrix import areas
from portal.views.people.place import people_url, place, roles_crumb
from portal.views.people.preview import mark


@require_safe
@scoped(Scope.USERS)
def roles(request: PageRequest, reach: Reach) -> HttpResponse:
    """The roles of the house and the organization's own against the areas, and what each area opens."""
    opened = openings()
    context = place(reach, roles_crumb(reach)) | {
        "roles": roles_of(reach),
        "areas": areas(),
        "opens": [
            {"label": scope.label, "view": opened.get((scope, Level.VIEW)), "manage": opened.get((scope, Level.MANAGE))}
            for scope in Scope
        ],
    }
    return render(request, "portal/people/roles.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def role_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Make a role of the organization's own; it never carries more than its editor has."""
    form = RoleForm(request.POST or None, reach=reach)
    if request.method == "POST" and form.is_valid():
        facts = {"name": form.cleaned_data["name"], "sentence": form.cleaned_data["sentence"]}
        try:
            role = make_role(reach, **facts, rights=form.rights())
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            messages.success(request, _("Role %(name)s can be given from now on.") % {"name": role})
            return lead_to(request, people_url(reach, "roles"))
    context = place(reach, roles_crumb(reach), (_("New role"), "")) | {
        "title": _("New role of %(name)s") % {"name": reach.organization},
        "verb": _("Make the role"),
        "form": form,
        "cancel_url": people_url(reach, "roles"),
    }
    return render(request, "portal/people/role.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def role_change(request: PageRequest, reach: Reach, role_id: UUID) -> HttpResponse:
    """Change an own role for everybody who holds it; whom it affects and how is shown before it is saved."""
    role = _own(reach, role_id)
    start = {"name": role.name, "sentence": role.sentence}
    form = RoleForm(request.POST or None, reach=reach, held=role.rights, initial=start)
    effect: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        effect = _effect(role, form.rights(), role_holders(reach, role_id))
        seen = request.POST.get("seen") == effect["seen"] or not effect["people"] or not effect["changes"]
        if seen and _changed(reach, form, role_id):
            messages.success(request, _("Role %(name)s is changed for everybody who holds it.") % start)
            return lead_to(request, people_url(reach, "roles"))
    context = place(reach, roles_crumb(reach), (role.name, "")) | {
        "title": _("Change role %(name)s") % start,
        "verb": _("Change the role"),
        "form": form,
        "role": role,
        "effect": {} if form.errors else effect,
        "refused": "" if role.within else _("It carries more than you have yourself, so it is not yours to change."),
        "cancel_url": people_url(reach, "roles"),
    }
    return render(request, "portal/people/role.html", context, status=422 if form.errors else 200)


def _own(reach: Reach, role_id: UUID) -> RoleRow:
    """A role of the organization's own; 404 for a preset, which nobody can change."""
    role = next((row for row in roles_of(reach) if row.role_id == role_id and not row.preset), None)
    if role is None:
        raise Http404
    return role


def _effect(role: RoleRow, rights: Rights, holders: RoleHolders) -> dict[str, Any]:
    """What the change gives and takes, and whom; with the mark that says it was seen."""
    changes = []
    for scope in Scope:
        before, after = role.rights.get(scope), rights.get(scope)
        if before != after:
            words = {"before": before.label if before else _("none"), "after": after.label if after else _("none")}
            changes.append({"label": scope.label, **words, "more": bool(after) and before != Level.MANAGE})
    seen = mark(rights, holders)
    return {"changes": changes, "people": holders.people, "names": holders.names, "seen": seen}


def _changed(reach: Reach, form: RoleForm, role_id: UUID) -> bool:
    """Whether it was changed; else the form says why not."""
    data = form.cleaned_data
    try:
        change_role(reach, role_id=role_id, name=data["name"], sentence=data["sentence"], rights=form.rights())
    except NoSuchRole:
        raise Http404 from None
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    return True
