"""Following one object: how its follower is told of what happens to it."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries.notices import Followed, followed_object
from fiscal.services.notices import follow_object
from organizations.access import NotAuthorized, Reach
from organizations.choices import Scope
from organizations.topics import Channel
from portal.forms.notifications import FollowForm
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.ORGANIZATIONS)
def follow(request: PageRequest, reach: Reach, what: str, object_id: UUID) -> HttpResponse:
    """Choose how to be told, or no longer."""
    found = _found(reach, what, object_id)
    start = found.channel if found.channel != Channel.OFF else Channel.PORTAL
    form = FollowForm(request.POST if request.method == "POST" else None, initial={"channel": start})
    back = _page_of(reach, what, object_id)
    if request.method == "POST" and form.is_valid():
        follow_object(request.user, reach=reach, subject_id=object_id, name=found.name, **form.cleaned_data)
        return lead_to(request, back)
    title = _("Follow %(name)s") % {"name": found.name}
    context = {**frame(reach, (_("Follow"), "")), "title": title, "form": form, "back": back}
    return render(request, "portal/notifications/form.html", context, status=422 if form.errors else 200)


def _found(reach: Reach, what: str, object_id: UUID) -> Followed:
    """The object, or 404; 403 without the area its page asks for."""
    try:
        found = followed_object(reach, what, object_id)
    except NotAuthorized as missing:
        raise PermissionDenied(missing.scope.label, missing.level.label) from None
    if found is None:
        raise Http404
    return found


def _page_of(reach: Reach, what: str, object_id: UUID) -> str:
    here = reach.organization.public_id
    if what == "organization":
        return reverse("portal:organization", args=[here])
    if what == "shop":
        return reverse("portal:shops", args=[here])
    return reverse(f"portal:{what}", args=[here, object_id])
