"""Three values of each field that differs: ours, the provider's, and what both last agreed on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fiscal.choices import KindName
from fiscal.mirror.kinds.organization import FIELDS
from fiscal.mirror.plan import differences
from fiscal.models import Mirror
from fiscal.queries.words import FIELD_WORDS
from organizations.access import Reach
from organizations.choices import Scope


@dataclass(frozen=True)
class FieldDrift:
    """One field that differs."""

    name: str
    label: str
    ours: str
    theirs: str
    agreed: str


@dataclass(frozen=True)
class Drift:
    """What differs at the provider, since when, and when that was seen. No fields: nothing differs."""

    fields: Sequence[FieldDrift]
    since: datetime | None
    seen_at: datetime | None


def drift(reach: Reach) -> Drift:
    """The drift of the organization reached. Empty as long as nobody found any. Raises NotAuthorized."""
    reach.require(Scope.ORGANIZATIONS)
    mirror = Mirror.objects.filter(kind=KindName.ORGANIZATION, organization=reach.organization).first()
    if mirror is None or mirror.drifted_at is None:
        return Drift((), None, mirror.observed_at if mirror else None)
    ours = {name: getattr(reach.organization, name) for name in FIELDS}
    ours["contact_person_id"] = str(reach.organization.contact_person_id or "")
    fields = [
        FieldDrift(
            name,
            str(FIELD_WORDS.get(name, name)),
            _text(ours[name]),
            _text(mirror.observed.get(name)),
            _text(mirror.agreed.get(name)),
        )
        for name in ours
        if name in differences(ours, mirror.observed)
    ]
    return Drift(fields, mirror.drifted_at, mirror.observed_at)


def _text(value: Any) -> str:
    return "" if value is None else str(value)
