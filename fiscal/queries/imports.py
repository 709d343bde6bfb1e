"""Uploaded files as a list, and the devices that a file can be of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from fiscal.choices import ConnectionKind, ConnectionStatus, FileLayout, ImportState
from fiscal.models import FileImport, Register
from fiscal.queries.people import known_people, name_of
from organizations.access import Reach, reachable
from organizations.choices import Scope


class StateLook(NamedTuple):
    """How a state is shown, in few words."""

    words: str | Promise
    tone: str
    icon: str


LOOKS = {
    ImportState.CHECKING: StateLook(gettext_lazy("Being checked"), "info", "loader-2"),
    ImportState.MAPPING: StateLook(gettext_lazy("Columns to name"), "warn", "alert-triangle"),
    ImportState.READY: StateLook(gettext_lazy("Not applied yet"), "info", "clock"),
    ImportState.DONE: StateLook(gettext_lazy("Applied"), "ok", "check"),
    ImportState.REFUSED: StateLook(gettext_lazy("Refused"), "bad", "x"),
}


@dataclass(frozen=True)
class ImportRow:
    """One uploaded file. Days are the device's local days, both included."""

    import_id: UUID
    name: str
    layout: str
    layout_words: str
    register: str
    register_id: UUID
    organization: str
    state: str
    state_words: str
    tone: str
    icon: str
    reason: str
    first_day: date | None
    last_day: date | None
    rows: int
    uploaded_by: str
    uploaded_at: datetime
    forgotten: bool


@dataclass(frozen=True)
class ImportList:
    """One page of uploaded files, newest first."""

    rows: list[ImportRow]
    total: int


class Device(NamedTuple):
    """A register that files can be of. `connection` is '' where the person may not open it."""

    register_id: UUID
    name: str
    connection_id: UUID
    connection: str


def list_imports(reach: Reach, *, page: int = 1, size: int = 50) -> ImportList:
    """The files uploaded at an organization and at those it manages. Raises NotAuthorized."""
    reach.require(Scope.INTEGRATIONS)
    found = FileImport.objects.filter(reach.tree(Scope.INTEGRATIONS)).defer(
        "content", "checked", "headers", "columns", "samples"
    )
    start = (page - 1) * size
    rows = list(found.select_related("register", "organization", "uploaded_by")[start : start + size])
    known = known_people(reach.actor, [row.uploaded_by_id for row in rows])
    return ImportList([row_of(row, known) for row in rows], found.count())


def devices(reach: Reach) -> list[Device]:
    """The DataCash registers of the tree, by connection. Raises NotAuthorized."""
    reach.require(Scope.INTEGRATIONS)
    kinds = [ConnectionKind.FILES, ConnectionKind.KEY]
    rows = Register.objects.filter(reach.tree(Scope.INTEGRATIONS), connection__kind__in=kinds, gone_at=None)
    rows = rows.exclude(connection__status=ConnectionStatus.REVOKED).order_by("connection__name", "name", "pk")
    columns = ("public_id", "name", "connection__public_id", "connection__name", "connection__organization")
    found = list(rows.values_list(*columns))
    opens = openable(reach, {row[-1] for row in found})
    named = [Device(pk, name, at, source if owner in opens else "") for pk, name, at, source, owner in found]
    return sorted(named, key=lambda device: device.connection)


def openable(reach: Reach, owners: set[int]) -> set[int]:
    """Of these organizations those whose connections the person may open.

    SECURITY: one of an organization above is not named to people of a managed one.
    """
    if reach.actor is None:
        return owners
    return set(reachable(reach.actor, Scope.INTEGRATIONS).filter(pk__in=owners).values_list("pk", flat=True))


def row_of(row: FileImport, known: frozenset[int]) -> ImportRow:
    """A file as lists and pages show it; `known`: the people whose names may be read."""
    state = ImportState(row.state)
    forgotten = state == ImportState.REFUSED and row.ended_at is not None
    return ImportRow(
        import_id=row.public_id,
        name=row.name,
        layout=row.layout,
        layout_words=str(FileLayout(row.layout).label),
        register=row.register.name,
        register_id=row.register.public_id,
        organization=str(row.organization),
        state=state.value,
        state_words=_("Never applied") if forgotten else str(LOOKS[state].words),
        tone="neutral" if forgotten else LOOKS[state].tone,
        icon="archive" if forgotten else LOOKS[state].icon,
        reason=_problems(len(row.problems)),
        first_day=row.first_day,
        last_day=row.last_day,
        rows=row.rows,
        uploaded_by=name_of(row.uploaded_by, known),
        uploaded_at=row.uploaded_at,
        forgotten=forgotten,
    )


def _problems(number: int) -> str:
    return ngettext("%(n)d problem", "%(n)d problems", number) % {"n": number} if number else ""
