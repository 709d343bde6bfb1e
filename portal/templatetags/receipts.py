"""Figures of receipts in templates."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def thousandths(quantity: int) -> str:
    """A quantity kept in thousandths: 1500 as `1.5`."""
    return str(number_format(_plain(Decimal(quantity).scaleb(-3))))


@register.filter
def percent(rate: int | None) -> str:
    """A rate kept in hundredths of a percent: 2000 as `20 %`, `–` when unknown."""
    return "–" if rate is None else f"{number_format(_plain(Decimal(rate).scaleb(-2)))}\u00a0%"


def _plain(value: Decimal) -> Decimal:
    """Without zeros after the point, and never as 1E+1."""
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()
