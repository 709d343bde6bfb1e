"""Every URL × method × person, generated from the URL resolver: who may come in, and what the others learn.

The expectations stand here a second time, from the guide and not from `organizations.access`: who reaches what is a table
below, and what a page demands is its door. A URL without a declared policy fails.

Each person is asked about at each URL of one organization, by some of the methods; which ones differs from URL to URL and
from person to person. `make doors` asks everywhere by all of them.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from organizations.models import User
from tests.portal.doors_world import ALL, DECIDED_ABOVE, DECIDING, SCOPED, Address, World, fingerprint, sign_in
from tests.portal.doors_world import _plain_shell as _plain_shell  # noqa: PLC0414 - a fixture
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture

pytestmark = pytest.mark.once

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
ASKED = [(method, {}) for method in METHODS] + [(method, {"HX-Request": "true"}) for method in ("GET", "POST")]
EVERYWHERE = os.environ.get("DOORS") == "all"


def doors(world: World, who: str, expected: str) -> Iterator[tuple[int, Address, str]]:
    """Each URL with a place at which this is expected of the person, numbered; with `DOORS=all`, with every such place."""
    first = [*world.people].index(who)
    for number, address in enumerate(SCOPED, first):
        places = [place for place in world.organizations if world.expects(who, address, place) == expected]
        for place in places if EVERYWHERE else places[number % len(places) :][:1] if places else ():
            yield number, address, place


def asked(number: int, *, one_of: int = 3) -> list[tuple[str, dict[str, str]]]:
    """One in so many ways to ask, others for each URL and person; with `DOORS=all`, all of them."""
    return ASKED if EVERYWHERE else ASKED[number % one_of :: one_of]


def bare(answer: HttpResponse) -> tuple[int, str]:
    """Status and page, without what differs from one request to the next."""
    text = answer.content.decode(errors="replace")
    text = re.sub(r'(csrfmiddlewaretoken" value="|csrf-token" content=")[A-Za-z0-9]+', r"\1", text)
    return answer.status_code, re.sub(r"[0-9a-f]{32}|[0-9a-f]{8}-[0-9a-f-]{27}|\d\d:\d\d(:\d\d)?", "#", text)


def test_every_url_declares_a_policy():
    names = {address.name for address in ALL}

    assert len(names) == len(ALL)
    assert {address.kind for address in ALL} <= {"public", "signed-in", "scoped"}
    assert len(SCOPED) > 10


def test_every_scoped_url_names_its_organization():
    assert [address.name for address in SCOPED if "organization_id" not in address.arguments] == []


def test_an_anonymous_visitor_is_sent_to_sign_in_everywhere_else(world):
    before, failures = fingerprint(), []
    for address in ALL:
        if address.kind == "public" or set(address.arguments) - {"organization_id", *world.things["shop"]}:
            continue
        url = world.url(address, "shop")
        for method in METHODS:
            answer = Client().generic(method, url)
            sent = answer.status_code == 302 and answer["Location"].startswith("/accounts/login/")
            if not sent and answer.status_code != 405:
                failures.append((method, url, answer.status_code))

    assert failures == []
    assert fingerprint() == before


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize("who", ["petra", "hanna", "wanda", "mio", "stranger", "nobody", "viewer"])
def test_who_does_not_reach_an_organization_cannot_tell_it_from_none(world, who):
    """Wrong tenant is 404 with the body of a random id, by any method, as page or fragment, and changes nothing."""
    before, failures, cells = fingerprint(), [], 0
    client = sign_in(world.people[who])
    nowhere = reverse("portal:organization", args=[uuid4()])
    unknown = {(method, *headers): bare(client.generic(method, nowhere, headers=headers)) for method, headers in ASKED}
    assert unknown["GET",][0] == 404
    unknown["POST",] = unknown["POST", "HX-Request"] = unknown["GET",]
    for number, address, place in doors(world, who, "absent"):
        url = world.url(address, place)
        for method, headers in asked(number):
            answer = client.generic(method, url, headers=headers)
            cells += 1
            if answer.status_code != 405 and bare(answer) != unknown[method, *headers]:
                failures.append((method, url, answer.status_code))

    assert failures == []
    assert fingerprint() == before
    assert cells > 200


def test_a_deactivated_person_is_out_at_the_next_request(world):
    client = sign_in(world.people["petra"])
    assert client.get("/organizations/").status_code == 200
    User.objects.filter(pk=world.people["petra"].pk).update(is_active=False)

    assert client.get("/organizations/").status_code == 302


@pytest.mark.usefixtures("_plain_shell")
def test_who_sees_an_organization_but_may_not_do_this_is_refused(world):
    """403 for a missing authorization, by every method that would otherwise be answered; nothing changes."""
    before, failures, cells = fingerprint(), [], 0
    for who, user in world.people.items():
        client = sign_in(user)
        for number, address, place in doors(world, who, "forbidden"):
            for method, headers in asked(number, one_of=3 if who == "viewer" else len(ASKED)):
                answer = client.generic(method, world.url(address, place), headers=headers)
                cells += 1
                if answer.status_code not in {403, 405}:
                    failures.append((who, method, address.name, place, answer.status_code))

    assert failures == []
    assert fingerprint() == before
    assert cells > 500


def test_who_may_come_in_is_let_in_and_changes_nothing_by_looking(world):
    before, failures = fingerprint(), []
    for who, user in world.people.items():
        client = sign_in(user)
        for _number, address, place in doors(world, who, "in"):
            if who == "former":
                continue
            answer = client.get(world.url(address, place))
            gone = address.name == "portal:key_reveal" and answer.status_code == 410
            absent = {"credential_id", "customer_id"} & set(address.arguments)
            missing = bool(absent) and answer.status_code == 404
            # A request is an owner's to answer, where somebody provisioned the organization at all.
            owned = address.name == "portal:delegation_request" and answer.status_code == 403
            # Who is invoiced is decided above the organization: its own people alone are told so.
            above = address.name in DECIDING and (who, place) in DECIDED_ABOVE
            if above and answer.status_code == 403:
                continue
            if answer.status_code not in {200, 302, 303, 405} and not (gone or missing or owned):
                failures.append((who, address.name, place, answer.status_code))

    assert failures == []
    assert fingerprint() == before


def test_asking_for_heads_and_options_changes_nothing(world):
    before, client = fingerprint(), sign_in(world.people["petra"])
    for _number, address, place in doors(world, "petra", "in"):
        for method in ("HEAD", "OPTIONS"):
            client.generic(method, world.url(address, place))

    assert fingerprint() == before


def test_a_form_without_a_csrf_token_changes_nothing(world):
    before, failures = fingerprint(), []
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["petra"])
    for address in SCOPED:
        for headers in ({}, {"HX-Request": "true"}):
            answer = client.post(world.url(address, "maker"), headers=headers)
            if answer.status_code not in {403, 405}:
                failures.append((address.name, answer.status_code))

    assert failures == []
    assert fingerprint() == before
