"""What the engine asks of a kind: one kind mirrors one sort of object, and knows nothing of claims and retries."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.db.models import QuerySet

from fiscal.choices import KindName
from fiscal.mirror.plan import Call, Plan, Seen
from fiscal.models import Mirror
from fiscal.providers.management import Management
from organizations.choices import Mode
from organizations.desired import Desired
from organizations.models import Organization


@dataclass(frozen=True)
class Wanted:
    """Desired state as loaded for one pass."""

    subject: Desired
    organization: Organization
    generation: int
    retired: bool
    modes: tuple[Mode, ...]
    """The modes a credential may have that works on this object, the preferred first."""
    holders: Callable[[], tuple[Organization, ...]]
    """Whose credential may be used, the nearest first. Asked only where the object has no credential of its own yet."""
    values: dict[str, Any] = field(default_factory=dict)
    """The mirrored values in the provider's words."""
    carried: dict[str, Any] = field(default_factory=dict)
    """What else travels with a create: references, and the arrangement."""
    remote_organization_id: str = ""
    inside: str = ""
    """The remote id of the object this is a part of, where it is no object of its own."""
    missing: str = ""
    """What must be in step first, in words for people; '' if nothing."""


class Kind(Protocol):
    """One sort of mirrored object. `plan` is pure; only `look`, `read` and `apply` call the provider."""

    name: KindName

    def desired(self) -> QuerySet[Any]:
        """All desired rows of this kind, each with a path to its organization in `organization_path`."""

    organization_path: str
    marked: bool
    """Whether the object carries our mark at the provider; if not, it is told again by what was sent."""

    def load(self, subject_id: UUID, mirror: Mirror) -> Wanted | None:
        """The desired state now; None if the row no longer exists."""

    def remembered(self, wanted: Wanted, mirror: Mirror) -> Seen | None:
        """The provider's state as last observed, if that is good enough to plan with; no call."""

    def look(self, client: Management, wanted: Wanted, mirror: Mirror) -> list[Seen]:
        """Objects at the provider that carry our mark (or our content, where it takes no mark), in its order."""

    def read(self, client: Management, wanted: Wanted, remote_id: str) -> Seen:
        """The object as it is there now. Raises Absent."""

    def plan(self, wanted: Wanted, seen: Seen | None, mirror: Mirror) -> Plan:
        """What to do next. Pure."""

    def apply(self, client: Management, wanted: Wanted, seen: Seen | None, call: Call) -> Seen | None:
        """Carry out one mutating call. None if the object is gone now, or has to be made anew."""

    def settled(self, wanted: Wanted, mirror: Mirror, seen: Seen, now: datetime) -> None:
        """Store what belongs in the same transaction as the remote id."""


def marks(mirror: Mirror, operation_id: UUID) -> dict[str, str]:
    """Our two pairs of metadata: whose object it is, and by which try it was made."""
    return {"kontor_id": str(mirror.mark), "kontor_op": str(operation_id)}
