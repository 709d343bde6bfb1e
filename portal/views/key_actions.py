"""What can be done to a key: disable, enable, replace, delete. Each asks for the proof of its tier, on the server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import KeyDetail
from organizations.access import Reach
from organizations.choices import Level, Mode, Scope
from organizations.rules import RulesBroken
from organizations.services import disable_key, enable_key, refuse_proof, retire_key, rotate_key
from portal.forms.broken import add_broken
from portal.forms.keys import RotateForm
from portal.http import PageRequest, fresh, lead_to, scoped, show
from portal.proof import Proof, asked, read_proof
from portal.views.key import found_key, key_frame

PAGE, FRAGMENT = "portal/api_keys/confirm.html", "portal/api_keys/_confirm.html"


@dataclass(frozen=True)
class Question:
    """A confirmation in words: what happens, on which button, and what is lost by it."""

    title: str
    effects: tuple[str, ...]
    tick: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def key_disable(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    """Switch a key off. Once its secret was handed over a till may depend on it, so that takes the name and a reason."""
    found = _living(reach, key_id)
    question = Question(
        _("Disable key %(name)s") % {"name": found.row.name},
        (_who_holds_it(found), _("fiskaly then refuses it. It can be enabled again.")),
    )
    proof = _proof(request, reach, found, question, 3 if found.handed_over else 1)
    if request.method == "POST" and proof.given:
        with _still_there():
            disable_key(reach, key_id=key_id, reason=proof.reason)
        return lead_to(request, _key_url(reach, key_id))
    return _ask(request, reach, found, question, proof)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def key_enable(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    """Switch a key on again."""
    found = _living(reach, key_id)
    question = Question(
        _("Enable key %(name)s") % {"name": found.row.name},
        (_("Whoever has its secret can work with it again, in %(mode)s.") % {"mode": found.row.mode},),
    )
    proof = _proof(request, reach, found, question, 1)
    if request.method == "POST" and proof.given:
        with _still_there():
            enable_key(reach, key_id=key_id)
        return lead_to(request, _key_url(reach, key_id))
    return _ask(request, reach, found, question, proof)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def key_delete(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    """Delete a key for good."""
    found = _living(reach, key_id)
    question = Question(
        _("Delete key %(name)s") % {"name": found.row.name},
        (_who_holds_it(found), _("It is deleted at fiskaly too. This cannot be undone; the record of it stays.")),
        _("I have read that this key is gone for good"),
    )
    tier = 3 if found.handed_over or found.row.mode == Mode.LIVE else 2
    proof = _proof(request, reach, found, question, tier)
    if request.method == "POST" and proof.given:
        with _still_there():
            retire_key(reach, key_id=key_id, reason=proof.reason)
        return lead_to(request, reverse("portal:organization_keys", args=[reach.organization.public_id]))
    return _ask(request, reach, found, question, proof)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
@fresh
def key_rotate(request: PageRequest, reach: Reach, key_id: UUID) -> HttpResponse:
    """Issue a new key of the same name and mode; the old one works on for the time chosen.

    That ends a key: once its secret was handed over a till may depend on it, so that takes the name and a reason.
    """
    found = _living(reach, key_id)
    title = _("Replace key %(name)s") % {"name": found.row.name}
    form = RotateForm(request.POST or None, name=found.row.name if found.handed_over else "")
    if form.missing:
        refuse_proof(reach, action=title, tier=3, missing=form.missing)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            with _still_there():
                new = rotate_key(reach, key_id=key_id, keep_hours=given["keep_hours"], reason=given.get("reason", ""))
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, reverse("portal:key_reveal", args=[reach.organization.public_id, new.public_id]))
    context = key_frame(reach, found, (_("Replace"), "")) | {
        "key": found,
        "title": title,
        "who_holds_it": _who_holds_it(found),
        "form": form,
        "cancel_url": _key_url(reach, key_id),
    }
    return render(request, "portal/api_keys/rotate.html", context, status=422 if form.errors else 200)


def _living(reach: Reach, key_id: UUID) -> KeyDetail:
    """The key, unless it was deleted: nothing can be done to it any more."""
    found = found_key(reach, key_id)
    if found.deleted:
        raise Http404
    return found


@contextmanager
def _still_there() -> Iterator[None]:
    """Somebody else may delete the key between the question and the answer: 404, as for any later visit."""
    try:
        yield
    except ObjectDoesNotExist:
        raise Http404 from None


def _proof(request: PageRequest, reach: Reach, found: KeyDetail, question: Question, tier: int) -> Proof:
    if request.method == "POST":
        return read_proof(request, reach, tier=tier, name=found.row.name, action=question.title)
    return asked(tier, found.row.name)


def _who_holds_it(found: KeyDetail) -> str:
    if not found.handed_over:
        return _("Its secret was never shown to anybody, so no till works with it.")
    return _("%(person)s was shown its secret: tills and programs that use it stop working.") % {
        "person": found.revealed_by or _("Somebody")
    }


def _key_url(reach: Reach, key_id: UUID) -> str:
    return reverse("portal:key", args=[reach.organization.public_id, key_id])


def _ask(request: PageRequest, reach: Reach, found: KeyDetail, question: Question, proof: Proof) -> HttpResponse:
    context = key_frame(reach, found, (question.title, "")) | {
        "question": question,
        "proof": proof,
        "cancel_url": _key_url(reach, found.row.key_id),
        "action_url": request.path,
    }
    return show(request, PAGE, FRAGMENT, context, status=422 if proof.errors else 200)
