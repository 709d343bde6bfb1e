"""Names that are given once per organization: of roles, teams and named groups that are not retired."""

from __future__ import annotations

from organizations.access import Reach
from organizations.models import NamedGroup, Role, Team


def name_taken(
    reach: Reach, kind: type[Role | Team | NamedGroup], name: str, *, besides: Role | Team | NamedGroup | None = None
) -> bool:
    """Whether the organization reached has another one of this kind and name. Ask inside the transaction that holds it."""
    rows = kind.objects.filter(organization=reach.organization, name=name.strip(), retired_at=None)
    return (rows.exclude(pk=besides.pk) if besides else rows).exists()
