"""One connection's page: where it stands and what happens next, its registers, what was read and what was found."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, ConnectionStatus, FillState, Provider
from fiscal.interventions import INTERVENTIONS
from fiscal.models import Connection, FillDay, Finding, Register, WebhookDelivery, Window
from fiscal.queries.connections import ConnectionRow, connection_row
from fiscal.queries.passed_over import PassedOver, passed_over
from fiscal.queries.people import known_people, name_of
from fiscal.queries.reading import BackfillLine, WindowLine, backfill_lines, window_lines
from organizations.access import Reach
from organizations.choices import Scope

WAITED_FOR = timedelta(minutes=2)
WINDOWS_SHOWN, REGISTERS_SHOWN, DELIVERIES_SHOWN = 10, 50, 5


FILLED = (FillState.DONE, FillState.OPEN)
READ = (*FILLED, FillState.INCOMPLETE)
"""A day that reading only began (the licence may have lapsed then) is neither."""


@dataclass(frozen=True)
class RegisterLine:
    """A register of the connection, for its page."""

    register_id: UUID
    name: str
    serial: str
    organization: str
    gone_at: datetime | None
    filled_until: date | None
    as_of: datetime | None


@dataclass(frozen=True)
class DeliveryLine:
    """A delivery of the webhook. Settled: the document that it names was read again from DataCash, and counts."""

    temporary_id: str
    remote_id: str
    received_at: datetime
    settled_at: datetime | None


@dataclass(frozen=True)
class ConnectionPage:
    """Everything a page says about one connection. `what_now` and `what_to_do` are sentences."""

    row: ConnectionRow
    provider: str
    tier: str
    what_now: str
    what_to_do: str
    since: datetime
    reading: bool
    due: bool
    failed_rounds: int
    stored_by: str
    stored_at: datetime
    accepted_at: datetime | None
    catalogue_at: datetime | None
    webhook: bool
    deliveries: Sequence[DeliveryLine]
    registers: Sequence[RegisterLine]
    passed_over: Sequence[PassedOver]
    windows: Sequence[WindowLine]
    backfills: Sequence[BackfillLine]
    findings: int

    @property
    def removed(self) -> bool:
        return self.row.status == ConnectionStatus.REVOKED

    @property
    def by_files(self) -> bool:
        return self.row.kind == ConnectionKind.FILES

    @property
    def datacash(self) -> bool:
        return self.row.kind in {ConnectionKind.KEY, ConnectionKind.FILES}

    @property
    def by_key(self) -> bool:
        return self.row.kind == ConnectionKind.KEY

    @property
    def moving(self) -> bool:
        """Whether a page should go on asking: it is being read now or next, or past sales are."""
        return self.reading or self.due or any(each.running for each in self.backfills)


def connection_page(reach: Reach, connection_id: UUID) -> ConnectionPage | None:
    """One connection of the organization reached; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.INTEGRATIONS)
    found = Connection.objects.filter(organization=reach.organization, public_id=connection_id)
    own = Count("registers", filter=reach.tree(Scope.INTEGRATIONS, field="registers__organization"))
    row = found.select_related("organization", "stored_by").annotate(register_count=own).first()
    if row is None:
        return None
    now = timezone.now()
    reading = bool(row.lease_until and row.lease_until > now)
    facts = connection_row(row, timezone.localdate())
    # Overdue for longer, nobody is at work: a page need not wait for that.
    due = facts.next_at is not None and now - WAITED_FOR < facts.next_at <= now and not reading
    what_now, what_to_do = _standing(row, reading=reading, due=due)
    return ConnectionPage(
        row=facts,
        provider=str(Provider(row.provider).label),
        tier=row.tier,
        what_now=what_now,
        what_to_do=what_to_do,
        since=row.status_since,
        reading=reading,
        due=due,
        failed_rounds=row.tries,
        stored_by=name_of(row.stored_by, known_people(reach.actor, [row.stored_by_id])),
        stored_at=row.stored_at,
        accepted_at=row.accepted_at,
        catalogue_at=row.catalogue_at,
        webhook=bool(row.webhook_digest),
        deliveries=_deliveries(row),
        registers=_registers(reach, row),
        passed_over=passed_over(reach, row),
        windows=window_lines(_windows(reach, row)[:WINDOWS_SHOWN]),
        backfills=backfill_lines(reach, row),
        findings=_findings(reach, row),
    )


