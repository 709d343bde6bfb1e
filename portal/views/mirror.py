"""Mirror work that failed or waits for a person, and "try again" for one or for all shown."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fiscal.choices import KindName
from fiscal.queries import WORK_PHASES, Work, WorkFilters, mirror_work, retryable_ids
from fiscal.services import MOST_AT_ONCE, CountChanged, try_again, try_all_again
from organizations.access import NotAuthorized, Reach
from organizations.choices import Level, Scope
from portal.http import PageRequest, lead_to, scoped, show, signed_in
from portal.listing import Address, pager
from portal.tabs import address as page_of
from portal.templatetags.kontor import PHASES


@signed_in
@require_safe
def mirror(request: PageRequest) -> HttpResponse:
    """One page of it."""
    address = Address(request.path, request.GET)
    filters, page, size = _filters(address), address.number("page", 1), address.size()
    work = mirror_work(request.user, filters, page=page, size=size)
    all_address = Address(reverse("portal:mirror_retry_all"), request.GET)
    context = {
        "work": work,
        "filters": filters,
        "tabs": _tabs(address, filters, work),
        "kinds": _kinds(address, filters, work),
        "kind_word": KindName(filters.kind).label if filters.kind else "",
        "no_kind_url": address.with_(kind=""),
        "here": address.with_(page=page) if page > 1 else address.with_(),
        "all_url": all_address.with_() if work.may_retry_all else "",
        "pager": pager(address, page=page, size=size, total=work.total),
        "reset_url": address.path,
    }
    return show(request, "portal/mirror/mirror.html", "portal/mirror/_mirror.html", context)


@require_POST
@scoped(Scope.ORGANIZATIONS, Level.MANAGE)
def mirror_retry(request: PageRequest, reach: Reach, mirror_id: int) -> HttpResponse:
    """Make one object due now, and lead back to where the button was."""
    try:
        try_again(reach, mirror_id=mirror_id)
    except (ObjectDoesNotExist, NotAuthorized):
        raise Http404 from None
    messages.success(request, _("Trying again. The phase follows by itself."))
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, allowed_hosts=None):
        back = page_of("portal:organization", reach.organization.public_id)
    return lead_to(request, back)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def mirror_retry_all(request: PageRequest) -> HttpResponse:
    """Try everything again that the filter shows: confirmed with the exact count (tier 2), which is counted anew."""
    address = Address(request.path, request.POST if request.method == "POST" else request.GET)
    filters = _filters(address)
    back = _back(filters)
    ids = retryable_ids(request.user, filters)
    if request.method != "POST":
        return _confirm_all(request, filters, len(ids), back)
    if request.POST.get("understood") != "yes":
        error = _("Tick this to go on: nothing was tried again.")
        return _confirm_all(request, filters, len(ids), back, tick_error=error)
    try:
        done = try_all_again(
            request.user, mirror_ids=ids, expected=address.number("expected", 0, 0), request_id=request.request_id
        )
    except CountChanged as changed:
        error = _("There are %(n)d objects by now, so nothing was tried again. Look once more.") % {"n": changed.now}
        return _confirm_all(request, filters, changed.now, back, tick_error=error)
    words = ngettext("Trying %(n)d object again.", "Trying %(n)d objects again.", done)
    messages.success(request, words % {"n": done})
    return lead_to(request, back)


def _confirm_all(
    request: PageRequest, filters: WorkFilters, count: int, back: str, *, tick_error: str = ""
) -> HttpResponse:
    context = {
        "filters": filters,
        "phase_word": PHASES[filters.phase].word if filters.phase else "",
        "kind_word": KindName(filters.kind).label if filters.kind else "",
        "count": count,
        "most": MOST_AT_ONCE,
        "capped": count > MOST_AT_ONCE,
        "cancel": back,
        "tick_error": tick_error,
    }
    status = 422 if tick_error else 200
    return show(request, "portal/mirror/retry_all.html", "portal/mirror/_retry_all.html", context, status=status)


def _filters(address: Address) -> WorkFilters:
    return WorkFilters(phase=address.one_of("phase", WORK_PHASES), kind=address.one_of("kind", KindName.values))


def _back(filters: WorkFilters) -> str:
    return Address(reverse("portal:mirror"), QueryDict(mutable=True)).with_(phase=filters.phase, kind=filters.kind)


def _tabs(address: Address, filters: WorkFilters, work: Work) -> list[dict[str, Any]]:
    return [
        {
            "label": PHASES[phase].word if phase else _("All"),
            "url": address.with_(phase=phase),
            "count": count,
            "current": phase == filters.phase,
        }
        for phase, count in work.phases.items()
    ]


def _kinds(address: Address, filters: WorkFilters, work: Work) -> list[dict[str, Any]]:
    return [
        {"label": KindName(kind).label, "url": address.with_(kind=kind), "count": count}
        for kind, count in work.kinds.items()
        if count and kind != filters.kind
    ]
