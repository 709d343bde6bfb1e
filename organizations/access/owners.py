"""The first grant of all: whoever makes an organization owns it."""

from __future__ import annotations

from collections.abc import Iterable

from organizations.choices import Covers, Preset
from organizations.models import Grant, Organization, Role, User


def grant_everything(user: User, organizations: Iterable[Organization]) -> None:
    """Make the person owner. fiskaly's creator is the owner too (HUB, "Roles")."""
    owner = Role.objects.get(preset=Preset.OWNER)
    Grant.objects.bulk_create(
        Grant(user=user, organization=organization, role=owner, covers=Covers.BELOW, granted_by=user)
        for organization in organizations
    )
