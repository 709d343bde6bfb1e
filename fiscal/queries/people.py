"""Whose names a person may read: those of people who stand somewhere in this person's own reach.

People of a managed organization never learn who the parent is, and the name or e-mail address of one of the parent's
people would tell them.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from organizations.access import acquainted
from organizations.models import User


def known_people(viewer: User | None, ids: Iterable[int | None]) -> frozenset[int]:
    """Those of `ids` (primary keys of people) whose names `viewer` may read. The system, None, may read all."""
    asked = {pk for pk in ids if pk is not None}
    if viewer is None or not asked:
        return frozenset(asked)
    others = asked - {viewer.pk}
    found = User.objects.filter(acquainted(viewer), pk__in=others).values_list("pk", flat=True) if others else ()
    return frozenset({*found, *(asked & {viewer.pk})})


def name_of(person: User | None, known: frozenset[int]) -> str:
    """The person's name if it may be read, else words that tell nothing; '' for nobody."""
    if person is None:
        return ""
    return str(person) if person.pk in known else somebody()


def somebody() -> str:
    """What stands in the place of a name that may not be read."""
    return _("somebody above this organization")
