"""Turnover reports by e-mail: subscribing, pausing and ending them, and sending those that are due.

A sending is written down before it is sent: whatever happens after that, nobody gets it twice. The person's reach is
asked at each sending; what they may no longer see is not sent, and the subscription says so.
"""

from __future__ import annotations

import calendar
import logging
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from smtplib import SMTPException
from typing import Any, Protocol
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from django.core.mail import EmailMultiAlternatives
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ReportOutcome, ReportRhythm
from fiscal.models import ReportSending, TurnoverReport
from organizations.access import NoSuchOrganization, NotAuthorized, Reach, access_organization, held
from organizations.audit import record
from organizations.choices import Road, Scope, Verb
from organizations.models import Organization, User
from organizations.rules import RulesBroken

log = logging.getLogger(__name__)


class NoSuchReport(Exception):
    """There is none, or it is somebody else's. Pages answer 404."""


class Mail(Protocol):
    """What a composed report has."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def html(self) -> str: ...
    @property
    def file(self) -> tuple[str, str] | None: ...


Compose = Callable[[Reach, date, date, bool], Mail]
"""Makes the mail of a reach's organization for the days from first to last, with a CSV file or without."""


class _Entry:
    """What the record says a report is. Whose it is, the entry's actor says, to who may read that name."""

    def __init__(self, report: TurnoverReport) -> None:
        self.public_id = report.public_id
        self.words = str(report.get_rhythm_display())

    def __str__(self) -> str:
        return self.words


@transaction.atomic(durable=True)
def subscribe(reach: Reach, *, rhythm: str, hour: int, time_zone: str, with_csv: bool) -> TurnoverReport:
    """Let the person who asks get the turnover of this organization and what it manages.

    Raises NotAuthorized without TRANSACTIONS; RulesBroken for a rhythm they have already, an hour or a zone that is none.
    """
    reach.require(Scope.TRANSACTIONS)
    _check(rhythm, hour, time_zone)
    if reach.actor is None:
        raise RulesBroken({"": _("Only a person can subscribe: reports go to their own address.")})
    report = TurnoverReport(
        organization=reach.organization,
        user=reach.actor,
        rhythm=rhythm,
        hour=hour,
        time_zone=time_zone,
        with_csv=with_csv,
    )
    report.next_at = following(report, timezone.now())
    try:
        with transaction.atomic():
            report.save()
    except IntegrityError:
        words = _("You get this report already: change that one, or choose another rhythm.")
        raise RulesBroken({"rhythm": words}) from None
    record(reach, Verb.REPORT_SUBSCRIBED, _Entry(report), after=_facts(report))
    return report


@transaction.atomic(durable=True)
def change_report(reach: Reach, report_id: UUID, *, hour: int, time_zone: str, with_csv: bool) -> TurnoverReport:
    """Change when one's own report comes and what is attached. Raises NotAuthorized, NoSuchReport, RulesBroken."""
    reach.require(Scope.TRANSACTIONS)
    report = _own(reach.actor, report_id)
    _check(report.rhythm, hour, time_zone)
    before = _facts(report)
    report.hour, report.time_zone, report.with_csv = hour, time_zone, with_csv
    report.next_at = following(report, timezone.now())
    report.save(update_fields=["hour", "time_zone", "with_csv", "next_at"])
    _record_changes(reach, report, before)
    return report


@transaction.atomic(durable=True)
def pause_report(reach: Reach, report_id: UUID, *, paused: bool) -> TurnoverReport:
    """Stop one's own report for a while, or let it come again. Raises NotAuthorized, NoSuchReport."""
    reach.require(Scope.TRANSACTIONS)
    report = _own(reach.actor, report_id)
    if bool(report.paused_at) == paused:
        return report
    before = _facts(report)
    report.paused_at = timezone.now() if paused else None
    report.next_at = following(report, timezone.now())
    report.save(update_fields=["paused_at", "next_at"])
    _record_changes(reach, report, before)
    return report


@transaction.atomic(durable=True)
def end_report(user: User, report_id: UUID) -> None:
    """End one's own report. Everybody may, whatever they reach today. Raises NoSuchReport."""
    report = _own(user, report_id)
    reach = Reach(user, report.organization, frozenset(), _road(user, report.organization))
    record(reach, Verb.REPORT_ENDED, _Entry(report), before=_facts(report))
    report.delete()


def _road(user: User, organization: Organization) -> Road:
    """SECURITY: who has no authorization of their own there came from above, and is not named to people of a managed one."""
    own = held(user).filter(organization=organization).exists()
    return Road.DIRECT if own else Road.PARENT


def send_due_reports(*, now: datetime, compose: Compose, limit: int = 200) -> int:
    """Send what is due, each to who subscribed to it. Gives how many were sent."""
    due = TurnoverReport.objects.filter(next_at__lte=now, paused_at=None).order_by("next_at", "pk")
    sent = 0
    for report in due.select_related("user", "organization")[:limit]:
        sent += _send_one(report, now, compose)
    return sent


