"""Editing, conflicts, delegation, LIVE, retirement and theme: what is asked for, and what nobody can do."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Arrangement, BillingAddress
from fiscal.queries.changing import affected_by_retirement
from organizations.access import access_organization
from organizations.choices import Mode, Scope
from organizations.models import AuditEntry, Organization
from organizations.services import change_details, issue_key
from organizations.services.changes import details_of
from portal.forms.facts import FactsForm
from tests.cast import Cast


@pytest.fixture
def petra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


def page(name: str, organization: Organization) -> str:
    return reverse(f"portal:organization_{name}", args=[organization.public_id])


def form_of(organization: Organization, **typed: str) -> dict[str, str]:
    """What a browser sends back: all values as opened, and what was typed over them."""
    opened = {name: str(value or "") for name, value in FactsForm.of(details_of(organization)).items()}
    return {**opened, "generation": str(organization.generation), "opened": json.dumps(opened), **typed}


def fresh(organization: Organization) -> Organization:
    return Organization.objects.get(pk=organization.pk)


def test_saving_facts_changes_them_and_goes_to_fiskaly(petra: Client, cast: Cast, settle, sandbox) -> None:
    answer = petra.post(page("edit", cast.shop), form_of(cast.shop, town="Salzburg", metadata="shop=0417"))
    assert answer["Location"] == reverse("portal:organization", args=[cast.shop.public_id])
    shop = fresh(cast.shop)
    assert (shop.town, shop.metadata, shop.generation) == ("Salzburg", {"shop": "0417"}, cast.shop.generation + 1)


def test_saving_nothing_new_is_no_change(petra: Client, cast: Cast) -> None:
    petra.post(page("edit", cast.shop), form_of(cast.shop))
    assert fresh(cast.shop).generation == cast.shop.generation


def test_two_people_editing_at_once_see_both_values_and_lose_nothing(petra: Client, cast: Cast) -> None:
    opened = form_of(cast.shop, name="Gasthaus Mio neu", address_line2="Stiege 4")
    theirs = FactsForm({**FactsForm.of(details_of(cast.shop)), "name": "Gasthaus Mio GmbH", "town": "Salzburg"})
    assert theirs.is_valid()
    change_details(cast.reach(cast.mio, cast.shop), details=theirs.details(), generation=cast.shop.generation)
    conflict = petra.post(page("edit", cast.shop), opened)
    words = " ".join(conflict.content.decode().split())
    assert conflict.status_code == 409
    for value in ("Gasthaus Mio neu", "Gasthaus Mio GmbH", "Stiege 4", "Salzburg"):
        assert value in words
    assert 'name="take_town" value="theirs" checked' in words, "a field that was not touched is theirs"
    assert 'name="take_name" value="mine" checked' in words
    assert fresh(cast.shop).name == "Gasthaus Mio GmbH"
    chosen = {**opened, "generation": str(fresh(cast.shop).generation), "take_town": "theirs", "take_name": "mine"}
    assert petra.post(page("edit", cast.shop), chosen).status_code == 303
    shop = fresh(cast.shop)
    assert (shop.name, shop.town, shop.address_line2) == ("Gasthaus Mio neu", "Salzburg", "Stiege 4")


@pytest.mark.parametrize("generation", ["", "-1", "x", "9" * 30])
def test_a_form_without_a_true_generation_never_overwrites(petra: Client, cast: Cast, generation: str) -> None:
    sent = form_of(cast.shop, town="Salzburg") | {"generation": generation, "opened": "no json"}
    assert petra.post(page("edit", cast.shop), sent).status_code == 409
    assert fresh(cast.shop).town == "Wien"


def test_an_organization_made_in_the_dashboard_is_shown_but_not_edited(petra: Client, cast: Cast) -> None:
    shown = petra.get(page("edit", cast.maker)).content.decode()
    assert "made in fiskaly&#x27;s dashboard" in shown.replace("fiskaly's", "fiskaly&#x27;s")
    assert 'name="generation"' not in shown
    assert petra.post(page("edit", cast.maker), form_of(cast.maker, town="Graz")).status_code == 422
    assert fresh(cast.maker).town == "Linz"


def test_a_managed_organizations_people_never_read_the_parents_name(client: Client, cast: Cast) -> None:
    client.force_login(cast.mio)
    for name in ("edit", "delegation", "live", "retire", "logo"):
        assert "Kassenwerk" not in client.get(page(name, cast.shop)).content.decode()


def test_enabling_live_takes_the_typed_name_and_a_reason(petra: Client, cast: Cast) -> None:
    url = page("live", cast.shop)
    for proof in (
        {},
        {"typed_name": "Gasthaus Mio"},
        {"reason": "contract"},
        {"typed_name": "Mio", "reason": "contract"},
    ):
        assert petra.post(url, proof).status_code == 422
        assert fresh(cast.shop).modes == [Mode.TEST]
    assert petra.post(url, {"typed_name": "Gasthaus Mio", "reason": "contract signed"}).status_code == 303
    assert fresh(cast.shop).modes == [Mode.LIVE, Mode.TEST]
    assert AuditEntry.objects.filter(verb="LIVE_ENABLED", reason="contract signed").exists()


@pytest.mark.parametrize(("who", "words"), [("holding", "after a contract"), ("branch", "is not LIVE yet")])
def test_live_that_cannot_be_enabled_says_why_and_offers_no_button(
    client: Client, cast: Cast, who: str, words: str
) -> None:
    client.force_login(cast.hanna)
    organization = getattr(cast, who)
    shown = client.get(page("live", organization)).content.decode()
    assert words in shown
    assert 'name="typed_name"' not in shown
    refused = client.post(page("live", organization), {"typed_name": str(organization), "reason": "please"})
    assert refused.status_code == 422
    assert words in refused.content.decode()
    assert fresh(organization).modes == [Mode.TEST]


def test_retiring_counts_what_is_affected_and_takes_a_tick(petra: Client, cast: Cast) -> None:
    url = page("retire", cast.shop)
    shown = petra.get(url).content.decode()
    assert "0 organizations below it" in shown
    assert "1 person with own authorizations" in shown
    assert petra.post(url, {}).status_code == 422
    assert fresh(cast.shop).retired_at is None
    assert petra.post(url, {"understood": "yes"}).status_code == 303
    assert fresh(cast.shop).retired_at


def test_nothing_of_others_and_nothing_out_of_reach_is_counted_as_affected(cast: Cast) -> None:
    facts = {"recipient": "Buchhaltung", "address_line1": "Weg 1", "zip": "1010", "town": "Wien", "country_code": "AUT"}
    for place, actor in ((cast.maker, cast.petra), (cast.elsewhere, cast.stranger)):
        issue_key(cast.reach(actor, place), name="till-1", mode=Mode.TEST)
        BillingAddress.objects.create(organization=place, mode=Mode.TEST, **facts)
    Arrangement.objects.filter(organization=cast.sibling).update(bill_to=None, withhold=False)
    held = access_organization(cast.petra, cast.maker.public_id, scope=Scope.ORGANIZATIONS)

    found = affected_by_retirement(held)

    assert Arrangement.objects.filter(bill_to=cast.maker).count() == 3, "the shop, and two that Petra does not reach"
    assert (found.below, found.billed_here) == (2, 1)
    assert (found.keys, found.addresses) == (1, 1)


def test_what_stands_in_the_way_of_retiring_is_said_at_the_button(client: Client, cast: Cast) -> None:
    client.force_login(cast.hanna)
    refused = client.post(page("retire", cast.holding), {"understood": "yes"})
    assert refused.status_code == 422
    assert "Organizations hang below it" in refused.content.decode()
    assert fresh(cast.holding).retired_at is None


def test_a_managed_organization_has_nothing_to_delegate(petra: Client, cast: Cast) -> None:
    assert "always administered through its parent" in petra.get(page("delegation", cast.shop)).content.decode()
    assert petra.post(page("delegation", cast.shop), {"delegation": "yes"}).status_code == 422


@pytest.mark.parametrize("name", ["edit", "live", "retire", "logo", "delegation"])
def test_viewing_is_not_managing(client: Client, cast: Cast, name: str) -> None:
    client.force_login(cast.viewer)
    assert client.get(page(name, cast.shop)).status_code == 403
    assert client.post(page(name, cast.shop), {"understood": "yes"}).status_code == 403


@pytest.mark.parametrize("away", ["//evil.example/x", "https://evil.example/", "javascript:alert(1)", ""])
def test_choosing_a_theme_never_leads_to_another_site(petra: Client, cast: Cast, away: str) -> None:
    answer = petra.post(reverse("portal:theme"), {"theme": "dark", "next": away})
    assert answer["Location"] == reverse("portal:home")
    cast.petra.refresh_from_db()
    assert cast.petra.theme == "dark"


def test_choosing_a_theme_leads_back_to_the_page(petra: Client, cast: Cast) -> None:
    here = reverse("portal:wizard_start")
    assert petra.post(reverse("portal:theme"), {"theme": "light", "next": here})["Location"] == here
    assert petra.post(reverse("portal:theme"), {"theme": "pink", "next": here}).status_code == 400
