"""The registers of the demo world, whatever the number of customers it was asked for."""

from __future__ import annotations

from django.utils import timezone

from fiscal.demo import sales
from fiscal.demo.companies import company
from organizations.models import Organization


def test_the_smallest_demo_world_has_registers_in_its_first_shop():
    shops = [Organization(name=f"Shop {n}", country_code=company(100 + n).country_code) for n in range(4)]
    house = sales.House(Organization(), shops, Organization(), [], [])

    tills = sales._customers(house, timezone.now())

    assert [till.at for till in tills] == [shops[0], shops[0]]


def test_with_more_customers_one_register_had_a_failed_signature_unit():
    shops = [Organization(name=f"Shop {n}", country_code="AUT") for n in range(6)]

    tills = sales._customers(sales.House(Organization(), shops, Organization(), [], []), timezone.now())

    assert len(tills) == 6
    assert [bool(till.facts) for till in tills].count(True) == 1
