"""What the address of a statistics page asks for, and the selection that comes of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.http import Http404
from django.utils import timezone

from fiscal.queries.statistics import (
    ARTICLE_SORTS,
    ArticleFilter,
    Comparison,
    NoSuchPlace,
    Preset,
    Selection,
    Span,
    Wanted,
    free_span,
    of_everything,
    of_organization,
    span_of,
)
from organizations.access import Reach
from portal.http import PageRequest
from portal.listing import Address

USUAL = Preset.DAYS_28


def wanted_in(address: Address) -> Wanted:
    """The span, the place and the comparison that the address names; what is none of them is left out."""
    preset, span = _span(address, timezone.localdate())
    comparison = address.one_of("compare", Comparison.values) or Comparison.BEFORE
    currency = address.params.get("currency", "")
    return Wanted(
        span=span,
        preset=preset,
        comparison=Comparison(comparison),
        organizations=_organizations(address),
        shop=address.uuid("shop"),
        register=address.uuid("register"),
        currency=currency if len(currency) == 3 and currency.isalpha() else "",
    )


def articles_in(address: Address) -> ArticleFilter:
    """Search, order and page of the table of articles."""
    sorts = {f"{sign}{column}" for column in ARTICLE_SORTS for sign in ("", "-")}
    return ArticleFilter(
        q=address.params.get("article", "").strip()[:100],
        sort=address.one_of("sort", sorts) or "-quantity",
        page=address.number("articles", 1, most=100_000),
    )


def selection_in(request: PageRequest, reach: Reach | None, wanted: Wanted) -> Selection:
    """The selection within reach. Raises Http404 for a place that is not there or out of reach."""
    try:
        return of_organization(reach, wanted) if reach else of_everything(request.user, wanted)
    except NoSuchPlace:
        raise Http404 from None


def _organizations(address: Address) -> tuple[UUID, ...]:
    found = []
    for value in address.params.getlist("organization")[:200]:
        if not value:
            continue
        try:
            found.append(UUID(value))
        except ValueError:
            raise Http404 from None
    return tuple(dict.fromkeys(found))


def _span(address: Address, today: date) -> tuple[Preset, Span]:
    """The preset named, or the free range; two dates without a preset are a free range too."""
    preset = address.one_of("period", Preset.values)
    first, last = (_day(address.params.get(name, "")) for name in ("from", "to"))
    if preset in {"", Preset.FREE} and (first or last):
        return Preset.FREE, free_span(first or last or today, last or first or today, today)
    chosen = USUAL if preset in {"", Preset.FREE} else Preset(preset)
    return chosen, span_of(chosen, today)


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
