"""Colleagues of the POS manufacturer, so that the people pages have something to tell apart: roles, a team, a named group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from fiscal.demo.people import DEMO_PASSWORD
from organizations import services
from organizations.access import access_organization
from organizations.choices import Covers, Level, Preset, Scope
from organizations.models import Organization, Role, User

COLLEAGUES = {
    "finance@demo.example": ("Frieda Soll", Preset.BILLING, None),
    "support@demo.example": ("Simon Hilf", Preset.TECHNICIAN, None),
    "trainee@demo.example": ("Tina Neu", Preset.VIEWER, timedelta(days=30)),
    "audit@demo.example": ("Ada Prüf", Preset.AUDITOR, timedelta(days=12)),
}
"""Name, role, and after how long it ends."""
GROUPED = 5


def load(owner: User, maker: Organization, shops: Sequence[Organization], now: datetime) -> None:
    """Let the owner let them in, so that it stands on record; a team gets a named group of customers only."""
    reach = access_organization(owner, maker.public_id, scope=Scope.USERS, level=Level.MANAGE)
    roles = {role.preset: role for role in Role.objects.exclude(preset="")}
    users = {email: _person(email, name) for email, (name, _role, _ends) in COLLEAGUES.items()}
    for email, (_name, role, ends) in COLLEAGUES.items():
        services.grant_access(
            reach, to=users[email], role=roles[role], until=now + ends if ends else None, reason="Works with us"
        )
    team = services.make_team(reach, name="Field service")
    for email in ("support@demo.example", "trainee@demo.example"):
        services.add_to_team(reach, team_id=team.public_id, person_id=users[email].public_id)
    group = services.make_group(reach, name="Customers in Vienna")
    services.change_group(reach, group_id=group.public_id, add=[shop.public_id for shop in shops[:GROUPED]])
    services.grant_access(
        reach, to=team, role=roles[Preset.TECHNICIAN], reaches=Covers.GROUP, group=group, reason="Drives to them"
    )


def _person(email: str, name: str) -> User:
    user, created = User.objects.get_or_create(email=email, defaults={"name": name})
    if created:
        user.set_password(DEMO_PASSWORD)
        user.save()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