class Timed(Protocol):
    """What comes at an hour of a time zone, on the days of a rhythm."""

    rhythm: Any
    hour: Any
    time_zone: Any


def following(report: Timed, after: datetime) -> datetime:
    """The next moment after `after` at the report's hour in its zone, on a day of its rhythm."""
    zone = ZoneInfo(report.time_zone)
    day = after.astimezone(zone).date()
    while True:
        moment = datetime.combine(day, time(report.hour), zone)
        if moment > after and _is_its_day(report.rhythm, day):
            return moment
        day += timedelta(1)


def days_reported(report: TurnoverReport, slot: datetime) -> tuple[date, date]:
    """The whole days that the report of this moment is about: yesterday, last week from Monday, or last month."""
    day = slot.astimezone(ZoneInfo(report.time_zone)).date()
    last = day - timedelta(1)
    if report.rhythm == ReportRhythm.DAILY:
        return last, last
    if report.rhythm == ReportRhythm.WEEKLY:
        return last - timedelta(6), last
    return last.replace(day=1), last.replace(day=calendar.monthrange(last.year, last.month)[1])


def _send_one(report: TurnoverReport, now: datetime, compose: Compose) -> bool:
    """Claim the slot, write the sending down, ask for the reach, send. True if it went out."""
    slot = report.next_at
    while (later := following(report, slot)) <= now:
        slot = later  # whoever was away does not get what was missed, one mail after the other
    if not TurnoverReport.objects.filter(pk=report.pk, next_at=report.next_at, paused_at=None).update(next_at=later):
        return False
    first, last = days_reported(report, slot)
    try:
        with transaction.atomic():
            sending = ReportSending.objects.create(report=report, first_day=first, last_day=last, started_at=now)
    except IntegrityError:
        return False
    trouble = _deliver(report, first, last, compose)
    ReportSending.objects.filter(pk=sending.pk).update(
        outcome=ReportOutcome.FAILED if trouble else ReportOutcome.SENT, error_text=trouble[:300]
    )
    return not trouble


def _deliver(report: TurnoverReport, first: date, last: date, compose: Compose) -> str:
    """Send it; words of what went wrong, '' if nothing did."""
    try:
        reach = access_organization(report.user, report.organization.public_id, scope=Scope.TRANSACTIONS)
    except (NoSuchOrganization, NotAuthorized):
        return _("Not sent: you may no longer see the transactions of this organization.")
    try:
        mail = compose(reach, first, last, report.with_csv)
    except Exception:
        log.exception("report %s could not be made", report.public_id)
        return _("Not sent: a fault in Kontor. It is in the log.")
    message = EmailMultiAlternatives(subject=mail.subject, body=mail.text, to=[report.user.email])
    message.attach_alternative(mail.html, "text/html")
    if mail.file:
        name, content = mail.file
        message.attach(name, content, "text/csv")
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as error:  # ValueError: an address or a subject that no mail can have
        log.warning("report %s was not sent: %s", report.public_id, type(error).__name__)
        return _("Not sent: the mail server did not take it (%(error)s).") % {"error": type(error).__name__}
    return ""


def _own(user: User | None, report_id: UUID) -> TurnoverReport:
    found = TurnoverReport.objects.select_related("organization", "user")
    report = found.filter(user=user, public_id=report_id).first()
    if report is None:
        raise NoSuchReport
    return report


def _is_its_day(rhythm: str, day: date) -> bool:
    if rhythm == ReportRhythm.WEEKLY:
        return day.weekday() == calendar.MONDAY
    return rhythm == ReportRhythm.DAILY or day.day == 1


def _check(rhythm: str, hour: int, time_zone: str) -> None:
    errors = {}
    if rhythm not in ReportRhythm.values:
        errors["rhythm"] = _("Choose one of the rhythms offered.")
    if not 0 <= hour <= 23:
        errors["hour"] = _("Choose an hour from 0 to 23.")
    if time_zone not in available_timezones():
        errors["time_zone"] = _("Choose a time zone, for example Europe/Vienna.")
    if errors:
        raise RulesBroken(errors)


def _facts(report: TurnoverReport) -> dict[str, Any]:
    return {
        "rhythm": report.rhythm,
        "hour": report.hour,
        "time_zone": report.time_zone,
        "with_csv": report.with_csv,
        "paused": bool(report.paused_at),
    }


def _record_changes(reach: Reach, report: TurnoverReport, before: dict[str, Any]) -> None:
    after = _facts(report)
    names = [name for name in after if after[name] != before[name]]
    if names:
        old, new = ({name: facts[name] for name in names} for facts in (before, after))
        record(reach, Verb.REPORT_CHANGED, _Entry(report), before=old, after=new)
