"""What a grant would show to somebody, before it is saved: the numbers of the lists they would open afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.queries.exposure_asked import resolve
from fiscal.queries.exposure_hidden import hidden
from fiscal.queries.exposure_places import Everywhere, Place, places_of
from organizations.access import Reach, covers, holding_of
from organizations.choices import AREAS, Covers, Level, Scope


@dataclass(frozen=True)
class Change:
    """A number as it is today, and as it would be."""

    today: int
    after: int

    @property
    def more(self) -> int:
        """The difference; negative where something is lost."""
        return self.after - self.today

    @property
    def signed(self) -> str:
        return f"{self.more:+d}".replace("-", "−") if self.more else "±0"


@dataclass(frozen=True)
class AreaChange:
    """In how many organizations one area of the guide could be seen, and changed."""

    scope: Scope
    seen: Change
    changed: Change


@dataclass(frozen=True)
class Exposure:
    """What somebody would see and could do with a grant. Everything is counted in organizations unless it says else."""

    name: str
    """Who gets it; '' for somebody who is not known yet."""
    people: int | None
    """How many people a team has now; None where it is one person."""
    organizations: Change
    """As the list of organizations counts them."""
    managed: Change
    live: Change
    billing: Change
    """Whose billing can be opened."""
    invoices: Change
    """Of these, where it is told who is invoiced: not withheld from this person."""
    keys: Change
    registers: Change
    connections: Change
    areas: tuple[AreaChange, ...]
    bulk: Change
    hidden: tuple[str, ...]
    """What stays hidden, one sentence each."""

    @property
    def billing_becomes_visible(self) -> bool:
        """Whether amounts and who is invoiced become visible somewhere where they are not today."""
        return self.billing.more > 0

    @property
    def things(self) -> tuple[tuple[str, Change], ...]:
        """What the lists of things count, with the words for it."""
        return (
            (_("Organizations"), self.organizations),
            (_("Managed organizations"), self.managed),
            (_("LIVE organizations"), self.live),
            (_("API keys"), self.keys),
            (_("Registers"), self.registers),
            (_("Connections"), self.connections),
            (_("Told who is invoiced"), self.invoices),
        )

    @property
    def nothing_changes(self) -> bool:
        return not self.bulk.more and not any(area.seen.more or area.changed.more for area in self.areas)


def exposure(
    reach: Reach,
    *,
    role: UUID,
    reaches: Covers,
    user: UUID | None = None,
    team: UUID | None = None,
    group: UUID | None = None,
    replaces: UUID | None = None,
    at: datetime | None = None,
) -> Exposure:
    """What the grant of a role at the organization reached would change, by public ids as a form has them.

    Neither `user` nor `team`: somebody invited, who has nothing yet. `replaces` is the grant that a change would end.
    Raises RulesBroken, by field, for what the form did not offer; NotAuthorized without user administration.
    SECURITY: of what somebody has today, only that is counted which the reader administers the people of; and a person
    is named only if the reader may know them.
    """
    reach.require(Scope.USERS)
    at = at or timezone.now()
    asked = resolve(reach, role=role, reaches=reaches, user=user, team=team, group=group, replaces=replaces, at=at)
    today = holding_of(asked.holder, at)
    known = places_of(
        today=today,
        rest=holding_of(asked.holder, at, without=asked.replaced) if asked.replaced else today,
        new=holding_of(None, at, also=None if asked.shut_out else asked.supposed),
        reader=None if reach.actor is None else holding_of(reach.actor, at),
    )
    return Exposure(
        name=str(asked.holder) if asked.holder else "",
        people=asked.people,
        **_counted(known),
        areas=tuple(_area(known, scope) for scope in AREAS),
        bulk=_count(known, Scope.BULK, Level.MANAGE),
        hidden=tuple(hidden(reach.organization, known)),
    )


def _counted(known: Everywhere) -> dict[str, Change]:
    return {
        "organizations": _count(known, Scope.ORGANIZATIONS),
        "managed": _count(known, Scope.ORGANIZATIONS, only=lambda place: place.managed),
        "live": _count(known, Scope.ORGANIZATIONS, only=lambda place: place.live),
        "billing": _count(known, Scope.BILLING),
        "invoices": Change(_told(known, "today"), _told(known, "after")),
        "keys": _things(known, "keys", Scope.ORGANIZATIONS),
        "registers": _things(known, "registers", Scope.CLIENTS),
        "connections": _things(known, "connections", Scope.INTEGRATIONS),
    }


def _count(
    known: Everywhere, scope: Scope, level: Level = Level.VIEW, only: Callable[[Place], bool] = lambda _place: True
) -> Change:
    today = after = 0
    for place, n in known.alike.items():
        if only(place):
            today += n * covers(place.today, scope, level)
            after += n * covers(place.after, scope, level)
    return Change(today, after)


def _area(known: Everywhere, scope: Scope) -> AreaChange:
    return AreaChange(scope, _count(known, scope), _count(known, scope, Level.MANAGE))


def _told(known: Everywhere, when: str) -> int:
    """Where it is told who is invoiced: nobody else, or an organization that the person reaches as well."""
    found = 0
    for place, n in known.alike.items():
        payer = known.places.get(place.bill_to) if place.bill_to else place
        if payer and getattr(payer, when) and covers(getattr(place, when), Scope.BILLING, Level.VIEW):
            found += n
    return found


def _things(known: Everywhere, what: str, scope: Scope) -> Change:
    """How many of these things stand where the scope may be seen."""
    today = after = 0
    for place, n in known.things[what].items():
        today += n * covers(place.today, scope, Level.VIEW)
        after += n * covers(place.after, scope, Level.VIEW)
    return Change(today, after)
