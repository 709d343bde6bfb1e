"""The mirror's own work: what tasks and the sweep run. No message is needed for any of it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from fiscal.clients import management
from fiscal.mirror import compare, people, registry
from fiscal.models import IssuedKey, MirrorAttempt, PeriodicSlot
from fiscal.services.reveals import wipe_unseen
from organizations.services import end_replaced_keys

log = logging.getLogger(__name__)

ATTEMPTS_KEPT = timedelta(days=90)


def reconcile_organization(organization_id: int, *, stop: Callable[[], bool] = bool) -> int:
    """Work on one organization until nothing of it is due, or `stop` says so between two passes. Gives the passes.

    Then the list of its users in fiskaly's dashboard is read, if it is due.
    """
    passes = registry.reconcile(organization_id, management, clock=timezone.now, stop=stop)
    return passes if stop() else passes + people.read_list(organization_id, management, now=timezone.now())


def due_organizations(*, now: datetime, limit: int = 200) -> list[int]:
    """Organizations with work that is due now, tenants in turns. No message is needed to find it."""
    found = registry.due_organizations(now, limit=limit)
    return list(dict.fromkeys([*found, *people.due_lists(now, limit=limit)]))


def sweep(*, now: datetime, limit: int = 200) -> int:
    """Find due work without any message, and do it. Gives the number of organizations."""
    found = registry.due_work(now, limit=limit)
    registry.work_off(found, management, clock=timezone.now)
    lists = people.due_lists(now, limit=limit)
    for organization_id in lists:
        people.read_list(organization_id, management, now=now)
    return len(found.keys() | set(lists))


def compare_due(*, now: datetime, limit: int = 20) -> int:
    """Compare groups of objects in step with the provider, those whose turn it is. Gives the number of groups."""
    return compare.compare_due(management, now=now, limit=limit)


def tidy(*, now: datetime) -> None:
    """Wipe unseen secrets, end rotated keys, drop attempts older than 90 days."""
    wipe_unseen(now=now)
    end_replaced_keys(now=now, issued=IssuedKey.objects.values("api_key_id"))
    MirrorAttempt.objects.filter(started_at__lt=now - ATTEMPTS_KEPT).delete()


def periodic(name: str, every: timedelta, job: Callable[[], object], *, now: datetime) -> bool:
    """Run `job` if its slot of time has not been taken: two beats, or two sweeps, run it once. True if it ran."""
    slot = int(now.timestamp() // every.total_seconds())
    row, _created = PeriodicSlot.objects.get_or_create(name=name)
    if not PeriodicSlot.objects.filter(pk=row.pk, slot__lt=slot).update(slot=slot):
        return False
    job()
    return True
