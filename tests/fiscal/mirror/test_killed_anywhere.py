"""F09: death at each named step of each operation, one after the other. Whatever happened, time heals it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from django.utils import timezone

from billing.models import BillingAddress
from billing.rules import Address, Terms
from billing.services import add_address, change_address, change_arrangement, retire_address
from fiscal.mirror.checkpoints import POINTS
from organizations.choices import Kind, Mode
from organizations.models import ApiKey, DashboardUser, Organization
from organizations.services import (
    change_details,
    disable_key,
    enable_key,
    enable_live,
    invite_dashboard_user,
    issue_key,
    remove_dashboard_user,
    retire,
    retire_key,
)
from organizations.services.changes import details_of
from tests.cast import below
from tests.fiscal.mirror import invariants
from tests.fiscal.mirror.conftest import House, Killed

ADDRESS = Address(recipient="Buchhaltung", address_line1="Ring 1", zip="1010", town="Wien", country_code="AUT")


@dataclass(frozen=True)
class Deed:
    """What a person does. `before`: what has to be in step already. `makes`: the path of the create it leads to."""

    act: Callable[[House], object]
    before: Callable[[House], object] = lambda _house: None
    makes: str = ""


def _rename(house: House) -> object:
    shop = Organization.objects.get(pk=house.shop.pk)
    return change_details(
        house.at_shop(), details=replace(details_of(shop), name="Neuer Name"), generation=shop.generation
    )


def _arrange(house: House) -> object:
    return change_arrangement(
        house.at_shop(), terms=Terms(bill_to=str(house.maker.public_id), withhold=False), generation=1
    )


def _key(house: House) -> ApiKey:
    return issue_key(house.at_shop(), name="till-1", mode=Mode.TEST)


def _key_off(house: House) -> None:
    disable_key(house.at_shop(), key_id=ApiKey.objects.get().public_id)


def _address(house: House) -> BillingAddress:
    return add_address(house.at_maker(), address=ADDRESS, mode=Mode.TEST)


def _move(house: House) -> None:
    change_address(
        house.at_maker(),
        address_id=BillingAddress.objects.get().public_id,
        address=replace(ADDRESS, town="Graz"),
        generation=1,
    )


def _person(house: House) -> DashboardUser:
    return invite_dashboard_user(house.at_shop(), email="mio@gasthaus.example")


DEEDS = {
    "create organization": Deed(
        lambda house: below(house.petra, house.maker, "Holding AG", kind=Kind.ORGANIZATION), makes="/organizations$"
    ),
    "create managed": Deed(lambda house: below(house.petra, house.maker, "Filiale"), makes="/organizations$"),
    "update organization": Deed(_rename),
    "enable live": Deed(lambda house: enable_live(house.at_shop())),
    "retire organization": Deed(lambda house: retire(house.at_shop())),
    "change arrangement": Deed(_arrange),
    "create address": Deed(_address, makes="/billing-addresses$"),
    "change address": Deed(_move, before=_address),
    "retire address": Deed(
        lambda house: retire_address(house.at_maker(), address_id=BillingAddress.objects.get().public_id),
        before=_address,
    ),
    "create key": Deed(_key, makes="/api-keys$"),
    "disable key": Deed(_key_off, before=_key),
    "enable key": Deed(
        lambda house: enable_key(house.at_shop(), key_id=ApiKey.objects.get().public_id),
        before=lambda house: (_key(house), _key_off(house)),
    ),
    "invite person": Deed(_person, makes="/users$"),
    "remove person": Deed(
        lambda house: remove_dashboard_user(house.at_shop(), user_id=DashboardUser.objects.get().public_id),
        before=_person,
    ),
    "retire key": Deed(lambda house: retire_key(house.at_shop(), key_id=ApiKey.objects.get().public_id), before=_key),
}

COMBINATIONS = [
    (name, point) for name, deed in DEEDS.items() for point in POINTS if deed.makes or point != "after-look"
]


@pytest.mark.parametrize(("name", "point"), COMBINATIONS)
def test_a_death_at_any_step_of_any_operation_is_healed(name, point, house, sandbox, settle, quiet, kill_at):
    """F09, and with it F03 to F07 for every operation."""
    deed = DEEDS[name]
    deed.before(house)
    settle()
    if point == "after-look":
        sandbox.faults.add("drop_after", method="POST", path=deed.makes)
    deed.act(house)

    kill_at(point)
    with pytest.raises(Killed):
        quiet()
    taken = quiet()

    assert taken <= 200
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


@pytest.mark.parametrize("name", DEEDS)
def test_an_answer_that_is_lost_is_made_good(name, house, sandbox, settle, quiet):
    """F26 to F29 as seen from the mirror: the provider did it and nobody heard."""
    deed = DEEDS[name]
    deed.before(house)
    settle()
    for method in ("POST", "PATCH", "DELETE"):
        sandbox.faults.add(
            "drop_after", method=method, path="(organizations|api-keys|users|billing-addresses|enable-env)"
        )
    deed.act(house)

    quiet()

    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


@pytest.mark.parametrize("point", ["after-attempt-written", "after-answer", "in-settle"])
def test_a_change_of_mind_after_a_death_ends_in_what_was_wanted_last(point, house, sandbox, settle, quiet, kill_at):
    """F09 with an edit: the name is changed, the worker dies around its call, and the name is changed back."""
    _rename(house)
    kill_at(point)
    with pytest.raises(Killed):
        settle()

    shop = Organization.objects.get(pk=house.shop.pk)
    change_details(house.at_shop(), details=replace(details_of(shop), name="Gasthaus Mio"), generation=shop.generation)
    quiet()

    names = [item["name"] for item in sandbox.objects()]
    assert "Gasthaus Mio" in names
    assert "Neuer Name" not in names
    assert Organization.objects.get(pk=house.shop.pk).changed_at <= timezone.now()
    invariants.check(sandbox)
