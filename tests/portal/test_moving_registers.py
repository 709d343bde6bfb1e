"""Moving registers: from a day on, with history and sales, and never out of what the connection and the person reach."""

from __future__ import annotations

from datetime import date

import pytest
from django.test import Client
from django.utils import timezone

from fiscal.models import DayTotal, DayVat, DirtyDay, Placement, Receipt, Register, Shop, TreeTotal
from fiscal.services import change_register, place_register
from fiscal.statistics.rollup import roll_up
from organizations.choices import Verb
from organizations.models import AuditEntry, Organization
from organizations.rules import RulesBroken
from tests.fiscal.statistics.books import make_connection, make_register, make_shop, sell
from tests.portal.sales import days_ago, signed_in, today, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def register(cast) -> Register:
    """Stands at the maker since 20 days ago."""
    return make_register(cast.maker, name="Truck", from_day=days_ago(20))


@pytest.fixture
def yard(cast) -> Shop:
    return make_shop(cast.shop, "Yard")


def spans(register: Register) -> list[tuple[str, str, date, date | None]]:
    rows = Placement.objects.filter(register=register).select_related("organization", "shop").order_by("from_day")
    return [(str(row.organization), str(row.shop or ""), row.from_day, row.until_day) for row in rows]


def form(place, shop=None, day=None) -> dict[str, str]:
    return {"place": f"{place.public_id} {shop.public_id if shop else ''}", "from_day": f"{day or today():%Y-%m-%d}"}


def move(cast, register, place, day, shop=None) -> None:
    reach = cast.reach(cast.petra, cast.maker)
    shop_id = shop.public_id if shop else None
    place_register(reach, register.public_id, organization_id=place.public_id, shop_id=shop_id, from_day=day)


def test_a_register_moves_from_a_day_on_and_its_history_stays(cast, petra, register, yard):
    answer = petra.post(url("register_place", cast.maker, register.public_id), form(cast.shop, yard, days_ago(5)))
    assert answer.status_code == 303
    assert spans(register) == [
        ("Kassenwerk GmbH", "", days_ago(20), days_ago(6)),
        ("Gasthaus Mio", "Yard", days_ago(5), None),
    ]
    register.refresh_from_db()
    assert register.organization == cast.shop
    page = petra.get(url("register", cast.maker, register.public_id)).content.decode()
    assert "Yard" in page
    entry = AuditEntry.objects.get(verb=Verb.REGISTER_PLACED)
    assert entry.after == {"place": "Gasthaus Mio", "shop": "Yard", "from": str(days_ago(5))}


def test_what_was_sold_moves_along_from_that_day_on_and_only_then(cast, register):
    for n in (7, 5, 1):
        sell(register, days_ago(n), [1000])
    move(cast, register, cast.shop, days_ago(5))
    for model in (Receipt, DayTotal, DayVat):
        rows = model.objects.filter(register=register).order_by("day").values_list("day", "organization_id")
        assert list(rows) == [
            (days_ago(7), cast.maker.pk),
            (days_ago(5), cast.shop.pk),
            (days_ago(1), cast.shop.pk),
        ]
    assert set(DirtyDay.objects.values_list("day", flat=True)) == {days_ago(5), days_ago(1)}
    roll_up(now=timezone.now())
    assert sum(TreeTotal.objects.filter(head=cast.maker).values_list("total", flat=True)) == 3000
    assert DayTotal.objects.get(register=register, day=days_ago(5)).organization == cast.shop


def test_a_move_in_between_holds_until_the_next_one_that_is_known(cast, register):
    move(cast, register, cast.shop, days_ago(5))
    move(cast, register, cast.sibling, days_ago(10))
    assert spans(register) == [
        ("Kassenwerk GmbH", "", days_ago(20), days_ago(11)),
        ("Café Nebenan", "", days_ago(10), days_ago(6)),
        ("Gasthaus Mio", "", days_ago(5), None),
    ]
    register.refresh_from_db()
    assert register.organization == cast.shop


def test_moving_back_joins_what_belongs_together(cast, register):
    move(cast, register, cast.shop, days_ago(5))
    move(cast, register, cast.maker, days_ago(5))
    assert spans(register) == [("Kassenwerk GmbH", "", days_ago(20), None)]


def test_the_form_begins_where_it_stands_and_says_from_which_day_on_all_of_it_moves(cast, petra, register):
    html = petra.get(url("register_place", cast.maker, register.public_id)).content.decode()
    assert f'<option value="{cast.maker.public_id} " selected>' in html
    assert f"{days_ago(20).day} " in html.split("The first day on which it stood there.")[1][:20]


