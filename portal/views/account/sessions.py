"""Ending sessions: one, or all others."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from organizations.choices import SecurityVerb
from organizations.services import end_other_sessions, end_session
from portal.http import PageRequest, fresh, lead_to, signed_in
from portal.sign_in.following import note


@require_POST
@signed_in
@fresh
def session_end(request: PageRequest, session_id: int) -> HttpResponse:
    """End one of this person's sessions; 404 for anybody else's. It is out at its next request."""
    if not end_session(request.user, session_id=session_id):
        raise Http404
    note(request, request.user, SecurityVerb.SESSION_ENDED)
    messages.success(request, _("That session is ended."))
    return lead_to(request, reverse("portal:account"))


@require_POST
@signed_in
@fresh
def sessions_end(request: PageRequest) -> HttpResponse:
    """End all sessions but this one."""
    number = end_other_sessions(request.user, but=request.session.session_key)
    note(request, request.user, SecurityVerb.SESSIONS_ENDED)
    words = ngettext("%(number)s other session is ended.", "%(number)s other sessions are ended.", number)
    messages.success(request, words % {"number": number})
    return lead_to(request, reverse("portal:account"))
