"""What somebody was told, unread first, and the number at the bell."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from fiscal.queries.notices import MOST_COUNTED, notices, unread_count
from fiscal.services.notices import mark_all_read, mark_read
from organizations.topics import Topic
from portal.http import PageRequest, lead_to, show, signed_in
from portal.listing import Address, pager

PAGE, FRAGMENT = "portal/notifications/list.html", "portal/notifications/_list.html"


@signed_in
@require_safe
def notifications(request: PageRequest) -> HttpResponse:
    """The person's own notifications."""
    address = Address(request.path, request.GET)
    topic, unread = address.one_of("topic", Topic.values), address.params.get("unread") == "1"
    page, size = address.number("page", 1), address.size()
    found = notices(
        request.user, topic=topic, organization=address.uuid("organization"), unread=unread, page=page, size=size
    )
    context = {
        "title": _("Notifications"),
        "found": found,
        "topics": Topic.choices,
        "topic": topic,
        "filtered": bool(topic or unread or address.uuid("organization")),
        "address": request.get_full_path(),
        "tabs": [
            {"label": _("All"), "url": address.with_(unread=""), "current": not unread},
            {"label": _("Unread"), "url": address.with_(unread="1"), "current": unread, "count": found.unread},
        ],
        "pager": pager(address, page=page, size=size, total=found.total),
    }
    return show(request, PAGE, FRAGMENT, context)


@signed_in
@require_safe
def bell(request: PageRequest) -> HttpResponse:
    """The bell with its number; loaded after the page, so that no page waits for it."""
    count = unread_count(request.user)
    context = {"count": count, "shown": f"{MOST_COUNTED}+" if count > MOST_COUNTED else str(count), "loaded": True}
    return render(request, "portal/notifications/_bell.html", context)


@signed_in
@require_POST
def read(request: PageRequest, notice: int) -> HttpResponse:
    """Mark one as read, or as unread again."""
    if not mark_read(request.user, notice, read=request.POST.get("unread") != "1"):
        raise Http404
    return lead_to(request, _back(request))


@signed_in
@require_POST
def read_all(request: PageRequest) -> HttpResponse:
    """Mark all as read that had been there when the page was shown."""
    newest = Address("", request.POST).number("newest", 0, least=0, most=999_999_999)
    mark_all_read(request.user, up_to=newest)
    return lead_to(request, reverse("portal:notifications"))


def _back(request: PageRequest) -> str:
    """The list with its filters; never another page."""
    home = reverse("portal:notifications")
    page = request.POST.get("next", "")
    return page if page == home or page.startswith(f"{home}?") else home
