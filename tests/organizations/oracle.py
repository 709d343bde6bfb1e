"""Who may do what, said once more and naively: straight from the guide's sentences, over plain records, with loops.

Shares nothing with `organizations.access` but the words. Headings are those of the guide "fiskaly Dashboard & Management
API". Slow and obvious on purpose.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from organizations.choices import Covers, Level, Scope

SCOPES = (Scope.TSS, Scope.USERS, Scope.BILLING)
"""Enough to tell areas apart."""


@dataclass(eq=False)
class Org:
    key: str
    parent: Org | None = None
    partner: Org | None = None
    """Who provisioned it."""
    retired: bool = False


@dataclass(eq=False)
class Human:
    key: str
    active: bool = True


@dataclass(eq=False)
class Spell:
    """From `since` (inclusive) to `until` (exclusive), in days; None: no end."""

    since: int
    until: int | None

    def holds(self, at: float) -> bool:
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(eq=False)
class Group:
    owner: Org
    members: list[tuple[Org, Spell]] = field(default_factory=list)


@dataclass(eq=False)
class Crew:
    owner: Org
    members: list[tuple[Human, Spell]] = field(default_factory=list)


@dataclass(eq=False)
class Part:
    """A role: what it carries, and when."""

    owner: Org
    rights: list[tuple[Scope, Level, Spell]]


@dataclass(eq=False)
class Gift:
    """A grant, at one organization, to a person or a team."""

    to: Human | Crew
    at: Org
    part: Part | None
    """None: the house's owner role, with everything."""
    covers: Covers
    group: Group | None
    spell: Spell


@dataclass
class World:
    orgs: list[Org] = field(default_factory=list)
    people: list[Human] = field(default_factory=list)
    crews: list[Crew] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    gifts: list[Gift] = field(default_factory=list)
    handed: list[tuple[Org, Scope, Level, Spell]] = field(default_factory=list)
    """Delegations."""

    def may(self, who: Human, org: Org, scope: Scope, level: Level, at: float) -> bool:
        """Whether any one grant lets the person do this there and then."""
        return any(self._leads(gift, org, scope, level, at) for gift in self.gifts if self._has(who, gift, at))

    def owns(self, who: Human, org: Org, at: float) -> bool:
        """Whether the person owns it, or who manages it."""
        return any(gift.part is None and self._within(gift, org, at) for gift in self.gifts if self._has(who, gift, at))

    def within(self, who: Human, org: Org, at: float) -> bool:
        """Whether a grant leads there without delegation."""
        return any(
            self._within(gift, org, at) and self._carries(gift, scope, Level.VIEW, at)
            for gift in self.gifts
            if self._has(who, gift, at)
            for scope in Scope
        )

    def stands(self, who: Human, org: Org, at: float) -> bool:
        """Whether a grant stands at it itself, and shows it."""
        return any(
            gift.at is org and self._within(gift, org, at) and self._carries(gift, scope, Level.VIEW, at)
            for gift in self.gifts
            if self._has(who, gift, at)
            for scope in Scope
        )

    def _has(self, who: Human, gift: Gift, at: float) -> bool:
        """The grant is theirs, or of a team they are in at that moment. Who is not active has nothing."""
        if not who.active or not gift.spell.holds(at):
            return False
        if isinstance(gift.to, Crew):
            return any(one is who and spell.holds(at) for one, spell in gift.to.members)
        return gift.to is who

    def _carries(self, gift: Gift, scope: Scope, level: Level, at: float) -> bool:
        """Manage includes view."""
        if gift.part is None:
            return True
        return any(
            held == scope and (has == Level.MANAGE or level == Level.VIEW) and spell.holds(at)
            for held, has, spell in gift.part.rights
        )

    def _leads(self, gift: Gift, org: Org, scope: Scope, level: Level, at: float) -> bool:
        if not self._carries(gift, scope, level, at):
            return False
        return self._within(gift, org, at) or self._delegated(gift, org, scope, level, at)

    def _within(self, gift: Gift, org: Org, at: float) -> bool:
        """Heading "User Authorizations in the Organization": its people see it and what is attached to it.

        Heading "User Authorizations in a Managed Organization": its people see it alone, never the parent.
        A grant can be narrowed: to the organization alone, or to a group of what is the organization's own.
        """
        if gift.covers == Covers.HERE:
            return org is gift.at
        if gift.covers == Covers.BELOW:
            return org is gift.at or org.parent is gift.at
        return self._in_group(gift, org, at) and (org is gift.at or org.parent is gift.at)

    def _delegated(self, gift: Gift, org: Org, scope: Scope, level: Level, at: float) -> bool:
        """Heading "Enterprise Customers": who provisioned an organization manages it, and what is below it, if that is

        decided so; heading "White Label Partner": else it manages on its own. Area by area, never beyond either side.
        """
        main = org.parent or org
        if main.partner is not gift.at or gift.covers == Covers.HERE:
            return False
        if gift.covers == Covers.GROUP and not self._in_group(gift, main, at):
            return False
        return any(
            by is main and area == scope and (given == Level.MANAGE or level == Level.VIEW) and spell.holds(at)
            for by, area, given, spell in self.handed
        )

    def _in_group(self, gift: Gift, org: Org, at: float) -> bool:
        assert gift.group is not None
        return any(one is org and spell.holds(at) for one, spell in gift.group.members)
