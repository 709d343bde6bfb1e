"""Colleagues of the POS manufacturer, so that the people pages have something to tell apart: roles, a team, a named group."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress

from fiscal.demo.people import DEMO_PASSWORD
from organizations.choices import Covers, Preset
from organizations.models import Grant, NamedGroup, NamedGroupMember, Organization, Role, Team, TeamMember, User

COLLEAGUES = {
    "finance@demo.example": ("Frieda Soll", Preset.BILLING, None),
    "support@demo.example": ("Simon Hilf", Preset.TECHNICIAN, None),
    "trainee@demo.example": ("Tina Neu", Preset.VIEWER, timedelta(days=30)),
    "audit@demo.example": ("Ada Prüf", Preset.AUDITOR, timedelta(days=12)),
}
"""Name, role, and after how long it ends."""
GROUPED = 5


def load(maker: Organization, shops: Sequence[Organization], now: datetime) -> None:
    """Let them in, with the demo password; one of them and a team get a named group of customers only."""
    roles = {role.preset: role for role in Role.objects.exclude(preset="")}
    users = {email: _person(email, name) for email, (name, _role, _ends) in COLLEAGUES.items()}
    Grant.objects.bulk_create(
        Grant(user=users[email], organization=maker, role=roles[role], since=now, until=now + ends if ends else None)
        for email, (_name, role, ends) in COLLEAGUES.items()
    )
    team = Team.objects.create(organization=maker, name="Field service")
    TeamMember.objects.bulk_create(
        TeamMember(team=team, user=users[email], since=now)
        for email in ("support@demo.example", "trainee@demo.example")
    )
    group = NamedGroup.objects.create(organization=maker, name="Customers in Vienna")
    NamedGroupMember.objects.bulk_create(
        NamedGroupMember(group=group, organization=shop, since=now) for shop in shops[:GROUPED]
    )
    Grant.objects.create(
        team=team,
        organization=maker,
        role=roles[Preset.TECHNICIAN],
        covers=Covers.GROUP,
        group=group,
        since=now,
    )


def _person(email: str, name: str) -> User:
    user, created = User.objects.get_or_create(email=email, defaults={"name": name})
    if created:
        user.set_password(DEMO_PASSWORD)
        user.save()
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user
