"""The work list's line about signed receipts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.queries import ChainWork
from portal.templatetags.kontor import clock


def chain_lines(work: ChainWork) -> Iterator[dict[str, Any]]:
    """Registers whose receipts have defects."""
    if not work.registers or work.place is None:
        return
    words = ngettext(
        "%(n)d register with findings in its signed receipts",
        "%(n)d registers with findings in their signed receipts",
        work.registers,
    )
    note = _("Oldest since %(time)s") % {"time": clock(work.since)}
    if work.others:
        more = ngettext("%(n)d more in other organizations", "%(n)d more in other organizations", work.others)
        note = f"{note}; {more % {'n': work.others}}"
    yield {
        "url": f"{reverse('portal:verification', args=[work.place])}?state=found",
        "icon": "shield-check",
        "tone": "bad",
        "title": words % {"n": work.registers},
        "note": note,
    }
