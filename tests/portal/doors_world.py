"""A world with one thing of every kind in every organization, and a fingerprint of all that a write could change."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import uuid4

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
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
    UserListing,
)
from organizations.choices import Level, Mode, Scope
from organizations.models import (
    ApiKey,
    DashboardUser,
    DelegationRequest,
    Draft,
    Handover,
    IdentityProvider,
    Invitation,
    InvitationGrant,
    Logo,
    MailDomain,
    Organization,
    User,
)
from organizations.services import issue_key
from tests.cast import Cast, allow, person
from tests.fiscal.people.at_fiskaly import people_at_fiskaly
from tests.fiscal.statistics.books import make_connection, make_register, make_shop, sale, sell
from tests.organizations.letters import open_invitation, waiting_request
from tests.portal.people import PEOPLE, somebody_at

DECIDED_ABOVE = {("mio", "shop"), ("hanna", "holding"), ("wanda", "label")}
DECIDING = {"portal:billing_change", "portal:billing_drift", "portal:billing_drift_decision"}

BESIDES = {"portal:grant_several": (Scope.BULK, Level.MANAGE)}
"""What a page demands beside its door."""

FOREIGN_POLICIES = {
    # allauth's own pages: what an anonymous visitor may open, and what needs a session.
    "account_login": "public",
    "account_signup": "public",
    "account_logout": "public",
    "account_inactive": "public",
    "account_email_verification_sent": "public",
    "account_confirm_email": "public",
    "account_reset_password": "public",
    "account_reset_password_done": "public",
    "account_reset_password_from_key": "public",
    "account_reset_password_from_key_done": "public",
    "account_reauthenticate": "signed-in",
    "account_change_password": "signed-in",
    "account_set_password": "signed-in",
    "account_email": "signed-in",
    "mfa_authenticate": "public",
    "mfa_login_webauthn": "public",
    "mfa_reauthenticate": "signed-in",
    "mfa_reauthenticate_webauthn": "signed-in",
    "mfa_activate_totp": "signed-in",
    "mfa_deactivate_totp": "signed-in",
    "mfa_view_recovery_codes": "signed-in",
    "mfa_generate_recovery_codes": "signed-in",
    "mfa_add_webauthn": "signed-in",
    "mfa_remove_webauthn": "signed-in",
    "mfa_edit_webauthn": "signed-in",
    "socialaccount_login_cancelled": "public",
}


@dataclass(frozen=True)
class Address:
    """One URL pattern with its policy."""

    name: str
    arguments: tuple[str, ...]
    kind: str
    scope: Scope | None = None
    level: Level | None = None
    fresh: bool = False


def addresses(patterns: list | None = None, namespace: str = "") -> Iterator[Address]:
    """All URL patterns with their policy; KeyError or AttributeError for one that declares none."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            inner = f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace
            yield from addresses(pattern.url_patterns, inner)
            continue
        assert isinstance(pattern, URLPattern)
        arguments = tuple(pattern.pattern.converters)
        fresh = getattr(pattern.callback, "fresh", False)
        door = getattr(pattern.callback, "door", None)
        if namespace or door:
            yield Address(f"{namespace}{pattern.name}", arguments, door.kind, door.scope, door.level, fresh)
        else:
            yield Address(pattern.name, arguments, FOREIGN_POLICIES[pattern.name], fresh=fresh)


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
        levels, besides = grants.get(address.scope, ()), BESIDES.get(address.name)
        if besides and besides[1] not in grants.get(besides[0], ()):
            return "forbidden"
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


@pytest.fixture
def _plain_shell(monkeypatch) -> None:
    """The frame's own queries and the log are not the subject here, and thousands of pages are asked for."""
    monkeypatch.setattr("portal.context.attention_count", lambda user: 0)
    monkeypatch.setattr(logging.getLogger("django.request"), "disabled", True)


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
    IdentityProvider.objects.create(
        organization=organization, name="Own", issuer="https://id.example", client_id="kontor", secret_sealed="x"
    )
    Logo.objects.create(organization=organization, content=b"\x89PNG", content_type="image/png", digest="ab" * 32)
    return {
        **people_at_fiskaly(organization),
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
        "invitation_id": open_invitation(organization).public_id,
        "customer_id": cast.holding.public_id,
        "request_id": waiting_request(organization).public_id,
        "handover_id": uuid4(),
        **somebody_at(organization),
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
COMING_IN = (Invitation, InvitationGrant, Handover, DelegationRequest, DashboardUser, UserListing)
SIGN_IN = (IdentityProvider, MailDomain, Authenticator)
FINGERPRINTED = (Organization, ApiKey, BillingAddress, Credential, Logo, Draft, Mirror, *PEOPLE, *COMING_IN, *SIGN_IN)


def sign_in(user: User) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(user)
    return client


def fingerprint() -> list[tuple]:
    """All that a denied write could have changed."""
    rows: list[tuple] = []
    for model in (*FINGERPRINTED, *COMING_IN, *SALES):
        columns = [field.attname for field in model._meta.concrete_fields]
        rows += sorted(map(repr, model.objects.values_list(*columns)))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_auditentry")
        rows.append(cursor.fetchone())
    return rows
