"""Granting one role to several people, here or at several organizations: a bulk action, with the exact count."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from fiscal.queries.people_choices import KnownPerson, grant_choices, organizations_to_grant, people_by_id
from organizations.access import NoSuchOrganization, Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from organizations.services import NoSuchPerson, grant_many
from portal.forms.broken import add_broken
from portal.forms.grants import TermsForm
from portal.http import PageRequest, fresh, lead_to, scoped
from portal.listing import ids_in
from portal.proof import Proof, asked, read_proof
from portal.views.people.matrix import TICKED
from portal.views.people.place import people_url, place


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
@fresh
def grant_several(request: PageRequest, reach: Reach) -> HttpResponse:
    """One role for several people, at one or several organizations, all or nothing."""
    if not reach.allows(Scope.BULK, Level.MANAGE):
        raise PermissionDenied
    sent = request.POST if request.method == "POST" else request.GET
    people = people_by_id(reach, ids_in(sent.getlist(TICKED)))
    form = TermsForm(request.POST or None, reach=reach, choices=grant_choices(reach))
    proof, count = asked(2, str(reach.organization)), _count(people, sent.getlist("at"))
    exact = sent.get("counted") == str(count)
    if request.method == "POST" and form.is_valid() and people and exact:
        proof = read_proof(request, reach, tier=2, name=str(reach.organization), action=_title(count))
        if proof.given and _granted(request, reach, form, people):
            done = ngettext("%(n)d grant was made.", "%(n)d grants were made.", count) % {"n": count}
            messages.success(request, done)
            return lead_to(request, people_url(reach))
    return _ask(request, reach, form, people, proof, recounted=form.is_bound and form.is_valid() and not exact)


def _granted(request: PageRequest, reach: Reach, form: TermsForm, people: list[KnownPerson]) -> bool:
    """Whether all of it was granted; else nothing was, and the form says why."""
    ids = [each.person_id for each in people]
    try:
        grant_many(reach, people=ids, organizations=ids_in(request.POST.getlist("at")), terms=form.terms())
    except (NoSuchPerson, NoSuchOrganization):
        raise Http404 from None
    except RulesBroken as broken:
        add_broken(form, broken)
        return False
    return True


def _ask(
    request: PageRequest, reach: Reach, form: TermsForm, people: list[KnownPerson], proof: Proof, *, recounted: bool
) -> HttpResponse:
    """The form with the exact count; `recounted` says that it is another one than the form was sent with."""
    sent = request.POST if request.method == "POST" else request.GET
    chosen = ids_in(sent.getlist("at")) or [reach.organization.public_id]
    places: list[tuple[UUID, str]] = organizations_to_grant(reach)
    count = _count(people, [str(each) for each in chosen])
    errors: dict[str, Any] = proof.errors | form.errors
    context = place(reach, (_("Grant to several"), "")) | {
        "title": _("Grant one role to several people"),
        "form": form,
        "people": people,
        "places": [(public_id, name, public_id in chosen) for public_id, name in places],
        "count": count,
        "recounted": recounted,
        "verb": _title(count),
        "proof": proof,
        "ticked": TICKED,
        "cancel_url": people_url(reach),
    }
    return render(request, "portal/people/several.html", context, status=422 if errors else 200)


def _count(people: list[KnownPerson], at: list[str]) -> int:
    return len(people) * max(1, len(ids_in(at)))


def _title(count: int) -> str:
    return ngettext("Make %(n)d grant", "Make %(n)d grants", count) % {"n": count}
