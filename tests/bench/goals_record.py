"""What the record costs: an entry beside a bare row, and how fast a record is verified."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from django.db import transaction

from organizations.access import EVERYTHING, Reach
from organizations.audit import record, seal
from organizations.audit.canonical import START
from organizations.audit.verification import verify_record
from organizations.choices import Road, Verb
from organizations.models import AuditChain, AuditEntry, Organization, User
from tests.bench.goal import Line, milliseconds
from tests.bench.peer.models import BareEntry

ENTRIES, APPENDS, ROUNDS = 100_000, 100, 5
ALLOWED_MS, GOAL = 1.0, 50_000.0
"""hardness guide, B7."""
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


def audit_appended() -> Iterator[Line]:
    """Changes of an organization, each in a transaction of its own with its entry, in turns with the same changes and the
    same row without number, digest, seal and end. Five rounds of 100 each; the value is the median of what the 95th
    percentiles differ by."""
    organization, reach = _company()
    work = (lambda: _change(organization, reach)), (lambda: _change_beside(organization, reach))
    for one in work * 20:
        one()
    differences = []
    for _ in range(ROUNDS):
        pairs = [tuple(milliseconds(one) for one in work) for _ in range(APPENDS)]
        chained, bare = (_p95(list(times)) for times in zip(*pairs, strict=True))
        differences.append(chained - bare)
    yield Line("audit_appended", statistics.median(differences), "ms", ALLOWED_MS, "<=1.0")


def audit_verified() -> Iterator[Line]:
    """100,000 entries of one organization, each with three changed values, a reason, address and browser: read, every
    digest and seal computed anew, the end compared. The median of three."""
    organization, reach = _company()
    _fill(organization, reach.actor)
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        verdict = verify_record(organization)
        seconds.append(time.perf_counter() - began)
        assert verdict.entries == ENTRIES
        assert not verdict.findings
    yield Line("audit_verified", ENTRIES / statistics.median(seconds), "entries/s", GOAL, ">=1.0")


def _company() -> tuple[Organization, Reach]:
    user = User.objects.create_user("bench@record.example", "an invented password", name="Anna Kern")
    facts = {"address_line1": "Ring 1", "zip": "1010", "town": "Wien", "country_code": "AUT", "in_test": True}
    organization = Organization.objects.create(name="Bench GmbH", kind="ORGANIZATION", **facts)
    return organization, Reach(user, organization, EVERYTHING, Road.DIRECT)


VALUES = {"town": "Graz", "zip": "8010", "address_line1": "Größe 1"}


def _change(organization: Organization, reach: Reach) -> None:
    with transaction.atomic():
        organization.touch("town")
        record(reach, Verb.ORGANIZATION_CHANGED, organization, before=VALUES, after=VALUES, reason="moved")


def _change_beside(organization: Organization, reach: Reach) -> None:
    with transaction.atomic():
        organization.touch("town")
        BareEntry.objects.create(
            organization=organization,
            actor=reach.actor,
            actor_name=reach.actor_name,
            road=reach.road,
            verb=Verb.ORGANIZATION_CHANGED,
            subject_id=organization.public_id,
            subject_name=str(organization),
            before=VALUES,
            after=VALUES,
            reason="moved",
            request_id="",
        )


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


def _fill(organization: Organization, actor: User | None) -> None:
    previous, batch = START, []
    with transaction.atomic():
        for number in range(1, ENTRIES + 1):
            entry = AuditEntry(
                organization=organization,
                number=number,
                actor=actor,
                actor_name="Anna Kern",
                road=Road.DIRECT,
                verb=Verb.ORGANIZATION_CHANGED,
                subject_id=organization.public_id,
                subject_name="Bench GmbH",
                before=VALUES,
                after=VALUES,
                reason="moved",
                request_id="ab" * 16,
                ip_address="192.0.2.7",
                user_agent=AGENT,
            )
            seal(entry, previous)
            previous = entry.digest
            batch.append(entry)
            if len(batch) == 2_000:
                AuditEntry.objects.bulk_create(batch)
                batch = []
        AuditEntry.objects.bulk_create(batch)
        AuditChain.objects.create(organization=organization, number=ENTRIES, digest=previous)
