"""What templates need beyond Django's own tags: cut values, relative times, words for phases, form widgets."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.forms import BoundField, CheckboxSelectMultiple, RadioSelect
from django.forms.boundfield import BoundWidget
from django.templatetags.static import static
from django.utils import timezone
from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from fiscal.queries.statistics.words import money

register = template.Library()


class PhaseLook(NamedTuple):
    """How a phase is shown; the tone says whose turn it is."""

    word: Promise
    icon: str
    tone: str


PHASES = {
    "WAITING": PhaseLook(gettext_lazy("Waiting"), "clock", "neutral"),
    "WORKING": PhaseLook(gettext_lazy("Working"), "loader-2", "info"),
    "IN_STEP": PhaseLook(gettext_lazy("In step"), "check", "ok"),
    "RETRYING": PhaseLook(gettext_lazy("Retrying"), "refresh", "info"),
    "NEEDS_PERSON": PhaseLook(gettext_lazy("Needs a person"), "alert-triangle", "warn"),
    "REFUSED": PhaseLook(gettext_lazy("Refused"), "x", "bad"),
    "DRIFTED": PhaseLook(gettext_lazy("Drifted"), "arrows-exchange", "warn"),
    "RETIRED": PhaseLook(gettext_lazy("Retired"), "archive", "neutral"),
}


@register.filter
def phase_look(phase: object) -> PhaseLook:
    """Word, icon and tone of a phase; an unknown phase shows its own name in grey rather than failing a page."""
    name = str(getattr(phase, "value", phase)).upper()
    return PHASES.get(name) or PhaseLook(gettext_lazy(name), "info-circle", "neutral")


@register.simple_tag
def phase_badge(phase: object) -> SafeString:
    """A phase's badge, for hot rows; elsewhere `<c-phase>`, which can also hold a reason and a time."""
    return _badge(str(phase), get_language() or "")


@lru_cache(maxsize=64)
def _badge(phase: str, language: str) -> SafeString:
    look = phase_look(phase)
    return format_html('<span class="k-badge" data-tone="{}">{}{}</span>', look.tone, icon(look.icon, 16), look.word)


@register.filter
def middle_cut(value: object, keep: int | str = 4) -> str:
    """A long id as `4f2a…91c7`: its first and last `keep` characters. Short values stay whole."""
    text, keep = str(value or ""), int(keep)
    if len(text) <= 2 * keep + 1:
        return text
    return f"{text[:keep]}…{text[-keep:]}"


@register.filter
def initials(name: object) -> str:
    """At most two capitals for an avatar; of an e-mail address its first letter."""
    parts = str(name or "").split("@")[0].replace(".", " ").split()
    return "".join(part[0] for part in parts[:2]).upper()


