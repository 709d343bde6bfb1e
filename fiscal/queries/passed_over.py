"""Registers that a connection lists and does not read, because another one reads them: they would count twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from fiscal.models import Connection, SerialClaim
from fiscal.statistics.claims import head_of
from organizations.access import Reach, reachable
from organizations.choices import Scope

SHOWN = 50


@dataclass(frozen=True)
class PassedOver:
    """One of them. `free`: nobody reads it any more, and the next round takes it up.

    `organization` is '' where the person may not know whose connection reads it, and `connection_id` None where they may
    not open that.
    """

    serial: str
    name: str
    free: bool
    organization: str = ""
    connection: str = ""
    connection_id: UUID | None = None
    connection_organization_id: UUID | None = None


def passed_over(reach: Reach, row: Connection) -> Sequence[PassedOver]:
    """Those of a connection that the caller found in reach. SECURITY: people of a managed one never learn names above."""
    listed = row.passed_over[:SHOWN]
    if not listed:
        return []
    claims = SerialClaim.objects.filter(
        head=head_of(row), provider=row.provider, serial__in=[serial for serial, _name in listed]
    )
    holders = {claim.serial: claim.connection for claim in claims.select_related("connection__organization")}
    places = {holder.organization_id for holder in holders.values()}
    known, opened = (_of(reach, places, scope) for scope in (None, Scope.INTEGRATIONS))
    return [_line(serial, name, holders.get(serial), known, opened) for serial, name in listed]


def _of(reach: Reach, places: set[int], scope: Scope | None) -> set[int]:
    """Those of these organizations that the person reaches."""
    if reach.actor is None:
        return places
    return set(reachable(reach.actor, scope).filter(pk__in=places).values_list("pk", flat=True))


def _line(serial: str, name: str, holder: Connection | None, known: set[int], opened: set[int]) -> PassedOver:
    if holder is None:
        return PassedOver(serial, name, free=True)
    if holder.organization_id not in known:
        return PassedOver(serial, name, free=False)
    place = str(holder.organization)
    if holder.organization_id not in opened:
        return PassedOver(serial, name, False, place)
    return PassedOver(serial, name, False, place, holder.name, holder.public_id, holder.organization.public_id)
