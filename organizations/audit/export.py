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
from organizations.audit.canonical import WHAT, WHO, canonical, own_digest, who_digest
from organizations.audit.checkpoints import signed
from organizations.audit.lines import Facts, every_line
from organizations.models import AuditChain, AuditEntry, Organization


class Shown(TextChoices):
    """How much of an entry a reader gets."""

    ALL = "ALL"
    NAMELESS = "NAMELESS"
    """What was done, but not by whom."""
    LINK = "LINK"
    """Only that there is an entry."""


def export_line(facts: Facts, previous: str, shown: Shown = Shown.ALL) -> str:
    """One entry as a line, without its end."""
    who = who_digest(facts)
    line: dict[str, Any] = {"previous": previous, "digest": facts["digest"], "mac": facts["mac"]}
    if shown == Shown.LINK:
        return canonical(
            line | {name: facts[name] for name in ("number", "key_id")} | {"withheld": own_digest(facts, who)}
        )
    line |= {name: facts[name] for name in WHAT}
    return canonical(line | {"who": {name: facts[name] for name in WHO} if shown == Shown.ALL else who})


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
    shown: Callable[[Facts], Shown] = lambda _facts: Shown.ALL,
) -> Iterator[str]:
    """The entries from `first` to `last`, both included, each with its end; nothing at all if there are none."""
    rows = AuditEntry.objects.filter(organization=organization, number__range=(first, last))
    begin = rows.aggregate(first=Min("number"))["first"]
    if begin is None:
        return
    number, previous = begin, digest_before(organization, begin)
    for facts in every_line(organization, first=begin, last=last):
        yield export_line(facts, previous, shown(facts)) + "\n"
        number, previous = facts["number"], facts["digest"]
    yield closing_line(organization, first=begin, last=number, digest=previous, at=at) + "\n"
