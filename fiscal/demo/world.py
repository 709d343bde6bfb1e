"""Loads the demo world into an empty portal and an empty sandbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from billing.models import Arrangement
from fiscal.choices import KindName
from fiscal.demo import colleagues, dashboard, people, sales, stage
from fiscal.demo.companies import Place, company
from fiscal.demo.rows import (
    Branch,
    arrangement,
    arrangement_mirror,
    fixed_id,
    fixed_text,
    handed_over_key,
    key_mirror,
    mirror,
)
from fiscal.models import Credential, IssuedKey, Mirror
from organizations.access import EVERYTHING, Reach, grant_everything
from organizations.choices import Kind, Mode, Road
from organizations.models import ApiKey, Organization, User
from organizations.services import delegate_everything

BOTH = (Mode.LIVE, Mode.TEST)
CUSTOMERS, BRANCHES, LABEL_CUSTOMERS = 40, 12, 8
HOLDING_PLACES: dict[str, Place] = {
    "Graz": ("AUT", "8010", "Graz", "Steiermark"),
    "Linz": ("AUT", "4020", "Linz", "Oberösterreich"),
    "Salzburg": ("AUT", "5020", "Salzburg", "Salzburg"),
    "Innsbruck": ("AUT", "6020", "Innsbruck", "Tirol"),
    "Bregenz": ("AUT", "6900", "Bregenz", "Vorarlberg"),
    "Klagenfurt": ("AUT", "9020", "Klagenfurt", "Kärnten"),
    "Leipzig": ("DEU", "04109", "Leipzig", "Sachsen"),
    "Dresden": ("DEU", "01067", "Dresden", "Sachsen"),
    "Hamburg": ("DEU", "20457", "Hamburg", ""),
    "Bremen": ("DEU", "28195", "Bremen", ""),
    "Bozen": ("ITA", "39100", "Bolzano", "BZ"),
    "Triest": ("ITA", "34121", "Trieste", "TS"),
}
"""The holding's branches, by the town in their name."""


def load(now: datetime, *, customers: int = CUSTOMERS) -> None:
    """Make the world, here and in the sandbox. Raises fiscal.demo.stage.NoSandbox."""
    stage.tell("reset", {})
    with transaction.atomic():
        loader = _Loader(now)
        maker = loader.partner("kassenwerk", "Kassenwerk GmbH", people.POS)
        shops = loader.managed(maker, "customer", customers, first=100)
        loader.let_in(people.SHOP, shops[0])
        holding = loader.provisioned(maker, "ostermann", "Modehaus Ostermann AG", people.HOLDING, delegation=True)
        branches = loader.managed(
            holding,
            "branch",
            len(HOLDING_PLACES),
            first=10,
            names=[f"Ostermann {town}" for town in HOLDING_PLACES],
            places=list(HOLDING_PLACES.values()),
        )
        label = loader.provisioned(maker, "weisslabel", "Weisslabel Kassen KG", people.WHITE_LABEL, delegation=False)
        customers_of_label = loader.managed(label, "label-customer", LABEL_CUSTOMERS, first=60)
        loader.at_fiskaly(maker, "kassenwerk", dashboard.AT_MAKER, creator=people.POS)
        loader.at_fiskaly(holding, "ostermann", dashboard.AT_HOLDING)
        loader.at_fiskaly(shops[0], "customer-0", dashboard.AT_SHOP)
        sales.load(sales.House(maker, shops, holding, branches, customers_of_label), now)
    colleagues.load(User.objects.get(email=people.POS.email), maker, shops, now)
    _make_trouble(shops)


def _make_trouble(shops: Sequence[Organization]) -> None:
    """Two organizations were edited behind our back, so that the work list has something to decide."""
    for shop, change in zip(shops[2:4], ({"name": f"{shops[2].name} OG"}, {"town": "Klosterneuburg"}), strict=True):
        found = Mirror.objects.get(kind=KindName.ORGANIZATION, organization=shop)
        stage.tell("organizations/edit", {"_id": found.remote_id, **change})
        Mirror.objects.filter(pk=found.pk).update(reread_at=found.observed_at)


