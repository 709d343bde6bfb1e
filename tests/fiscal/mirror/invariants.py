"""What must hold after any fault, once the faults have stopped and time has passed. `check` asserts all of it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.utils import timezone

from billing.models import Arrangement, BillingAddress
from billing.services import address_of
from fiscal.choices import KindName, Phase
from fiscal.interventions import ERROR_WORDS, INTERVENTIONS
from fiscal.mirror.kinds.arrangement import billing_values
from fiscal.mirror.kinds.organization import FIELDS
from fiscal.mirror.plan import differences
from fiscal.mirror.registry import BY_NAME, KINDS
from fiscal.models import Mirror
from fiscal.phases import phase_of
from fiscal.sandbox.app import Sandbox
from fiscal.sandbox.management.stage import DASHBOARD_USER
from fiscal.sandbox.web import Reply, Request
from organizations.models import ApiKey, DashboardUser, Organization

SECRET_NAMES = {"api_secret", "secret", "access_token", "refresh_token"}


class WatchedSandbox(Sandbox):
    """A sandbox that remembers every secret that passed its door, and what was logged and sent to the broker."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.secrets: set[str] = set()
        self.said: list[str] = []

    def answer(self, request: Request) -> Reply:
        reply = super().answer(request)
        for body in (request.body, reply.body):
            self.secrets.update(_secrets_in(body))
        return reply


def _secrets_in(body: bytes) -> Iterator[str]:
    try:
        values = json.loads(body)
    except ValueError:
        return
    if isinstance(values, dict):
        yield from (str(value) for name, value in values.items() if name in SECRET_NAMES and value)


def check(sandbox: Sandbox, *, needed: int | None = None, since: int = 0, doubles: int = 0, lookups: int = 0) -> None:
    """Assert the invariants.

    `doubles`: objects there twice that were flagged on purpose. `needed`: calls the work takes, with `lookups` for
    unknown outcomes, counted from ledger entry `since`; log-ins are not counted.
    """
    organizations_agree(sandbox)
    keys_agree(sandbox)
    addresses_agree(sandbox)
    people_agree(sandbox)
    nothing_is_double(sandbox, allowed=doubles)
    no_unknown_key_is_enabled(sandbox)
    nothing_hides()
    no_secret_leaked(sandbox)
    if needed is not None:
        sent = [entry for entry in sandbox.ledger.requests(since=since) if not entry.path.endswith("/auth")]
        assert len(sent) <= 1.1 * needed + lookups, [(entry.method, entry.address, entry.fault) for entry in sent]


def _mirrors(kind: KindName) -> dict[Any, Mirror]:
    return {mirror.subject_id: mirror for mirror in Mirror.objects.filter(kind=kind)}


def _waits_for_a_person(mirror: Mirror | None, generation: int) -> bool:
    return mirror is not None and mirror.parked_generation == generation


def organizations_agree(sandbox: Sandbox) -> None:
    """I1 for organizations, arrangements included."""
    remote = {item["_id"]: item for item in sandbox.objects()}
    mirrors = _mirrors(KindName.ORGANIZATION)
    ids = {mirror.organization_id: mirror.remote_id for mirror in mirrors.values() if mirror.remote_id}
    for organization in Organization.objects.all():
        mirror = mirrors.get(organization.public_id)
        if _waits_for_a_person(mirror, organization.generation):
            continue
        if organization.retired_at:
            assert mirror is None or mirror.remote_id not in remote, f"{organization} is still there"
            continue
        assert mirror, f"{organization} has no mirror"
        there = remote[mirror.remote_id]
        assert differences({name: getattr(organization, name) for name in FIELDS}, there) == {}, str(organization)
        assert set(organization.modes) <= set(there["_envs"])
        assert there.get("managed_by_organization_id") == ids.get(organization.parent_id)
    arrangements = _mirrors(KindName.ARRANGEMENT)
    for arrangement in Arrangement.objects.select_related("organization", "bill_to", "billing_address"):
        parked = _waits_for_a_person(arrangements.get(arrangement.public_id), arrangement.generation)
        owner = remote.get(ids.get(arrangement.organization_id, ""))
        if owner and not parked and not arrangement.organization.retired_at:
            assert differences(billing_values(arrangement, ids), owner) == {}, str(arrangement)


def keys_agree(sandbox: Sandbox) -> None:
    """I1 for API keys."""
    remote = {item["_id"]: item for item in sandbox.objects("api_key")}
    mirrors = _mirrors(KindName.API_KEY)
    for key in ApiKey.objects.all():
        mirror = mirrors.get(key.public_id)
        if _waits_for_a_person(mirror, key.generation):
            continue
        if key.retired_at:
            assert mirror is None or mirror.remote_id not in remote, f"{key} is still there"
            continue
        assert mirror, f"{key} has no mirror"
        assert remote[mirror.remote_id]["status"] == key.status.lower()
        assert hasattr(key, "issued"), f"{key} was made without keeping its secret"
        assert remote[mirror.remote_id]["key"].startswith(key.issued.key_prefix)
        assert remote[mirror.remote_id]["key"].endswith(key.issued.key_suffix)


