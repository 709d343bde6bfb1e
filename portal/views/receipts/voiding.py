"""Have DataCash void a sale. It makes another document and cannot be taken back."""

from __future__ import annotations

from uuid import uuid4

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.services import DocumentRefused, void_document
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.http import PageRequest, lead_to, scoped, show
from portal.proof import Proof, asked, read_proof
from portal.views.receipts.detail import found_receipt, receipt_frame, receipt_url
from portal.views.receipts.making import document_url, sent_already, taken_once

PAGE, FRAGMENT = "portal/receipts/void.html", "portal/receipts/_void.html"


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.TRANSACTIONS, Level.MANAGE)
def receipt_void(request: PageRequest, reach: Reach, receipt_id: int) -> HttpResponse:
    """It takes the document's number and a reason."""
    found = found_receipt(reach, receipt_id)
    if not found.voidable:
        raise Http404
    row = found.row
    title = _("Void document %(number)s") % {"number": row.number}
    proof = (
        read_proof(request, reach, tier=3, name=row.number, action=title)
        if request.method == "POST"
        else asked(3, row.number)
    )
    if request.method == "POST" and proof.given:
        try:
            proof = _once(request, proof)
            if proof.given:
                made = void_document(reach, row.register_id, remote_id=row.key, reason=proof.reason)
                return lead_to(request, document_url(reach, made.public_id))
        except ObjectDoesNotExist:
            raise Http404 from None
        except DocumentRefused as refused:
            proof.errors["reason"] = " ".join(refused.errors.values())
    context = receipt_frame(reach, found, (_("Void"), "")) | {
        "title": title,
        "row": row,
        "proof": proof,
        "once": uuid4(),
        "cancel_url": receipt_url(reach, receipt_id),
        "action_url": request.path,
    }
    return show(request, PAGE, FRAGMENT, context, status=422 if proof.errors else 200)


def _once(request: PageRequest, proof: Proof) -> Proof:
    if not taken_once(request):
        proof.errors["reason"] = sent_already()
    return proof
