"""Error pages. The one for 500 renders without a request context: what broke may be what fills it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from portal.acting import acting, remember
from portal.sign_in import asking


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the browser sent something that no form of ours sends."""
    remember(request)
    return render(request, "portal/errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: the person may know that the page exists but not use it."""
    remember(request)
    return render(request, "portal/errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, or none that this person may know of."""
    remember(request)
    return render(request, "portal/errors/404.html", status=404)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403 for a form without a valid token; the reason is Django's and stays out of the page.

    A form of our own page whose token is old comes back with what was typed and a new token. The browser itself says that
    it was our own (`Sec-Fetch-Site`): what another site has sent is never offered for sending again.
    """
    remember(request)
    own = request.headers.get("Sec-Fetch-Site") == "same-origin"
    typed = asking.typed_in(request) if own else []
    untyped = own and asking.left_out(request)
    context = {"own": own, "typed": typed, "untyped": untyped, "here": request.get_full_path()}
    htmx = request.headers.get("HX-Request") and not request.headers.get("HX-Boosted")
    page = "portal/errors/_csrf.html" if own and htmx else "portal/errors/csrf.html"
    response = render(request, page, context, status=422 if own and htmx else 403)
    if own and htmx:
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog", "innerHTML"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: rendered without request, session or database. Who acts for another can leave all the same."""
    return HttpResponse(render_to_string("portal/errors/500.html", {"acting": acting(request)}), status=500)
