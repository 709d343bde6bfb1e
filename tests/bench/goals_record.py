"""What the record costs: an entry beside a bare row, and how fast a record is verified."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator

from django.db import connection, transaction
from django.utils import timezone

from organizations.access import EVERYTHING, Reach
from organizations.audit import record, seal
from organizations.audit.canonical import START
from organizations.audit.verification import verify_record
from organizations.choices import Road, Verb
from organizations.models import AuditChain, AuditEntry, Organization, User
from tests.bench.goal import Line, milliseconds

ENTRIES, APPENDS = 100_000, 400
ALLOWED_MS, GOAL = 1.0, 50_000.0
"""hardness guide, B7."""
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"


def audit_appended() -> Iterator[Line]:
    """400 changes of an organization, each in a transaction of its own with its entry, in turns with the same changes and
    the same row without number, digest, seal and end. The value is the difference of the 95th percentiles."""
    organization, reach = _company()
    plain = _bare_table()
    for work in (lambda: _change(organization, reach), lambda: _change_beside(organization, plain)):
        for _ in range(20):
            work()
    pairs = [
        (
            milliseconds(lambda: _change(organization, reach)),
            milliseconds(lambda: _change_beside(organization, plain)),
        )
        for _ in range(APPENDS)
    ]
    chained, bare = (_p95([pair[at] for pair in pairs]) for at in (0, 1))
    yield Line("audit_appended", chained - bare, "ms", ALLOWED_MS, "<=1.0")


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


def _change_beside(organization: Organization, write: Callable[[Organization], None]) -> None:
    with transaction.atomic():
        organization.touch("town")
        write(organization)


def _bare_table() -> Callable[[Organization], None]:
    """A copy of the table as it was before entries were chained, with its index, and the way a row gets into it."""
    columns = "organization_id, at, actor_name, road, verb, subject_id, subject_name, before, after, reason, request_id"
    kinds = (
        "bigint, {at}, varchar(254), varchar(10), varchar(30), varchar(36), varchar(200), {json}, {json}, text, text"
    )
    on_postgresql = connection.vendor == "postgresql"
    kinds = kinds.format(at="timestamptz" if on_postgresql else "datetime", json="jsonb" if on_postgresql else "text")
    serial = "bigserial PRIMARY KEY" if on_postgresql else "integer PRIMARY KEY AUTOINCREMENT"
    pairs = ", ".join(f"{name} {kind}" for name, kind in zip(columns.split(", "), kinds.split(", "), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_entry (id {serial}, {pairs})")
        cursor.execute("CREATE INDEX bench_entry_at ON bench_entry (organization_id, at DESC)")
    statement = f"INSERT INTO bench_entry ({columns}) VALUES ({', '.join(['%s'] * 11)}) RETURNING id"

    def write(organization: Organization) -> None:
        public_id, text = str(organization.public_id), '{"town": "Graz", "zip": "8010", "address_line1": "Größe 1"}'
        at = connection.ops.adapt_datetimefield_value(timezone.now())
        row = [organization.pk, at, "Anna Kern", "DIRECT", "ORGANIZATION_CHANGED", public_id, "Bench GmbH", text, text]
        with connection.cursor() as cursor:
            cursor.execute(statement, [*row, "moved", ""])
            cursor.fetchone()

    return write


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
