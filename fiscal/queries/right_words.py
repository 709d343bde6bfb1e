"""What a set of authorizations means, in words: for who gives it and for who gets it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.access import Right
from organizations.choices import Level, Scope
from organizations.models import Right as RightRow
from organizations.models import Role, in_force
from organizations.roles import Rights


def rights_words(rights: Rights) -> list[str]:
    """At most two sentences: what can be changed, and what can only be seen."""
    found = {level: [str(scope.label) for scope in Scope if rights.get(scope) == level] for level in Level}
    lines = []
    if found[Level.MANAGE]:
        lines.append(_("Sees and changes: %(areas)s.") % {"areas": ", ".join(found[Level.MANAGE])})
    if found[Level.VIEW]:
        lines.append(_("Sees only: %(areas)s.") % {"areas": ", ".join(found[Level.VIEW])})
    return lines


def highest(rights: Iterable[Right]) -> Rights:
    """The level of each area among `rights`."""
    held: dict[Scope, Level] = {}
    for scope, level in rights:
        if held.get(scope) != Level.MANAGE:
            held[scope] = level
    return held


def with_rights(prefix: str = "") -> Prefetch[Any]:
    """Reads what roles carry now together with them; `prefix` leads from the row to the role."""
    rows = RightRow.objects.filter(in_force(timezone.now()))
    return Prefetch(f"{prefix}rights", queryset=rows, to_attr="rights_now")


def carried(role: Role) -> Rights:
    """What a role carries that was read `with_rights`."""
    return {Scope(right.scope): Level(right.level) for right in role.rights_now}  # type: ignore[attr-defined]
