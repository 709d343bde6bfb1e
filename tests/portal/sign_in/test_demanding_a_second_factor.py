"""An organization demands a second factor of everybody who reaches it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from organizations.models import AuditEntry, Organization
from organizations.services import delegate_everything
from tests.portal.sign_in.hand import add_app, code_of, is_in, typed_in

pytestmark = pytest.mark.django_db
SET_UP = "/account/second-factor/"


def demand(client: Client, organization: Organization, answer: str = "yes") -> None:
    led = client.post(f"/o/{organization.public_id}/sign-in/second-factor/", {"demanded": answer})
    assert led.status_code == 303


def sent_to(client: Client) -> str:
    return client.get("/organizations/").headers.get("Location", "")


def test_everybody_on_every_road_is_led_to_it_at_the_next_request(cast, clock):
    owner, mio, hanna, stranger = (typed_in(one) for one in (cast.petra, cast.mio, cast.hanna, cast.stranger))
    demand(owner, cast.shop)

    assert sent_to(owner) == SET_UP  # by way of the parent
    assert sent_to(mio) == SET_UP
    assert is_in(hanna)
    assert is_in(stranger)


def test_a_partner_by_delegation_is_led_to_it_too(cast, clock):
    hanna, petra = typed_in(cast.hanna), typed_in(cast.petra)
    delegate_everything(cast.reach(cast.hanna, cast.holding))
    demand(hanna, cast.holding)

    assert sent_to(petra) == SET_UP


def test_people_below_are_not_meant(cast, clock):
    petra, mio = typed_in(cast.petra), typed_in(cast.mio)
    demand(petra, cast.maker)

    assert sent_to(petra) == SET_UP
    assert is_in(mio)


def test_a_fragment_is_led_there_as_a_whole_page(cast, clock):
    petra = typed_in(cast.petra)
    demand(petra, cast.maker)

    assert petra.get("/organizations/", headers={"HX-Request": "true"})["HX-Redirect"] == SET_UP


def test_once_it_is_set_up_everything_is_open(cast, clock):
    petra = typed_in(cast.petra)
    demand(petra, cast.maker)
    assert petra.get(SET_UP).status_code == 200
    add_app(petra)

    assert is_in(petra)


def test_a_session_that_signed_in_before_has_to_give_the_factor_now(cast, clock):
    petra, other = typed_in(cast.petra), typed_in(cast.petra)
    secret = add_app(petra)
    demand(petra, cast.maker)
    clock.shift(timedelta(seconds=60))

    assert sent_to(other).startswith("/accounts/2fa/reauthenticate/")
    other.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret)})
    assert is_in(other)


def test_a_session_with_a_second_factor_pays_no_query_for_it(cast, clock):
    petra = typed_in(cast.petra)
    without = demands_asked(petra)
    add_app(petra)

    assert (without, demands_asked(petra)) == (1, 0)


def demands_asked(client: Client) -> int:
    """How many queries of a page look for organizations that demand a second factor."""
    with CaptureQueriesContext(connection) as captured:
        is_in(client)
    return sum("second_factor_required" in query["sql"].partition("WHERE")[2] for query in captured)


def test_the_last_factor_cannot_be_removed_while_it_is_demanded(cast, clock):
    petra = typed_in(cast.petra)
    add_app(petra)
    demand(petra, cast.maker)
    answer = petra.post("/accounts/2fa/app/remove/")

    assert answer.status_code == 200
    assert petra.get("/account/").context["factors"].app_since


def test_the_page_names_who_has_none_and_only_counts_those_above(cast, clock):
    petra, mio = typed_in(cast.petra), typed_in(cast.mio)
    own = mio.get(f"/o/{cast.shop.public_id}/sign-in/").content.decode()
    missing = petra.get(f"/o/{cast.maker.public_id}/sign-in/").context["missing"]

    assert "Mio (mio@gasthaus.example)" in own
    assert "petra@kassenwerk.example" not in own
    assert "2 of them stand above" in own
    assert missing.named == ("Petra (petra@kassenwerk.example)", "Viktor (viewer@kassenwerk.example)")
    add_app(petra)
    assert petra.get(f"/o/{cast.maker.public_id}/sign-in/").context["missing"].number == 1


def test_it_is_recorded_and_can_be_taken_back(cast, clock):
    petra = typed_in(cast.petra)
    add_app(petra)
    demand(petra, cast.maker)
    demand(petra, cast.maker)
    demand(petra, cast.maker, "no")

    verbs = list(
        AuditEntry.objects.filter(verb__startswith="SECOND_FACTOR").order_by("pk").values_list("verb", flat=True)
    )
    assert verbs == ["SECOND_FACTOR_REQUIRED", "SECOND_FACTOR_OPTIONAL"]


def test_signing_out_stays_possible(cast, clock):
    petra = typed_in(cast.petra)
    demand(petra, cast.maker)

    assert petra.post("/accounts/logout/").status_code == 302
