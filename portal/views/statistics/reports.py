"""Turnover reports by e-mail: what one gets, subscribing to more, changing, pausing and ending."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from fiscal.queries.reports import ReportLine, report_of, reports_of
from fiscal.services.reports import NoSuchReport, change_report, end_report, pause_report, subscribe
from organizations.access import Reach
from organizations.choices import Level, Scope
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.reports import ZONES, ReportForm
from portal.frame import frame
from portal.http import PageRequest, lead_to, reach_of, scoped, signed_in
from portal.tabs import organization_tabs


@signed_in
@require_safe
def reports(request: PageRequest) -> HttpResponse:
    """All reports that the person gets."""
    context = {
        "reports": reports_of(request.user),
        "title": _("Reports by e-mail"),
        "organizations_url": reverse("portal:organizations"),
    }
    return render(request, "portal/statistics/reports.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@scoped(Scope.TRANSACTIONS)
def organization_reports(request: PageRequest, reach: Reach) -> HttpResponse:
    """The person's reports about one organization, and the form to subscribe to one more."""
    form = ReportForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            subscribe(reach, **form.cleaned_data)
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, request.path)
    statistics = reverse("portal:organization_statistics", args=[reach.organization.public_id])
    context = {
        **frame(reach, (_("Statistics"), statistics), (_("Reports by e-mail"), "")),
        "tabs": organization_tabs(reach, "statistics"),
        "name": str(reach.organization),
        "title": _("Reports by e-mail"),
        "reports": reports_of(request.user, reach.organization),
        "form": form,
        "zones": ZONES,
    }
    return render(request, "portal/statistics/reports.html", context, status=422 if form.errors else 200)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: PageRequest, report_id: UUID) -> HttpResponse:
    """Change when one's own report comes."""
    line, reach = _mine(request, report_id)
    start = {"hour": line.hour, "time_zone": line.time_zone, "with_csv": line.with_csv}
    form = ReportForm(request.POST if request.method == "POST" else None, initial=start, fixed=True)
    back = reverse("portal:organization_reports", args=[reach.organization.public_id])
    if request.method == "POST" and form.is_valid():
        try:
            change_report(reach, report_id, **form.cleaned_data)
        except RulesBroken as broken:
            add_broken(form, broken)
        else:
            return lead_to(request, back)
    context: dict[str, Any] = {
        **frame(reach, (_("Reports by e-mail"), back), (_("Change"), "")),
        "report": line,
        "form": form,
        "zones": ZONES,
        "cancel_url": back,
    }
    return render(request, "portal/statistics/report.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def report_pause(request: PageRequest, report_id: UUID) -> HttpResponse:
    """Pause one's own report."""
    return _paused(request, report_id, paused=True)


@signed_in
@require_POST
def report_resume(request: PageRequest, report_id: UUID) -> HttpResponse:
    """Let one's own report come again."""
    return _paused(request, report_id, paused=False)


@signed_in
@require_POST
def report_end(request: PageRequest, report_id: UUID) -> HttpResponse:
    """End one's own report, whatever one reaches today."""
    try:
        end_report(request.user, report_id)
    except NoSuchReport:
        raise Http404 from None
    return lead_to(request, reverse("portal:reports"))


def _paused(request: PageRequest, report_id: UUID, *, paused: bool) -> HttpResponse:
    _line, reach = _mine(request, report_id)
    pause_report(reach, report_id, paused=paused)
    return lead_to(request, reverse("portal:organization_reports", args=[reach.organization.public_id]))


def _mine(request: PageRequest, report_id: UUID) -> tuple[ReportLine, Reach]:
    """One's own report, and the reach it needs. Raises Http404 and 403."""
    line = report_of(request.user, report_id)
    if line is None:
        raise Http404
    return line, reach_of(request, line.organization_id, Scope.TRANSACTIONS, Level.VIEW)
