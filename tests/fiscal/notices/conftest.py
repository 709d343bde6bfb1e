"""What happened, telling of it, and mailing it, as beat would have it done."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import transaction
from django.utils import timezone

from fiscal import tasks
from fiscal.services.notices import tell_everybody
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Verb
from organizations.models import AuditChain, NoticeCursor, Organization, User


@pytest.fixture
def happened(cast, clock) -> Callable[..., None]:
    """Lets somebody do something at an organization. What building the cast did is nobody's news."""
    NoticeCursor.objects.all().delete()
    for chain in AuditChain.objects.all():
        NoticeCursor.objects.create(organization_id=chain.organization_id, number=chain.number)

    def happen(who: User, organization: Organization, verb: Verb = Verb.KEY_ISSUED, *, road="DIRECT", about=None):
        grants = cast.reach(who, organization).grants
        reach = Reach(who, organization, grants, road)
        with transaction.atomic():
            record(reach, verb, about or organization)

    return happen


@pytest.fixture
def tell() -> Callable[[], int]:
    return lambda: tell_everybody(now=timezone.now())


@pytest.fixture
def post() -> Callable[[], int]:
    return lambda: tasks._send_notices(timezone.now())
