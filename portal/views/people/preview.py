"""What a grant would show, as a form asks for it, and the mark by which the form says that it was seen."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from uuid import UUID

from fiscal.queries.exposure import Exposure, exposure
from organizations.access import Reach
from organizations.rules import RulesBroken
from portal.forms.broken import add_broken
from portal.forms.grants import TermsForm


@dataclass(frozen=True)
class Preview:
    """The numbers, and the mark of exactly these numbers for exactly this grant."""

    exposure: Exposure
    seen: str


@dataclass(frozen=True)
class Whom:
    """Who gets a grant: a person or a team."""

    person_id: UUID | None = None
    team_id: UUID | None = None


def preview_of(reach: Reach, form: TermsForm, whom: Whom, replaces: UUID | None = None) -> Preview | None:
    """The preview of a valid form; None if something in it is refused, which then stands at its field."""
    terms = form.terms()
    try:
        found = exposure(
            reach,
            role=terms.role_id,
            reaches=terms.reaches,
            user=whom.person_id,
            team=whom.team_id,
            group=terms.group_id,
            replaces=replaces,
        )
    except RulesBroken as broken:
        add_broken(form, broken)
        return None
    return Preview(found, mark(whom, terms.role_id, terms.reaches, terms.group_id, replaces, found))


def mark(*shown: object) -> str:
    """A short mark that differs as soon as anything that was shown does."""
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]
