"""Granting and changing a grant: nothing is saved before its numbers were shown.

The preview is a fragment that follows the form. Without a script the first press shows it, the second one grants. Either way
the form brings back which preview was seen, and what is saved is what that one said: if the world changed meanwhile, the new
numbers are shown first.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from fiscal.queries.people_choices import grant_choices, person_by_email, person_by_id
from fiscal.queries.people_grants import GrantRow, one_grant
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchGrant, NoSuchPerson, change_to, grant_to
from portal.forms.broken import add_broken
from portal.forms.grants import DAY, GrantForm, TermsForm, unknown_person
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.listing import Address
from portal.views.people.place import people_url, place
from portal.views.people.preview import Preview, Whom, preview_of


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def grant_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """Grant a role here to a person who is known, or to a team."""
    form = GrantForm(request.POST or None, reach=reach, choices=grant_choices(reach), initial=_start(request, reach))
    shown = None
    if request.method == "POST" and form.is_valid() and (whom := _whom(reach, form)):
        shown = preview_of(reach, form, whom)
        if shown and _seen(request, shown) and _granted(reach, form, whom):
            messages.success(request, _("Granted. It holds from now on."))
            return lead_to(request, people_url(reach))
    title = _("Grant access at %(name)s") % {"name": reach.organization}
    context = place(reach, (_("Grant access"), "")) | {
        "title": title,
        "verb": _("Grant access"),
        "cancel_url": people_url(reach),
        "unknown": form.has_error("email", "unknown"),
    }
    return _ask(request, reach, context, form, shown)


@require_safe
@scoped(Scope.USERS, Level.MANAGE)
def grant_preview(request: PageRequest, reach: Reach) -> HttpResponse:
    """What the grant in the form would show, before it is saved."""
    address = Address(request.path, request.GET)
    replaces, shown = address.uuid("replaces"), None
    grant = one_grant(reach, replaces) if replaces else None
    kind = TermsForm if grant else GrantForm
    form = kind(request.GET, reach=reach, choices=grant_choices(reach))
    if form.is_valid():
        whom = _holder(grant) if grant else _whom(reach, form)
        shown = preview_of(reach, form, whom, grant.grant_id if grant else None) if whom else None
    return render(request, "portal/people/_preview.html", _previewed(reach, shown, replaces))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def grant_change(request: PageRequest, reach: Reach, grant_id: UUID) -> HttpResponse:
    """Put other terms in the place of a grant; the old one ends at the same moment."""
    grant = one_grant(reach, grant_id)
    if grant is None:
        raise Http404
    form = TermsForm(request.POST or None, reach=reach, choices=grant_choices(reach), initial=_terms(grant))
    shown = None
    if request.method == "POST" and form.is_valid():
        shown = preview_of(reach, form, _holder(grant), grant_id)
        if shown and _seen(request, shown) and _changed(reach, form, grant_id):
            messages.success(request, _("Changed. It holds from now on."))
            return lead_to(request, back_to(reach, grant))
    title = _("Change the access of %(name)s") % {"name": grant.holder}
    context = place(reach, (grant.holder, back_to(reach, grant)), (_("Change access"), "")) | {
        "title": title,
        "verb": _("Change access"),
        "cancel_url": back_to(reach, grant),
        "grant": grant,
        "refused": "" if grant.mine_to_end else _("It carries more than you have there yourself."),
    }
    return _ask(request, reach, context, form, shown, replaces=grant_id)


def back_to(reach: Reach, grant: GrantRow) -> str:
    """The page of who holds the grant."""
    if grant.person_id:
        return people_url(reach, "person", grant.person_id)
    assert grant.team_id is not None, "a grant goes to a person or to a team"
    return people_url(reach, "team", grant.team_id)


def _ask(
    request: PageRequest,
    reach: Reach,
    context: dict[str, Any],
    form: TermsForm,
    shown: Preview | None,
    *,
    replaces: UUID | None = None,
) -> HttpResponse:
    context |= {"form": form, "again": shown is not None and not form.errors} | _previewed(reach, shown, replaces)
    return render(request, "portal/people/grant.html", context, status=422 if form.errors else 200)


def _previewed(reach: Reach, shown: Preview | None, replaces: UUID | None) -> dict[str, Any]:
    """Context of the preview's fragment."""
    return {
        "exposure": shown.exposure if shown else None,
        "seen": shown.seen if shown else "",
        "replaces": replaces or "",
        "preview_url": people_url(reach, "grant_preview"),
    }


def _seen(request: PageRequest, shown: Preview) -> bool:
    """Whether the form brings back the mark of these very numbers."""
    return request.POST.get("seen") == shown.seen


def _start(request: PageRequest, reach: Reach) -> dict[str, str]:
    """What the address already says: a person or a team."""
    person_id = Address(request.path, request.GET).uuid("person")
    known = person_by_id(reach, person_id) if person_id else None
    return {"email": known.email if known else "", "team": request.GET.get("team", "")}


def _whom(reach: Reach, form: TermsForm) -> Whom | None:
    """Whom the form names; None, with words at the field, for an address that is not known here."""
    if team := form.cleaned_data.get("team"):
        return Whom(team_id=UUID(team))
    known = person_by_email(reach, form.cleaned_data["email"])
    if known is None:
        form.add_error("email", unknown_person())
        return None
    return Whom(person_id=known.person_id)


def _holder(grant: GrantRow) -> Whom:
    return Whom(grant.person_id, grant.team_id)


def _granted(reach: Reach, form: TermsForm, whom: Whom) -> bool:
    """Whether it was granted; else the form says why not."""
    try:
        grant_to(reach, person_id=whom.person_id, team_id=whom.team_id, terms=form.terms())
    except NoSuchPerson:
        form.add_error("email", unknown_person())
        return False
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    return True


def _changed(reach: Reach, form: TermsForm, grant_id: UUID) -> bool:
    """Whether it was changed; else the form says why not. 404 if somebody else ended it meanwhile."""
    try:
        change_to(reach, grant_id=grant_id, terms=form.terms())
    except NoSuchGrant:
        raise Http404 from None
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    return True


def _terms(grant: GrantRow) -> dict[str, Any]:
    """A grant as the form shows it."""
    return {
        "role": str(grant.role_id),
        "reaches": grant.covers,
        "group": str(grant.group_id or ""),
        "lasts": DAY if grant.until else "",
        "until_day": grant.until,
    }
