"""The turnover reports that a person gets by mail, with how their last sendings went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Prefetch

from fiscal.choices import ReportOutcome, ReportRhythm
from fiscal.models import ReportSending, TurnoverReport
from organizations.access import reachable
from organizations.choices import Scope
from organizations.models import Organization, User

SHOWN = 5


@dataclass(frozen=True)
class Sending:
    """One report that was due. An empty outcome: it was begun, and nobody knows whether it went out."""

    first_day: date
    last_day: date
    at: datetime
    outcome: str
    error_text: str

    @property
    def sent(self) -> bool:
        return self.outcome == ReportOutcome.SENT


@dataclass(frozen=True)
class ReportLine:
    """One subscription. `organization` is '' where the person no longer reaches it: nothing is sent then."""

    public_id: UUID
    organization_id: UUID
    organization: str
    rhythm: str
    rhythm_words: str
    hour: int
    time_zone: str
    with_csv: bool
    next_at: datetime
    paused_at: datetime | None
    sendings: list[Sending]


def reports_of(user: User, organization: Organization | None = None) -> list[ReportLine]:
    """All of the person's own reports, or those about one organization."""
    newest = ReportSending.objects.order_by("-started_at", "-pk")[:SHOWN]
    found = TurnoverReport.objects.filter(user=user).select_related("organization")
    if organization is not None:
        found = found.filter(organization=organization)
    rows = list(
        found.order_by("organization__name", "pk").prefetch_related(Prefetch("sendings", newest, to_attr="newest"))
    )
    known = set(
        reachable(user, Scope.TRANSACTIONS)
        .filter(pk__in=[row.organization_id for row in rows])
        .values_list("pk", flat=True)
    )
    return [_line(row, known=row.organization_id in known) for row in rows]


def report_of(user: User, public_id: UUID) -> ReportLine | None:
    """One of the person's own reports; None for any other."""
    return next((line for line in reports_of(user) if line.public_id == public_id), None)


def _line(row: TurnoverReport, *, known: bool) -> ReportLine:
    return ReportLine(
        public_id=row.public_id,
        organization_id=row.organization.public_id,
        organization=str(row.organization) if known else "",
        rhythm=row.rhythm,
        rhythm_words=str(ReportRhythm(row.rhythm).label),
        hour=row.hour,
        time_zone=row.time_zone,
        with_csv=row.with_csv,
        next_at=row.next_at,
        paused_at=row.paused_at,
        sendings=[
            Sending(each.first_day, each.last_day, each.started_at, each.outcome, each.error_text)
            for each in row.newest  # type: ignore[attr-defined]
        ],
    )
