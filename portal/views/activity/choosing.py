"""The filters of the activity pages: what the address says, what can be chosen, and a chip for each that is set."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fiscal.queries import KONTOR_ITSELF, Activity, ActivityFilters
from organizations.choices import Area, Result, Road, Verb
from portal.listing import Address


def filters_in(address: Address) -> ActivityFilters:
    """The filters that the address names; what is no filter is left out rather than refused."""
    person = address.params.get("person", "")
    return ActivityFilters(
        person=person if person == KONTOR_ITSELF or address.number("person", 0) else "",
        object=address.params.get("object", "").strip()[:100],
        area=address.one_of("area", Area.values),
        verb=address.one_of("verb", Verb.values),
        run=address.uuid("run"),
        road=address.one_of("road", Road.values),
        result=address.one_of("result", Result.values),
        first=_day(address, "from"),
        last=_day(address, "to"),
    )


def _day(address: Address, name: str) -> date | None:
    try:
        day = date.fromisoformat(address.params.get(name, ""))
    except ValueError:
        return None
    return day if 2000 <= day.year <= 2100 else None


def options(found: Activity) -> dict[str, Any]:
    """What each filter offers, as pairs of value and words; verbs stand under their area."""
    areas = [area for area in Area if area.verbs and (found.billing or area != Area.BILLING)]
    return {
        "people": [*found.people, (KONTOR_ITSELF, _("Kontor itself"))],
        "areas": [(area, area.label) for area in areas],
        "verbs": [(area.label, [(verb, verb.label) for verb in area.verbs]) for area in areas],
        "roads": Road.choices,
        "results": Result.choices,
    }


def chips(address: Address, filters: ActivityFilters, people: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    """One removable chip per filter. A person who may not be named has none here either."""
    names = {**dict(people), KONTOR_ITSELF: _("Kontor itself")}
    values = [
        ("person", _("Person"), filters.person and names.get(filters.person, _("another one"))),
        ("object", _("Object"), filters.object),
        ("area", _("Area"), filters.area and Area(filters.area).label),
        ("verb", _("What happened"), filters.verb and Verb(filters.verb).label),
        ("run", _("Run"), str(filters.run)[:8] if filters.run else ""),
        ("road", _("Road"), filters.road and Road(filters.road).label),
        ("result", _("Result"), filters.result and Result(filters.result).label),
        ("from", _("From"), date_format(filters.first, "j M Y") if filters.first else ""),
        ("to", _("To"), date_format(filters.last, "j M Y") if filters.last else ""),
    ]
    return [
        {"label": label, "value": str(value), "remove": address.with_(**{name: ""})}
        for name, label, value in values
        if value
    ]
