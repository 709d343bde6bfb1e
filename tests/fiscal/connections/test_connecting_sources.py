"""Connecting Kassandro, DataCash and files: tried first, sealed, and refused with words that help."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from fiscal.choices import ConnectionKind, ConnectionStatus, Provider
from fiscal.models import Connection
from fiscal.services import connections
from fiscal.services.connections import ConnectionRefused
from organizations.access import EVERYTHING, NotAuthorized, Reach, grant_everything, system_reach
from organizations.choices import Kind, Level, Road, Scope, Verb
from organizations.models import AuditEntry, Organization
from tests.cast import details, person
from tests.fiscal.connections.conftest import DUMMY, OTHER_VAT_NUMBER, VAT_NUMBER, Business
from tests.fiscal.statistics.books import make_organization


def refused(call, *arguments, **options) -> dict[str, str]:
    """The errors by field, and the certainty that nothing was stored."""
    before = Connection.objects.count()
    with pytest.raises(ConnectionRefused) as caught:
        call(*arguments, **options)
    assert Connection.objects.count() == before
    assert all(caught.value.errors.values())
    return caught.value.errors


@pytest.mark.parametrize("kind", [ConnectionKind.ACCOUNT, ConnectionKind.REGISTER])
def test_a_kassandro_key_is_tried_and_sealed(business, kind):
    key = business.api_key(kind)
    connection = business.connect_kassandro(kind, api_key=f"  {key}\n", tier="Gastro")
    stored = Connection.objects.get()
    assert (stored.provider, stored.kind, stored.country_code) == (Provider.KASSANDRO, kind, "AUT")
    assert (stored.secret(), stored.tier, stored.status) == (key, "Gastro", ConnectionStatus.ACTIVE)
    assert key not in stored.secret_sealed and stored.key_hint == f"{key[:4]}…{key[-4:]}"
    entry = AuditEntry.objects.get()
    assert (entry.verb, entry.subject_id) == (Verb.CONNECTION_STORED, connection.public_id)
    assert key not in str(entry.after)


def test_a_datacash_key_is_tried_and_sealed_with_its_credentials(business):
    """Licence, slots and add-ons are as entered; the credentials stay opaque."""
    typed = business.datacash()
    escaped = typed["credentials"].replace("\n", "\\n")
    connection = business.connect_datacash(
        **{**typed, "credentials": escaped}, slots=3, slots_used=1, add_ons=["LIGHT"], licence_ends_on=date(2027, 6, 1)
    )
    stored = Connection.objects.get()
    assert (stored.secret(), stored.credentials()) == (typed["key"], escaped.strip())
    assert (stored.kind, stored.vat_number, stored.country_code) == (ConnectionKind.KEY, VAT_NUMBER, "ITA")
    assert (stored.slots, stored.slots_used, stored.add_ons) == (3, 1, ["LIGHT"])
    assert stored.licence_ends_on == date(2027, 6, 1)
    assert typed["key"] not in connection.secret_sealed


def test_the_end_of_the_licence_is_read_where_datacash_says_it(business):
    assert business.connect_datacash().licence_ends_on == date(2027, 12, 31)


def test_files_alone_need_no_key_and_ask_nobody(business, sandbox):
    connection = connections.connect_files(business.reach, name="Cloud", vat_number=VAT_NUMBER)
    assert (connection.kind, connection.secret_sealed, connection.vat_number) == (ConnectionKind.FILES, "", VAT_NUMBER)
    assert sandbox.ledger.requests() == []


@pytest.mark.parametrize("call", ["connect_kassandro", "connect_datacash"])
def test_whoever_may_not_manage_integrations_is_refused_before_anybody_is_asked(business, sandbox, call):
    typed = {"kind": ConnectionKind.ACCOUNT, "name": "x", "api_key": "y"} if "kas" in call else business.datacash()
    reach = replace(business.reach, grants=frozenset({(Scope.INTEGRATIONS, Level.VIEW)}))
    with pytest.raises(NotAuthorized):
        getattr(connections, call)(reach, **typed)
    assert sandbox.ledger.requests() == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"api_key": ""}, "api_key"),
        ({"api_key": "two words"}, "api_key"),
        ({"api_key": "unknown-key"}, "api_key"),
        ({"kind": ConnectionKind.FILES}, "kind"),
    ],
)
def test_what_is_wrong_with_a_kassandro_connection_is_said_at_its_field(business, changes, field):
    assert list(refused(business.connect_kassandro, **changes)) == [field]


def test_a_key_of_the_other_kind_is_refused(business):
    assert "api_key" in refused(business.connect_kassandro, api_key=business.api_key(ConnectionKind.REGISTER))
    account = business.api_key()
    assert "api_key" in refused(business.connect_kassandro, ConnectionKind.REGISTER, api_key=account)


def test_a_category_without_the_api_is_told(business):
    key = business.api_key()
    business.sandbox.kassandro.edit_account(1, tier="Basic")
    assert "Premium or Gastro" in refused(business.connect_kassandro, api_key=key)["api_key"]


def test_the_same_account_twice_would_count_twice_and_is_refused(business):
    connection = business.connect_kassandro()
    business.register(connection, serial="KAS-00001")
    for kind in (ConnectionKind.ACCOUNT, ConnectionKind.REGISTER):
        assert "Kassen Graz" in refused(business.connect_kassandro, kind)["api_key"]
    connections.remove_connection(business.reach, connection.public_id, reason="moved")
    assert business.connect_kassandro().pk


def test_it_is_refused_before_it_was_read_for_the_first_time(business):
    """Two people connect the same account within a minute: nobody knows its registers yet."""
    business.connect_kassandro()
    assert "Kassen Graz" in refused(business.connect_kassandro, ConnectionKind.REGISTER)["api_key"]


def test_a_connection_above_is_not_named_to_people_of_a_managed_organization(business):
    """They learn that the register is read, and neither through what nor by whom."""
    above = business.connect_kassandro(name="Holding Huber")
    business.register(above, serial="KAS-00001")
    own = make_organization("Filiale", parent=business.organization)
    branch = Business(
        Reach(person("filiale@example.com", "Fritz"), own, EVERYTHING, Road.DIRECT), business.sandbox, business.now
    )
    grant_everything(branch.reach.actor, [own])
    told = refused(branch.connect_kassandro)["api_key"]
    assert "KAS-00001" in told
    assert "Holding Huber" not in told
    grant_everything(branch.reach.actor, [business.organization])
    assert "Holding Huber" in refused(branch.connect_kassandro)["api_key"]


def test_nor_is_it_named_where_the_system_connects(business):
    above = business.connect_kassandro(name="Holding Huber")
    business.register(above, serial="KAS-00001")
    own = make_organization("Filiale", parent=business.organization)
    branch = Business(system_reach(own, reason="demo"), business.sandbox, business.now)

    assert "Holding Huber" not in refused(branch.connect_kassandro)["api_key"]
    assert "Holding Huber" in refused(business.connect_kassandro)["api_key"]


def test_an_address_that_is_not_set_is_told(business, settings, monkeypatch):
    from fiscal.clients import sources

    settings.KASSANDRO_URL = ""
    monkeypatch.undo()
    sources.kassandro_door.cache_clear()
    settings.KASSANDRO_URL = ""
    assert "KONTOR_KASSANDRO_URL" in refused(business.connect_kassandro, api_key="some-key")[""]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"key": "unknown"}, "key"),
        ({"credentials": " "}, "credentials"),
        ({"credentials": "something else"}, "credentials"),
        ({"vat_number": "99000010158"}, "vat_number"),
        ({"vat_number": "9900001015"}, "vat_number"),
        ({"vat_number": "ATU99000017"}, "vat_number"),
        ({"add_ons": ["HUGE"]}, "add_ons"),
    ],
)
def test_what_is_wrong_with_a_datacash_connection_is_said_at_its_field(business, changes, field):
    assert list(refused(business.connect_datacash, **changes)) == [field]


def test_a_key_of_another_partita_iva_is_refused(business):
    """Trap 17: compared with the organization's VAT number, then with what DataCash says about the key."""
    other = business.datacash(OTHER_VAT_NUMBER)
    assert "vat_number" in refused(business.connect_datacash, **other)
    assert "vat_number" in refused(business.connect_datacash, key=other["key"], credentials=other["credentials"])


