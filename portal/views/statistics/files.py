"""The files of a statistics page, under its filter: CSV streamed, or a spreadsheet."""

from __future__ import annotations

import tempfile

from django.contrib import messages
from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from fiscal.queries.statistics import (
    COMMA,
    SEMICOLON,
    TABLES,
    Dialect,
    Selection,
    csv_lines,
    detail_size,
    write_xlsx,
)
from organizations.access import Reach
from organizations.choices import Scope
from portal.http import PageRequest, lead_to, scoped, signed_in
from portal.listing import Address
from portal.views.statistics.asked import selection_in, wanted_in

MOST_IN_XLSX = 200_000
"""A workbook is complete before its first byte can be sent: more rows would let people wait too long."""
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DIALECTS = {"csv-semicolon": SEMICOLON, "csv-comma": COMMA}


@signed_in
@require_safe
def everything_file(request: PageRequest) -> HttpResponseBase:
    """A file of all that the person reaches."""
    return _file(request, None, reverse("portal:statistics"))


@require_safe
@scoped(Scope.TRANSACTIONS)
def organization_file(request: PageRequest, reach: Reach) -> HttpResponseBase:
    """A file of one organization with what it manages."""
    page = reverse("portal:organization_statistics", args=[reach.organization.public_id])
    return _file(request, reach, page)


def _file(request: PageRequest, reach: Reach | None, page: str) -> HttpResponseBase:
    address = Address(request.path, request.GET)
    what = address.one_of("what", TABLES) or "days"
    selection = selection_in(request, reach, wanted_in(address))
    back = Address(page, request.GET).with_(what="", format="", bom="")
    if what == "daily" and len(selection.span) < 2:
        messages.warning(request, _("Daily totals need more than one day: choose a longer period first."))
        return lead_to(request, back)
    if request.GET.get("format") == "xlsx":
        if what == "detail" and detail_size(selection) > MOST_IN_XLSX:
            told = {"most": MOST_IN_XLSX}
            messages.warning(request, _("More than %(most)d rows: choose CSV, or a shorter period.") % told)
            return lead_to(request, back)
        return _workbook(selection, what)
    return _lines(selection, what, _dialect(address))


def _dialect(address: Address) -> Dialect:
    """`;` with decimal comma, or `,` with point; with the mark that Excel knows UTF-8 by, unless it is not wanted."""
    chosen = DIALECTS[address.one_of("format", DIALECTS) or "csv-semicolon"]
    return Dialect(chosen.separator, chosen.decimal, mark=address.params.get("bom", "1") != "0")


def _lines(selection: Selection, what: str, dialect: Dialect) -> HttpResponseBase:
    table = TABLES[what](selection)
    response = StreamingHttpResponse(csv_lines(table, dialect), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{_name(table.name, selection)}.csv"'
    return response


def _workbook(selection: Selection, what: str) -> HttpResponseBase:
    table = TABLES[what](selection)
    target = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    write_xlsx(table, target)
    target.seek(0)
    name = f"{_name(table.name, selection)}.xlsx"
    return FileResponse(target, as_attachment=True, filename=name, content_type=SPREADSHEET)


def _name(table: str, selection: Selection) -> str:
    """`daily-totals-2026-10-24-to-2026-11-20`."""
    span = selection.span
    return f"{table}-{span.first:%Y-%m-%d}-to-{span.last:%Y-%m-%d}"
