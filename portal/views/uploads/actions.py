"""What is done with an uploaded file: its columns named, its figures applied, the file discarded."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from fiscal.choices import FileLayout, ImportState
from fiscal.queries.import_page import offered_fields
from fiscal.services.imports import apply_import, discard_import, map_columns
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.uploads import ColumnsForm
from portal.http import PageRequest, lead_to, scoped, show
from portal.proof import asked
from portal.views.uploads.page import found_upload, show_upload, upload_url, uploads_frame


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def upload_columns(request: PageRequest, reach: Reach, import_id: UUID) -> HttpResponse:
    """Each unknown column with samples and a choice of what it means. Remembered for the same headers."""
    found = found_upload(reach, import_id)
    if found.row.state != ImportState.MAPPING:
        return lead_to(request, upload_url(reach, import_id))
    form = ColumnsForm(request.POST or None, unknown=found.unknown, fields=offered_fields(found.row.layout))
    if form.is_bound and form.is_valid():
        try:
            map_columns(reach, import_id, columns=form.columns())
        except ObjectDoesNotExist:
            raise Http404 from None
        except RulesBroken as broken:
            form.add_faults(broken.errors)
        else:
            return lead_to(request, upload_url(reach, import_id))
    own_url = upload_url(reach, import_id)
    context = uploads_frame(reach, (found.row.name, own_url), (_("Columns"), "")) | {
        "title": _("What the columns of %(name)s mean") % {"name": found.row.name},
        "page": found,
        "form": form,
        "cancel_url": own_url,
    }
    return render(request, "portal/uploads/columns.html", context, status=422 if form.errors else 200)


@require_POST
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def upload_apply(request: PageRequest, reach: Reach, import_id: UUID) -> HttpResponse:
    """Write what the preview showed; if that has changed meanwhile, the new preview is shown instead."""
    expected, partly = request.POST.get("expected", ""), request.POST.get("partly") == "yes"
    try:
        row = apply_import(reach, import_id, expected=expected, partly=partly)
    except ObjectDoesNotExist:
        raise Http404 from None
    except RulesBroken as broken:
        words = " ".join(broken.errors.values())
        return show_upload(request, reach, found_upload(reach, import_id), error=words)
    counted = row.layout == FileLayout.COUNTER
    figures = _("The file is part of the figures now; sums follow within seconds.")
    messages.success(request, _("The counts were noted.") if counted else figures)
    return lead_to(request, upload_url(reach, import_id))


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.INTEGRATIONS, Level.MANAGE)
def upload_discard(request: PageRequest, reach: Reach, import_id: UUID) -> HttpResponse:
    """Forget a file that was not applied (tier 1)."""
    found = found_upload(reach, import_id)
    if request.method == "POST":
        try:
            discard_import(reach, import_id)
        except RulesBroken as broken:
            messages.error(request, " ".join(broken.errors.values()))
            return lead_to(request, upload_url(reach, import_id))
        return lead_to(request, reverse("portal:uploads", args=[reach.organization.public_id]))
    title = _("Discard %(name)s") % {"name": found.row.name}
    context = uploads_frame(reach, (found.row.name, upload_url(reach, import_id)), (_("Discard"), "")) | {
        "title": title,
        "effects": [
            _("The file is deleted here. It was not applied, so no figure changes. What was said of its columns stays.")
        ],
        "proof": asked(1, found.row.name),
        "cancel_url": upload_url(reach, import_id),
        "action_url": request.path,
    }
    return show(request, "portal/connections/confirm.html", "portal/connections/_confirm.html", context)
