"""Somebody reads what was done: sentences, filters, runs, one entry, and how far the record was verified."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.access import EVERYTHING, Reach, system_reach
from organizations.audit import record
from organizations.audit.asked import run
from organizations.choices import Road, Scope, Verb
from organizations.models import AuditChain, AuditEntry
from organizations.services import issue_key, refuse_proof, verify_due_records
from tests.cast import allow, withdraw
from tests.organizations.touched import owning_the_database, row
from tests.portal.sales import only, signed_in, url


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


def listed(client: Client, organization=None, **asked) -> str:
    """The list itself, without the filters' own words."""
    address = url("activity", organization) if organization else reverse("portal:all_activity")
    answer = client.get(address, asked)
    assert answer.status_code == 200
    page = answer.content.decode()
    return page[page.index("k-card k-lines") :] if "k-card k-lines" in page else ""


def by_parent(cast) -> Reach:
    """Petra, as she comes to the shop from the organization above it."""
    return Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT)


def test_a_sentence_tells_who_of_which_organization_did_what_to_which_object(cast, petra):
    issue_key(by_parent(cast), name="till-9", mode="TEST")
    assert "Petra of Kassenwerk GmbH issued an API key: till-9" in listed(petra, cast.shop)
    assert "Petra of Kassenwerk GmbH issued an API key: till-9 (at Gasthaus Mio)" in listed(petra, cast.maker)


def test_people_of_a_managed_organization_learn_neither_the_person_above_nor_where_they_came_from(cast):
    issue_key(by_parent(cast), name="till-9", mode="TEST")
    entry = AuditEntry.objects.filter(organization=cast.shop).latest("number")
    mio = signed_in(cast.mio)
    page = listed(mio, cast.shop)
    detail = mio.get(url("event", cast.shop, entry.number)).content.decode()
    for text in (page, detail):
        assert "somebody above this organization issued an API key: till-9" in text
        assert "Petra" not in text and "Kassenwerk" not in text


def test_everything_in_reach_stands_on_one_page(cast, petra):
    page = listed(petra)
    assert "created the organization: Gasthaus Mio" in page and "connected the organization: Kassenwerk GmbH" in page
    assert "Fremde Kassen" not in page and "Ostermann" not in page
    assert "Gasthaus Mio" not in listed(signed_in(cast.stranger))


def test_entries_about_billing_are_nowhere_without_the_authorization(cast, petra):
    entry = record(by_parent(cast), Verb.ARRANGEMENT_CHANGED, cast.shop, after={"withhold": "yes"})
    addresses = [
        url("activity", cast.shop), reverse("portal:all_activity"), url("event", cast.shop, entry.number)
    ]  # fmt: skip
    assert all("changed the billing arrangement" in petra.get(address).content.decode() for address in addresses)
    withdraw(cast.petra, Scope.BILLING)
    assert [petra.get(address).status_code for address in addresses] == [200, 200, 404]
    assert not any("changed the billing arrangement" in petra.get(address).content.decode() for address in addresses)


def test_an_entry_has_an_address_of_its_own_that_stays(cast, petra):
    key = issue_key(by_parent(cast), name="till-9", mode="TEST")
    number = AuditChain.objects.get(organization=cast.shop).number
    page = petra.get(url("event", cast.shop, number)).content.decode()
    assert "Petra of Kassenwerk GmbH issued an API key: till-9" in page
    assert f'data-copy="{key.public_id}"' in page
    assert AuditEntry.objects.get(organization=cast.shop, number=number).digest in page
    assert petra.get(url("event", cast.shop, number + 1)).status_code == 404
    assert f'href="{url("event", cast.shop, number)}"' in listed(petra, cast.maker)


def test_a_request_leaves_its_address_browser_and_id(cast, petra):
    petra.post(
        url("key_new", cast.shop),
        {"name": "till-8", "mode": "TEST"},
        headers={"User-Agent": "A browser/1\x07.0" + "x" * 400},
        REMOTE_ADDR="192.0.2.7",
    )
    entry = AuditEntry.objects.filter(organization=cast.shop, verb=Verb.KEY_ISSUED).latest("number")
    assert (entry.subject_name, entry.ip_address, entry.road) == ("till-8", "192.0.2.7", Road.PARENT)
    assert entry.user_agent.startswith("A browser/1.0xxx") and len(entry.user_agent) <= 200
    assert len(entry.request_id) == 32
    assert entry.acting_from == cast.maker and entry.acting_from_name == "Kassenwerk GmbH"
    page = petra.get(url("event", cast.shop, entry.number)).content.decode()
    assert "192.0.2.7" in page and "A browser/1.0" in page
    hidden = signed_in(cast.mio).get(url("event", cast.shop, entry.number)).content.decode()
    assert "192.0.2.7" not in hidden and "A browser/1.0" not in hidden


def test_what_the_system_does_in_a_request_has_no_address_of_anybody(cast):
    from organizations.audit.asked import Asked, asking

    with asking(Asked("r", "192.0.2.7", "A browser")):
        entry = record(system_reach(cast.shop, reason="a test"), Verb.TRIED_AGAIN, cast.shop)
    assert (entry.ip_address, entry.user_agent, entry.actor_name) == ("", "", "Kontor")


def test_one_run_is_one_line_that_opens_and_filters(cast, petra):
    with run() as run_id:
        for shop in (cast.shop, cast.sibling):
            record(Reach(cast.petra, shop, EVERYTHING, Road.PARENT), Verb.TRIED_AGAIN, shop)
    page = listed(petra, cast.maker)
    assert "Petra asked to try again: 2 objects in one run" in page
    assert f"run={run_id}" in page
    alone = listed(petra, cast.maker, run=str(run_id))
    assert "2 objects in one run" in alone and "created the organization" not in alone


