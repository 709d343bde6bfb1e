"""One uploaded file: what it would change, what is wrong with it, or what it has changed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.choices import ImportState
from fiscal.queries.import_page import ImportPage, fix_file, import_page
from organizations.access import Reach
from organizations.choices import Level, Scope
from portal.csvfile import stream
from portal.frame import frame
from portal.http import PageRequest, lead_to, scoped, show


@require_safe
@scoped(Scope.INTEGRATIONS)
def upload(request: PageRequest, reach: Reach, import_id: UUID) -> HttpResponse:
    """The file in its state."""
    return show_upload(request, reach, found_upload(reach, import_id))


@require_safe
@scoped(Scope.INTEGRATIONS)
def upload_fix(request: PageRequest, reach: Reach, import_id: UUID) -> HttpResponseBase:
    """The rows that were refused, with a last column that says what is wrong; the importer ignores it."""
    found = fix_file(reach, import_id)
    if found is None:
        # A file without rows to fix has a page that says how it stands; one that is not there has none.
        return lead_to(request, upload_url(reach, found_upload(reach, import_id).row.import_id))
    name, rows = found
    return stream(name, next(rows), rows)


def found_upload(reach: Reach, import_id: UUID) -> ImportPage:
    """The file's facts. Raises Http404 if the tree reached has no such file."""
    found = import_page(reach, import_id)
    if found is None:
        raise Http404
    return found


def show_upload(request: PageRequest, reach: Reach, found: ImportPage, *, error: str = "") -> HttpResponse:
    """The page, with what went wrong just now on top."""
    here, row = reach.organization.public_id, found.row
    ids = [here, row.import_id]
    urls = {"new": reverse("portal:upload_new", args=[here]), "list": reverse("portal:uploads", args=[here])}
    if reach.allows(Scope.INTEGRATIONS, Level.MANAGE):
        urls["discard"] = reverse("portal:upload_discard", args=ids) if row.state != ImportState.DONE else ""
        urls["columns"] = reverse("portal:upload_columns", args=ids) if row.state == ImportState.MAPPING else ""
        urls["apply"] = reverse("portal:upload_apply", args=ids) if found.preview or found.counts else ""
    if found.fixable:
        urls["fix"] = reverse("portal:upload_fix", args=ids)
    if reach.allows(Scope.TRANSACTIONS):
        urls["statistics"] = _statistics_url(reach, found)
        urls["methods"] = reverse("portal:payment_methods", args=[here])
    context = uploads_frame(reach, (row.name, "")) | {
        "title": row.name,
        "page": found,
        "urls": urls,
        "error": error,
        "here_url": upload_url(reach, row.import_id),
    }
    if error:
        return render(request, "portal/uploads/upload.html", context, status=422)
    return show(request, "portal/uploads/upload.html", "portal/uploads/_state.html", context)


def _statistics_url(reach: Reach, found: ImportPage) -> str:
    row = found.row
    asked = f"?period=free&from={row.first_day:%Y-%m-%d}&to={row.last_day:%Y-%m-%d}&register={row.register_id}"
    return reverse("portal:organization_statistics", args=[reach.organization.public_id]) + asked


def upload_url(reach: Reach, import_id: UUID) -> str:
    """The page of an uploaded file, seen from the organization reached."""
    return reverse("portal:upload", args=[reach.organization.public_id, import_id])


def uploads_frame(reach: Reach, *more: tuple[str, str]) -> dict[str, Any]:
    """The frame of a page about uploaded files."""
    here = reach.organization.public_id
    path = (
        (_("Connections"), reverse("portal:connections", args=[here])),
        (_("Uploaded files"), reverse("portal:uploads", args=[here])),
    )
    return frame(reach, *path, *more)
