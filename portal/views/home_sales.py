"""Lines of the work list about registers and sales, each a link to exactly what it counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries import SalesWork
from portal.templatetags.kontor import clock

Line = dict[str, Any]


def sales_lines(work: SalesWork) -> Iterator[Line]:
    """Worst first."""
    if work.stopped:
        yield {
            "url": f"{reverse('portal:all_connections')}?status=STOPPED",
            "icon": "plug-x",
            "tone": "bad",
            "title": ngettext("%(n)d connection needs a person", "%(n)d connections need a person", work.stopped)
            % {"n": work.stopped},
            "note": _("Oldest since %(time)s") % {"time": clock(work.stopped_since)},
        }
    if work.incomplete_days:
        words = ngettext(
            "%(n)d day incomplete for more than 3 days",
            "%(n)d days incomplete for more than 3 days",
            work.incomplete_days,
        )
        yield {
            "url": f"{reverse('portal:all_registers')}?state=incomplete&late=yes",
            "icon": "calendar",
            "tone": "warn",
            "title": words % {"n": work.incomplete_days},
            "note": _("Oldest since %(time)s") % {"time": clock(work.incomplete_since)},
        }
    yield from _later_lines(work)


def _later_lines(work: SalesWork) -> Iterator[Line]:
    """What gets worse only with time."""
    if work.licences:
        words = ngettext(
            "%(n)d licence has ended or ends within 30 days",
            "%(n)d licences have ended or end within 30 days",
            work.licences,
        )
        yield {
            "url": f"{reverse('portal:all_connections')}?licence=ending&sort=licence",
            "icon": "certificate",
            "tone": "warn",
            "title": words % {"n": work.licences},
            "note": _("First on %(day)s") % {"day": date_format(work.licence_first, "j M Y")}
            if work.licence_first
            else "",
        }
    if work.unmapped and work.mapping_at:
        words = ngettext("%(n)d payment method unmapped", "%(n)d payment methods unmapped", work.unmapped)
        yield {
            "url": reverse("portal:payment_methods", args=[work.mapping_at]),
            "icon": "credit-card",
            "tone": "warn",
            "title": words % {"n": work.unmapped},
            "note": _("Their sales are shown as unmapped until somebody says what they mean."),
        }
    if work.files and work.files_at:
        words = ngettext("%(n)d uploaded file is not applied", "%(n)d uploaded files are not applied", work.files)
        yield {
            "url": reverse("portal:uploads", args=[work.files_at]),
            "icon": "upload",
            "tone": "info",
            "title": words % {"n": work.files},
            "note": _("Oldest since %(time)s") % {"time": clock(work.files_since)},
        }
