"""Builds the demo world's rows: what the portal desires, and mirrors that say it is in step with the sandbox."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from billing.models import Arrangement
from fiscal.choices import KindName
from fiscal.demo.companies import Company
from fiscal.models import Credential, IssuedKey, Mirror
from organizations.choices import Kind, Mode, Origin
from organizations.models import ApiKey, Organization

NAMESPACE = uuid.UUID("6b0f0b52-6f6b-5d6f-9a3b-6b6f6e746f72")
REREAD = timedelta(hours=6)


def fixed_id(*words: str) -> uuid.UUID:
    """An id that is the same every time."""
    return uuid.uuid5(NAMESPACE, "/".join(words))


def fixed_text(length: int, *words: str) -> str:
    """Letters and digits that are the same every time; for invented keys and secrets."""
    digest = hashlib.sha256("/".join(words).encode()).hexdigest() + hashlib.sha512("/".join(words).encode()).hexdigest()
    return digest[:length]


@dataclass
class Branch:
    """One organization of the demo world, before it is stored."""

    slug: str
    facts: Company
    modes: tuple[Mode, ...]
    above: Organization | None = None
    kind: Kind = Kind.MANAGED
    key_name: str = ""
    creator: str = ""
    remote: dict[str, Any] = field(default_factory=dict)

    @property
    def remote_id(self) -> str:
        return str(fixed_id("remote", self.slug))

    @property
    def mark(self) -> uuid.UUID:
        return fixed_id("mark", self.slug)

    def staged(self, *, key: str, bill_to: str) -> dict[str, Any]:
        """How the sandbox is told to hold it."""
        item = {
            "make": "organization",
            "_id": self.remote_id,
            "envs": [str(mode) for mode in self.modes],
            **asdict(self.facts),
        }
        if self.above is None:
            return item | {"created_by_user": self.creator}
        if self.kind == Kind.MANAGED:
            item["managed_by_organization_id"] = bill_to
        return item | {
            "created_by_key": key,
            "metadata": {"kontor_id": str(self.mark), "kontor_op": str(fixed_id("op", self.slug))},
            "billing_options": {"bill_to_organization": bill_to, "withhold_billing": True},
        }

    def organization(self, now: datetime) -> Organization:
        """The desired row."""
        return Organization(
            public_id=fixed_id("organization", self.slug),
            kind=self.kind,
            origin=Origin.KONTOR if self.above else Origin.CONNECTED,
            parent=self.above if self.kind == Kind.MANAGED else None,
            provisioned_by=self.above if self.kind == Kind.ORGANIZATION else None,
            in_test=Mode.TEST in self.modes,
            in_live=Mode.LIVE in self.modes,
            created_at=now,
            changed_at=now,
            **asdict(self.facts),
        )


def mirror(branch: Branch, organization: Organization, credential: Credential | None, now: datetime, n: int) -> Mirror:
    """The organization's mirror, in step; its turn to be compared is spread over the next hours."""
    return Mirror(
        kind=KindName.ORGANIZATION,
        subject_id=organization.public_id,
        organization=organization,
        credential=credential,
        mark=branch.mark,
        applied_generation=1,
        remote_id=branch.remote_id,
        observed=branch.remote,
        observed_at=now,
        agreed=asdict(branch.facts),
        reread_at=now + REREAD * ((n % 100) / 100),
    )


def arrangement(organization: Organization, bill_to: Organization | None) -> Arrangement:
    """Billed to whoever stands above, and withheld."""
    return Arrangement(
        public_id=fixed_id("arrangement", str(organization.public_id)),
        organization=organization,
        bill_to=bill_to,
        withhold=bill_to is not None,
    )


def arrangement_mirror(row: Arrangement, branch: Branch, credential: Credential | None, now: datetime) -> Mirror:
    options = branch.remote.get("billing_options", {})
    return Mirror(
        kind=KindName.ARRANGEMENT,
        subject_id=row.public_id,
        organization_id=row.organization_id,
        credential=credential,
        applied_generation=1,
        remote_id=branch.remote_id,
        observed=branch.remote,
        observed_at=now,
        agreed={"billing_options": options, "billing_address_id": ""},
    )


def handed_over_key(branch: Branch, organization: Organization, now: datetime) -> tuple[ApiKey, IssuedKey, str, str]:
    """A key whose secret was shown long ago: the desired row, what remains of it, key and secret for the sandbox."""
    mode = Mode.LIVE if organization.in_live else Mode.TEST
    row = ApiKey(
        public_id=fixed_id("key", branch.slug),
        organization=organization,
        name=branch.key_name,
        mode=mode,
        created_at=now,
        changed_at=now,
    )
    key = f"{mode.lower()}_{fixed_text(26, 'key', branch.slug)}_{branch.key_name}"
    secret = fixed_text(43, "secret", branch.slug)
    issued = IssuedKey(
        public_id=fixed_id("issued", branch.slug),
        key_prefix=key[:9],
        key_suffix=key[-4:],
        secret_prefix=secret[:4],
        secret_suffix=secret[-4:],
        secret_digest=hashlib.sha256(secret.encode()).hexdigest(),
        issued_at=now,
        reveal_until=now,
        revealed_at=now,
    )
    return row, issued, key, secret


def key_mirror(branch: Branch, key: ApiKey, credential: Credential, now: datetime) -> Mirror:
    return Mirror(
        kind=KindName.API_KEY,
        subject_id=key.public_id,
        organization_id=key.organization_id,
        credential=credential,
        mark=fixed_id("key-mark", branch.slug),
        applied_generation=1,
        remote_id=str(fixed_id("remote-key", branch.slug)),
        observed={"status": "enabled", "name": key.name},
        observed_at=now,
        agreed={"status": "enabled"},
    )
