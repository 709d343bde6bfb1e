"""Connecting sources of sales: which one fits, what it asks for, and that a key is entered once and never shown again."""

from __future__ import annotations

import logging

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from fiscal.choices import ConnectionKind
from fiscal.models import Connection
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry, Organization
from tests.portal.sales import only, signed_in, url

VAT_NUMBER = "99000010159"


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def account_key(sandbox) -> str:
    account = sandbox.kassandro.make_account("Gasthaus Mio")
    sandbox.kassandro.make_register(account["id"], "Kassa Bar", opened_on="2026-05-01")
    return sandbox.kassandro.make_api_key(account["id"])


@pytest.fixture
def bar(sandbox) -> dict[str, str]:
    """What a person types for a DataCash key."""
    sandbox.datacash.make_customer(VAT_NUMBER, "2099-12-31", name="Bar Centrale")
    return {
        "name": "Bar Centrale",
        "vat_number": VAT_NUMBER,
        "key": sandbox.datacash.make_key(VAT_NUMBER),
        "credentials": sandbox.datacash.make_credentials(VAT_NUMBER),
    }


@pytest.mark.parametrize(("source", "room"), [("account", "kassandro"), ("register", "kassandro"), ("key", "datacash")])
def test_while_the_sandbox_is_asked_the_form_leads_to_where_its_keys_are_made(cast, petra, settings, source, room):
    settings.SANDBOX_URL = "http://127.0.0.1:8010"
    settings.KASSANDRO_URL = settings.DATACASH_URL = "https://provider.example/api"
    page = url("connection_connect", cast.shop, source)
    assert "sandbox" not in petra.get(page).content.decode()
    settings.KASSANDRO_URL, settings.DATACASH_URL = (
        f"http://127.0.0.1:8010/{name}/api" for name in ("kassandro", "datacash")
    )
    assert f'href="http://127.0.0.1:8010/{room}/"' in petra.get(page).content.decode()
    settings.SANDBOX_URL = ""
    assert "sandbox" not in petra.get(page).content.decode()


def test_the_first_question_explains_what_fits(cast, petra):
    html = petra.get(url("connection_new", cast.shop)).content.decode()
    for source in ("account", "register", "key", "files"):
        assert url("connection_connect", cast.shop, source) in html
    assert petra.get(url("connection_connect", cast.shop, "carrier-pigeon")).status_code == 404


def test_a_kassandro_account_is_tried_stored_and_shown(cast, petra, account_key):
    typed = {"name": "Kassen", "api_key": account_key, "tier": "Gastro"}
    answer = petra.post(url("connection_connect", cast.shop, "account"), typed)
    stored = Connection.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == url("connection", cast.shop, stored.public_id)
    assert (stored.kind, stored.tier, stored.organization) == (ConnectionKind.ACCOUNT, "Gastro", cast.shop)
    page = petra.get(answer["Location"]).content.decode()
    assert stored.key_hint in page
    assert "Registers appear with the first round" in page
    assert AuditEntry.objects.get(verb=Verb.CONNECTION_STORED).actor == cast.petra


def test_a_register_key_is_connected_as_one(cast, petra, sandbox):
    account = sandbox.kassandro.make_account("Gasthaus Mio")
    remote = sandbox.kassandro.make_register(account["id"], "Kassa Bar", opened_on="2026-05-01")
    key = sandbox.kassandro.make_api_key(account["id"], register_id=remote["id"])
    answer = petra.post(url("connection_connect", cast.shop, "register"), {"name": "Bar", "api_key": key})
    assert answer.status_code == 303
    assert Connection.objects.get().kind == ConnectionKind.REGISTER


def test_a_datacash_key_is_connected_with_what_is_known_of_its_licence(cast, petra, bar):
    more = {"licence_ends_on": "2027-06-30", "slots": "3", "slots_used": "1", "add_ons": ["LIGHT"]}
    assert petra.post(url("connection_connect", cast.shop, "key"), bar | more).status_code == 303
    stored = Connection.objects.get()
    assert (stored.vat_number, stored.slots, stored.add_ons) == (VAT_NUMBER, 3, ["LIGHT"])
    page = petra.get(url("connection", cast.shop, stored.public_id)).content.decode()
    assert "30 Jun 2027" in page
    assert "1 of 3" in page


