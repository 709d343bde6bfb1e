"""The whole HTMX and access glue: how a view gets its reach, shows a page or its fragment, and leads on.

Every view is stamped with a door, its declared policy. A view without one fails the suite (tests/portal/test_doors.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from organizations.access import NoSuchOrganization, NotAuthorized, Reach, access_organization
from organizations.choices import Level, Scope
from portal.sign_in import asking
from portal.sign_in.freshness import is_fresh


class PageRequest(HttpRequest):
    """What middleware adds to Django's request. `user` is a signed-in User behind every door but `public`."""

    htmx: HtmxDetails
    request_id: str
    user: Any
    reach: Reach | None
    """How the person reached the organization of the page, once its door was asked; None where it was shut."""


@dataclass(frozen=True)
class Door:
    """A view's policy: anybody, anybody signed in, or who reaches the organization in the URL with an authorization."""

    kind: str
    scope: Scope | None = None
    level: Level | None = None


View = Callable[..., HttpResponseBase]


def public(view: View) -> View:
    """Anybody may come in."""
    view = login_not_required(view)
    view.door = Door("public")  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Anybody signed in may come in; what they see is filtered by their reach in the query."""
    view.door = Door("signed-in")  # type: ignore[attr-defined]
    return view


def scoped(scope: Scope, level: Level = Level.VIEW) -> Callable[[View], View]:
    """Only who reaches the organization in the URL with this authorization. The view gets a Reach instead of the id.

    404 for an organization that is not there or out of reach, 403 for one in reach without the authorization.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: PageRequest, organization_id: UUID, *args: Any, **kwargs: Any) -> HttpResponseBase:
            return view(request, reach_of(request, organization_id, scope, level), *args, **kwargs)

        guarded.door = Door("scoped", scope, level)  # type: ignore[attr-defined]
        return guarded

    return decorate


def fresh(view: View) -> View:
    """Below a door: only who has proved within minutes who they are (`portal.sign_in.freshness`).

    A page that is opened leads there and back. A form of a page that was open too long is shown again with what was typed
    and a field for the proof, and goes on from there.
    """

    @wraps(view)
    @sensitive_post_parameters(asking.PASSWORD, asking.CODE)
    def guarded(request: PageRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if request.method != "POST":
            return asking.ask_before(request)
        error = asking.take_proof(request)
        return view(request, *args, **kwargs) if error is None else asking.ask_within(request, error)

    guarded.fresh = True  # type: ignore[attr-defined]
    return guarded


def reach_of(request: PageRequest, organization_id: UUID, scope: Scope, level: Level) -> Reach:
    """The person's reach at an organization named elsewhere than in the URL's first place. Raises Http404 or 403."""
    try:
        reach = access_organization(
            request.user, organization_id, scope=scope, level=level, request_id=request.request_id
        )
    except NoSuchOrganization:
        request.reach = None
        raise Http404 from None
    except NotAuthorized as missing:
        if missing.reach:
            request.reach = missing.reach
        raise PermissionDenied(missing.scope.label, missing.level.label) from None
    request.reach = reach
    return reach


def wants_fragment(request: PageRequest) -> bool:
    """Whether HTMX asks for a part of the page; boosted links and restored history want all of it."""
    return bool(request.htmx) and not request.htmx.boosted and not request.htmx.history_restore_request


def show(request: PageRequest, page: str, fragment: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Render the fragment for HTMX, else the page that includes it: first paint and swap share one source."""
    response = render(request, fragment if wants_fragment(request) else page, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def lead_to(request: PageRequest, url: str) -> HttpResponse:
    """After a write: 303 to `url`, or the same for HTMX, as a navigation of the whole page."""
    if request.htmx and not request.htmx.boosted:
        return HttpResponseClientRedirect(url)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response
