"""The webhook of deferred fiscalisation: DataCash calls it when a pending sale has become fiscal."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST

from fiscal.services.deliveries import MOST_BYTES, NoSuchAddress, TooMany, Unreadable, take_delivery, welcome
from portal.http import public


# A program calls, without a session: there is no cookie that somebody else's page could misuse. The address is the proof.
@csrf_exempt
@public
@require_POST
@sensitive_variables("token")
def datacash(request: HttpRequest, token: str) -> HttpResponse:
    """Keep the delivery and answer at once; the document is read again later. Nothing in it is believed."""
    try:
        connection = welcome(token, now=timezone.now())
    except NoSuchAddress:
        return _answer(404, "There is no such address.")
    except TooMany:
        return _answer(429, "Too many deliveries. Try again in a minute.", retry_after=60)
    if int(request.META.get("CONTENT_LENGTH") or 0) > MOST_BYTES:
        return _answer(413, "This is too large for a delivery.")
    try:
        is_new = take_delivery(connection, request.read(MOST_BYTES + 1))
    except Unreadable as fault:
        return _answer(400, str(fault))
    return _answer(200, "taken" if is_new else "known already")


def _answer(status: int, words: str, *, retry_after: int = 0) -> HttpResponse:
    response = HttpResponse(f"{words}\n", status=status, content_type="text/plain")
    response["Cache-Control"] = "no-store"
    if retry_after:
        response["Retry-After"] = str(retry_after)
    return response