def test_credentials_of_another_partita_iva_are_refused_by_the_provider(business):
    other = business.datacash(OTHER_VAT_NUMBER)
    business.sandbox.datacash.set_rule("info", "bare")
    assert "credentials" in refused(business.connect_datacash, credentials=other["credentials"])


def test_a_partita_iva_of_a_managed_organization_is_taken(business):
    Organization.objects.create(
        kind=Kind.MANAGED,
        parent=business.organization,
        in_test=True,
        **details("Filiale", country_code="ITA", vat_id=OTHER_VAT_NUMBER).as_dict(),
    )
    assert business.connect_datacash(**business.datacash(OTHER_VAT_NUMBER)).vat_number == OTHER_VAT_NUMBER


def test_an_organization_without_a_vat_number_has_nothing_to_compare(business):
    """The popular dummy passes as well: only the check digit is asked for."""
    business.organization.vat_id = ""
    business.organization.save()
    assert (
        business.connect_datacash(
            **business.datacash(DUMMY),
        ).vat_number
        == DUMMY
    )


@pytest.mark.parametrize("written", [f"IT{VAT_NUMBER}", f"it {VAT_NUMBER[:5]} {VAT_NUMBER[5:]}", f" {VAT_NUMBER} "])
def test_a_partita_iva_may_be_written_in_several_ways(business, written):
    assert business.connect_datacash(vat_number=written).vat_number == VAT_NUMBER


def test_one_partita_iva_is_read_by_one_key(business):
    first = business.connect_datacash()
    again = {"key": first.secret(), "credentials": first.credentials(), "vat_number": VAT_NUMBER, "name": "again"}
    assert "vat_number" in refused(connections.connect_datacash, business.reach, **again)


@pytest.mark.parametrize(("state", "words"), [("refused", "refuses"), ("expired", "password"), ("locked", "refuses")])
def test_credentials_that_the_tax_agency_refuses_are_not_stored(business, state, words):
    typed = business.datacash()
    business.sandbox.datacash.set_taxpayer(VAT_NUMBER, state)
    assert words in refused(business.connect_datacash, **typed)["credentials"]


def test_a_licence_that_is_over_is_told(business):
    typed = business.datacash()
    business.sandbox.datacash.lapse(VAT_NUMBER)
    assert "licence" in refused(business.connect_datacash, **typed)["key"]


@pytest.mark.parametrize("fault", ["connect_refused", "timeout_after", "html", "half_body", "throttled"])
def test_a_provider_that_does_not_answer_properly_stores_nothing(business, sandbox, fault):
    typed, key = business.datacash(), business.api_key()
    for call, options in ((business.connect_datacash, typed), (business.connect_kassandro, {"api_key": key})):
        sandbox.faults.clear()
        sandbox.faults.add(fault, times=None)
        assert list(refused(call, **options)) == [""]


def test_a_retired_organization_connects_nothing(business, now):
    typed = business.datacash()
    business.organization.retired_at = business.organization.created_at
    assert "" in refused(business.connect_datacash, **typed)
