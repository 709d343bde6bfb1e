"""Every URL × method × person, generated from the URL resolver: who may come in, and what the others learn.

The expectations stand here a second time, from the guide and not from `organizations.access`: who reaches what is a table
below, and what a page demands is its door. A URL without a declared policy fails.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from billing.models import BillingAddress
from fiscal.choices import DocumentAction, FileLayout, ImportState
from fiscal.models import (
    Backfill,
    Chain,
    Connection,
    Credential,
    FileImport,
    FiscalDocument,
    Mirror,
    PaymentMethod,
    Placement,
    Receipt,
    Register,
    Shop,
)
from organizations.choices import Level, Mode, Scope
from organizations.models import ApiKey, Delegation, Draft, Grant, Logo, Organization, Right, User
from organizations.services import issue_key
from tests.cast import Cast, allow, person
from tests.fiscal.statistics.books import make_connection, make_register, make_shop, sale, sell

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
READING = ("GET", "HEAD", "OPTIONS")
ASKED = [(method, {}) for method in METHODS] + [(method, {"HX-Request": "true"}) for method in ("GET", "POST")]
BRIEFLY = [("GET", {}), ("POST", {})]

DECIDED_ABOVE = {("mio", "shop"), ("hanna", "holding"), ("wanda", "label")}
DECIDING = {"portal:billing_change", "portal:billing_drift", "portal:billing_drift_decision"}

FOREIGN_POLICIES = {
    # allauth's own pages: what an anonymous visitor may open, and what needs a session.
    "account_login": "public",
    "account_signup": "public",
    "account_logout": "public",
    "account_inactive": "public",
    "account_email_verification_sent": "public",
    "account_confirm_email": "public",
    "account_reset_password": "public",
    "account_confirm_login_code": "public",
    "account_reset_password_done": "public",
    "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public",
    "account_reauthenticate": "signed-in",
    "account_change_password": "signed-in",
    "account_set_password": "signed-in",
    "account_email": "signed-in",
}


@dataclass(frozen=True)
class Address:
    """One URL pattern with its policy."""

    name: str
    arguments: tuple[str, ...]
    kind: str
    scope: Scope | None = None
    level: Level | None = None


def addresses(patterns: list | None = None, namespace: str = "") -> Iterator[Address]:
    """All URL patterns with their policy; KeyError or AttributeError for one that declares none."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
            continue
        assert isinstance(pattern, URLPattern)
        arguments = tuple(pattern.pattern.converters)
        if namespace:
            door = pattern.callback.door
            yield Address(f"{namespace}{pattern.name}", arguments, door.kind, door.scope, door.level)
        else:
            yield Address(pattern.name, arguments, FOREIGN_POLICIES[pattern.name])


ALL = list(addresses())
SCOPED = [address for address in ALL if address.kind == "scoped"]


@dataclass
class World:
    """The cast, and for each organization something for every kind of id that a URL can hold."""

    cast: Cast
    people: dict[str, User]
    reaches: dict[str, dict[str, object]]
    organizations: dict[str, Organization]
    things: dict[str, dict[str, object]]

    def url(self, address: Address, place: str) -> str:
        values = {"organization_id": self.organizations[place].public_id, **self.things[place]}
        return reverse(address.name, kwargs={name: values[name] for name in address.arguments})

    def expects(self, who: str, address: Address, place: str) -> str:
        """ "in", "forbidden" or "absent"."""
        grants = self.reaches.get(who, {}).get(place)
        if not grants:
            return "absent"
        if grants == "everything":
            return "in"
        levels = grants.get(address.scope, ())
        return "in" if address.level in levels else "forbidden"


VIEW, MANAGE = (Level.VIEW,), (Level.VIEW, Level.MANAGE)


@pytest.fixture
def world(cast, settle) -> World:
    people = {
        "petra": cast.petra,
        "viewer": cast.viewer,
        "hanna": cast.hanna,
        "wanda": cast.wanda,
        "mio": cast.mio,
        "stranger": cast.stranger,
        "nobody": person("nobody@example.example", "Nobody"),
        "former": person("former@kassenwerk.example", "Former"),
    }
    User.objects.filter(pk=people["former"].pk).update(is_active=False)
    allow(people["former"], cast.maker, Scope.ORGANIZATIONS, level=Level.MANAGE)
    reaches: dict[str, dict[str, object]] = {
        "petra": {"maker": "everything", "shop": "everything"},
        "hanna": {"holding": "everything", "branch": "everything"},
        "wanda": {"label": "everything"},
        "mio": {"shop": "everything"},
        "stranger": {"elsewhere": "everything"},
    }
    for scope in Scope:
        for level, levels in ((Level.VIEW, VIEW), (Level.MANAGE, MANAGE)):
            who = f"{scope}-{level}".lower()
            people[who] = person(f"{who}@kassenwerk.example", who)
            allow(people[who], cast.maker, scope, level=level)
            reaches[who] = {place: {scope: levels} for place in ("maker", "shop")}
    both = {Scope.ORGANIZATIONS: VIEW, Scope.BILLING: VIEW}
    reaches["viewer"] = {"maker": both, "shop": both}
    organizations = {name: getattr(cast, name) for name in ("maker", "shop", "holding", "branch", "label", "elsewhere")}
    things = {place: _things(cast, organization) for place, organization in organizations.items()}
    settle()
    return World(cast, people, reaches, organizations, things)


