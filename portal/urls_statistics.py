"""Addresses of the statistics: pages, files, reports by mail."""

from django.urls import URLPattern, path

from portal.views.statistics import files, page, reports

HERE = "o/<uuid:organization_id>/statistics/"
REPORT = "statistics/reports/<uuid:report_id>/"

urlpatterns: list[URLPattern] = [
    path("statistics/", page.everything, name="statistics"),
    path("statistics/file/", files.everything_file, name="statistics_file"),
    path("statistics/reports/", reports.reports, name="reports"),
    path(REPORT, reports.report, name="report"),
    path(f"{REPORT}pause/", reports.report_pause, name="report_pause"),
    path(f"{REPORT}resume/", reports.report_resume, name="report_resume"),
    path(f"{REPORT}end/", reports.report_end, name="report_end"),
    path(HERE, page.organization, name="organization_statistics"),
    path(f"{HERE}file/", files.organization_file, name="organization_statistics_file"),
    path(f"{HERE}reports/", reports.organization_reports, name="organization_reports"),
]
