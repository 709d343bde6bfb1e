"""Figures in words: money, percent, days and the finding. Page and mail say the same."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from functools import cache

from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.formats import get_format, number_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from fiscal.models.rollup import UNKNOWN_RATE
from fiscal.queries.statistics.report import Statistics
from fiscal.queries.statistics.selection import Selection
from fiscal.queries.statistics.span import Preset, Span

SYMBOLS = {"EUR": "€", "CHF": "CHF", "USD": "US$", "GBP": "£"}
HARD = "\u00a0"
"""Between a figure and its unit no line breaks."""


def amount(cents: int, places: int = 2) -> str:
    """Cents as a figure without currency: `12,345.60`, minus as a real minus sign."""
    value = round(Decimal(abs(cents)) / 100, places)
    figure = f"{value:,.{places}f}".translate(_signs(get_language()))
    return f"−{figure}" if cents < 0 and value else figure


@cache
def _signs(language: str | None) -> dict[int, str]:
    """What stands for the comma of thousands and the decimal point. A page writes hundreds of amounts."""
    thousand, decimal = (get_format(name, language) for name in ("THOUSAND_SEPARATOR", "DECIMAL_SEPARATOR"))
    return {ord(","): thousand, ord("."): decimal}


def count(number: int) -> str:
    """A number of things: `19,122`."""
    return number_format(number, 0, use_l10n=True, force_grouping=True)


def money(cents: int | None, currency: str) -> str:
    """`€ 12,345.60`; `–` when unknown."""
    if cents is None:
        return "–"
    return f"{SYMBOLS.get(currency, currency)}{HARD}{amount(cents)}"


def percent(value: float | None, *, sign: bool = False) -> str:
    """`8.2 %`, with its sign if asked; `–` when unknown."""
    if value is None:
        return "–"
    figure = number_format(round(abs(Decimal(str(value))), 1), 1, use_l10n=True, force_grouping=True)
    shown = round(value, 1)
    before = "−" if shown < 0 else "+" if sign and shown > 0 else ""
    return f"{before}{figure}{HARD}%"


def rate(hundredths: int) -> str:
    """A VAT rate: `20 %`, `4.9 %`."""
    if hundredths == UNKNOWN_RATE:
        return _("unknown rate")
    value = Decimal(hundredths) / 100
    return f"{number_format(value.normalize() if value % 1 else int(value), use_l10n=True)}{HARD}%"


def pieces(thousandths: int) -> str:
    """A quantity: whole pieces, or up to three decimals of what is weighed."""
    value = Decimal(abs(thousandths)) / 1000
    text = number_format(value.normalize() if value % 1 else int(value), use_l10n=True, force_grouping=True)
    return f"−{text}" if thousandths < 0 else text


def day_words(day: date, *, year: bool = False, weekday: bool = False) -> str:
    """`24 Oct`, with weekday and year where they say something."""
    words = f"{day.day}{HARD}{str(MONTHS_3[day.month]).title()}"
    words = f"{words} {day.year}" if year else words
    return f"{WEEKDAYS_ABBR[day.weekday()]} {words}" if weekday else words


def span_words(span: Span, today: date) -> str:
    """`24 Oct – 20 Nov`, with years unless both are this year's."""
    year = span.first.year != today.year or span.last.year != today.year
    if len(span) == 1:
        return day_words(span.first, year=year)
    first_year = year and span.first.year != span.last.year
    return f"{day_words(span.first, year=first_year)} – {day_words(span.last, year=year)}"


def period_words(selection: Selection) -> str:
    """The span within a sentence: `in the last 28 days`."""
    words = {
        Preset.TODAY: _("so far today"),
        Preset.YESTERDAY: _("yesterday"),
        Preset.DAYS_7: _("in the last 7 days"),
        Preset.DAYS_28: _("in the last 28 days"),
        Preset.DAYS_92: _("in the last 92 days"),
        Preset.THIS_MONTH: _("this month so far"),
        Preset.LAST_MONTH: _("last month"),
        Preset.THIS_YEAR: _("this year so far"),
        Preset.LAST_YEAR: _("last year"),
    }
    span = selection.span
    if selection.wanted.preset in words:
        return words[selection.wanted.preset]
    if len(span) == 1:
        return _("on %(day)s") % {"day": day_words(span.first, year=True)}
    return _("from %(first)s to %(last)s") % {
        "first": day_words(span.first, year=span.first.year != span.last.year),
        "last": day_words(span.last, year=True),
    }


def finding(found: Statistics) -> str:
    """The sentence on top: computed, and nothing else than what the figures below say."""
    told = {"when": period_words(found.selection), "total": money(found.days.total.net, found.currency)}
    if not found.standing.any:
        return _("No register stood here %(when)s") % told
    if not found.has_data:
        return _("Not loaded yet: takings %(when)s") % told
    changed = found.days.change.percent if found.days.change else None
    if changed is None:
        return _("Takings are %(total)s %(when)s") % told
    told["percent"] = percent(abs(changed))
    if round(changed, 1) == 0:
        return _("Takings stayed at %(total)s %(when)s") % told
    if changed > 0:
        return _("Takings rose %(percent)s to %(total)s %(when)s") % told
    return _("Takings fell %(percent)s to %(total)s %(when)s") % told


def compared_words(found: Statistics) -> str:
    """Which days were compared with which, and what was left out; '' without comparison."""
    change, before, today = found.days.change, found.selection.before, found.selection.today
    if change is None or before is None or not found.has_data:
        return ""
    told = {"then": span_words(before, today), "n": change.days}
    if not change.days:
        return _("No day can be compared fairly with %(then)s.") % told
    if not change.is_fair:
        told["of"] = change.days + len(change.left_out)
        return _("Only %(n)d of %(of)d days can be compared fairly with %(then)s: too few to say.") % told
    words = ngettext("%(n)d day compared with %(then)s", "%(n)d days compared with %(then)s", change.days) % told
    if not change.left_out:
        return f"{words}."
    left = ", ".join(day_words(day, year=day.year != today.year) for day in change.left_out[:3])
    more = len(change.left_out) - 3
    if more > 0:
        left = _("%(days)s and %(more)d more") % {"days": left, "more": more}
    return _("%(compared)s; left out: %(days)s (open, incomplete or not filled on one side).") % {
        "compared": words,
        "days": left,
    }
