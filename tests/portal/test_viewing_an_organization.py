"""Viewing one organization: its facts, its live phase, what needs doing, and what stays hidden from whom."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from billing.models import Arrangement
from billing.rules import Address
from billing.services import add_address
from fiscal.models import Credential, IssuedKey, Mirror
from fiscal.services import reveal
from organizations.access import EVERYTHING, Reach, grant_everything
from organizations.audit import record
from organizations.choices import Mode, Road, Scope, Verb
from organizations.models import Organization, User
from organizations.services import issue_key, retire
from tests.cast import allow, below, person, withdraw


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page(user: User, organization: Organization, part: str = "") -> str:
    response = signed_in(user).get(f"/o/{organization.public_id}/{part}")
    assert response.status_code == 200
    return response.content.decode()


def mirror_of(organization: Organization, kind: str = "ORGANIZATION"):
    return Mirror.objects.filter(kind=kind, organization=organization)


def test_the_page_shows_the_facts_and_the_billing_in_a_sentence(cast):
    html = page(cast.petra, cast.shop)

    assert "Invoices go to Kassenwerk GmbH. Gasthaus Mio sees none." in html
    assert "Hafenstraße 12, 1010 Wien, AUT" in html
    assert f'data-copy="{cast.shop.public_id}"' in html
    assert f'data-copy="{mirror_of(cast.shop).get().remote_id}"' in html
    assert "HUB calls this Unit" in html
    assert "Nothing open." in html


@pytest.mark.parametrize("part", ["", "progress/", "activity/", "drift/"])
def test_its_own_people_find_the_parent_nowhere(cast, part):
    mirror_of(cast.shop).update(
        applied_generation=0, error_code="NEEDS", error_text="Kassenwerk GmbH", failing_since=timezone.now()
    )

    html = page(cast.mio, cast.shop, part)

    assert "Kassenwerk" not in html
    assert str(cast.maker.public_id) not in html


def test_its_own_people_read_that_somebody_else_is_invoiced_but_not_who(cast):
    html = page(cast.mio, cast.shop)

    assert "Invoices do not go to this organization." in html
    assert "sees none" not in html


def test_its_own_people_do_not_read_the_parents_billing_address(cast):
    address = add_address(
        cast.reach(cast.petra, cast.maker),
        address=Address("Buchhaltung Kassen", "Werkstraße 1", "4020", "Linz", "AUT"),
        mode=Mode.TEST,
    )
    Arrangement.objects.filter(organization=cast.shop).update(billing_address=address, bill_to=None, withhold=False)

    assert "Buchhaltung Kassen" in page(cast.petra, cast.shop)
    assert "Buchhaltung Kassen" not in page(cast.mio, cast.shop)


@pytest.mark.parametrize("part", ["", "activity/", "keys/", "keys/{key}/"])
def test_its_own_people_do_not_read_the_names_of_the_parents_people(cast, settle, part):
    by_petra = Reach(cast.petra, cast.shop, EVERYTHING, Road.PARENT)
    key = issue_key(by_petra, name="till-3", mode=Mode.TEST)
    settle()
    reveal(by_petra, key_id=key.public_id)
    part = part.format(key=key.public_id)

    assert "Petra" not in page(cast.mio, cast.shop, part)
    assert "somebody above" in page(cast.mio, cast.shop, part)
    assert "Petra" in page(cast.petra, cast.shop, part)


def test_its_own_people_read_each_others_names(cast):
    issue_key(cast.reach(cast.mio, cast.shop), name="till-3", mode=Mode.TEST)
    toni = person("toni@gasthaus.example", "Toni")
    grant_everything(toni, [cast.shop])

    assert "Mio issued an API key" in page(toni, cast.shop, "activity/")
    assert "Mio, " in page(toni, cast.shop)


def test_without_the_billing_authorization_there_is_no_billing_at_all(cast):
    withdraw(cast.petra, Scope.BILLING)
    mirror_of(cast.shop, "ARRANGEMENT").update(parked_generation=1, error_text="bill to unknown", applied_generation=0)

    html = page(cast.petra, cast.shop)

    assert "Invoices go to" not in html
    assert f"/o/{cast.shop.public_id}/billing/" not in html
    assert "bill to unknown" not in html


def test_actions_are_offered_only_to_who_may_take_them(cast):
    assert f"/o/{cast.shop.public_id}/edit/" in page(cast.petra, cast.shop)
    viewed = page(cast.viewer, cast.shop)
    for action in ("edit", "retire", "logo", "live", "delegation"):
        assert f"/o/{cast.shop.public_id}/{action}/" not in viewed
    assert f"/o/{cast.maker.public_id}/edit/" not in page(cast.petra, cast.maker), "made in fiskaly's dashboard"
    assert f"?parent={cast.maker.public_id}" in page(cast.petra, cast.maker)
    assert "New managed organization" not in page(cast.petra, cast.shop)


def test_what_was_refused_comes_first_with_the_providers_own_words_below(cast):
    mirror_of(cast.shop).update(
        parked_generation=1, applied_generation=0, error_code="REFUSED", error_text="vat_id <b>unknown</b>",
        failing_since=timezone.now(),
    )  # fmt: skip

    html = page(cast.petra, cast.shop)

    assert "1 action required" in html
    assert "Organization: fiskaly refused this." in html
    assert "vat_id &lt;b&gt;unknown&lt;/b&gt;" in html
    assert "/retry/" in html
    assert "/retry/" not in page(cast.viewer, cast.shop)


def test_trouble_below_is_counted_and_leads_to_the_list(cast):
    mirror_of(cast.shop).update(parked_generation=1, applied_generation=0)
    mirror_of(cast.sibling).update(parked_generation=1, applied_generation=0)

    html = page(cast.petra, cast.maker)

    assert "2 organizations below were refused" in html
    assert f"/organizations/?parent={cast.maker.public_id}&amp;phase=REFUSED" in html


def test_a_missing_and_a_paused_credential_are_named_with_the_page_that_helps(cast):
    Credential.objects.filter(organization=cast.maker, mode=Mode.TEST).update(status="PAUSED")
    Organization.objects.filter(pk=cast.shop.pk).update(in_live=True)
    Credential.objects.filter(organization=cast.maker, mode=Mode.LIVE).update(status="REVOKED")

    html = page(cast.petra, cast.shop)
    own = page(cast.mio, cast.shop)

    assert "The TEST credential is paused" in html
    assert "There is no credential for LIVE yet" in html
    assert f"/o/{cast.maker.public_id}/credentials/" in html
    assert "There is no credential for LIVE yet" in own
    assert str(cast.maker.public_id) not in own


def test_a_key_that_waits_to_be_shown_is_an_action(cast, settle):
    key = issue_key(cast.reach(cast.petra, cast.shop), name="till-1", mode=Mode.TEST)
    settle()

    html = page(cast.petra, cast.shop)

    assert "API key till-1 waits to be shown" in html
    issued = IssuedKey.objects.get(api_key=key)
    assert issued.key_hint in html
    assert issued.unsealed()[1] not in html


def test_the_card_asks_again_only_while_something_moves(cast, settle):
    assert "every 2s" not in page(cast.petra, cast.shop)
    issue_key(cast.reach(cast.petra, cast.shop), name="till-1", mode=Mode.TEST)

    assert "every 2s" in page(cast.petra, cast.shop)
    assert "every 2s" in page(cast.petra, cast.shop, "progress/")

    settle()
    assert "every 2s" not in page(cast.petra, cast.shop, "progress/")


def test_a_parked_object_does_not_keep_the_page_asking(cast):
    mirror_of(cast.shop).update(parked_generation=1, applied_generation=0)

    assert "every 2s" not in page(cast.petra, cast.shop, "progress/")


def test_the_part_has_one_root_and_takes_the_badge_in_the_head_along(cast):
    html = page(cast.petra, cast.shop, "progress/").strip()

    assert "<!doctype" not in html
    assert html.startswith('<div id="progress"') or html.split("\n", 1)[-1].strip().startswith('<div id="progress"')
    assert html.count('id="phase-badge" hx-swap-oob="true"') == 1
    assert page(cast.petra, cast.shop).count('id="phase-badge"') == 1


def test_the_attempts_stand_in_the_timeline_newest_first(cast):
    mirror = mirror_of(cast.shop).get()
    for minutes, outcome in ((1, "UNKNOWN"), (5, "FAILED")):
        mirror.attempts.create(
            operation="UPDATE", generation=1, outcome=outcome, error_text=f"try {outcome}",
            started_at=timezone.now() + timedelta(minutes=minutes),
        )  # fmt: skip

    html = page(cast.petra, cast.shop)

    assert html.index("try FAILED") < html.index("try UNKNOWN")


def test_a_retired_organization_offers_nothing_to_start(cast, settle):
    retire(cast.reach(cast.petra, cast.sibling))
    settle()

    html = page(cast.petra, cast.sibling)

    assert "Retired" in html
    assert f"/o/{cast.sibling.public_id}/edit/" not in html


def test_the_number_of_queries_does_not_grow_with_what_hangs_below(cast):
    counts = []
    for size in (2, 15):
        for number in range(size):
            below(cast.petra, cast.maker, f"Shop {size} {number}")
        with CaptureQueriesContext(connection) as queries:
            page(cast.petra, cast.maker)
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_activity_tells_each_event_with_before_and_after_and_those_below(cast):
    from dataclasses import replace

    from organizations.services import change_details
    from organizations.services.changes import details_of

    cast.shop.refresh_from_db()
    change_details(
        cast.reach(cast.petra, cast.shop),
        details=replace(details_of(cast.shop), town="Graz"),
        generation=cast.shop.generation,
        reason="moved",
    )

    html = page(cast.petra, cast.maker, "activity/")

    assert "Petra changed the organization: Gasthaus Mio (at Gasthaus Mio)" in html
    assert "<del>Wien</del>" in html
    assert "<ins>Graz</ins>" in html
    assert "moved" in html
    assert "Ostermann" not in html, "provisioned without delegation"


def test_activity_about_billing_needs_the_billing_authorization(cast):
    arrangement = Arrangement.objects.get(organization=cast.shop)
    after = {"bill_to": str(cast.maker.public_id)}
    record(cast.reach(cast.petra, cast.shop), Verb.ARRANGEMENT_CHANGED, arrangement, after=after)
    words = "changed the billing arrangement"

    assert words in page(cast.petra, cast.shop, "activity/")
    assert "<ins>Kassenwerk GmbH</ins>" in page(cast.petra, cast.shop, "activity/")
    assert words in page(cast.mio, cast.shop, "activity/")
    assert str(cast.maker.public_id) not in page(cast.mio, cast.shop, "activity/")
    withdraw(cast.petra, Scope.BILLING)
    assert words not in page(cast.petra, cast.maker, "activity/")
    assert words not in page(cast.petra, cast.shop, "activity/")


def test_activity_has_pages(cast):
    for number in range(60):
        record(cast.reach(cast.mio, cast.shop), Verb.TRIED_AGAIN, cast.shop, reason=f"Reason {number}.")

    assert "Reason 59." in page(cast.petra, cast.shop, "activity/")
    assert "Reason 2." not in page(cast.petra, cast.shop, "activity/")
    assert "Reason 2." in page(cast.petra, cast.shop, "activity/?page=2")


def test_a_viewer_of_the_organization_alone_is_enough(cast):
    withdraw(cast.mio)
    allow(cast.mio, cast.shop, Scope.ORGANIZATIONS)

    assert "Gasthaus Mio" in page(cast.mio, cast.shop)
