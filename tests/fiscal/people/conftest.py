"""What the tests of people in fiskaly's dashboard share: inviting one, and looking at both sides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from fiscal.models import Mirror
from fiscal.phases import phase_of
from fiscal.queries import DashboardPeople, PersonRow, dashboard_people
from fiscal.sandbox.app import Sandbox
from fiscal.services import ask_for_list
from organizations.access import Reach
from organizations.models import DashboardUser
from organizations.services import invite_dashboard_user
from tests.cast import Cast


@dataclass
class People:
    """The maker's people at fiskaly, seen from both sides."""

    cast: Cast
    sandbox: Sandbox
    clock: Any
    settle: Callable[..., int]

    @property
    def reach(self) -> Reach:
        return self.cast.reach(self.cast.petra, self.cast.maker)

    @property
    def remote_organization(self) -> str:
        return Mirror.objects.get(kind="ORGANIZATION", organization=self.cast.maker).remote_id

    def invite(self, email: str = "anna@kassenwerk.example", **names: str) -> DashboardUser:
        return invite_dashboard_user(self.reach, email=email, **names)

    def there(self) -> dict[str, str]:
        """Who is at fiskaly: address and `_type`."""
        return {user["email"].lower(): user["_type"] for user in self.sandbox.objects("user")}

    def id_there(self, email: str) -> UUID:
        return next(UUID(user["_id"]) for user in self.sandbox.objects("user") if user["email"].lower() == email)

    def mirror(self, person: DashboardUser) -> Mirror:
        return Mirror.objects.get(kind="DASHBOARD_USER", subject_id=person.public_id)

    def phase(self, person: DashboardUser) -> str:
        person.refresh_from_db()
        mirror = self.mirror(person)
        return phase_of(mirror, generation=person.generation, retired=person.retired_at is not None, now=timezone.now())

    def page(self) -> DashboardPeople:
        return dashboard_people(self.reach)

    def row(self, email: str = "anna@kassenwerk.example") -> PersonRow:
        return next(row for row in self.page().people if row.email == email)

    def read(self) -> None:
        """Have the list read now."""
        ask_for_list(self.reach)
        self.settle()

    def pass_hours(self, hours: float) -> None:
        self.clock.shift(timedelta(hours=hours))
        self.settle()


@pytest.fixture
def people(clock, cast, sandbox, settle) -> People:
    return People(cast, sandbox, clock, settle)
