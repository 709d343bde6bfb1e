"""An uploaded file read again from its stored bytes, and what it would change now."""

from __future__ import annotations

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, FileLayout
from fiscal.models import FileImport
from fiscal.statistics.files.checking import Checked, Opened, check, open_file
from fiscal.statistics.files.content import Content
from fiscal.statistics.files.kept import unpack
from fiscal.statistics.files.reading import Stated
from fiscal.statistics.placing import Places
from fiscal.statistics.uploads.held import held_days
from fiscal.statistics.uploads.plan import DayPlan, plan
from fiscal.statistics.windows import Span, local_day
from organizations.models import Organization


def check_import(row: FileImport, opened: Opened | None = None) -> Checked:
    """Read the whole file. Raises FileRefused only if its stored bytes are not what they were."""
    opened = opened or open_file(bytes(row.content), FileLayout(row.layout))
    checked = check(opened, row.columns, _stated(row))
    _check_places(row, checked)
    return checked


def content_of(row: FileImport) -> Content:
    """What its check found that can be applied. Raises ValueError if there is nothing."""
    if row.checked is None:
        raise ValueError("nothing of this file can be applied")
    return unpack(bytes(row.checked))


def propose(row: FileImport, content: Content) -> list[DayPlan]:
    """What each day of a checked file would become."""
    days = content.days
    held = held_days(row.register, [one.day for one in days])
    return plan(days, held, is_read=row.register.connection.kind != ConnectionKind.FILES)


def _stated(row: FileImport) -> Stated:
    span, register = span_of(row), row.register
    placed = register.placements.order_by("from_day").values_list("from_day", flat=True).first()
    return Stated(
        *span,
        local_day(timezone.now(), register.zone),
        register.currency,
        register.country_code,
        register.connection.vat_number,
        placed if row.layout != FileLayout.COUNTER else None,
    )


def span_of(row: FileImport) -> Span:
    """The days that a person stated of a file."""
    assert row.first_day
    assert row.last_day
    return Span(row.first_day, row.last_day)


def days_elsewhere(row: FileImport, content: Content) -> list[date]:
    """Days of the file, and of its sums, on which the device stood neither at the import's organization nor below it."""
    places, own = Places(row.register), row.organization_id
    inside = set(Organization.objects.filter(parent=own).values_list("pk", flat=True)) | {own}
    days = {one.day for one in content.days}
    if content.span:
        # A sum is set against what we hold of the whole span.
        days.update(span_of(row).days())
    return sorted(day for day in days if places.on(day) not in inside)


def _check_places(row: FileImport, checked: Checked) -> None:
    """SECURITY: days on which the device stood elsewhere belong to that organization, and are uploaded there."""
    if elsewhere := days_elsewhere(row, checked.content):
        told = {"n": len(elsewhere), "first": elsewhere[0], "last": elsewhere[-1]}
        words = _(
            "On %(n)d days between %(first)s and %(last)s the device stood in another organization: upload these days there."
        )
        checked.problems.add(0, "", words % told)
