"""Whatever is made at another organization, everything that a page can ask says the same as before.

Every query is found by itself: what takes a reach or a person, and nothing else that must be named.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import pytest
from django.db.models import QuerySet
from django.utils import timezone

import fiscal.queries
from fiscal.choices import FillState
from fiscal.models import FillDay, Finding, Mirror, Register, Window
from fiscal.statistics.rollup import roll_up
from organizations.access import NotAuthorized, Reach, access_organization
from organizations.choices import Covers, Level, Preset, Scope
from organizations.models import Organization, User
from tests.cast import Cast, allow, person
from tests.fiscal.statistics.books import fill_day, sell
from tests.portal.doors_world import _things
from tests.portal.people import grant
from tests.portal.sales import days_ago


def queries() -> Iterator[tuple[str, Callable[..., Any], str, dict[str, Any]]]:
    """Name, function, what it takes first, and the rest as far as it must be named: filters without a wish."""
    for found in pkgutil.walk_packages(fiscal.queries.__path__, "fiscal.queries."):
        module = importlib.import_module(found.name)
        for name, call in inspect.getmembers(module, inspect.isfunction):
            taken = None if name.startswith("_") or call.__module__ != found.name else _taken(call)
            if taken:
                yield f"{found.name.removeprefix('fiscal.queries.')}.{name}", call, *taken


def _taken(call: Callable[..., Any]) -> tuple[str, dict[str, Any]] | None:
    signature = inspect.signature(call)
    parameters = list(signature.parameters.values())
    asks = parameters and parameters[0].annotation in {"Reach", "User"}
    if not asks or signature.return_annotation in {"Q", "Exists"}:
        return None
    rest: dict[str, Any] = {}
    for each in parameters[1:]:
        if each.default is not inspect.Parameter.empty:
            continue
        if not each.annotation.endswith(("Filters", "Filter")) and each.name != "size":
            return None
        rest[each.name] = 50 if each.name == "size" else getattr(inspect.getmodule(call), each.annotation)()
    return parameters[0].annotation, rest


QUERIES = list(queries())
MAY_CHANGE = {
    "credentials.credentials_of": "how many objects a key looks after, of customers too",
    "delegation.delegations_to": "what a customer delegates to its partner is the partner's to know",
    "people_standing.standings": "who was let in above reaches what is below, and is not named there",
    "second_factor.without_second_factor": "and is counted there",
}


def said(value: Any) -> Any:
    """What an answer says, as something that can be compared."""
    if is_dataclass(value) and not isinstance(value, type):
        return [(field.name, said(getattr(value, field.name))) for field in fields(value)]
    if isinstance(value, dict):
        return [(said(key), said(each)) for key, each in value.items()]
    if isinstance(value, QuerySet | list | tuple | Iterator):
        return [said(each) for each in value]
    return sorted(map(repr, value)) if isinstance(value, set | frozenset) else repr(value)


def everything_said(user: User, reach: Reach) -> dict[str, Any]:
    """What all queries say to this person here."""
    answers = {}
    for name, call, takes, rest in QUERIES:
        asker = reach if takes == "Reach" else user
        try:
            answers[name] = said(call(asker, **rest))
        except NotAuthorized:
            answers[name] = "not authorized"
    return answers


def make_everything(cast: Cast, place: Organization, settle: Callable[[], int]) -> None:
    """One thing of each kind, with sales, gaps, defects and differences."""
    _things(cast, place)
    grant(person(f"viewer@{place.pk}.example", "Viewer"), place, Preset.VIEWER)
    for register in Register.objects.filter(organization=place):
        sell(register, days_ago(3), [470])
        fill_day(register, days_ago(9), state=FillState.INCOMPLETE)
        Finding.objects.create(register=register, code="CHAIN_BROKEN", day=days_ago(3), found_at=timezone.now())
        Window.objects.create(
            connection=register.connection,
            register=register,
            first_day=days_ago(3),
            last_day=days_ago(3),
            started_at=timezone.now(),
        )
    FillDay.objects.filter(state=FillState.INCOMPLETE).update(incomplete_since=cast.maker.created_at)
    roll_up(now=timezone.now())
    settle()
    Mirror.objects.filter(organization=place).update(drifted_at=timezone.now())


def clerk(cast: Cast) -> User:
    """Somebody who is let in at the maker, and at nothing below it."""
    who = person("clerk@kassenwerk.example", "Clerk")
    allow(who, cast.maker, *Scope, level=Level.MANAGE, covers=Covers.HERE)
    return who


@pytest.mark.parametrize(
    ("who", "home", "abroad"),
    [
        ("petra", "maker", "elsewhere"),
        ("petra", "maker", "holding"),
        ("mio", "shop", "maker"),
        ("mio", "shop", "sibling"),
        ("clerk", "maker", "shop"),
    ],
)
def test_nothing_that_is_made_elsewhere_changes_what_is_said_here(clock, cast, settle, who, home, abroad):
    user = clerk(cast) if who == "clerk" else getattr(cast, who)
    here = access_organization(user, getattr(cast, home).public_id, scope=Scope.ORGANIZATIONS)
    before = everything_said(user, here)

    make_everything(cast, getattr(cast, abroad), settle)

    after = everything_said(user, here)
    changed = {name: (before[name], after[name]) for name in before if before[name] != after[name]}
    assert sorted(changed.keys() - MAY_CHANGE.keys()) == []


def test_what_is_made_here_does_change_it(clock, cast, settle):
    here = access_organization(cast.petra, cast.maker.public_id, scope=Scope.ORGANIZATIONS)
    before = everything_said(cast.petra, here)

    make_everything(cast, cast.maker, settle)

    after = everything_said(cast.petra, here)
    assert len([name for name in before if before[name] != after[name]]) > 30
