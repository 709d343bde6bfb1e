"""What the fault tests share: edits as people make them, the ledger since the world was set up, and the invariants."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import F, Value
from django.db.models.functions import Concat

from fiscal.choices import KindName
from fiscal.mirror.plan import Keep, Seen
from fiscal.mirror.registry import BY_NAME
from fiscal.models import Mirror
from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.ledger import Entry
from organizations.choices import Kind, Mode, Origin
from organizations.models import Organization, User
from organizations.services import change_details
from organizations.services.changes import details_of
from tests.cast import Cast, below, details

REMOTE = {
    KindName.ORGANIZATION: "organization",
    KindName.ARRANGEMENT: "organization",
    KindName.API_KEY: "api_key",
    KindName.BILLING_ADDRESS: "billing_address",
    KindName.DASHBOARD_USER: "user",
}


@dataclass
class World:
    """A cast in step with its sandbox, and the ledger's number at that moment."""

    cast: Cast
    sandbox: Sandbox
    since: int

    def asked(self, method: str | None = None, path: str | None = None, *, seen: bool | None = None) -> list[Entry]:
        """The requests since then."""
        return self.sandbox.ledger.requests(method, path, since=self.since, seen=seen)

    def forget(self) -> None:
        """Count requests from now on."""
        self.since = max((entry.n for entry in self.sandbox.ledger.requests()), default=0)

    def shops(self, number: int, name: str = "Filiale") -> list[Organization]:
        """That many new managed organizations below the maker, not mirrored yet."""
        return [below(self.cast.petra, self.cast.maker, f"{name} {n}") for n in range(number)]

    def wanting(self, number: int, name: str = "Bestand") -> list[Organization]:
        """That many new managed organizations without anything else, past the wizard."""
        return Organization.objects.bulk_create(
            Organization(kind=Kind.MANAGED, parent=self.cast.maker, in_test=True, **details(f"{name} {n}").as_dict())
            for n in range(number)
        )

    def standing(self, number: int) -> list[Organization]:
        """That many managed organizations that are in step already, made without any call."""
        maker = Mirror.objects.get(kind=KindName.ORGANIZATION, organization=self.cast.maker)
        made = self.wanting(number)
        key = self.cast.maker.credentials.get(mode=Mode.TEST)
        mirrors = [Mirror(kind=KindName.ORGANIZATION, subject_id=one.public_id, organization=one) for one in made]
        for one, mirror in zip(made, mirrors, strict=True):
            facts = {
                **details(one.name).as_dict(),
                "envs": ["TEST"],
                "managed_by_organization_id": maker.remote_id,
                "created_by_key": key.key(),
                "metadata": {"kontor_id": str(mirror.mark), "kontor_op": "made"},
            }
            doc = self.sandbox.make_organization(**facts)
            mirror.remote_id, mirror.observed, mirror.credential = doc["_id"], doc, key
            mirror.applied_generation = 1
        Mirror.objects.bulk_create(mirrors)
        return made

    def rename_all(self, organizations: list[Organization]) -> None:
        """One edit of each, past the forms."""
        Organization.objects.filter(pk__in=[one.pk for one in organizations]).update(
            name=Concat(F("name"), Value(" neu")), generation=F("generation") + 1
        )

    def rename(self, organization: Organization, name: str, *, by: User | None = None) -> None:
        """One edit by one person."""
        organization.refresh_from_db()
        change_details(
            self.cast.reach(by or self.cast.petra, organization),
            details=replace(details_of(organization), name=name),
            generation=organization.generation,
        )

    def named(self, name: str) -> list[dict]:
        """The organizations of this name at the provider."""
        return [doc for doc in self.sandbox.objects("organization") if doc["name"] == name]


def mirror_of(subject) -> Mirror:
    return Mirror.objects.get(subject_id=subject.public_id)


def check(sandbox: Sandbox, *, except_for: Sequence[Mirror] = ()) -> None:
    """The invariants that hold after every fault, when all is quiet."""
    skipped = {mirror.pk for mirror in except_for}
    docs = {kind: {doc["_id"]: doc for doc in sandbox.objects(word)} for kind, word in REMOTE.items()}
    for mirror in Mirror.objects.exclude(pk__in=skipped).select_related("organization"):
        assert mirror.lease_token is None, f"{mirror} is still claimed"
        _in_step(mirror, docs[KindName(mirror.kind)])
    _one_each(sandbox)
    _no_strange_keys(sandbox, docs[KindName.API_KEY])


def _in_step(mirror: Mirror, docs: dict[str, dict]) -> None:
    """I1: what is desired is there."""
    kind = BY_NAME[KindName(mirror.kind)]
    wanted = kind.load(mirror.subject_id, mirror)
    assert wanted is not None
    assert mirror.applied_generation == wanted.generation, f"{mirror}: {mirror.error_code} {mirror.error_text}"
    if wanted.retired or mirror.organization.origin == Origin.CONNECTED:
        return
    remote_id = mirror.remote_id or wanted.remote_organization_id
    assert kind.plan(wanted, Seen(remote_id, docs[remote_id]), mirror) == Keep(), str(mirror)


def _one_each(sandbox: Sandbox) -> None:
    """I2: at most one object per mark, keys that are switched off aside."""
    for word in ("organization", "api_key"):
        marks = Counter(
            doc["metadata"]["kontor_id"]
            for doc in sandbox.objects(word)
            if "kontor_id" in doc.get("metadata", {}) and doc.get("status") != "disabled"
        )
        assert not [mark for mark, number in marks.items() if number > 1]


def _no_strange_keys(sandbox: Sandbox, keys: dict[str, dict]) -> None:
    """I3: no key works there that nobody here knows."""
    known = set(Mirror.objects.filter(kind=KindName.API_KEY).values_list("remote_id", flat=True))
    ours = {key for key, doc in keys.items() if doc["status"] == "enabled" and "kontor_id" in doc.get("metadata", {})}
    assert ours <= known
