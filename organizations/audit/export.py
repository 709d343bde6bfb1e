"""The record as JSON Lines that anybody can verify without us: docs/verify_record.py shows how.

A line holds an entry, the digest before it (`previous`), its own `digest` and its `mac`. What the reader may not know is left
out in a way that still adds up: the digest `who` in place of the names, or `withheld` in place of the whole entry.
The last line is signed and says what the file holds, so that a cut file is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import Min, TextChoices

from organizations.audit.anchors import digest_before
from organizations.audit.canonical import canonical, who_digest
from organizations.audit.checkpoints import signed
from organizations.audit.lines import Line, every_line
from organizations.models import AuditChain, AuditEntry, Organization


class Shown(TextChoices):
    """How much of an entry a reader gets."""

    ALL = "ALL"
    NAMELESS = "NAMELESS"
    """What was done, but not by whom."""
    LINK = "LINK"
    """Only that there is an entry."""


def export_line(line: Line, previous: str, shown: Shown = Shown.ALL) -> str:
    """One entry as text, without its end."""
    facts: dict[str, Any] = {"previous": previous, "digest": line.digest, "mac": line.mac}
    if shown == Shown.LINK:
        bare = {"number": line.number, "key_id": line.what["key_id"], "withheld": line.own_digest()}
        return canonical(facts | bare)
    return canonical(facts | line.what | {"who": line.who if shown == Shown.ALL else who_digest(line.who)})


def closing_line(organization: Organization, *, first: int, last: int, digest: str, at: str) -> str:
    """The signed last line: which entries the file holds, of a record that had `of` of them at that time."""
    end = AuditChain.objects.get(organization=organization)
    span = {"first": first, "last": last, "of": end.number, "digest": digest}
    return signed({"closing": span, "organization": str(organization.public_id), "at": at})


def export_lines(
    organization: Organization,
    *,
    first: int,
    last: int,
    at: str,
    shown: Callable[[Line], Shown] = lambda _line: Shown.ALL,
) -> Iterator[str]:
    """The entries from `first` to `last`, both included, each with its end; nothing at all if there are none."""
    rows = AuditEntry.objects.filter(organization=organization, number__range=(first, last))
    begin = rows.aggregate(first=Min("number"))["first"]
    if begin is None:
        return
    number, previous = begin, digest_before(organization, begin)
    for line in every_line(organization, first=begin, last=last):
        yield export_line(line, previous, shown(line)) + "\n"
        number, previous = line.number, line.digest
    yield closing_line(organization, first=begin, last=number, digest=previous, at=at) + "\n"
