"""Somebody changed who is invoiced in fiskaly's dashboard: comparing three ways, adopting those terms, restoring ours."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.models import Arrangement
from billing.rules import Address
from billing.services import add_address
from fiscal.choices import Phase
from fiscal.models import Mirror
from fiscal.queries.progress import progress_of
from organizations.choices import Mode, Scope
from organizations.models import AuditEntry
from tests.cast import Cast, withdraw

PROOF = {"typed_name": "Gasthaus Mio", "reason": "new contract"}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(cast: Cast, decision: str = "") -> str:
    if decision:
        return reverse("portal:billing_drift_decision", args=[cast.shop.public_id, decision])
    return reverse("portal:billing_drift", args=[cast.shop.public_id])


def changed_at_fiskaly(cast: Cast, **values: object) -> Mirror:
    """As a comparison finds it: what the provider holds now, and that it is not what was agreed on."""
    mirror = Mirror.objects.get(kind="ARRANGEMENT", organization=cast.shop)
    mirror.observed = {**mirror.observed, **values}
    mirror.drifted_at = timezone.now()
    mirror.save()
    return mirror


@pytest.fixture
def drifted(cast: Cast) -> Mirror:
    return changed_at_fiskaly(cast, billing_options={"gln": "9006542000004"})


def phase(cast: Cast) -> str:
    arrangement = Arrangement.objects.get(organization=cast.shop)
    return progress_of("ARRANGEMENT", arrangement, now=timezone.now()).phase


def test_the_terms_that_differ_are_compared_three_ways_in_words(cast, drifted):
    petra = signed_in(cast.petra)

    html = petra.get(page(cast)).content.decode()

    assert html.count('<th scope="row">') == 3
    for value in ("Kassenwerk GmbH", "Gasthaus Mio", "9006542000004", "yes", "no"):
        assert f'<td class="k-wrap">{value}</td>' in html
    assert page(cast) in petra.get(reverse("portal:billing", args=[cast.shop.public_id])).content.decode()
    assert page(cast) in petra.get(reverse("portal:mirror")).content.decode()
    assert page(cast) in petra.get(reverse("portal:organization", args=[cast.shop.public_id])).content.decode()


def test_adopting_makes_their_terms_ours_without_a_call(cast, drifted, sandbox, settle):
    calls = sandbox.ledger.count()

    answer = signed_in(cast.petra).post(page(cast, "adopt"), PROOF)

    arrangement = Arrangement.objects.get(organization=cast.shop)
    assert answer.status_code == 303
    assert (arrangement.bill_to, arrangement.withhold, arrangement.gln) == (None, False, "9006542000004")
    entry = AuditEntry.objects.get(verb="TERMS_ADOPTED")
    assert (entry.reason, entry.actor) == ("new contract", cast.petra)
    assert phase(cast) == Phase.IN_STEP
    assert settle() == 0
    assert sandbox.ledger.count() == calls


def test_restoring_sends_our_terms_again(cast, sandbox, settle):
    shop = Mirror.objects.get(kind="ORGANIZATION", organization=cast.shop).remote_id
    changed_at_fiskaly(cast, billing_options={})

    assert signed_in(cast.petra).post(page(cast, "restore"), PROOF).status_code == 303
    settle()

    remote = next(one for one in sandbox.objects("organization") if one["_id"] == shop)
    assert remote["billing_options"]["withhold_billing"] is True
    assert AuditEntry.objects.get(verb="TERMS_RESTORED").reason == "new contract"
    assert phase(cast) == Phase.IN_STEP


@pytest.mark.parametrize("decision", ["adopt", "restore"])
@pytest.mark.parametrize("proof", [{}, {"typed_name": "Gasthaus Mio"}, {**PROOF, "typed_name": "Gasthaus"}])
def test_neither_is_decided_without_the_name_and_a_reason(cast, drifted, decision, proof):
    before = Arrangement.objects.filter(organization=cast.shop).values().get()

    answer = signed_in(cast.petra).post(page(cast, decision), proof)

    assert answer.status_code == 422
    assert Arrangement.objects.filter(organization=cast.shop).values().get() == before
    assert AuditEntry.objects.filter(verb="PROOF_REFUSED").count() == 1


def test_an_invoiced_organization_that_kontor_does_not_know_cannot_be_adopted(cast):
    changed_at_fiskaly(cast, billing_options={"bill_to_organization": str(uuid4()), "withhold_billing": True})
    petra = signed_in(cast.petra)

    assert "something that Kontor does not know" in petra.get(page(cast)).content.decode()
    answer = petra.post(page(cast, "adopt"), PROOF, follow=True)

    assert "bills an organization that Kontor does not know" in answer.content.decode()
    assert Arrangement.objects.get(organization=cast.shop).bill_to == cast.maker


def test_an_organization_out_of_reach_has_no_name_and_cannot_be_adopted(cast):
    elsewhere = Mirror.objects.get(kind="ORGANIZATION", organization=cast.elsewhere).remote_id
    changed_at_fiskaly(cast, billing_options={"bill_to_organization": elsewhere})
    petra = signed_in(cast.petra)

    html = petra.get(page(cast)).content.decode()
    answer = petra.post(page(cast, "adopt"), PROOF, follow=True).content.decode()

    assert "an organization that you cannot see" in html
    assert "Fremde" not in html
    assert "Fremde" not in answer
    assert Arrangement.objects.get(organization=cast.shop).bill_to == cast.maker


def test_another_billing_address_is_adopted_by_what_it_is_here(cast, settle):
    address = Address("Kassenwerk GmbH", "Werkstraße 1", "4020", "Linz", "AUT")
    row = add_address(cast.reach(cast.petra, cast.shop), address=address, mode=Mode.TEST)
    settle()
    remote_id = Mirror.objects.get(kind="BILLING_ADDRESS", subject_id=row.public_id).remote_id
    changed_at_fiskaly(cast, billing_address_id=remote_id)

    signed_in(cast.petra).post(page(cast, "adopt"), PROOF)

    assert Arrangement.objects.get(organization=cast.shop).billing_address == row


def test_the_second_decision_changes_nothing_and_says_so(cast, drifted):
    petra = signed_in(cast.petra)
    petra.post(page(cast, "adopt"), PROOF)

    answer = petra.post(page(cast, "restore"), PROOF, follow=True)

    assert "somebody decided before you" in answer.content.decode()
    assert not AuditEntry.objects.filter(verb="TERMS_RESTORED").exists()


def test_its_own_people_alone_neither_compare_nor_decide(cast, drifted):
    mio = signed_in(cast.mio)

    assert mio.get(page(cast)).status_code == 403
    assert mio.post(page(cast, "adopt"), PROOF).status_code == 403


def test_who_may_not_view_billing_does_not_read_the_decision_in_the_record(cast, drifted):
    signed_in(cast.petra).post(page(cast, "adopt"), PROOF)
    record = reverse("portal:activity", args=[cast.shop.public_id])
    assert "billing terms" in signed_in(cast.viewer).get(record).content.decode()

    withdraw(cast.viewer, Scope.BILLING)

    assert "billing terms" not in signed_in(cast.viewer).get(record).content.decode()
