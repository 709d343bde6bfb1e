"""A small cast with names, built through the services as people would."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.models import EmailAddress

from billing.rules import Terms
from billing.services import SetUp, set_up_organization
from fiscal.sandbox.app import Sandbox
from fiscal.services import connect, store_credential
from organizations.access import EVERYTHING, Reach, grant_everything
from organizations.choices import Kind, Level, Mode, Road, Scope
from organizations.models import Authorization, Organization, User
from organizations.rules import Details

PASSWORD = "an invented password"


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
        return Reach(person, organization, EVERYTHING, Road.DIRECT)


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
    Authorization.objects.filter(organization__in=[holding, label]).delete()
    grant_everything(hanna, [holding])
    grant_everything(wanda, [label])
    grant_everything(mio, [shop])
    for scope in (Scope.ORGANIZATIONS, Scope.BILLING):
        Authorization.objects.create(user=viewer, organization=maker, scope=scope, level=Level.VIEW)
    settle()
    branch = below(hanna, holding, "Ostermann Graz")
    settle()
    return Cast(petra, viewer, hanna, wanda, mio, stranger, maker, shop, sibling, holding, branch, label, elsewhere)
