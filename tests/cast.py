"""A small cast with names, built through the services as people would."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from django.utils import timezone

from billing.rules import Terms
from billing.services import SetUp, set_up_organization
from fiscal.sandbox.app import Sandbox
from fiscal.services import connect, store_credential
from organizations.access import EVERYTHING, Reach, grant_everything, held
from organizations.choices import Covers, Kind, Level, Mode, Road, Scope
from organizations.models import Grant, Organization, Right, Role, User
from organizations.rules import Details

PASSWORD = "an invented password"
ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when the cast stands where it stands: tests travel in time."""


@dataclass
class Cast:
    """People and the organizations they stand in."""

    petra: User
    viewer: User
    hanna: User
    wanda: User
    mio: User
    stranger: User
    maker: Organization
    shop: Organization
    sibling: Organization
    holding: Organization
    branch: Organization
    label: Organization
    elsewhere: Organization

    def reach(self, person: User, organization: Organization) -> Reach:
        """Everything granted, for tests of services whose subject is not access."""
        return Reach(person, organization, EVERYTHING, Road.DIRECT, owner=True)


def person(email: str, name: str) -> User:
    """A person who can sign in: verified address and PASSWORD."""
    user = User.objects.create_user(email, PASSWORD, name=name)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def details(name: str, **fields: object) -> Details:
    """The facts of an invented Austrian company."""
    facts = {"address_line1": "Hafenstraße 12", "zip": "1010", "town": "Wien", "country_code": "AUT"}
    return Details(name=name, **{**facts, **fields})  # type: ignore[arg-type]


def connected(
    sandbox: Sandbox, user: User, name: str, modes: tuple[Mode, ...] = (Mode.TEST, Mode.LIVE)
) -> Organization:
    """A main organization as somebody makes it in fiskaly's dashboard, connected with a key per mode."""
    address = {"address_line1": "Werkstraße 1", "zip": "4020", "town": "Linz", "country_code": "AUT"}
    remote = sandbox.management.make_organization(name, envs=[str(mode) for mode in modes], **address)
    keys = [sandbox.management.make_api_key(remote["_id"], str(mode), "kontor") for mode in modes]
    organization = connect(user, key=keys[0][0], secret=keys[0][1])
    for key, secret in keys[1:]:
        store_credential(Reach(user, organization, EVERYTHING, Road.DIRECT), key=key, secret=secret)
    organization.refresh_from_db()
    return organization


def below(
    user: User, above: Organization, name: str, *, kind: Kind = Kind.MANAGED, mode: Mode = Mode.TEST, **options: object
) -> Organization:
    """An organization below `above`, billed to it and withheld, as the wizard makes it."""
    plan = SetUp(
        kind=kind,
        details=details(name),
        mode=mode,
        terms=Terms(bill_to=str(above.public_id), withhold=True),
        **options,  # type: ignore[arg-type]
    )
    organization, _key = set_up_organization(Reach(user, above, EVERYTHING, Road.DIRECT), plan=plan)
    return organization


def build_cast(sandbox: Sandbox, settle: Callable[[], int]) -> Cast:
    """Everybody, with everything in step at the sandbox."""
    petra, viewer = person("petra@kassenwerk.example", "Petra"), person("viewer@kassenwerk.example", "Viktor")
    hanna, wanda = person("hanna@ostermann.example", "Hanna"), person("wanda@label.example", "Wanda")
    mio, stranger = person("mio@gasthaus.example", "Mio"), person("stranger@fremd.example", "Stranger")
    maker = connected(sandbox, petra, "Kassenwerk GmbH")
    elsewhere = connected(sandbox, stranger, "Fremde Kassen GmbH")
    shop, sibling = below(petra, maker, "Gasthaus Mio"), below(petra, maker, "Café Nebenan")
    holding = below(petra, maker, "Modehaus Ostermann AG", kind=Kind.ORGANIZATION)
    label = below(petra, maker, "Wanda White Label KG", kind=Kind.ORGANIZATION)
    Grant.objects.filter(organization__in=[holding, label]).delete()
    grant_everything(hanna, [holding])
    grant_everything(wanda, [label])
    grant_everything(mio, [shop])
    allow(viewer, maker, Scope.ORGANIZATIONS, Scope.BILLING)
    settle()
    branch = below(hanna, holding, "Ostermann Graz")
    settle()
    Grant.objects.update(since=ALWAYS)
    return Cast(petra, viewer, hanna, wanda, mio, stranger, maker, shop, sibling, holding, branch, label, elsewhere)


def allow(
    user: User, organization: Organization, *scopes: Scope, level: Level = Level.VIEW, covers: Covers = Covers.BELOW
) -> Grant:
    """Grant the person just these areas at `level`, by a role of the organization's own."""
    return _granted(user, organization, dict.fromkeys(scopes, level), covers)


def withdraw(user: User, *scopes: Scope, at: Organization | None = None) -> None:
    """Take these areas out of all the person's grants (those `at` an organization), everything if none is named."""
    now = timezone.now()
    for grant in list(held(user).filter(**({"organization": at} if at else {}))):
        Grant.objects.filter(pk=grant.pk).update(until=now, since=min(grant.since, now))
        rights = grant.role.rights.filter(until=None)
        left = {right.scope: right.level for right in rights if scopes and right.scope not in scopes}
        if left:
            _granted(user, grant.organization, left, grant.covers)


def _granted(user: User, organization: Organization, rights: Mapping[str, str], covers: str) -> Grant:
    role = Role.objects.create(organization=organization, name=uuid.uuid4().hex, sentence="For a test.")
    Right.objects.bulk_create(
        Right(role=role, scope=scope, level=level, since=ALWAYS) for scope, level in rights.items()
    )
    return Grant.objects.create(user=user, organization=organization, role=role, covers=covers, since=ALWAYS)
