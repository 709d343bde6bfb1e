"""What came of a document that somebody had made. An unknown outcome is said as such, and is looked for, never repeated."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fiscal.choices import Outcome
from fiscal.queries import document_facts
from fiscal.services import DocumentRefused, settle_document
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped

LOOKS = {
    Outcome.DONE: ("ok", "check"),
    Outcome.REFUSED: ("bad", "x"),
    Outcome.FAILED: ("bad", "x"),
    Outcome.NOT_THERE: ("neutral", "minus"),
    Outcome.STARTED: ("warn", "alert-triangle"),
    Outcome.UNKNOWN: ("warn", "alert-triangle"),
}


@require_safe
@scoped(Scope.TRANSACTIONS)
def document(request: PageRequest, reach: Reach, document_id: UUID) -> HttpResponse:
    """One attempt and its outcome."""
    facts = document_facts(reach, document_id)
    if facts is None:
        raise Http404
    here = reach.organization.public_id
    tone, icon = LOOKS[Outcome(facts.outcome)]
    context: dict[str, Any] = frame(
        reach, (_("Receipts"), reverse("portal:receipts", args=[here])), (facts.words.capitalize(), "")
    )
    context |= {
        "title": facts.words.capitalize(),
        "facts": facts,
        "tone": tone,
        "icon": icon,
        "meaning": meaning(Outcome(facts.outcome)),
        "look_url": reverse("portal:document_settle", args=[here, document_id])
        if facts.open and reach.allows(Scope.TRANSACTIONS, Level.MANAGE)
        else "",
        "receipt_url": reverse("portal:receipt", args=[here, facts.receipt_id]) if facts.receipt_id else "",
        "list_url": f"{reverse('portal:receipts', args=[here])}?number={facts.number}&whole=yes"
        if facts.number
        else "",
    }
    return render(request, "portal/receipts/document.html", context)


@require_POST
@scoped(Scope.TRANSACTIONS, Level.MANAGE)
def document_settle(request: PageRequest, reach: Reach, document_id: UUID) -> HttpResponse:
    """Look for it at the provider. Where several may be it, the person says which, or that it is none of them."""
    number, none_of_them = request.POST.get("number", "").strip()[:100], request.POST.get("none") == "yes"
    try:
        found = settle_document(reach, document_id, number=number, none_of_them=none_of_them)
    except ObjectDoesNotExist:
        raise Http404 from None
    except DocumentRefused as refused:
        messages.error(request, " ".join(refused.errors.values()))
    else:
        if found.outcome == Outcome.DONE:
            messages.success(request, _("Found: it was made as %(number)s.") % {"number": found.number})
        else:
            messages.warning(request, found.error_text or str(found.get_outcome_display()))
    return lead_to(request, reverse("portal:document", args=[reach.organization.public_id, document_id]))


def meaning(outcome: Outcome) -> str:
    """What an outcome means for the person, and what to do."""
    words = {
        Outcome.DONE: _("The document exists. It appears among the receipts with the next round."),
        Outcome.REFUSED: _("The provider refused it: nothing was made. Mend what it names, then ask anew."),
        Outcome.FAILED: _("The provider was not reached: nothing was made. Try again later."),
        Outcome.NOT_THERE: _("It was looked for and was not made. Ask for it anew if it is still wanted."),
    }
    unknown = _("The call ended without an answer, so it may have been made. It is never sent again: look for it.")
    return words.get(outcome, unknown)
