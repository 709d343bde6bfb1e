"""One entry of the record, under an address that stays."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries import event_page, record_standing
from organizations.access import Reach
from organizations.choices import Scope
from portal.frame import frame
from portal.http import PageRequest, scoped


@require_safe
@scoped(Scope.ORGANIZATIONS)
def event(request: PageRequest, reach: Reach, number: int) -> HttpResponse:
    """Who, as whom, what, before and after, by which request, and what seals it."""
    found = event_page(reach, number)
    if found is None:
        raise Http404
    here = reach.organization.public_id
    list_url = reverse("portal:activity", args=[here])
    title = _("Entry %(n)d") % {"n": number}
    standing = record_standing(reach)
    context = frame(reach, (_("Activity"), list_url), (title, "")) | {
        "title": title,
        "page": found,
        "event": found.event,
        "list_url": list_url,
        "run_url": f"{list_url}?run={found.event.run_id}" if found.event.run_id else "",
        "object_url": f"{list_url}?object={found.event.subject_id}",
        "before_url": reverse("portal:event", args=[here, found.before]) if found.before else "",
        "after_url": reverse("portal:event", args=[here, found.after]) if found.after else "",
        "standing": standing,
        "verified": not standing.broken and standing.verified >= number,
    }
    return render(request, "portal/activity/event.html", context)
