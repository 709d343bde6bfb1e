"""Who is invoiced: the sentence each viewer may read, changing it, and billing addresses."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Arrangement, BillingAddress
from billing.rules import Address, Terms
from billing.services import SetUp, add_address, change_arrangement, set_up_organization
from fiscal.models import Mirror
from organizations.access import NotAuthorized
from organizations.choices import Kind, Mode, Scope
from organizations.models import AuditEntry, Organization
from organizations.rules import RulesBroken
from tests.cast import details, withdraw

ADDRESS = Address("Kassenwerk GmbH", "Werkstraße 1", "4020", "Linz", "AUT")
TYPED = {
    "recipient": "Buchhaltung Mio",
    "address_line1": "Gasse 2",
    "zip": "8010",
    "town": "Graz",
    "country_code": "AUT",
}


@pytest.fixture
def petra(cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


def url(name: str, organization, *more: object) -> str:
    return reverse(f"portal:{name}", args=[organization.public_id, *more])


def answers(organization, **changes: object) -> dict[str, object]:
    """The form as it would be sent, with its proof."""
    generation = Arrangement.objects.get(organization=organization).generation
    proof = {"typed_name": str(organization), "reason": "new contract", "generation": generation}
    return {"bill_to": "itself", "gln": "", "billing_address": "itself", **proof, **changes}


def test_who_reaches_the_invoiced_organization_reads_its_name(cast, petra):
    page = petra.get(url("billing", cast.shop)).content.decode()
    assert "Invoices go to Kassenwerk GmbH; Gasthaus Mio sees none." in page


def test_who_does_not_reach_it_reads_no_name_and_no_terms(cast, client):
    arrangement = Arrangement.objects.get(organization=cast.shop)
    Arrangement.objects.filter(pk=arrangement.pk).update(gln="9006542000004")
    client.force_login(cast.mio)
    page = client.get(url("billing", cast.shop)).content.decode()
    assert "Invoices do not go to this organization." in page
    assert "Kassenwerk" not in page
    assert "9006542000004" not in page


def test_waiting_for_the_invoiced_organization_does_not_give_its_name_away(cast, client):
    mirror = Mirror.objects.filter(kind="ARRANGEMENT", organization=cast.shop)
    mirror.update(applied_generation=0, error_code="NEEDS", error_text="Kassenwerk GmbH")
    client.force_login(cast.mio)
    assert "Kassenwerk" not in client.get(url("billing", cast.shop)).content.decode()
    client.force_login(cast.petra)
    assert "Something else has to be in step first" in client.get(url("billing", cast.shop)).content.decode()


def test_an_organization_that_pays_itself_says_so(cast, petra):
    assert "Invoices go to Kassenwerk GmbH itself." in petra.get(url("billing", cast.maker)).content.decode()


def test_changing_who_is_invoiced_takes_effect_at_the_provider(cast, petra, sandbox, settle):
    answer = petra.post(url("billing_change", cast.shop), answers(cast.shop))
    assert answer.status_code == 303
    entry = AuditEntry.objects.get(verb="ARRANGEMENT_CHANGED")
    assert entry.reason == "new contract"
    settle()
    remote = next(one for one in sandbox.objects("organization") if one["name"] == "Gasthaus Mio")
    assert "billing_options" not in remote


@pytest.mark.parametrize("proof", [{"typed_name": ""}, {"typed_name": "Gasthaus"}, {"reason": ""}])
def test_without_its_name_and_a_reason_nothing_changes(cast, petra, proof):
    answer = petra.post(url("billing_change", cast.shop), answers(cast.shop, **proof))
    assert answer.status_code == 422
    assert Arrangement.objects.get(organization=cast.shop).withhold is True


def test_withholding_without_somebody_else_to_invoice_is_refused_at_its_field(cast, petra):
    answer = petra.post(url("billing_change", cast.shop), answers(cast.shop, withhold="on", gln="123"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Choose who is invoiced instead" in page
    assert "A GLN has 13 digits" in page
    assert 'value="123"' in page


def test_only_organizations_offered_can_be_invoiced(cast, petra):
    foreign = str(cast.elsewhere.public_id)
    assert petra.post(url("billing_change", cast.shop), answers(cast.shop, bill_to=foreign)).status_code == 422
    assert "Fremde" not in petra.get(url("billing_change", cast.shop)).content.decode()


def test_people_of_the_managed_organization_alone_cannot_turn_its_invoices_on(cast, client):
    client.force_login(cast.mio)
    assert url("billing_change", cast.shop) not in client.get(url("billing", cast.shop)).content.decode()
    assert client.get(url("billing_change", cast.shop)).status_code == 403
    assert client.post(url("billing_change", cast.shop), answers(cast.shop)).status_code == 403
    with pytest.raises(NotAuthorized):
        change_arrangement(cast.reach(cast.mio, cast.shop), terms=Terms(), generation=1)


def test_who_may_only_look_is_offered_no_change(cast, client):
    client.force_login(cast.viewer)
    page = client.get(url("billing", cast.shop)).content.decode()
    assert "Kassenwerk GmbH" in page
    assert url("billing_change", cast.shop) not in page
    assert url("address_new", cast.shop) not in page


def test_a_change_over_somebody_elses_shows_both_and_loses_nothing(cast, petra):
    stale = answers(cast.shop, gln="9006542000004")
    change_arrangement(
        cast.reach(cast.petra, cast.shop),
        terms=Terms(bill_to=str(cast.maker.public_id)),
        generation=stale["generation"],
    )
    answer = petra.post(url("billing_change", cast.shop), stale)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Somebody else changed this" in page
    assert 'value="9006542000004"' in page
    assert "Kassenwerk GmbH" in page
    again = {**stale, "generation": re.search(r'name="generation" value="(\d+)"', page)[1]}
    assert petra.post(url("billing_change", cast.shop), again).status_code == 303
    assert Arrangement.objects.get(organization=cast.shop).gln == "9006542000004"


def test_a_billing_address_is_added_changed_and_removed(cast, petra, sandbox, settle):
    assert petra.post(url("address_new", cast.shop), {**TYPED, "mode": "TEST"}).status_code == 303
    row = BillingAddress.objects.get()
    settle()
    assert "Buchhaltung Mio" in petra.get(url("billing", cast.shop)).content.decode()
    edit = url("address_edit", cast.shop, row.public_id)
    assert petra.post(edit, {**TYPED, "town": "Leoben", "generation": row.generation}).status_code == 303
    settle()
    assert [one["town"] for one in sandbox.objects("billing_address")] == ["Leoben"]
    assert petra.post(url("address_delete", cast.shop, row.public_id)).status_code == 303
    settle()
    assert sandbox.objects("billing_address") == []
    assert petra.get(edit).status_code == 404


def test_missing_fields_of_an_address_are_told_all_at_once_and_the_rest_is_kept(cast, petra):
    answer = petra.post(url("address_new", cast.shop), {"recipient": "Mio", "mode": "TEST"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Mio"' in page
    for name in ("address_line1", "zip", "town", "country_code"):
        assert f'href="#id_{name}"' in page


def test_an_address_edited_by_two_shows_both(cast, petra):
    row = add_address(cast.reach(cast.petra, cast.shop), address=ADDRESS, mode=Mode.TEST)
    edit = url("address_edit", cast.shop, row.public_id)
    petra.post(edit, {**TYPED, "town": "Leoben", "generation": 1})
    answer = petra.post(edit, {**TYPED, "generation": 1})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r"<td>Leoben</td>\s*<td>Graz</td>", page)
    assert 'name="generation" value="2"' in page


def test_an_address_in_use_stays(cast, petra):
    row = add_address(cast.reach(cast.petra, cast.shop), address=ADDRESS, mode=Mode.TEST)
    petra.post(url("billing_change", cast.shop), answers(cast.shop, billing_address=str(row.public_id)))
    assert petra.post(url("address_delete", cast.shop, row.public_id)).status_code == 422
    assert BillingAddress.objects.get().retired_at is None
    page = petra.get(url("billing", cast.shop)).content.decode()
    assert url("address_delete", cast.shop, row.public_id) not in page


def test_a_live_address_is_removed_only_with_a_tick(cast, petra):
    row = add_address(cast.reach(cast.petra, cast.maker), address=ADDRESS, mode=Mode.LIVE)
    remove = url("address_delete", cast.maker, row.public_id)
    assert petra.post(remove).status_code == 422
    assert petra.post(remove, {"understood": "yes"}).status_code == 303


def test_an_address_of_another_organization_is_not_found(cast, petra):
    row = add_address(cast.reach(cast.petra, cast.sibling), address=ADDRESS, mode=Mode.TEST)
    assert petra.get(url("address_edit", cast.shop, row.public_id)).status_code == 404
    assert petra.post(url("address_delete", cast.shop, row.public_id)).status_code == 404


def test_the_addresses_of_others_are_not_listed(cast, petra):
    add_address(cast.reach(cast.petra, cast.sibling), address=ADDRESS, mode=Mode.TEST)
    assert "Linz" in petra.get(url("billing", cast.sibling)).content.decode()
    assert "Linz" not in petra.get(url("billing", cast.shop)).content.decode()


def test_the_parents_address_cannot_be_chosen_by_who_does_not_view_its_billing(cast):
    row = add_address(cast.reach(cast.petra, cast.maker), address=ADDRESS, mode=Mode.TEST)
    plan = SetUp(
        kind=Kind.MANAGED,
        details=details("Filiale Süd"),
        mode=Mode.TEST,
        terms=Terms(billing_address=str(row.public_id)),
    )
    withdraw(cast.petra, Scope.BILLING, at=cast.maker)
    reach = cast.reach(cast.petra, cast.maker)
    with pytest.raises(RulesBroken, match="one of the addresses offered"):
        set_up_organization(reach, plan=plan)


@pytest.mark.parametrize("sent", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_an_address_that_is_none_is_refused_in_words(cast, sent):
    plan = SetUp(kind=Kind.MANAGED, details=details("Filiale Süd"), mode=Mode.TEST, terms=Terms(billing_address=sent))
    with pytest.raises(RulesBroken, match="one of the addresses offered"):
        set_up_organization(cast.reach(cast.petra, cast.maker), plan=plan)


def test_nothing_about_billing_of_a_retired_organization_is_changed(cast):
    Organization.objects.filter(pk=cast.shop.pk).update(retired_at=timezone.now())
    reach = cast.reach(cast.petra, cast.shop)
    with pytest.raises(RulesBroken, match="retired"):
        change_arrangement(reach, terms=Terms(), generation=1)
    with pytest.raises(RulesBroken, match="retired"):
        add_address(reach, address=ADDRESS, mode=Mode.TEST)
