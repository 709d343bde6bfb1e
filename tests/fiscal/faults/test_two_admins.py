"""Two people edit the same thing: the second one sees what the first one did, and nothing is overwritten unseen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from billing.rules import Terms
from billing.services import change_arrangement, terms_of
from organizations.services import EditedMeanwhile, change_details
from organizations.services.changes import details_of
from tests.fiscal.faults.world import check


def test_the_second_of_two_edits_gets_the_values_of_the_first(world, settle):
    """F69."""
    shop = world.cast.shop
    opened = shop.generation
    first = replace(details_of(shop), name="Gasthaus Petra", town="Graz")
    change_details(world.cast.reach(world.cast.petra, shop), details=first, generation=opened)
    settle()

    with pytest.raises(EditedMeanwhile) as conflict:
        change_details(
            world.cast.reach(world.cast.mio, shop),
            details=replace(details_of(shop), name="Gasthaus Mio 2"),
            generation=opened,
        )

    assert conflict.value.current == first
    assert conflict.value.generation == opened + 1
    settle()
    assert world.named("Gasthaus Petra")
    assert not world.named("Gasthaus Mio 2")
    check(world.sandbox)


def test_having_seen_the_other_edit_the_second_person_may_go_on(world, settle):
    """F69."""
    shop = world.cast.shop
    opened = shop.generation
    change_details(
        world.cast.reach(world.cast.petra, shop), details=replace(details_of(shop), town="Graz"), generation=opened
    )
    with pytest.raises(EditedMeanwhile) as conflict:
        change_details(world.cast.reach(world.cast.mio, shop), details=details_of(shop), generation=opened)

    change_details(
        world.cast.reach(world.cast.mio, shop),
        details=replace(conflict.value.current, name="Gasthaus Mio in Graz"),
        generation=conflict.value.generation,
    )

    settle()
    (there,) = world.named("Gasthaus Mio in Graz")
    assert there["town"] == "Graz"
    check(world.sandbox)


def test_who_is_invoiced_is_not_overwritten_unseen_either(world, settle):
    """F69."""
    shop = world.cast.shop
    arrangement = shop.arrangement
    opened = arrangement.generation
    bill_to = str(world.cast.maker.public_id)
    first = Terms(bill_to=bill_to, withhold=False, gln="")
    change_arrangement(world.cast.reach(world.cast.petra, shop), terms=first, generation=opened)

    second = Terms(bill_to=bill_to, withhold=True, gln="9110005501239")
    with pytest.raises(EditedMeanwhile) as conflict:
        change_arrangement(world.cast.reach(world.cast.petra, shop), terms=second, generation=opened)

    assert conflict.value.current == first
    arrangement.refresh_from_db()
    assert terms_of(arrangement) == first
    settle()
    check(world.sandbox)
