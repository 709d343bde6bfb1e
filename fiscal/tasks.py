"""Celery's part: doorbells and periodic jobs. Tasks load nothing and decide nothing; the database says what is due."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from fiscal import services
from fiscal.queries.notices import notice_mail
from fiscal.queries.statistics import Span, turnover_mail
from fiscal.services.file_checks import check_files as check_waiting_files
from fiscal.services.file_checks import waits
from fiscal.services.notices import gather_mails, send_mails, tell_everybody, tidy_notices
from fiscal.services.reports import send_due_reports
from organizations import services as organization_services
from organizations.desired import changed

log = logging.getLogger(__name__)


@shared_task
def reconcile(*, organization_id: int, **_: Any) -> None:
    """Work on one organization until nothing of it is due."""
    services.reconcile_organization(organization_id)


@shared_task
def read_sales(*, connection_id: int, **_: Any) -> None:
    """Give one source of sales its turn."""
    services.read_connection(connection_id)


@shared_task
def roll_up(**_: Any) -> None:
    """Roll up what no fill has; once per slot of time."""
    run_periodic("roll_up", now=timezone.now())


@shared_task
def keep_statistics(**_: Any) -> None:
    """Make and drop partitions, drop what was kept long enough; once per slot of time."""
    run_periodic("keep_statistics", now=timezone.now())


@shared_task
def verify(**_: Any) -> None:
    """Verify signed receipts that came or changed; once per slot of time."""
    run_periodic("verify", now=timezone.now())


@shared_task
def check_files(**_: Any) -> None:
    """Check uploaded files that wait for it. Each is claimed, so that no slot is needed."""
    check_waiting_files(now=timezone.now())


@shared_task
def compare_due(**_: Any) -> None:
    """Compare objects in step with the provider, those whose turn it is; once per slot of time."""
    run_periodic("compare_due", now=timezone.now())


@shared_task
def tidy(**_: Any) -> None:
    """Wipe secrets nobody looked at in time, end rotated keys, drop old attempts; once per slot of time."""
    run_periodic("tidy", now=timezone.now())


@shared_task
def send_reports(**_: Any) -> None:
    """Send the turnover reports that are due; once per slot of time."""
    run_periodic("send_reports", now=timezone.now())


@shared_task
def attest(**_: Any) -> None:
    """Write signed checkpoints of the records that moved; once per slot of time."""
    run_periodic("attest", now=timezone.now())


@shared_task
def verify_records(**_: Any) -> None:
    """Verify the records, those first whose last time is longest ago; once per slot of time."""
    run_periodic("verify_records", now=timezone.now())


@shared_task
def prune_records(**_: Any) -> None:
    """Let entries go that are older than the operator wants them; once per slot of time."""
    run_periodic("prune_records", now=timezone.now())


@shared_task
def send_invitations(**_: Any) -> None:
    """Send the invitations whose mail is due; once per slot of time."""
    run_periodic("send_invitations", now=timezone.now())


@shared_task
def post_invitations(**_: Any) -> None:
    """Send the invitations whose mail is due, rung for: nobody waits for the next slot."""
    organization_services.send_due_invitations()


@shared_task
def keep_people(**_: Any) -> None:
    """Put on record what ended by itself: grants, delegations, invitations, hand-overs; once per slot of time."""
    run_periodic("keep_people", now=timezone.now())


def _keep_people(now: datetime) -> None:
    organization_services.record_ended_grants(now)
    organization_services.record_ended_delegations(now)
    organization_services.expire_invitations(now)
    organization_services.expire_handovers(now)


@shared_task
def tell(**_: Any) -> None:
    """Tell people what is new in the records; once per slot of time."""
    run_periodic("tell", now=timezone.now())


@shared_task
def send_notices(**_: Any) -> None:
    """Write down the mails of notifications that are due, and send them; once per slot of time."""
    run_periodic("send_notices", now=timezone.now())


@shared_task
def tidy_notifications(**_: Any) -> None:
    """Drop notifications that are old; once per slot of time."""
    run_periodic("tidy_notifications", now=timezone.now())


def _send_notices(now: datetime) -> int:
    gather_mails(now=now)
    return send_mails(now=now, compose=notice_mail)


def _send_reports(now: datetime) -> int:
    return send_due_reports(
        now=now,
        compose=lambda reach, first, last, with_csv: turnover_mail(reach, Span(first, last), with_csv=with_csv),
    )


PERIODIC: dict[str, tuple[timedelta, Callable[[datetime], object]]] = {
    "compare_due": (timedelta(minutes=10), lambda now: services.compare_due(now=now)),
    "tidy": (timedelta(minutes=1), lambda now: services.tidy(now=now)),
    "roll_up": (timedelta(seconds=15), lambda now: services.roll_up_due(now=now)),
    "verify": (timedelta(minutes=1), lambda now: services.verify_due(now=now)),
    "check_files": (timedelta(seconds=15), lambda now: check_waiting_files(now=now)),
    "keep_statistics": (timedelta(hours=6), lambda now: services.keep_statistics(now=now)),
    "send_reports": (timedelta(minutes=5), _send_reports),
    "attest": (timedelta(hours=1), lambda now: organization_services.write_checkpoints(now=now)),
    "verify_records": (timedelta(minutes=10), lambda now: organization_services.verify_due_records(now=now)),
    "prune_records": (timedelta(days=1), lambda now: organization_services.prune_records(now=now)),
    "send_invitations": (timedelta(seconds=15), organization_services.send_due_invitations),
    "keep_people": (timedelta(minutes=1), _keep_people),
    "tell": (timedelta(seconds=15), lambda now: tell_everybody(now=now)),
    "send_notices": (timedelta(minutes=1), _send_notices),
    "tidy_notifications": (timedelta(days=1), lambda now: tidy_notices(now=now)),
}
"""What is done by the clock, and how often. Beat rings for it; the sweep does what nobody did in its time."""


def run_periodic(name: str, *, now: datetime, late: timedelta = timedelta(0)) -> bool:
    """Do a periodic job if nobody has done it in its slot. True if it was done here.

    `late`: leave that much time to whoever is rung for; then the slot of that long ago is looked at.
    """
    every, job = PERIODIC[name]
    return services.periodic(name, every, lambda: job(now), now=now - late)


class Doorbell:
    """Rings workers. After the broker has failed it stays silent for a while: nobody waits for a dead broker twice."""

    SILENCE = 10.0

    def __init__(self) -> None:
        self.silent_until = 0.0

    def ring(self, organization_id: int) -> bool:
        """Ring for one organization. False if nobody can hear it: the sweep finds whatever is due without it."""
        return self._send(reconcile, organization_id=organization_id)

    def ring_reader(self, connection_id: int) -> bool:
        """Ring for one source of sales. False if nobody can hear it. A message that nobody took in time is worth nothing."""
        return self._send(read_sales, connection_id=connection_id)

    def ring_checker(self) -> bool:
        """Ring for uploaded files. False if nobody can hear it."""
        return self._send(check_files)

    def ring_post(self) -> bool:
        """Ring for the mails of invitations. False if nobody can hear it: they are due all the same."""
        return self._send(post_invitations)

    def _send(self, task: Any, **ids: int) -> bool:
        if time.monotonic() < self.silent_until:
            return False
        try:
            task.delay(**ids)
        except Exception as error:  # noqa: BLE001 - any broker's trouble: the change is committed and will be found
            self.silent_until = time.monotonic() + self.SILENCE
            log.warning("the broker took no message (%s); the sweep will find the work", type(error).__name__)
            return False
        return True


doorbell = Doorbell()


def ring(organization_id: int) -> bool:
    """Ring the doorbell of this process. Never raises."""
    return doorbell.ring(organization_id)


def ring_reader(connection_id: int) -> bool:
    """Ring for a source of sales. Never raises."""
    return doorbell.ring_reader(connection_id)


def ring_post() -> bool:
    """Ring for the mails of invitations. Never raises."""
    return doorbell.ring_post()


def listen() -> None:
    """Ring after each committed change of desired state."""
    changed.connect(_ring_on_commit, dispatch_uid="fiscal.ring")
    waits.connect(_ring_checker_on_commit, dispatch_uid="fiscal.ring_checker")


def _ring_on_commit(sender: Any, *, organization_id: int, **_: Any) -> None:
    transaction.on_commit(lambda: ring(organization_id), robust=True)


def _ring_checker_on_commit(sender: Any, **_: Any) -> None:
    transaction.on_commit(doorbell.ring_checker, robust=True)
