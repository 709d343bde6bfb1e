"""Acting for a customer by delegation: it is said on every page, it can be left from every page, and it is recorded."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.access import Roads, access_organization
from organizations.choices import Level, Mode, Road, Scope, Verb
from organizations.models import ApiKey, AuditEntry, Organization
from organizations.roles import FULL, READ
from organizations.services import issue_key, set_delegation
from tests.cast import Cast
from tests.organizations.letters import signed_in
from tests.portal.doors_world import SCOPED

BANNER = re.compile(r'<aside class="k-acting".*?</aside>', re.DOTALL)


def url(name: str, *ids: object) -> str:
    return reverse(f"portal:{name}", args=ids)


def banner(answer: object) -> str:
    """The banner of a page, '' if it has none."""
    found = BANNER.search(answer.content.decode())
    return " ".join(re.sub(r"<[^>]+>", " ", found.group()).split()) if found else ""


@pytest.fixture
def acting(cast: Cast) -> Client:
    """Petra, to whose employer the holding delegates everything until next month."""
    hanna = access_organization(cast.hanna, cast.holding.public_id, scope=Scope.USERS)
    set_delegation(hanna, rights=FULL, until=timezone.now() + timedelta(days=30))
    return signed_in(cast.petra)


def test_the_banner_says_for_whom_by_whose_delegation_until_when_and_what_follows(cast: Cast, acting: Client) -> None:
    page = acting.get(url("organization", cast.branch.public_id))

    said = banner(page)
    for words in (
        "You act for Ostermann Graz",
        "It belongs to Modehaus Ostermann AG",
        "By delegation to Kassenwerk GmbH",
        "until",
        "all nine areas",
        "recorded as made on its behalf",
        "Leave Ostermann Graz",
    ):
        assert words in said
    html = page.content.decode()
    assert html.index('class="k-acting"') < html.index('class="k-shell"'), "above everything"
    assert "Sign out" not in BANNER.search(html).group()  # type: ignore[union-attr]


def test_every_page_of_the_customer_and_below_it_carries_the_banner(cast: Cast, acting: Client) -> None:
    without, pages = [], 0
    for address in SCOPED:
        if set(address.arguments) != {"organization_id"}:
            continue
        for place in (cast.holding, cast.branch):
            answer = acting.get(reverse(address.name, kwargs={"organization_id": place.public_id}))
            if "text/html" not in answer["Content-Type"] or "<body" not in answer.content.decode():
                continue
            pages += 1
            if f"You act for {place}" not in banner(answer):
                without.append((address.name, answer.status_code))

    assert without == []
    assert pages > 60


def test_ones_own_organizations_and_those_of_their_own_people_carry_none(cast: Cast, acting: Client) -> None:
    for place in (cast.maker, cast.shop):
        assert not banner(acting.get(url("organization", place.public_id)))
    for place in (cast.holding, cast.branch):
        assert not banner(signed_in(cast.hanna).get(url("organization", place.public_id)))
    for path in ("/", url("organizations"), url("keys")):
        assert not banner(acting.get(path))


def test_the_exit_leads_to_the_list_of_ones_own_organization(cast: Cast, acting: Client) -> None:
    page = acting.get(url("organization", cast.branch.public_id)).content.decode()
    exit_url = f"{url('organizations')}?parent={cast.maker.public_id}"

    assert f'href="{exit_url}"' in page
    left = acting.get(exit_url)
    assert left.status_code == 200
    assert not banner(left)


def test_the_banner_costs_no_query(cast: Cast, acting: Client, monkeypatch) -> None:
    place = url("organization_retire", cast.branch.public_id)
    acting.get(place)
    with CaptureQueriesContext(connection) as with_it:
        assert banner(acting.get(place))
    monkeypatch.setattr("portal.context.acting", lambda request: None)
    with CaptureQueriesContext(connection) as without:
        assert not banner(acting.get(place))

    assert len(with_it) == len(without)


def test_a_page_that_may_not_be_seen_says_for_whom_one_acts_and_lets_one_leave(cast: Cast) -> None:
    hanna = access_organization(cast.hanna, cast.holding.public_id, scope=Scope.USERS)
    set_delegation(hanna, rights={Scope.TSS: Level.VIEW, Scope.CLIENTS: Level.MANAGE})
    petra = signed_in(cast.petra)

    refused = petra.get(url("organization", cast.branch.public_id))

    assert refused.status_code == 403
    assert "You act for Ostermann Graz" in banner(refused)
    assert "manage: Clients; view: TSS" in banner(refused)
    assert "without an end date" in banner(refused)
    assert "Leave Ostermann Graz" in banner(refused)


def test_a_page_that_is_not_there_says_so_too(cast: Cast, acting: Client) -> None:
    for path in (
        f"/o/{cast.branch.public_id}/nothing-here/",
        url("key", cast.branch.public_id, cast.maker.public_id),
    ):
        missing = acting.get(path)
        assert missing.status_code == 404
        assert "Leave Ostermann Graz" in banner(missing)
    assert not banner(acting.get(f"/o/{cast.elsewhere.public_id}/nothing-here/"))
    assert Client().get(f"/o/{cast.branch.public_id}/nothing-here/").status_code == 404


def test_a_page_that_breaks_can_be_left(cast: Cast, acting: Client, monkeypatch) -> None:
    def die(*_arguments: object, **_more: object) -> None:
        raise RuntimeError("the page's data fails to load")

    monkeypatch.setattr("portal.views.organization.overview.organization_page", die)
    acting.raise_request_exception = False

    broken = acting.get(url("organization", cast.branch.public_id))

    assert broken.status_code == 500
    assert "Leave Ostermann Graz" in banner(broken)
    assert acting.get(url("organizations")).status_code == 200


def test_a_form_without_its_token_can_be_left(cast: Cast, acting: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.petra)

    refused = strict.post(url("organization_edit", cast.branch.public_id))

    assert refused.status_code == 403
    assert "Leave Ostermann Graz" in banner(refused)


def test_what_is_done_in_that_state_is_recorded_as_such(cast: Cast, acting: Client) -> None:
    done = acting.post(url("organization_retire", cast.branch.public_id), {"understood": "yes"})

    assert done.status_code == 303
    entry = AuditEntry.objects.get(verb=Verb.ORGANIZATION_RETIRED)
    assert (entry.actor, entry.road) == (cast.petra, Road.DELEGATION)


def test_two_tabs_with_two_customers_never_mix(cast: Cast, acting: Client) -> None:
    """A form of one organization that is sent for another: its key is not found there, and nothing changes."""
    key = issue_key(cast.reach(cast.hanna, cast.branch), name="till-1", mode=Mode.TEST)
    page = acting.get(url("key_disable", cast.branch.public_id, key.public_id))
    assert page.status_code == 200

    for other in (cast.shop, cast.holding, cast.maker):
        assert acting.post(url("key_disable", other.public_id, key.public_id)).status_code == 404
    assert ApiKey.objects.get(pk=key.pk).status == "ENABLED"
    typed = {"typed_name": str(cast.branch), "reason": "from the other tab"}
    wrong = acting.post(url("organization_live", cast.shop.public_id), typed)
    assert wrong.status_code == 422
    assert Organization.objects.get(pk=cast.shop.pk).modes == [Mode.TEST]


def test_act_for_stands_in_the_row_of_what_only_a_delegation_leads_to(cast: Cast, acting: Client) -> None:
    page = acting.get(url("organizations")).content.decode()

    acted = re.findall(r'aria-label="Act for ([^"]+)"', page)
    assert sorted(acted) == ["Modehaus Ostermann AG", "Ostermann Graz"]
    assert "Act for" not in signed_in(cast.hanna).get(url("organizations")).content.decode()
    assert f'href="{url("organization", cast.branch.public_id)}" aria-label="Act for Ostermann Graz"' in page


def test_it_stands_there_however_many_roads_a_person_has(cast: Cast, acting: Client) -> None:
    parents = {cast.maker.pk: None, cast.holding.pk: None, cast.branch.pk: cast.holding.pk, cast.shop.pk: cast.maker.pk}

    assert Roads(cast.petra, None).acted_for(parents) == {cast.holding.pk, cast.branch.pk}
    assert Roads(cast.hanna, None).acted_for(parents) == set()


def test_when_the_delegation_ends_the_open_page_is_gone_at_its_next_request(cast: Cast, acting: Client) -> None:
    place = url("organization", cast.branch.public_id)
    assert acting.get(place).status_code == 200
    hanna = access_organization(cast.hanna, cast.holding.public_id, scope=Scope.USERS)
    set_delegation(hanna, rights={})

    gone = acting.get(place)

    assert gone.status_code == 404
    assert not banner(gone)


def test_reading_is_acting_as_well(cast: Cast) -> None:
    hanna = access_organization(cast.hanna, cast.holding.public_id, scope=Scope.USERS)
    set_delegation(hanna, rights=READ)

    page = signed_in(cast.petra).get(url("organization", cast.branch.public_id))

    assert "view: TSS" in banner(page)
    assert "manage:" not in banner(page)
