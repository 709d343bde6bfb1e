"""One receipt: what it says, whether it counts, what became of it, and its signature."""

from __future__ import annotations

from typing import Any

import segno
from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fiscal.queries import ReceiptDetail, receipt_detail
from fiscal.services import DocumentRefused, document_pdf
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped
from portal.views.receipts.words import marks, why


@require_safe
@scoped(Scope.TRANSACTIONS)
def receipt(request: PageRequest, reach: Reach, receipt_id: int) -> HttpResponse:
    """The whole page."""
    found = found_receipt(reach, receipt_id)
    context = receipt_frame(reach, found) | {
        "page": found,
        "row": found.row,
        "marks": list(marks(found.row)),
        "why": why(found.row),
        "qr": _qr_code(found.code.text) if found.code and found.code.text else "",
        "links": _links(reach, found),
        "here": reach.organization.public_id,
    }
    return render(request, "portal/receipts/receipt.html", context)


@require_POST
@scoped(Scope.TRANSACTIONS)
def receipt_pdf(request: PageRequest, reach: Reach, receipt_id: int) -> HttpResponse:
    """The document as DataCash has it. Asked for anew each time, so it is a button and no link to be fetched ahead."""
    found = found_receipt(reach, receipt_id)
    if not found.has_pdf:
        raise Http404
    row = found.row
    try:
        content = document_pdf(reach, row.register_id, row.key)
    except ObjectDoesNotExist:
        raise Http404 from None
    except DocumentRefused as refused:
        messages.error(request, " ".join(refused.errors.values()))
        return lead_to(request, receipt_url(reach, receipt_id))
    name = "".join(sign if sign.isalnum() else "-" for sign in row.number)
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="{name}.pdf"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def found_receipt(reach: Reach, receipt_id: int) -> ReceiptDetail:
    """The receipt's facts. Raises Http404 if the tree reached has no such receipt."""
    found = receipt_detail(reach, receipt_id)
    if found is None:
        raise Http404
    return found


def receipt_url(reach: Reach, receipt_id: int) -> str:
    """The page of a receipt, seen from the organization reached."""
    return reverse("portal:receipt", args=[reach.organization.public_id, receipt_id])


def receipt_frame(reach: Reach, found: ReceiptDetail, *more: tuple[str, str]) -> dict[str, Any]:
    """Context of a page about a receipt."""
    listed = (_("Receipts"), reverse("portal:receipts", args=[reach.organization.public_id]))
    own = receipt_url(reach, found.row.receipt_id) if more else ""
    return frame(reach, listed, (found.row.number, own), *more)


def _links(reach: Reach, found: ReceiptDetail) -> dict[str, str]:
    """Addresses of what this person may do with it. What is done to a document is done at the register's organization."""
    here, row = found.row.organization_id, found.row
    links = {}
    if reach.allows(Scope.CLIENTS):
        links["register"] = reverse("portal:register", args=[reach.organization.public_id, row.register_id])
    if found.has_pdf:
        links["pdf"] = reverse("portal:receipt_pdf", args=[here, row.receipt_id])
    if found.voidable and reach.allows(Scope.TRANSACTIONS, Level.MANAGE):
        links["void"] = reverse("portal:receipt_void", args=[here, row.receipt_id])
    if found.verified and reach.allows(Scope.MONITORING):
        links["chain"] = reverse("portal:chain", args=[reach.organization.public_id, row.register_id])
    return links


def _qr_code(text: str) -> SafeString:
    """Dark on light in either theme: readers expect it so. Attributes only, no style."""
    code = segno.make(text, error="m", boost_error=False, micro=False)
    drawn = code.svg_inline(scale=3, light="#fff", title=_("QR code of the receipt"), svgclass=None, lineclass=None)
    return mark_safe(drawn)  # noqa: S308 - a drawing made of the text's bits; nothing of the text itself stands in it
