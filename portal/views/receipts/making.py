"""Have a provider make a fiscal document. It cannot be taken back, so it takes the register's name and a reason."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.core.cache import cache
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import MakingFacts, making_facts
from fiscal.services import DocumentRefused, create_receipt, emit_document
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.forms.documents import MakingForm
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped
from portal.proof import Proof, asked, read_proof
from portal.templatetags.kontor import cents

ONCE = 24 * 3600
"""Seconds for which the same form is taken once only."""


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.TRANSACTIONS, Level.MANAGE)
def document_new(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponse:
    """Lines, how it is paid, and the proof; then the outcome has a page of its own."""
    facts = making_facts(reach, register_id)
    if facts is None:
        raise Http404
    form = MakingForm(request.POST or None, country=facts.country, methods=facts.methods)
    if request.method != "POST":
        return _page(request, reach, facts, form, asked(3, facts.register))
    fits, proof = form.is_valid(), read_proof(request, reach, tier=3, name=facts.register, action=_verb(facts))
    problems: list[str] = []
    if fits and proof.given:
        if not taken_once(request):
            return _page(request, reach, facts, form, proof, problems=[sent_already()])
        try:
            make = create_receipt if facts.provider == "KASSANDRO" else emit_document
            made = make(reach, register_id, request=form.request(), reason=proof.reason)
        except ObjectDoesNotExist:
            raise Http404 from None
        except DocumentRefused as refused:
            problems = list(refused.errors.values())
        else:
            return lead_to(request, document_url(reach, made.public_id))
    return _page(request, reach, facts, form, proof, problems=problems)


def taken_once(request: PageRequest) -> bool:
    """Whether this very form is sent for the first time. A second press, or a repeated request, makes no second document."""
    return bool(cache.add(f"document:{request.user.pk}:{request.POST.get('once', '')[:36]}", 1, ONCE))


def sent_already() -> str:
    """What is said to a form that was sent before."""
    return _("This form was sent already, and was not sent again. Look at the receipts, or open a new form.")


def document_url(reach: Reach, document_id: UUID) -> str:
    """The page that tells what came of an attempt."""
    return reverse("portal:document", args=[reach.organization.public_id, document_id])


def _title(facts: MakingFacts) -> str:
    return _("Create a receipt") if facts.provider == "KASSANDRO" else _("Emit a document")


def _verb(facts: MakingFacts) -> str:
    """What is asked for, and where: the button's words, and the record's."""
    return _("%(verb)s on %(register)s") % {"verb": _title(facts), "register": facts.register}


def _page(
    request: PageRequest, reach: Reach, facts: MakingFacts, form: MakingForm, proof: Proof, *, problems: Any = ()
) -> HttpResponse:
    here = reach.organization.public_id
    title = _title(facts)
    waiting = document_url(reach, facts.unsettled) if facts.unsettled else ""
    faulty = bool(proof.errors or problems or any(one.errors for one in form.forms))
    total = form.total if request.method == "POST" and not any(one.errors for one in form.lines) else Decimal(0)
    context = frame(reach, (_("Receipts"), reverse("portal:receipts", args=[here])), (title, "")) | {
        "title": title,
        "verb": _verb(facts),
        "facts": facts,
        "form": form,
        "proof": proof,
        "problems": problems,
        "once": uuid4() if not request.POST or problems else request.POST.get("once", "")[:36],
        "total": cents(int(total * 100), facts.currency) if total else "",
        "waiting_url": waiting,
        "cancel_url": reverse("portal:receipts", args=[here]),
    }
    return render(request, "portal/receipts/make.html", context, status=422 if faulty else 200)