@register.filter
def ago(moment: dt.datetime | None) -> str:
    """The moment in words relative to now, in either direction; beyond a week its date. `–` when unknown."""
    if moment is None:
        return "–"
    seconds = int((timezone.now() - moment).total_seconds())
    distance = abs(seconds)
    if distance < 60:
        return _("just now") if seconds >= 0 else _("in a moment")
    if distance >= 7 * 86400:
        return _day(timezone.localtime(moment), year=True)
    if distance < 3600:
        length = ngettext("%(count)d minute", "%(count)d minutes", distance // 60) % {"count": distance // 60}
    elif distance < 86400:
        length = ngettext("%(count)d hour", "%(count)d hours", distance // 3600) % {"count": distance // 3600}
    else:
        length = ngettext("%(count)d day", "%(count)d days", distance // 86400) % {"count": distance // 86400}
    return (_("%(length)s ago") if seconds >= 0 else _("in %(length)s")) % {"length": length}


@register.filter
def time_left(moment: dt.datetime) -> str:
    """How long until `moment`, rounded down to hours, below two of them to minutes: `41 h left`."""
    minutes = int((moment - timezone.now()).total_seconds()) // 60
    if minutes <= 0:
        return _("time is over")
    if minutes < 120:
        return _("%(n)d min left") % {"n": minutes}
    return _("%(n)d h left") % {"n": minutes // 60}


def _day(local: dt.datetime, *, year: bool) -> str:
    """`21 Nov`, and the year where it says something. Written by hand: a list formats hundreds of moments."""
    day = f"{local.day} {_month(local.month, get_language() or '')}"
    return f"{day} {local.year}" if year else day


@lru_cache(maxsize=64)
def _month(month: int, language: str) -> str:
    return str(MONTHS_3[month]).title()


@register.filter
def clock(moment: dt.datetime | None) -> str:
    """Short moment for columns: the time when it was today, otherwise day and time. `–` when unknown."""
    if moment is None:
        return "–"
    local = timezone.localtime(moment)
    today = timezone.localdate()
    if local.date() == today:
        return f"{local:%H:%M}"
    if 0 < (today - local.date()).days < 7:
        return f"{WEEKDAYS_ABBR[local.weekday()]} {local:%H:%M}"
    return _day(local, year=local.year != today.year)


@register.filter
def exact(moment: dt.datetime | None) -> str:
    """The moment to the second with its zone, for titles."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    return f"{_day(local, year=True)}, {local:%H:%M:%S} {local.tzname()}"


@register.filter
def iso(moment: dt.datetime | None) -> str:
    """ISO 8601 for `<time datetime>`."""
    return moment.isoformat() if moment else ""


@register.filter
def widget_kind(field: BoundField) -> str:
    """Which markup a field needs: `check`, `choices`, `hidden` or `line`."""
    if field.is_hidden:
        return "hidden"
    if field.widget_type == "checkbox":
        return "check"
    return "choices" if isinstance(field.field.widget, (RadioSelect, CheckboxSelectMultiple)) else "line"


@register.simple_tag
def field_widget(field: BoundField) -> SafeString:
    """The field's widget with the class that its kind has in the stylesheet; Django links help and errors itself."""
    own = field.field.widget.attrs.get("class", "")
    name = {"textarea": "textarea", "select": "select", "selectmultiple": "select"}.get(field.widget_type, "input")
    return field.as_widget(attrs={"class": f"{name} {own}".strip()})


@register.simple_tag
def option_widget(option: BoundWidget) -> SafeString:
    """One radio button or tick box of a field of choices, without its label."""
    option.data["attrs"]["class"] = "input"
    return option.tag()


@register.filter
def first_line(label: object) -> str:
    """The title of a choice: a label's first line."""
    return str(label).partition("\n")[0]


@register.filter
def other_lines(label: object) -> str:
    """The explanation of a choice: what follows a label's first line."""
    return str(label).partition("\n")[2]


@register.simple_tag
def icon(name: str, size: int = 20, label: str = "") -> SafeString:
    """One symbol of the sprite; without a label it is hidden from screen readers. The plain way for hot rows."""
    return _icon(str(name), size, str(label))


@lru_cache(maxsize=512)
def _icon(name: str, size: int, label: str) -> SafeString:
    address = f"{static('icons.svg')}#{name}"
    sized = format_html(' data-size="{}"', size) if size != 20 else ""
    if label:
        return format_html(
            '<svg class="k-icon"{} role="img" aria-label="{}"><use href="{}"/></svg>', sized, label, address
        )
    return format_html('<svg class="k-icon"{} aria-hidden="true"><use href="{}"/></svg>', sized, address)


@register.simple_tag
def parts_bar(**counts: int) -> SafeString:
    """The bar of a run as SVG rectangles; widths are shares of the total. Keys: done, running, waiting, failed."""
    total = sum(counts.values()) or 1
    start = 0.0
    pieces = []
    for name in ("done", "running", "waiting", "failed"):
        share = 100 * counts.get(name, 0) / total
        if share:
            pieces.append(
                format_html(
                    '<rect class="k-fill-{}" x="{}%" width="{}%" height="8" rx="2"/>',
                    name,
                    f"{start:.2f}",
                    f"{max(share - 0.5, 0.5):.2f}",
                )
            )
        start += share
    return SafeString(f'<svg class="k-parts" aria-hidden="true">{"".join(pieces)}</svg>')


@register.filter
def cents(amount: int | None, currency: str = "EUR") -> str:
    """An amount in minor units as people read it: 123456 as `€ 1,234.56`, in the language's own marks. `–` when unknown."""
    return money(amount, currency)