def test_naming_an_earlier_day_than_the_first_says_where_it_has_stood_ever_since(cast, register):
    sell(register, days_ago(30), [700])
    move(cast, register, cast.shop, days_ago(25))
    assert spans(register) == [("Gasthaus Mio", "", days_ago(25), None)]
    assert Receipt.objects.get(register=register).organization == cast.shop


@pytest.mark.parametrize("there", ["elsewhere", "holding"])
def test_no_register_moves_out_of_its_connections_tree(cast, petra, register, there):
    place = getattr(cast, there)
    answer = petra.post(url("register_place", cast.maker, register.public_id), form(place))
    assert answer.status_code == 422
    with pytest.raises(RulesBroken):
        move(cast, register, place, today())
    assert spans(register) == [("Kassenwerk GmbH", "", days_ago(20), None)]


def test_a_register_of_a_shops_own_connection_does_not_move_to_its_neighbour(cast, petra):
    own = make_register(cast.shop, connection=make_connection(cast.shop))
    answer = petra.post(url("register_place", cast.maker, own.public_id), form(cast.sibling))
    assert answer.status_code == 422
    own.refresh_from_db()
    assert own.organization == cast.shop


def test_a_day_to_come_a_closed_shop_and_the_same_place_are_refused_in_words(cast, petra, register, yard):
    address = url("register_place", cast.maker, register.public_id)
    tomorrow = petra.post(address, form(cast.shop, yard, days_ago(-1)))
    assert tomorrow.status_code == 422
    assert "Choose today or an earlier day" in tomorrow.content.decode()
    assert "stands there already" in petra.post(address, form(cast.maker)).content.decode()
    Shop.objects.update(closed_at=timezone.now())
    assert petra.post(address, form(cast.shop, yard)).status_code == 422
    assert spans(register) == [("Kassenwerk GmbH", "", days_ago(20), None)]


def test_a_retired_organization_takes_no_register(cast, petra, register):
    Organization.objects.filter(pk=cast.shop.pk).update(retired_at=timezone.now())
    address = url("register_place", cast.maker, register.public_id)
    assert "Gasthaus Mio" not in petra.get(address).content.decode()
    with pytest.raises(RulesBroken):
        move(cast, register, cast.shop, today())


def test_from_a_managed_organization_only_its_own_shops_are_offered(cast, yard):
    home = make_connection(cast.maker)
    bar = make_register(cast.shop, connection=home, name="Bar")
    mio = signed_in(cast.mio)
    page = mio.get(url("register_place", cast.shop, bar.public_id)).content.decode()
    assert "Yard" in page
    assert "Kassenwerk" not in page
    assert "Café Nebenan" not in page
    assert mio.post(url("register_place", cast.shop, bar.public_id), form(cast.sibling)).status_code == 422
    assert mio.post(url("register_place", cast.shop, bar.public_id), form(cast.shop, yard)).status_code == 303
    bar.refresh_from_db()
    assert bar.organization == cast.shop


def test_where_it_stood_before_is_not_told_to_who_does_not_reach_it(cast, register):
    move(cast, register, cast.shop, days_ago(5))
    page = signed_in(cast.mio).get(url("register", cast.shop, register.public_id)).content.decode()
    assert "elsewhere" in page
    assert "Kassenwerk" not in page


def test_its_name_and_region_can_be_changed(cast, petra, register):
    address = url("register_edit", cast.maker, register.public_id)
    assert petra.post(address, {"name": "Food truck", "region": "JUNGHOLZ"}).status_code == 303
    register.refresh_from_db()
    assert (register.name, register.region) == ("Food truck", "JUNGHOLZ")
    assert AuditEntry.objects.get(verb=Verb.REGISTER_CHANGED).before == {"name": "Truck", "region": ""}
    assert petra.post(address, {"name": "", "region": ""}).status_code == 422


def test_a_region_exists_in_austria_only(cast, petra):
    italian = make_register(cast.maker, country="ITA", name="Cassa")
    assert "JUNGHOLZ" not in petra.get(url("register_edit", cast.maker, italian.public_id)).content.decode()
    with pytest.raises(RulesBroken):
        change_register(cast.reach(cast.petra, cast.maker), italian.public_id, name="Cassa", region="JUNGHOLZ")


def test_another_tenants_register_is_not_there(cast, petra):
    foreign = make_register(cast.elsewhere)
    for name in ("register", "register_edit", "register_place"):
        assert petra.get(url(name, cast.maker, foreign.public_id)).status_code == 404
        assert petra.post(url(name, cast.maker, foreign.public_id), form(cast.maker)).status_code in {404, 405}