def _things(cast: Cast, organization: Organization) -> dict[str, object]:
    mode = Mode.TEST
    key = issue_key(cast.reach(cast.petra, organization), name="till-1", mode=mode)
    facts = {"recipient": "Buchhaltung", "address_line1": "Weg 1", "zip": "1010", "town": "Wien", "country_code": "AUT"}
    address = BillingAddress.objects.create(organization=organization, mode=mode, **facts)
    credential = Credential.objects.filter(organization=organization).first()
    source = make_connection(organization, country="ITA")
    day = timezone.localdate()
    backfill = Backfill.objects.create(connection=source, first_day=day, last_day=day, next_day=day)
    bar = make_register(organization, connection=source, country="ITA")
    receipts = sell(bar, day, [sale(day, 430, country="ITA")], rolled_up=False)
    made = FiscalDocument.objects.create(
        organization=organization, register=bar, action=DocumentAction.EMIT, request={}, reason="why"
    )
    Logo.objects.create(organization=organization, content=b"\x89PNG", content_type="image/png", digest="ab" * 32)
    return {
        "key_id": key.public_id,
        "address_id": address.public_id,
        "credential_id": credential.public_id if credential else uuid4(),
        "mirror_id": Mirror.objects.get(kind="ORGANIZATION", organization=organization).pk,
        "decision": "adopt",
        "digest": "ab" * 32,
        "source": "account",
        "connection_id": source.public_id,
        "backfill_id": backfill.public_id,
        "register_id": make_register(organization).public_id,
        "receipt_id": receipts[0].pk,
        "document_id": made.public_id,
        "shop_id": make_shop(organization).public_id,
        "report_id": uuid4(),
        "what": "organization",
        "object_id": organization.public_id,
        "import_id": uploaded(organization, source).public_id,
        "token": "no-such-address",
        "number": 1,
    }


def uploaded(organization: Organization, source: Connection) -> FileImport:
    register = make_register(organization, connection=source, country="ITA")
    return FileImport.objects.create(
        organization=organization,
        register=register,
        layout=FileLayout.DAILY_TOTALS,
        name="aggregati.csv",
        content=b"data;documenti;incasso\r\n16/11/2026;1;1,00",
        headers=["data", "documenti", "incasso"],
        columns={"data": "day", "documenti": "sales_count"},
        first_day=timezone.localdate(),
        last_day=timezone.localdate(),
        state=ImportState.MAPPING,
    )


SALES = (Connection, Register, Placement, Shop, PaymentMethod, Backfill, Receipt, Chain, FiscalDocument, FileImport)
FINGERPRINTED = (Organization, ApiKey, BillingAddress, Credential, Grant, Right, Delegation, Logo, Draft, Mirror)


def sign_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def fingerprint() -> list[tuple]:
    """All that a denied write could have changed."""
    rows: list[tuple] = []
    for model in (*FINGERPRINTED, *SALES):
        columns = [field.attname for field in model._meta.concrete_fields]
        rows += sorted(map(repr, model.objects.values_list(*columns)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_auditentry")
        rows.append(cursor.fetchone())
    return rows


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


@pytest.fixture
def _plain_shell(monkeypatch) -> None:
    """The frame's own queries are not the subject here, and thousands of pages are asked for."""
    monkeypatch.setattr("portal.context.attention_count", lambda user: 0)


@pytest.mark.usefixtures("_plain_shell")
@pytest.mark.parametrize("who", ["petra", "hanna", "wanda", "mio", "stranger", "nobody", "viewer"])
def test_who_does_not_reach_an_organization_cannot_tell_it_from_none(world, who):
    """Wrong tenant is 404 with the body of a random id, by any method, as page or fragment, and changes nothing."""
    before, failures, cells = fingerprint(), [], 0
    client, random = sign_in(world.people[who]), {}
    for address in SCOPED:
        for place, organization in world.organizations.items():
            if world.expects(who, address, place) != "absent":
                continue
            url = world.url(address, place)
            for method, headers in ASKED:
                answer = client.generic(method, url, headers=headers)
                cells += 1
                known = (address.name, method, bool(headers))
                if known not in random:
                    nowhere = url.replace(str(organization.public_id), str(uuid4()))
                    random[known] = bare(client.generic(method, nowhere, headers=headers))
                if answer.status_code not in {404, 405} or bare(answer) != random[known]:
                    failures.append((method, url, answer.status_code))

    assert failures == []
    assert fingerprint() == before
    assert cells > 600


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
        for address in SCOPED:
            for place in world.organizations:
                if world.expects(who, address, place) != "forbidden":
                    continue
                for method, headers in ASKED if who == "viewer" else BRIEFLY:
                    answer = client.generic(method, world.url(address, place), headers=headers)
                    cells += 1
                    if answer.status_code not in {403, 405}:
                        failures.append((who, method, address.name, place, answer.status_code))

    assert failures == []
    assert fingerprint() == before
    assert cells > 1000


def test_who_may_come_in_is_let_in(world):
    failures = []
    for who, user in world.people.items():
        client = sign_in(user)
        for address in SCOPED:
            for place in world.organizations:
                if who == "former" or world.expects(who, address, place) != "in":
                    continue
                answer = client.get(world.url(address, place))
                gone = address.name == "portal:key_reveal" and answer.status_code == 410
                missing = "credential_id" in address.arguments and answer.status_code == 404
                # Who is invoiced is decided above the organization: its own people alone are told so.
                above = address.name in DECIDING and (who, place) in DECIDED_ABOVE
                if above and answer.status_code == 403:
                    continue
                if answer.status_code not in {200, 302, 303, 405} and not gone and not missing:
                    failures.append((who, address.name, place, answer.status_code))

    assert failures == []


def test_reading_changes_nothing(world):
    before = fingerprint()
    client = sign_in(world.people["petra"])
    for address in SCOPED:
        for place in ("maker", "shop"):
            for method in READING:
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
