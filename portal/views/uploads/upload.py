"""Uploading a file: which device, which days, which kind."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.choices import FileLayout
from fiscal.queries.imports import Device, devices
from fiscal.services.imports import Upload, upload_file
from fiscal.statistics.files.opening import MOST_BYTES
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.uploads import UploadForm
from portal.http import PageRequest, lead_to, scoped
from portal.views.uploads.page import upload_url, uploads_frame


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def upload_new(request: PageRequest, reach: Reach) -> HttpResponse:
    """The form; after it a worker checks the file whole, and its page says what comes of it."""
    found, today = devices(reach), timezone.localdate()
    sent = {"data": request.POST, "files": request.FILES} if request.method == "POST" else {}
    form = UploadForm(**sent, devices=found, latest=today, initial=_chosen(request, found))
    if form.is_bound and form.is_valid():
        try:
            row = upload_file(reach, upload=_upload(form.cleaned_data))
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, upload_url(reach, row.public_id))
    here = reach.organization.public_id
    context = uploads_frame(reach, (_("Upload a file"), "")) | {
        "title": _("Upload a file"),
        "form": form,
        "devices": found,
        "cancel_url": reverse("portal:uploads", args=[here]),
        "connections_url": reverse("portal:connections", args=[here]),
    }
    return render(request, "portal/uploads/new.html", context, status=422 if form.errors else 200)


def _upload(typed: dict[str, Any]) -> Upload:
    file = typed["file"]
    return Upload(
        register_id=UUID(typed["register"]),
        layout=FileLayout(typed["layout"]),
        first_day=typed["first_day"],
        last_day=typed["last_day"],
        name=file.name or "",
        content=file.read(MOST_BYTES + 1),
    )


def _chosen(request: PageRequest, found: list[Device]) -> dict[str, str]:
    """The device that the page came from, or the only one there is."""
    wanted = {request.GET.get("register", ""), request.GET.get("connection", "")}
    fitting = [one for one in found if {str(one.register_id), str(one.connection_id)} & wanted] or found
    return {"register": str(fitting[0].register_id)} if len(fitting) == 1 else {}
