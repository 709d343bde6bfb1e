"""The customer area: slots, add-ons, keys, and licences that end and come back."""

from __future__ import annotations

from itertools import pairwise

import pytest

OTHER, THIRD = "99000020018", "99000030017"


def info(merchant, **body):
    return merchant("dco/infoUser/", **body)


def test_a_key_says_whose_it_is_and_until_when(merchant):
    assert info(merchant).json() == {
        "esito": True,
        "partitaIva": merchant.vat_number,
        "denominazione": "Bar Centrale",
        "licenza": {"attiva": True, "scadenza": "31/12/2027"},
    }
    merchant.stage.set_rule("info", "bare")
    assert info(merchant).json() == {"esito": True}


@pytest.mark.parametrize("key", ["", "unknown", "Bearer x"])
def test_an_unknown_key_is_refused(merchant, key):
    merchant.key = key
    assert info(merchant).status_code == 401


def test_the_key_dies_with_the_licence_and_revives_by_itself(merchant):
    merchant.stage.renew(merchant.vat_number, "2026-11-25")
    assert info(merchant).status_code == 200
    merchant.goes_to("2026-11-26 00:00")
    assert (info(merchant).status_code, info(merchant).json()["message"]) == (403, "Licenza scaduta")
    merchant.stage.set_rule("lapsed_status", 401)
    assert info(merchant).status_code == 401
    merchant.goes_to("2026-12-05 10:00")
    merchant.stage.renew(merchant.vat_number, "2027-11-25")
    assert info(merchant).status_code == 200
    assert merchant.find("2026-11-26", "2026-12-04")


def test_keys_are_limited_by_slots_and_one_belongs_to_one_partita_iva(merchant):
    stage, customer = merchant.stage, merchant.vat_number
    assert stage.slots(customer) == (1, 1)
    with pytest.raises(ValueError, match="in use"):
        stage.make_key(customer, OTHER)
    with pytest.raises(ValueError, match="contract"):
        stage.buy_add_on(customer, "light", 2)
    stage.sign_contract(customer)
    stage.buy_add_on(customer, "light", 2)
    assert stage.slots(customer) == (1, 3)
    assert stage.make_key(customer, OTHER) != merchant.key
    with pytest.raises(ValueError, match="active API key"):
        stage.make_key(customer, OTHER)
    with pytest.raises(ValueError, match="one of"):
        stage.buy_add_on(customer, "huge")


def test_a_deactivated_key_is_dead_and_its_slot_free(merchant):
    new = merchant.stage.replace_key(merchant.key, THIRD)
    assert info(merchant).status_code == 401
    assert merchant.stage.slots(merchant.vat_number) == (1, 1)
    with pytest.raises(ValueError, match="in use"):
        merchant.stage.reactivate_key("key-1")
    merchant.stage.deactivate_key(new)
    merchant.stage.reactivate_key("key-1")
    assert info(merchant).status_code == 200


def test_the_partita_iva_of_key_and_credentials_are_compared(merchant):
    foreign = merchant.stage.make_credentials(OTHER)
    answer = info(merchant, ade_credentials_encrypted=foreign)
    assert (answer.status_code, answer.json()["esito"]) == (200, False)
    assert answer.json()["errori"][0]["codice"] == "02"


@pytest.mark.parametrize("vat_number", ["", "9900001015", "99000010158", "9900001015x", "IT99000010159"])
def test_a_wrong_partita_iva_has_no_account(merchant, vat_number):
    with pytest.raises(ValueError, match="partita IVA"):
        merchant.stage.make_customer(vat_number, "2027-12-31")


def test_the_counters_of_the_two_instances_are_separate(merchant):
    before = merchant.stage.counters(merchant.vat_number)
    merchant.send()
    after = merchant.stage.counters(merchant.vat_number)
    assert after["documento commerciale"] == before["documento commerciale"] + 1
    assert after["fatturazione"] == before["fatturazione"] > 0


def test_an_account_without_the_invoice_instance_has_no_invoices(merchant):
    merchant.stage.edit_customer(merchant.vat_number, invoicing=False)
    body = {"tipo": "emesse", "start": "2026-11-01", "end": "2026-11-02"}
    assert merchant("invoiceApi/findInvoices/", **body).status_code == 403
    assert info(merchant).status_code == 200


def test_what_is_kept_and_shown_of_keys_is_no_key(merchant):
    assert merchant.key not in str(merchant.stage.objects("key"))
    assert merchant.key not in str(merchant.stage.keys(merchant.vat_number))
    info(merchant)
    (entry,) = merchant.sandbox.ledger.requests()
    assert (entry.room, entry.credential) == ("datacash", "key-1")
    assert merchant.key not in str(entry)
    assert "PGP" not in str(entry)


def test_the_same_seed_gives_the_same_credentials(merchant):
    texts = [merchant.stage.make_credentials(OTHER, seed=seed) for seed in ("a", "a", "b")]
    assert [one == other for one, other in pairwise(texts)] == [True, False]
    assert texts[0].startswith("-----BEGIN PGP MESSAGE-----\n")