def test_each_filter_leaves_what_it_names(cast, petra):
    issue_key(by_parent(cast), name="till-9", mode="TEST")
    refuse_proof(by_parent(cast), action="Disable TSS", tier=3, missing=["reason"])
    record(system_reach(cast.shop, reason="wiped"), Verb.KEY_DISABLED, cast.shop)
    key = AuditEntry.objects.get(subject_name="till-9", organization=cast.shop)
    today, tomorrow = timezone.localdate(), timezone.localdate() + timedelta(days=1)
    created, issued, refused, wiped = "created the organization", "till-9", "want of proof", "Kontor disabled"
    cases: list[tuple[dict, str, str]] = [
        ({"person": "system"}, wiped, issued),
        ({"person": str(cast.petra.pk)}, issued, wiped),
        ({"object": "ill-9"}, issued, wiped),
        ({"object": str(key.subject_id)}, issued, wiped),
        ({"area": "KEYS"}, issued, created),
        ({"area": "STRUCTURE"}, created, issued),
        ({"verb": "PROOF_REFUSED"}, refused, issued),
        ({"road": "SYSTEM"}, wiped, issued),
        ({"result": "REFUSED"}, refused, issued),
        ({"from": today.isoformat(), "to": today.isoformat()}, issued, "no such words"),
    ]
    for asked, there, absent in cases:
        for place in (cast.shop, None):
            page = listed(petra, place, **asked)
            assert there in page and absent not in page, (asked, place)
    assert listed(petra, cast.shop, **{"from": tomorrow.isoformat()}) == ""
    assert issued in listed(petra, cast.shop, person="x", verb="NOPE", run="1", road="?", area="-", result="-", to="x")


def test_a_filter_is_a_chip_that_can_be_taken_off(cast, petra):
    page = petra.get(url("activity", cast.shop), {"area": "KEYS", "object": "till"}).content.decode()
    assert f'href="{url("activity", cast.shop)}?object=till"' in page
    assert f'href="{url("activity", cast.shop)}?area=KEYS"' in page
    assert "Remove filter Area" in page


def test_filtering_by_a_person_who_may_not_be_named_tells_nothing(cast):
    issue_key(by_parent(cast), name="till-9", mode="TEST")
    mio = signed_in(cast.mio)
    assert "till-9" in listed(mio, cast.shop)
    assert "till-9" not in listed(mio, cast.shop, person=str(cast.petra.pk))
    assert "Petra" not in mio.get(url("activity", cast.shop), {"person": cast.petra.pk}).content.decode()


def test_the_foot_says_how_far_the_record_was_verified(cast, petra):
    foot = lambda: listed(petra, cast.shop)
    assert "Not verified yet" in foot()
    verify_due_records(now=timezone.now())
    number = AuditChain.objects.get(organization=cast.shop).number
    assert f"Verified up to entry {number}" in foot() and "just now" in foot()
    assert "entries of 3 records verified" in listed(petra)
    with owning_the_database():
        row(cast.shop, 1).update(reason="another")
    verify_due_records(now=timezone.now())
    assert "The record is broken at entry 1" in foot()
    assert "1 record is broken" in listed(petra)
    assert "broken at entry 1" in petra.get(url("event", cast.shop, 1)).content.decode()


@pytest.mark.parametrize("place", ["shop", "maker", ""])
def test_the_number_of_queries_does_not_grow_with_the_record(cast, petra, place):
    address = url("activity", getattr(cast, place)) if place else reverse("portal:all_activity")
    counts = []
    for _ in range(2):
        for shop in (cast.shop, cast.sibling):
            for _n in range(12):
                record(Reach(cast.petra, shop, EVERYTHING, Road.PARENT), Verb.TRIED_AGAIN, shop)
        petra.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert petra.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_a_page_far_away_is_the_last_there_is(cast, petra):
    assert "created the organization" in listed(petra, cast.shop, page="999999")


def test_who_may_not_view_organizations_reads_nothing(cast):
    only(cast.viewer, cast.maker, Scope.BILLING)
    assert signed_in(cast.viewer).get(url("activity", cast.maker)).status_code == 403
    assert listed(signed_in(cast.viewer)) == ""


def test_the_record_of_an_organization_holds_nothing_of_others_in_reach(cast, petra):
    allow(cast.petra, cast.elsewhere, Scope.ORGANIZATIONS)
    assert "Fremde Kassen" in listed(petra)
    assert "Fremde Kassen" not in listed(petra, cast.maker)


def test_a_number_means_an_entry_of_the_organization_in_the_address(cast, petra):
    for _ in range(AuditChain.objects.get(organization=cast.maker).number):
        entry = record(by_parent(cast), Verb.TRIED_AGAIN, cast.shop)

    assert petra.get(url("event", cast.shop, entry.number)).status_code == 200
    assert petra.get(url("event", cast.maker, entry.number)).status_code == 404


def test_an_organization_out_of_reach_that_an_entry_names_is_not_told(cast, petra):
    entry = record(by_parent(cast), Verb.ARRANGEMENT_CHANGED, cast.shop, after={"bill_to": str(cast.maker.public_id)})
    address = url("event", cast.shop, entry.number)
    assert "Kassenwerk" in petra.get(address).content.decode()
    assert "Kassenwerk" not in signed_in(cast.mio).get(address).content.decode()
