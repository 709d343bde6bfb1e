"""What is decided about one person in fiskaly's dashboard. Each is confirmed: it names the person and the effect."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import PersonRow, Standing, UnknownRow, dashboard_person, unknown_person
from fiscal.services import adopt_address, adopt_person, invite_again, remove_person, remove_unknown
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.http import PageRequest, lead_to, scoped, show
from portal.proof import asked, read_proof
from portal.views.dashboard_people import people_frame, people_url

PAGE, FRAGMENT = "portal/api_keys/confirm.html", "portal/api_keys/_confirm.html"
TIER = 1


@dataclass(frozen=True)
class Question:
    """A confirmation in words: what happens, on which button, and what comes of it."""

    title: str
    effects: tuple[str, ...]
    tick: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def remove(request: PageRequest, reach: Reach, dashboard_user_id: UUID) -> HttpResponse:
    """Take a person's access at fiskaly, or the invitation, back."""
    person = _known(reach, dashboard_user_id)
    question = Question(_("Remove %(email)s") % {"email": person.email}, (_lost(person), _stays_in_kontor()))
    return _decided(request, reach, question, lambda: remove_person(reach, user_id=dashboard_user_id))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def invite_anew(request: PageRequest, reach: Reach, dashboard_user_id: UUID) -> HttpResponse:
    """Invite a person again whom fiskaly no longer lists."""
    person = _known(reach, dashboard_user_id)
    effect = _("fiskaly writes to this address again; where it is registered there, the person has access at once.")
    question = Question(_("Invite %(email)s again") % {"email": person.email}, (effect,))
    return _decided(request, reach, question, lambda: invite_again(reach, user_id=dashboard_user_id))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def take_address(request: PageRequest, reach: Reach, dashboard_user_id: UUID) -> HttpResponse:
    """Take over the address under which fiskaly lists a person now."""
    person = _known(reach, dashboard_user_id)
    words = {"email": person.email, "theirs": person.their_email or "–"}
    effect = _("fiskaly lists this person as %(theirs)s. Kontor does so too from now on; nothing is sent.") % words
    question = Question(_("Adopt the address of %(email)s") % words, (effect,))
    return _decided(request, reach, question, lambda: adopt_address(reach, user_id=dashboard_user_id))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def adopt(request: PageRequest, reach: Reach, remote_id: UUID) -> HttpResponse:
    """Let Kontor know of a person whom only fiskaly knew."""
    person = _stranger(reach, remote_id)
    effect = _("The person keeps what they have at fiskaly. From now on Kontor says when they are gone there.")
    question = Question(_("Adopt %(email)s") % {"email": person.email}, (effect,))
    return _decided(request, reach, question, lambda: adopt_person(reach, remote_id=str(remote_id)))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.USERS, Level.MANAGE)
def remove_stranger(request: PageRequest, reach: Reach, remote_id: UUID) -> HttpResponse:
    """Have a person removed whom only fiskaly knew."""
    person = _stranger(reach, remote_id)
    effects = (_("The person loses access to this organization in fiskaly's dashboard."), _stays_in_kontor())
    question = Question(_("Remove %(email)s") % {"email": person.email}, effects)
    return _decided(request, reach, question, lambda: remove_unknown(reach, remote_id=str(remote_id)))


def _known(reach: Reach, person_id: UUID) -> PersonRow:
    person = dashboard_person(reach, person_id)
    if person is None:
        raise Http404
    return person


def _stranger(reach: Reach, remote_id: UUID) -> UnknownRow:
    person = unknown_person(reach, remote_id)
    if person is None:
        raise Http404
    return person


def _lost(person: PersonRow) -> str:
    if person.standing in {Standing.LAPSED, Standing.GONE}:
        return _("fiskaly lists nobody with this address any more, so nothing is sent there.")
    if person.standing == Standing.INVITED:
        return _("The invitation is taken back: its link opens nothing any more.")
    return _("The person loses access to this organization in fiskaly's dashboard; their account there stays.")


def _stays_in_kontor() -> str:
    return _("What the person may do in Kontor does not change.")


def _decided(request: PageRequest, reach: Reach, question: Question, act: Callable[[], object]) -> HttpResponse:
    """Ask; once confirmed, act and lead back to the people."""
    if request.method != "POST":
        return _ask(request, reach, question)
    read_proof(request, reach, tier=TIER, name="", action=question.title)
    try:
        act()
    except ObjectDoesNotExist:
        raise Http404 from None
    except RulesBroken as broken:
        messages.error(request, " ".join(broken.errors.values()))
    return lead_to(request, people_url(reach))


def _ask(request: PageRequest, reach: Reach, question: Question) -> HttpResponse:
    context = people_frame(reach, (question.title, "")) | {
        "question": question,
        "proof": asked(TIER, ""),
        "cancel_url": people_url(reach),
        "action_url": request.path,
    }
    return show(request, PAGE, FRAGMENT, context)
