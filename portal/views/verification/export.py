"""The DEP7 export of a register. That it was made is on record, so it is a form and no link."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from fiscal.queries import exportable_register
from fiscal.services import ExportRefused, export_chain
from organizations.access import Reach
from organizations.choices import Scope
from portal.forms.broken import add_broken
from portal.forms.verification import ExportForm
from portal.frame import frame
from portal.http import PageRequest, scoped
from portal.views.verification.register import chain_url


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.EXPORTS)
def chain_export(request: PageRequest, reach: Reach, register_id: UUID) -> HttpResponseBase:
    """Ask for the days; then the file, streamed."""
    name = exportable_register(reach, register_id)
    if name is None:
        raise Http404
    today = timezone.localdate()
    first_of_month = today.replace(day=1)
    quarter = {"first": (first_of_month - timedelta(days=62)).replace(day=1), "last": today}
    form = ExportForm(request.POST or None, initial=quarter)
    if request.method == "POST" and form.is_valid():
        try:
            file_name, pieces = export_chain(reach, register_id, **form.cleaned_data)
        except ObjectDoesNotExist:
            raise Http404 from None
        except ExportRefused as refused:
            add_broken(form, refused)
        else:
            response = StreamingHttpResponse(pieces, content_type="application/json")
            response["Content-Disposition"] = f'attachment; filename="{file_name}"'
            return response
    return _ask(request, reach, register_id, name, form)


def _ask(request: PageRequest, reach: Reach, register_id: UUID, name: str, form: ExportForm) -> HttpResponse:
    title = _("DEP7 export of %(name)s") % {"name": name}
    here = reach.organization.public_id
    cancel_url = reverse("portal:organization", args=[here])
    path: list[tuple[str, str]] = []
    if reach.allows(Scope.MONITORING):
        cancel_url = chain_url(reach, register_id)
        path = [(_("Verification"), reverse("portal:verification", args=[here])), (name, cancel_url)]
    context = frame(reach, *path, (_("Export"), "")) | {"title": title, "form": form, "cancel_url": cancel_url}
    return render(request, "portal/verification/export.html", context, status=422 if form.errors else 200)
