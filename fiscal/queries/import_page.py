"""One uploaded file: columns to be named, problems, what it would change, or what it has changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fiscal.choices import FileLayout, ImportState
from fiscal.models import FileImport
from fiscal.queries.cells import safe
from fiscal.queries.import_preview import CountPreview, Preview, count_preview, preview
from fiscal.queries.imports import ImportRow, openable, row_of
from fiscal.queries.people import known_people
from fiscal.statistics.files.checking import open_file
from fiscal.statistics.files.corrections import rows_to_fix
from fiscal.statistics.files.faults import FileRefused, Problem
from fiscal.statistics.files.fields import ABOUT, OFFERED, Field
from fiscal.statistics.files.headers import known_columns
from fiscal.statistics.files.parting import sound_rows
from fiscal.statistics.uploads.plan import Deed
from fiscal.statistics.uploads.proposal import content_of
from organizations.access import Reach
from organizations.choices import Scope, Verb
from organizations.models import AuditEntry


class ColumnLine(NamedTuple):
    """One column: what it is called, a few of its values, and what it means ('' if nobody knows)."""

    name: str
    samples: list[str]
    meaning: str


@dataclass(frozen=True)
class ImportPage:
    """A file in its state. Only what belongs to the state is filled; `connection` is '' where it may not be opened."""

    row: ImportRow
    currency: str
    connection: str
    unknown: list[ColumnLine] = field(default_factory=list)
    known: list[ColumnLine] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    rejected: int = 0
    """Rows that are left out, or were, where only a part of the file counts; `preview` is then of the others."""
    preview: Preview | None = None
    counts: CountPreview | None = None
    earlier: datetime | None = None
    """When the very same file was applied before."""
    result: list[str] = field(default_factory=list)
    doubts: bool = False
    """Whether days were left as they were, or counts differ."""

    @property
    def checking(self) -> bool:
        """Whether a page should go on asking."""
        return self.row.state == ImportState.CHECKING

    @property
    def fixable(self) -> bool:
        """Whether there are rows to be corrected, and the file they stand in is still here."""
        refused = self.row.state == ImportState.REFUSED and not self.row.forgotten and self.row.rows > 0
        return refused or (self.row.state == ImportState.DONE and self.rejected > 0)


def import_page(reach: Reach, import_id: UUID) -> ImportPage | None:
    """Everything about one uploaded file of the tree; None if there is no such file. Raises NotAuthorized."""
    row = _found(reach, import_id)
    if row is None:
        return None
    connection, people = row.register.connection, known_people(reach.actor, [row.uploaded_by_id])
    named = connection.name if openable(reach, {connection.organization_id}) else ""
    page = ImportPage(row_of(row, people), row.register.currency, named)
    if row.state == ImportState.MAPPING:
        unknown, known = _columns(row)
        return replace(page, unknown=unknown, known=known)
    problems = [Problem(*problem) for problem in row.problems]
    if row.checked is None and row.state != ImportState.DONE:
        return replace(page, problems=problems)
    if row.state == ImportState.DONE:
        told = _recorded(row)
        doubts = bool(told.get("differing") or told.get("days", {}).get(Deed.LEAVE))
        return replace(page, result=_result(told), doubts=doubts, rejected=len(row.rejected))
    content, earlier = content_of(row), _earlier(row)
    if row.layout == FileLayout.COUNTER:
        return replace(page, counts=count_preview(row, content), earlier=earlier)
    found = preview(row, content)
    return replace(page, preview=found, earlier=earlier, problems=problems, rejected=len(row.rejected))


def offered_fields(layout: str) -> list[tuple[str, str]]:
    """What a column of this layout can mean."""
    return [(one.value, str(ABOUT[one].label)) for one in OFFERED[FileLayout(layout)]]


def fix_file(reach: Reach, import_id: UUID) -> tuple[str, Iterator[list[str]]] | None:
    """Name and rows of “rows to fix”: of a refused file all, of one that counts in part those that were left out.

    None if there is no such file, and for one that no sheet can be made of. Raises NotAuthorized.
    """
    row = _found(reach, import_id)
    if row is None or not row.content or not (row.state == ImportState.REFUSED or row.rejected):
        return None
    try:
        opened = open_file(bytes(row.content), FileLayout(row.layout))
    except FileRefused:
        return None
    problems = [Problem(*problem) for problem in row.problems]
    count_already = sound_rows(opened, row.rejected) if row.state == ImportState.DONE else set[int]()
    rows = [one for one in opened.rows if one.number not in count_already]
    return f"rows-to-fix-{row.public_id.hex[:8]}.csv", (
        [safe(cell) for cell in one] for one in rows_to_fix(rows, problems)
    )


def _found(reach: Reach, import_id: UUID) -> FileImport | None:
    reach.require(Scope.INTEGRATIONS)
    rows = FileImport.objects.select_related("register__connection", "organization", "uploaded_by")
    return rows.filter(reach.tree(Scope.INTEGRATIONS), public_id=import_id).first()


def _columns(row: FileImport) -> tuple[list[ColumnLine], list[ColumnLine]]:
    """Columns that nobody knows, and those that are known."""
    meant = known_columns(row.headers, FileLayout(row.layout))
    samples = row.samples
    unknown = [
        ColumnLine(name, samples.get(name, []), row.columns.get(name, "")) for name in row.headers if name not in meant
    ]
    known = [ColumnLine(name, samples.get(name, []), _meaning(meaning)) for name, meaning in meant.items()]
    return unknown, known


def _meaning(value: str) -> str:
    return str(ABOUT[Field(value)].label) if value else _("not needed")


def _earlier(row: FileImport) -> datetime | None:
    """When the very same file was applied for this device."""
    same = FileImport.objects.filter(register=row.register_id, digest=row.digest, state=ImportState.DONE)
    return same.order_by("-ended_at").values_list("ended_at", flat=True).first()


def _recorded(row: FileImport) -> dict[str, Any]:
    entry = AuditEntry.objects.filter(verb=Verb.FILE_IMPORTED, subject_id=row.public_id).order_by("-pk").first()
    return entry.after if entry else {}


def _result(told: dict[str, Any]) -> list[str]:
    """What the record says was done, in the past tense."""
    if "documents" in told:
        return _counted(told)
    days = Counter(told.get("days", {}))
    words = {
        Deed.FILL: ngettext("%(n)d day was filled.", "%(n)d days were filled.", days[Deed.FILL]),
        Deed.REPLACE: ngettext("%(n)d day was replaced.", "%(n)d days were replaced.", days[Deed.REPLACE]),
        Deed.ADD: ngettext("%(n)d day got details.", "%(n)d days got details.", days[Deed.ADD]),
        Deed.SAME: ngettext("%(n)d day said the same already.", "%(n)d days said the same already.", days[Deed.SAME]),
        Deed.LEAVE: ngettext("%(n)d day was left as it was.", "%(n)d days were left as they were.", days[Deed.LEAVE]),
    }
    return [text % {"n": days[deed]} for deed, text in words.items() if days[deed]]


def _counted(told: dict[str, int]) -> list[str]:
    told_n = told["documents"], told["differing"], told["changed"]
    texts: Sequence[str] = (
        ngettext("%(n)d document was compared.", "%(n)d documents were compared.", told_n[0]),
        ngettext("%(n)d filled day differed.", "%(n)d filled days differed.", told_n[1]),
        ngettext("The state of %(n)d day changed.", "The state of %(n)d days changed.", told_n[2]),
    )
    return [text % {"n": n} for text, n in zip(texts, told_n, strict=True)]