def _standing(row: Connection, *, reading: bool, due: bool) -> tuple[str, str]:
    """What is the case and happens next, and what a person does about it, if anything."""
    if row.status == ConnectionStatus.REVOKED:
        return _("It was removed: its key is forgotten, what was read stays."), ""
    if row.kind == ConnectionKind.FILES:
        return _("Sales arrive in files that people upload. Nothing is read by itself."), ""
    if row.status == ConnectionStatus.PAUSED:
        return (
            _("It is paused, because the licence may have lapsed. Kontor tries once a day and goes on by itself."),
            _("Renew the licence at DataCash. The same key works again then; a new one is not needed."),
        )
    if row.status == ConnectionStatus.STOPPED:
        if row.provider == Provider.DATACASH:
            return _("It is stopped and not tried by itself: bad log-ins could lock the account."), _stopped_words(row)
        return _("It is stopped and not tried by itself until somebody mends it."), _stopped_words(row)
    if reading:
        return _("It is being read now."), ""
    if due:
        return _("It is read next."), ""
    if row.tries:
        return _("The last round failed. Kontor tries again by itself."), ""
    return _("It is read every few minutes, and the last %(days)d days again for late receipts.") % {
        "days": settings.REREAD_DAYS
    }, ""


def _stopped_words(row: Connection) -> str:
    if row.human_action in INTERVENTIONS:
        words = INTERVENTIONS[row.human_action]
        return f"{words.title}. {words.what_to_do}"
    if row.provider == Provider.DATACASH:
        return _("Check key and Fisconline credentials in DataCash’s customer area, then replace the key here.")
    return _("Make a new API key in my.kassandro.at, then replace the key here.")


def _newest(column: str, states: Collection[FillState]) -> Subquery:
    """The highest value of a column of the days of the register in the outer query; each is few steps in an index."""
    days = FillDay.objects.filter(register=OuterRef("pk"), state__in=states).order_by(f"-{column}")
    return Subquery(days.values(column)[:1])


def _registers(reach: Reach, row: Connection) -> list[RegisterLine]:
    rows = (
        Register.objects.filter(reach.tree(Scope.INTEGRATIONS), connection=row)
        .select_related("organization")
        .annotate(filled_until=_newest("day", FILLED), as_of=_newest("as_of", READ))
        .order_by("name", "pk")[:REGISTERS_SHOWN]
    )
    return [
        RegisterLine(
            each.public_id, each.name, each.serial, str(each.organization), each.gone_at, each.filled_until, each.as_of
        )
        for each in rows
    ]


def _windows(reach: Reach, row: Connection) -> QuerySet[Window]:
    """Windows of all registers together, and of those that stand where the person may look."""
    own = Q(register=None) | reach.tree(Scope.INTEGRATIONS, field="register__organization")
    return Window.objects.filter(own, connection=row).select_related("register")


def _deliveries(row: Connection) -> list[DeliveryLine]:
    if row.kind != ConnectionKind.KEY:
        return []
    columns = ("temporary_id", "remote_id", "received_at", "settled_at")
    rows = WebhookDelivery.objects.filter(connection=row).values_list(*columns)
    return [DeliveryLine(*each) for each in rows[:DELIVERIES_SHOWN]]


def _findings(reach: Reach, row: Connection) -> int:
    if not reach.allows(Scope.MONITORING):
        return 0
    own = reach.tree(Scope.MONITORING, field="register__organization")
    return Finding.objects.filter(own, register__connection=row, settled_at=None).count()