class _Loader:
    def __init__(self, now: datetime) -> None:
        self.now = now
        self.keys: dict[Mode, str] = {}
        self.credentials: dict[Mode, Credential] = {}
        self.remote: dict[int, str] = {}
        self.people: dict[str, User] = {}

    def partner(self, slug: str, name: str, person: people.Person) -> Organization:
        """A main organization as made in the dashboard, connected with a key per mode."""
        branch = Branch(slug, company(7, name=name), BOTH, kind=Kind.ORGANIZATION, creator=dashboard.creator_id(slug))
        keys = {
            mode: (f"{mode.lower()}_{fixed_text(26, slug, mode)}_kontor", fixed_text(43, slug, mode, "s"))
            for mode in BOTH
        }
        self.keys = {mode: key for mode, (key, _secret) in keys.items()}
        organization = self._stored([branch], bill_to=None)[0]
        stage.make(
            [
                {
                    "make": "api_key",
                    "organization_id": branch.remote_id,
                    "env": mode,
                    "name": "kontor",
                    "key": key,
                    "secret": secret,
                }
                for mode, (key, secret) in keys.items()
            ]
        )
        for mode, (key, secret) in keys.items():
            credential = Credential(
                public_id=fixed_id("credential", slug, mode),
                organization=organization,
                mode=mode,
                remote_organization_id=branch.remote_id,
                accepted_at=self.now,
            )
            credential.hold(key, secret)
            credential.save()
            self.credentials[mode] = credential
        Mirror.objects.filter(organization=organization).update(credential=self.credentials[Mode.LIVE])
        self.let_in(person, organization)
        return organization

    def provisioned(
        self, above: Organization, slug: str, name: str, person: people.Person, *, delegation: bool
    ) -> Organization:
        """A second-level organization, made with the partner's key."""
        branch = Branch(slug, company(30, name=name), BOTH, above, Kind.ORGANIZATION)
        organization = self._stored([branch], bill_to=above)[0]
        self.let_in(person, organization)
        if delegation:
            delegate_everything(Reach(self.people[person.email], organization, EVERYTHING, Road.DIRECT))
        return organization

    def managed(
        self,
        parent: Organization,
        slug: str,
        count: int,
        *,
        first: int,
        names: Sequence[str] = (),
        places: Sequence[Place] = (),
    ) -> list[Organization]:
        """Managed organizations; every fourth is still in TEST, the first ten of customers have a key."""
        branches = [
            Branch(
                f"{slug}-{n}",
                company(first + n, name=names[n] if names else "", place=places[n] if places else None),
                (Mode.TEST,) if n % 4 == 3 else BOTH,
                parent,
                key_name=f"till-{n + 1}" if n < 10 else "",
            )
            for n in range(count)
        ]
        return self._stored(branches, bill_to=parent)

    def let_in(self, person: people.Person, organization: Organization) -> None:
        """Make the person owner of the organization, with a verified address."""
        user, created = User.objects.get_or_create(email=person.email, defaults={"name": person.name})
        if created:
            user.set_password(people.DEMO_PASSWORD)
            user.save()
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        self.people[person.email] = user
        grant_everything(user, [organization])

    def at_fiskaly(
        self,
        at: Organization,
        slug: str,
        colleagues: tuple[dashboard.Colleague, ...],
        *,
        creator: people.Person | None = None,
    ) -> None:
        """Let people into fiskaly's own dashboard."""
        credential = self.credentials[Mode.LIVE if at.in_live else Mode.TEST]
        if creator:
            dashboard.load_creator(at, slug, creator, self.now, remote_id=self.remote[at.pk], credential=credential)
        dashboard.load(at, slug, colleagues, self.now, remote_id=self.remote[at.pk], credential=credential)

    def _stored(self, branches: list[Branch], *, bill_to: Organization | None) -> list[Organization]:
        remote_bill_to = self.remote.get(bill_to.pk, "") if bill_to else ""
        staged = stage.make(
            [branch.staged(key=self.keys[branch.modes[0]], bill_to=remote_bill_to) for branch in branches]
        )
        for branch, remote in zip(branches, staged, strict=True):
            branch.remote = remote
        rows = Organization.objects.bulk_create([branch.organization(self.now) for branch in branches], batch_size=500)
        self.remote |= {row.pk: branch.remote_id for row, branch in zip(rows, branches, strict=True)}
        arrangements = Arrangement.objects.bulk_create([arrangement(row, bill_to) for row in rows], batch_size=500)
        mirrors = []
        for n, (branch, row, terms) in enumerate(zip(branches, rows, arrangements, strict=True)):
            credential = self.credentials.get(Mode.LIVE if row.in_live else Mode.TEST)
            mirrors.append(mirror(branch, row, credential, self.now, n))
            mirrors.append(arrangement_mirror(terms, branch, credential, self.now))
        Mirror.objects.bulk_create(mirrors, batch_size=500)
        self._hand_over_keys(branches, rows)
        return rows

    def _hand_over_keys(self, branches: list[Branch], rows: list[Organization]) -> None:
        """Keys whose secrets were shown long ago."""
        staged = []
        for branch, row in zip(branches, rows, strict=True):
            if not branch.key_name:
                continue
            key_row, issued, key, secret = handed_over_key(branch, row, self.now)
            key_row.save()
            issued.api_key = key_row
            issued.save()
            found = key_mirror(branch, key_row, self.credentials[Mode(key_row.mode)], self.now)
            found.save()
            staged.append(
                {
                    "make": "api_key",
                    "organization_id": branch.remote_id,
                    "env": key_row.mode,
                    "name": key_row.name,
                    "key": key,
                    "secret": secret,
                    "_id": found.remote_id,
                    "metadata": {"kontor_id": str(found.mark)},
                }
            )
        stage.make(staged)


def is_empty() -> bool:
    """Whether there is no organization yet, so that nothing of anybody's is overwritten."""
    return not Organization.objects.exists() and not IssuedKey.objects.exists() and not ApiKey.objects.exists()
