"""The steps of a road in words, as far as the reader may know them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from fiscal.queries.people import somebody
from organizations.access import Way, WayStep
from organizations.choices import Covers, Level, Scope, StepKind
from organizations.models import Organization, User

Node = dict[str, Any]


@dataclass(frozen=True)
class Reader:
    """What the one who asks may know: these organizations, and the names of these people."""

    organization: Organization
    reached: frozenset[int]
    known: frozenset[int]

    def sees(self, way: Way) -> bool:
        """Whether the road starts at an organization in the reader's reach."""
        return way.grant.organization_id in self.reached


def drawn(way: Way, scope: Scope, at: datetime, reader: Reader) -> list[Node]:
    """The road as nested nodes: each step leads on to the next, the last is what was asked about."""
    end = _end(way, scope, reader)
    steps = [_node(way, step, scope, at, reader) for step in way.steps if _told(way, step)] if reader.sees(way) else []
    if not reader.sees(way):
        steps = [{"label": _("Something above %(name)s, which you do not reach") % {"name": reader.organization}}]
    nodes = [{"label": str(way.person)}, *steps, end]
    for above, below in pairwise(nodes):
        above["children"] = [below]
    return nodes[:1]


def _told(way: Way, step: WayStep) -> bool:
    """Steps that go without saying: signing in, the area of a role, and reaching down."""
    return not step.holds or step.kind not in {StepKind.PERSON, StepKind.ROLE, StepKind.BELOW}


def _end(way: Way, scope: Scope, reader: Reader) -> Node:
    words = {"area": scope.label, "name": reader.organization}
    if way.level is None:
        return {"label": _("“%(area)s” of %(name)s: no") % words, "missing": _("not reached"), "current": True}
    node: Node = {
        "label": _("“%(area)s” of %(name)s: %(level)s") % {**words, "level": way.level.label},
        "current": True,
    }
    role = next((step for step in way.steps if step.kind == StepKind.ROLE), None)
    if role and role.row.level != way.level and reader.sees(way):
        node["note"] = _("the role carries more, but the delegation covers only view")
    return node


def _node(way: Way, step: WayStep, scope: Scope, at: datetime, reader: Reader) -> Node:
    node: Node = {"label": _label(way, step, scope, reader), "note": _note(step, reader)}
    if not step.holds:
        node["missing"] = _missing(way, step, scope, at, reader)
    return node


def _label(way: Way, step: WayStep, scope: Scope, reader: Reader) -> str:
    grant = way.grant
    if step.kind == StepKind.GRANT:
        words = {"role": grant.role, "place": grant.organization, "covers": Covers(grant.covers).label}
        return _("%(role)s at %(place)s, for %(covers)s") % words
    owner = reader.organization.parent or reader.organization
    labels = {
        StepKind.PERSON: _("Signing in"),
        StepKind.TEAM: _("Team %(name)s") % {"name": grant.team},
        StepKind.ROLE: _("What the role %(name)s carries") % {"name": grant.role},
        StepKind.GROUP: _("Named group %(name)s") % {"name": grant.group},
        StepKind.BELOW: _("Below %(name)s") % {"name": grant.organization},
        StepKind.DELEGATION: _("Delegation of “%(area)s” by %(name)s") % {"area": scope.label, "name": owner},
    }
    if step.kind == StepKind.DELEGATION and step.row:
        return f"{labels[step.kind]}: {Level(step.row.level).label}"
    return labels[step.kind]


def _note(step: WayStep, reader: Reader) -> str:
    """Since when, until when, by whom and why."""
    if step.row is None:
        return ""
    words = [_("since %(day)s") % {"day": _day(step.row.since)}]
    if step.row.until:
        words.append(_("until %(day)s") % {"day": _day(step.row.until)})
    giver: User | None = getattr(step.row, "granted_by", None)
    if giver:
        words.append(_("by %(name)s") % {"name": giver if giver.pk in reader.known else somebody()})
    if reason := getattr(step.row, "reason", ""):
        words.append(f"“{reason}”")
    return " · ".join(words)


def _missing(way: Way, step: WayStep, scope: Scope, at: datetime, reader: Reader) -> str:
    """Why the step does not hold at `at`."""
    if step.row is not None and step.ended(at):
        return _("ended on %(day)s") % {"day": _day(step.row.until)}
    if step.row is not None and step.row.since > at:
        return _("begins on %(day)s") % {"day": _day(step.row.since)}
    names = {"area": scope.label, "place": way.grant.organization, "name": reader.organization}
    return {
        StepKind.PERSON: _("cannot sign in any more"),
        StepKind.TEAM: _("is not in the team"),
        StepKind.GRANT: _("is not granted"),
        StepKind.ROLE: _("the role does not carry “%(area)s”") % names,
        StepKind.GROUP: _("%(name)s is not in the group") % names,
        StepKind.BELOW: _("covers %(place)s only") % names,
        StepKind.DELEGATION: _("“%(area)s” is not delegated") % names,
    }[step.kind]


def why_not(person: User, found: Sequence[Way], scope: Scope, at: datetime, reader: Reader) -> str:
    """In one sentence what is missing, of the road that comes closest."""
    if not person.is_active:
        return _("cannot sign in any more")
    nearest = max(found, key=lambda way: sum(step.holds for step in way.steps), default=None)
    if nearest is None or nearest.missing is None:
        return _("is not granted")
    label, missing = (
        _label(nearest, nearest.missing, scope, reader),
        _missing(nearest, nearest.missing, scope, at, reader),
    )
    return f"{label}: {missing}"


def _day(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j M Y, H:i")
