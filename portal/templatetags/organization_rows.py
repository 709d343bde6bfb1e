"""The rows of the list of organizations, written straight: a template takes ten times as long for fifty of them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from uuid import UUID

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from fiscal.queries import OrganizationRow
from portal.templatetags.kontor import clock, exact, iso, phase_badge

register = template.Library()

NOBODY = UUID(int=0)
ROW = (
    '<tr><th scope="row"{level} class="k-wrap"><a class="k-tree-cell" href="{url}">{name}</a>{path}{act}</th>'
    '<td class="k-hide-s">{kind}</td>'
    '<td><span class="k-modes">{modes}</span></td>'
    '<td class="k-wrap">{phase}{reason}</td>'
    "{billed_to}"
    '<td class="k-hide-m">{town}</td>'
    '<td class="k-hide-s">{country}</td>'
    '<td class="k-hide-s"><time datetime="{iso}" title="{exact}">{clock}</time></td></tr>'
)
MODES = {mode: f'<span class="k-mode" data-mode="{mode}">{mode}</span>' for mode in ("LIVE", "TEST")}


@register.simple_tag
def organization_rows(rows: Sequence[OrganizationRow], *, billing: bool) -> SafeString:
    """All rows of a page; with `billing` there is a column that says who pays.

    SECURITY: what does not come from this file is escaped where it is put in.
    """
    anybody = reverse("portal:organization", args=[NOBODY])
    kinds = {True: _muted(_("Managed")), False: escape(_("Organization"))}
    written = (
        ROW.format(
            level=' data-level="0"' if row.level else "",
            url=anybody.replace(str(NOBODY), str(row.public_id)),
            name=escape(row.name),
            path=f" {_reason(row.path)}" if row.path else "",
            act=_act_for(row, anybody) if row.acted_for else "",
            kind=kinds[row.managed],
            modes="".join(MODES[mode] for mode in row.modes),
            phase=phase_badge(row.phase),
            reason=_reason(_("at %(time)s") % {"time": clock(row.next_at)} if row.next_at else row.reason),
            billed_to=_billed_to(row) if billing else "",
            town=escape(row.town),
            country=escape(row.country),
            iso=iso(row.changed_at),
            exact=escape(exact(row.changed_at)),
            clock=escape(clock(row.changed_at)),
        )
        for row in rows
    )
    return mark_safe("\n".join(written))  # noqa: S308 - each value is escaped above


def _act_for(row: OrganizationRow, anybody: str) -> str:
    """What opening it means, where only a delegation leads there."""
    label = escape(_("Act for %(name)s") % {"name": row.name})
    url = anybody.replace(str(NOBODY), str(row.public_id))
    return f' <a class="k-link k-act" href="{url}" aria-label="{label}">{escape(_("Act for"))}</a>'


def _muted(words: str) -> str:
    return f'<span class="k-muted">{escape(words)}</span>'


def _reason(words: str) -> str:
    return f'<span class="k-reason">{escape(words)}</span>' if words else ""


def _billed_to(row: OrganizationRow) -> str:
    """A dash where the person may not know who pays."""
    if not row.billed_to:
        return f'<td class="k-hide-m">{_muted("–" if row.billed_to is None else _("itself"))}</td>'
    withheld = f" · {escape(_('withheld'))}" if row.withheld else ""
    return f'<td class="k-hide-m">{escape(row.billed_to)}{withheld}</td>'
