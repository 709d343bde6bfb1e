"""Whoever asks for an action without its proof, by mistake or by a hand-made POST, is refused and stands on record."""

from __future__ import annotations

import logging

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import Arrangement, BillingAddress
from billing.rules import Address
from billing.services import add_address
from fiscal.models import Credential
from fiscal.services import reveal
from organizations.choices import Mode, Verb
from organizations.models import ApiKey, AuditEntry, Organization
from organizations.services import issue_key

TYPED = "typed by mistake: my-pass-word"


@pytest.fixture
def petra(cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


@pytest.fixture
def doors(cast, settle) -> dict[str, str]:
    """Every action that wants more than its button, by the name of its page."""
    shop, maker = cast.shop, cast.maker
    key = issue_key(cast.reach(cast.petra, shop), name="till-3", mode=Mode.TEST)
    address = Address("Kassenwerk GmbH", "Werkstraße 1", "4020", "Linz", "AUT")
    invoiced = add_address(cast.reach(cast.petra, maker), address=address, mode=Mode.LIVE)
    settle()
    reveal(cast.reach(cast.petra, shop), key_id=key.public_id)
    credential = Credential.objects.filter(organization=maker).first()
    about = {
        "key_disable": [shop.public_id, key.public_id],
        "key_delete": [shop.public_id, key.public_id],
        "key_rotate": [shop.public_id, key.public_id],
        "organization_live": [shop.public_id],
        "organization_retire": [shop.public_id],
        "credential_remove": [maker.public_id, credential.public_id],
        "address_delete": [maker.public_id, invoiced.public_id],
        "billing_change": [shop.public_id],
    }
    return {name: reverse(f"portal:{name}", args=ids) for name, ids in about.items()}


ACTIONS = {
    "key_disable": "Disable key till-3",
    "key_delete": "Delete key till-3",
    "key_rotate": "Replace key till-3",
    "organization_live": "Enable LIVE",
    "organization_retire": "Retire",
    "credential_remove": "Remove the",
    "address_delete": "Remove billing address",
    "billing_change": "Change who is invoiced",
}
ANSWERS = {"key_rotate": {"keep_hours": 24}, "billing_change": {"bill_to": "itself", "billing_address": "itself"}}


@pytest.mark.parametrize("name", ACTIONS)
def test_a_post_without_its_proof_changes_nothing_and_stands_on_record(cast, petra, doors, name, caplog):
    told = {"typed_name": TYPED, "generation": Arrangement.objects.get(organization=cast.shop).generation}
    before = _everything()

    with caplog.at_level(logging.WARNING):
        answer = petra.post(doors[name], {**ANSWERS.get(name, {}), **told})

    assert answer.status_code == 422
    assert _everything() == before
    entry = AuditEntry.objects.get(verb=Verb.PROOF_REFUSED)
    assert entry.actor == cast.petra
    assert entry.request_id == answer["X-Request-Id"]
    assert ACTIONS[name] in entry.after["action"]
    assert entry.after["missing"]
    assert TYPED not in str(entry.after)
    assert entry.request_id in caplog.text
    assert TYPED not in caplog.text


def test_the_record_shows_what_was_refused(cast, petra, doors):
    petra.post(doors["organization_retire"])

    page = petra.get(reverse("portal:activity", args=[cast.shop.public_id])).content.decode()

    assert "was refused for want of proof" in page
    assert "<ins>Retire</ins>" in page


def test_looking_at_a_question_refuses_nobody(petra, doors):
    for url in doors.values():
        assert petra.get(url).status_code == 200

    assert not AuditEntry.objects.filter(verb=Verb.PROOF_REFUSED).exists()


def _everything() -> list:
    tables = (ApiKey, Organization, Credential, Arrangement, BillingAddress)
    return [list(table.objects.order_by("pk").values()) for table in tables]
