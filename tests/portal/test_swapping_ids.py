"""Ids of another tenant, put one at a time in the place of one's own in the path."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from tests.portal.canaries import rows_of, strangers_in
from tests.portal.doors_world import SCOPED, Address, World, sign_in
from tests.portal.doors_world import _plain_shell as _plain_shell  # noqa: PLC0414 - a fixture
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture
from tests.portal.test_doors import bare

pytestmark = pytest.mark.tenancy

STANDING = [
    # Who, where they stand, and whose ids they bring: another tenant, the parent, the partner, one's sibling.
    ("petra", "maker", "elsewhere"),
    ("petra", "maker", "holding"),
    ("mio", "shop", "maker"),
    ("mio", "shop", "elsewhere"),
    ("hanna", "holding", "maker"),
    ("hanna", "holding", "label"),
    ("stranger", "elsewhere", "maker"),
]


def ids_in(address: Address) -> list[str]:
    """The ids of a URL beside its organization. Records are numbered within each organization: those say nothing."""
    return [name for name in address.arguments if name.endswith("_id") and name != "organization_id"]


def foreign_value(world: World, place: str, name: str) -> object:
    if name in {"customer_id", "object_id"}:
        return world.organizations[place].public_id
    return world.things[place][name]


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize(("who", "home", "abroad"), STANDING)
def test_an_id_of_another_tenant_in_the_path_is_none_at_all(world, who, home, abroad):
    """The page of a random id, by reading and by writing, page and fragment: 404, or 403 where nothing is looked up."""
    client, failures, asked = sign_in(world.people[who]), [], 0
    before, crossing = rows_of(world.organizations[abroad]), strangers_in(world.organizations[abroad])
    for address in SCOPED:
        own = {"organization_id": world.organizations[home].public_id, **world.things[home]}
        own = {name: own[name] for name in address.arguments}
        for name in ids_in(address):
            if (home, abroad, name) == ("maker", "holding", "customer_id"):
                continue  # the maker provisioned the holding: it is a customer of theirs
            value = foreign_value(world, abroad, name)
            nobody = uuid4() if isinstance(value, UUID) else 999_999_999
            for method, headers in (("GET", {}), ("GET", {"HX-Request": "true"}), ("POST", {})):
                answers = [
                    client.generic(method, reverse(address.name, kwargs={**own, name: each}), headers=headers)
                    for each in (value, nobody)
                ]
                asked += 1
                pages = [bare(each)[1].replace("999999999", "#").replace(f"/{value}/", "/#/") for each in answers]
                if {each.status_code for each in answers} - {403, 404, 405} or pages[0] != pages[1]:
                    failures.append((method, address.name, name, [each.status_code for each in answers]))

    assert failures == []
    assert rows_of(world.organizations[abroad]) == before
    assert strangers_in(world.organizations[abroad]) == crossing
    assert asked > 150