def test_files_need_no_key_and_lead_on_to_the_devices(cast, petra):
    answer = petra.post(url("connection_connect", cast.shop, "files"), {"name": "Only the cloud", "vat_number": ""})
    stored = Connection.objects.get()
    page = petra.get(answer["Location"]).content.decode()
    assert url("device_new", cast.shop, stored.public_id) in page
    assert "Try now" not in page
    assert "Nothing is read by itself" in page


def test_a_wrong_key_is_told_at_its_field_what_was_typed_stays_and_the_key_does_not(cast, petra, sandbox):
    typed = {"name": "Kassen Wien", "api_key": "mistyped-api-key", "tier": "Premium"}
    answer = petra.post(url("connection_connect", cast.shop, "account"), typed)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_api_key_error"' in html
    assert 'value="Kassen Wien"' in html
    assert 'value="Premium"' in html
    assert "mistyped-api-key" not in html
    assert "paste them again" in html
    assert answer["Cache-Control"] == "no-store"
    assert not Connection.objects.exists()


def test_neither_key_nor_credentials_come_back_after_an_error(cast, petra, bar):
    answer = petra.post(url("connection_connect", cast.shop, "key"), bar | {"vat_number": "12345678900"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_vat_number_error"' in html
    assert "is no partita IVA" in html
    assert bar["key"] not in html
    assert "PGP MESSAGE" not in html
    assert 'value="Bar Centrale"' in html


def test_the_partita_iva_of_somebody_else_is_refused(cast, petra, bar):
    Organization.objects.filter(pk=cast.shop.pk).update(country_code="ITA", vat_id="IT12345670785")
    first = petra.get(url("connection_connect", cast.shop, "key")).content.decode()
    assert 'value="12345670785"' in first
    answer = petra.post(url("connection_connect", cast.shop, "key"), bar)
    assert answer.status_code == 422
    assert "IT12345670785" in answer.content.decode()


def test_a_partita_iva_is_read_by_one_key_at_a_time(cast, petra, bar):
    assert petra.post(url("connection_connect", cast.shop, "key"), bar).status_code == 303
    answer = petra.post(url("connection_connect", cast.sibling, "key"), bar)
    assert answer.status_code == 422
    assert 'id="id_vat_number_error"' in answer.content.decode()
    assert Connection.objects.count() == 1


def test_while_the_provider_is_down_nothing_is_stored(cast, petra, sandbox, account_key):
    sandbox.faults.add("connect_refused")
    answer = petra.post(url("connection_connect", cast.shop, "account"), {"name": "Kassen", "api_key": account_key})
    assert answer.status_code == 422
    assert "could not be asked" in answer.content.decode()
    assert not Connection.objects.exists()


def test_no_page_log_or_record_holds_key_or_credentials(cast, petra, bar, caplog):
    caplog.set_level(logging.DEBUG)
    answer = petra.post(url("connection_connect", cast.shop, "key"), bar)
    stored = Connection.objects.get()
    pages = [
        petra.get(url(name, cast.shop, stored.public_id))
        for name in ("connection", "connection_describe", "connection_replace", "connection_webhook")
    ]
    held = [
        caplog.text,
        *[page.content.decode() for page in (answer, *pages, petra.get(url("connections", cast.shop)))],
        str(list(AuditEntry.objects.values())),
        str(list(Connection.objects.values())),
        str([session.get_decoded() for session in Session.objects.all()]),
    ]
    secrets = [bar["key"], *bar["credentials"].split("\n")[2:4]]
    assert [secret in text for text in held for secret in secrets] == [False] * len(held) * len(secrets)


def test_guessing_keys_is_slowed_down(cast, petra, sandbox):
    typed = {"name": "Kassen", "api_key": "a-guess-at-a-key"}
    answers = [petra.post(url("connection_connect", cast.shop, "account"), typed) for _ in range(11)]
    assert "Too many keys were tried" in answers[-1].content.decode()
    assert "Too many keys were tried" not in answers[-2].content.decode()


@pytest.mark.parametrize("source", ["account", "key", "files"])
def test_who_may_only_look_connects_nothing(cast, source):
    only(cast.viewer, cast.maker, Scope.INTEGRATIONS, Level.VIEW)
    viewer = signed_in(cast.viewer)
    assert viewer.get(url("connection_connect", cast.maker, source)).status_code == 403
    assert viewer.post(url("connection_connect", cast.maker, source), {"name": "x"}).status_code == 403
    assert (
        signed_in(cast.stranger).post(url("connection_connect", cast.maker, source), {"name": "x"}).status_code == 404
    )
    assert not Connection.objects.exists()