def addresses_agree(sandbox: Sandbox) -> None:
    """I1 for billing addresses."""
    remote = {item["_id"]: item for item in sandbox.objects("billing_address")}
    mirrors = _mirrors(KindName.BILLING_ADDRESS)
    for address in BillingAddress.objects.all():
        mirror = mirrors.get(address.public_id)
        if _waits_for_a_person(mirror, address.generation):
            continue
        if address.retired_at:
            assert mirror is None or mirror.remote_id not in remote, f"{address} is still there"
            continue
        assert mirror, f"{address} has no mirror"
        assert differences(vars(address_of(address)), remote[mirror.remote_id]) == {}
    known = {mirror.remote_id for mirror in mirrors.values()}
    assert set(remote) <= known, "an address is there that nobody knows"


def people_agree(sandbox: Sandbox) -> None:
    """I1 for people of fiskaly's dashboard, and nobody is there whom nobody asked for."""
    remote = {item["_id"]: item for item in sandbox.objects("user")}
    mirrors = _mirrors(KindName.DASHBOARD_USER)
    known = set()
    for person in DashboardUser.objects.all():
        mirror = mirrors.get(person.public_id)
        if _waits_for_a_person(mirror, person.generation):
            continue
        if person.retired_at:
            assert mirror is None or mirror.remote_id not in remote, f"{person} is still there"
            continue
        assert mirror, f"{person} has no mirror"
        assert remote[mirror.remote_id]["email"].lower() == person.email
        known.add(mirror.remote_id)
    assert set(remote) <= known, "somebody is there whom nobody knows"


def nothing_is_double(sandbox: Sandbox, *, allowed: int) -> None:
    """I2: one object per mark. A key whose secret was lost stays there, switched off, and does not count."""
    keys = [item for item in sandbox.objects("api_key") if item["status"] == "enabled"]
    marks = Counter(
        item["metadata"]["kontor_id"] for item in [*sandbox.objects(), *keys] if "kontor_id" in item.get("metadata", {})
    )
    assert sum(count - 1 for count in marks.values()) <= allowed, marks


def no_unknown_key_is_enabled(sandbox: Sandbox) -> None:
    """I3: every enabled key is one of ours, or was made in the dashboard."""
    known = set(Mirror.objects.filter(kind=KindName.API_KEY).values_list("remote_id", flat=True))
    for item in sandbox.objects("api_key"):
        ours_or_theirs = item["_id"] in known or item["created_by_user"] == DASHBOARD_USER
        assert item["status"] == "disabled" or ours_or_theirs, f"nobody knows the key {item['_id']}"


def nothing_hides() -> None:
    """I5: each object is in step, due at a time, or waits for a person with words; and no lease outlived its pass."""
    now = timezone.now()
    assert not Mirror.objects.filter(lease_token__isnull=False, lease_until__lte=now).exists()
    for kind in KINDS:
        mirrors = _mirrors(kind.name)
        for row in kind.desired():
            mirror = mirrors.get(row.public_id)
            phase = phase_of(mirror, generation=row.generation, retired=bool(row.retired_at), now=now)
            if phase in {Phase.NEEDS_PERSON, Phase.REFUSED}:
                assert mirror is not None
                assert mirror.error_code in ERROR_WORDS, f"{row}: {mirror.error_code}"
                assert mirror.human_action in {"", *INTERVENTIONS}
            elif phase not in {Phase.IN_STEP, Phase.RETIRED, Phase.DRIFTED}:
                assert mirror is None or mirror.due_at is not None


def nothing_is_due_ever() -> None:
    """Everything is done: no object is in step only later."""
    waiting = [f"{mirror}: {mirror.error_code} {mirror.error_text}" for mirror in pending()]
    assert not waiting, waiting


def pending() -> list[Mirror]:
    """Mirrors of objects that are neither in step nor parked."""
    found = []
    for mirror in Mirror.objects.all():
        row = BY_NAME[KindName(mirror.kind)].desired().filter(public_id=mirror.subject_id).first()
        if row and row.generation not in {mirror.applied_generation, mirror.parked_generation}:
            found.append(mirror)
    return found


def no_secret_leaked(sandbox: Sandbox) -> None:
    """I7: no secret in clear in any column, log line or message."""
    assert isinstance(sandbox, WatchedSandbox)
    assert sandbox.secrets, "nothing to look for"
    texts = [*sandbox.said, *_every_cell()]
    heap = "\n".join(texts)
    assert not [f"{secret[:4]}…" for secret in sandbox.secrets if secret in heap]


def _every_cell() -> Iterator[str]:
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                yield from (str(cell) for cell in row)
