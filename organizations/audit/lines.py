"""Entries as plain facts: what is digested, exported and verified.

Verifying reads millions of them: so the database gives text as it is digested, and nothing is converted twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from django.db.models import F, Func, QuerySet, TextField

from organizations.audit.canonical import WHAT, WHO, moment, own_digest, who_digest
from organizations.models import AuditEntry, Organization


@dataclass(slots=True)
class Line:
    """One entry: what happened (WHAT), who did it (WHO), and the link and seal that were stored with it."""

    what: dict[str, Any]
    who: dict[str, Any]
    digest: str
    mac: str

    @property
    def number(self) -> int:
        number: int = self.what["number"]
        return number

    def own_digest(self) -> str:
        """The digest of its contents, as `organizations.audit.canonical` defines it."""
        return own_digest(self.what, who_digest(self.who))


def line_of(entry: AuditEntry) -> Line:
    """An entry, saved or about to be, as a line."""
    values = {name: getattr(entry, name) for name in {*WHAT, *WHO} - {"actor", "organization", "acting_from"}}
    values |= {"actor": entry.actor_id, "organization": str(entry.organization.public_id), "at": moment(entry.at)}
    values |= {"acting_from": str(entry.acting_from.public_id) if entry.acting_from else None}
    values |= {"subject_id": str(entry.subject_id), "run_id": str(entry.run_id) if entry.run_id else None}
    what, who = ({name: values[name] for name in names} for names in (WHAT, WHO))
    return Line(what, who, entry.digest, entry.mac)


def every_line(organization: Organization, *, first: int = 1, last: int | None = None) -> Iterator[Line]:
    """An organization's entries in their order, a chunk in memory at a time."""
    rows = AuditEntry.objects.filter(organization=organization, number__gte=first)
    if last is not None:
        rows = rows.filter(number__lte=last)
    public_id, above = str(organization.public_id), _acted_from(rows)
    columns = [_TEXTS[name](name) if name in _TEXTS else F(name) for name in WHAT if name != "organization"]
    found = rows.order_by("number").values_list(*columns, *WHO, "digest", "mac").iterator(chunk_size=5_000)
    for row in found:
        what = dict(zip(_WHAT, row, strict=False))
        what["organization"] = public_id
        what["after"], what["before"] = _read(what["after"]), _read(what["before"])
        who = dict(zip(WHO, row[_SPLIT:], strict=False))
        if who["acting_from"] is not None:
            who["acting_from"] = above[who["acting_from"]]
        yield Line(what, who, row[-2], row[-1])


_WHAT = tuple(name for name in WHAT if name != "organization")
_SPLIT = len(_WHAT)


def _read(text: str) -> Any:
    """JSON that we wrote. What is none, somebody else wrote: it stays text, and the digest of its entry tells."""
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text


def _acted_from(rows: QuerySet[AuditEntry]) -> dict[int, str]:
    """Public ids of the few organizations whose people acted."""
    found = rows.filter(acting_from__isnull=False).order_by().annotate(above=F("acting_from__public_id"))
    return {pk: str(public_id) for pk, public_id in found.values_list("acting_from_id", "above").distinct()}


class _Moment(Func):
    """A time as `moment` writes it."""

    output_field = TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Stored in UTC; without a fraction where that is zero.
        template = "replace(substr(%(expressions)s || '.000000', 1, 26), ' ', 'T') || 'Z'"
        return super().as_sql(compiler, connection, template=template, **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = """to_char(%(expressions)s AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')"""
        return super().as_sql(compiler, connection, template=template, **context)


class _Uuid(Func):
    """A UUID in its usual form. SQLite holds 32 digits."""

    output_field = TextField()
    arity = 1

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        one, parameters = compiler.compile(self.source_expressions[0])
        parts = " || '-' || ".join(
            f"substr({one}, {at}, {n})" for at, n in ((1, 8), (9, 4), (13, 4), (17, 4), (21, 12))
        )
        return parts, [*parameters] * 5

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return super().as_sql(compiler, connection, template="%(expressions)s::text", **context)


class _Json(Func):
    """JSON as text."""

    output_field = TextField()
    template = "CAST(%(expressions)s AS text)"


_TEXTS: dict[str, Any] = {
    "at": _Moment,
    "subject_id": _Uuid,
    "run_id": _Uuid,
    "before": _Json,
    "after": _Json,
}
