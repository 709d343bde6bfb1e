"""Figures in templates."""

from __future__ import annotations

from django import template

from fiscal.queries.statistics.words import count
from fiscal.queries.statistics.words import money as money_words

register = template.Library()


@register.filter
def money(cents: int | None, currency: str) -> str:
    """Cents in words: `€ 12,345.60`, `–` when unknown."""
    return money_words(cents, currency)


@register.filter
def grouped(number: int) -> str:
    """A number of things: `19,122`."""
    return count(number)
