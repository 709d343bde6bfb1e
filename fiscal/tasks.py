"""Celery's part: doorbells and periodic jobs. Tasks load nothing and decide nothing; the database says what is due."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task
from django.db import transaction
from django.utils import timezone

from fiscal import services
from organizations.desired import changed

log = logging.getLogger(__name__)


@shared_task
def reconcile(*, organization_id: int, **_: Any) -> None:
    """Work on one organization until nothing of it is due."""
    services.reconcile_organization(organization_id)


@shared_task
def compare_due(**_: Any) -> None:
    """Compare objects in step with the provider, those whose turn it is."""
    services.compare_due(now=timezone.now())


@shared_task
def tidy(**_: Any) -> None:
    """Wipe secrets nobody looked at in time, end rotated keys, drop old attempts."""
    services.tidy(now=timezone.now())


def ring(organization_id: int) -> None:
    """Ring the doorbell. It may stay unheard: the sweep finds whatever is due without it."""
    try:
        reconcile.delay(organization_id=organization_id)
    except Exception as error:  # noqa: BLE001 - any broker's trouble: the change is committed and the sweep will find it
        log.warning("the broker did not take a message (%s); the sweep will find the work", type(error).__name__)


def listen() -> None:
    """Ring after each committed change of desired state."""
    changed.connect(_ring_on_commit, dispatch_uid="fiscal.ring")


def _ring_on_commit(sender: Any, *, organization_id: int, **_: Any) -> None:
    transaction.on_commit(lambda: ring(organization_id), robust=True)
