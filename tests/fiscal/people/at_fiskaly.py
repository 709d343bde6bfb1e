"""People at fiskaly without any call: one whom Kontor knows and one whom it does not."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

from django.utils import timezone

from fiscal.models import UserListing
from organizations.models import DashboardUser, Organization


def people_at_fiskaly(organization: Organization) -> dict[str, UUID]:
    """The ids of both, by the names that URLs have for them."""
    known = DashboardUser.objects.create(organization=organization, email="anna@example.example")
    stranger, now = uuid4(), timezone.now()
    listed = {"id": str(stranger), "type": "USER", "email": "bert@example.example", "first_seen_at": now.isoformat()}
    UserListing.objects.create(
        organization=organization,
        users=[{**listed, "first_name": "", "last_name": ""}],
        due_at=now + timedelta(days=1),
    )
    return {"dashboard_user_id": known.public_id, "remote_id": stranger}
