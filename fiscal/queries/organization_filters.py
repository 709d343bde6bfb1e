"""What narrows the list of organizations, as it stands in the page's address, and how that reads in SQL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, CharField, FilteredRelation, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce

from fiscal.choices import KindName, Phase
from organizations.access import Roads, covers, reachable
from organizations.choices import Level, Mode, Scope
from organizations.models import Organization, User, shown_name

TABS: dict[str, tuple[Phase, ...]] = {
    "": (),
    "NEEDS_PERSON": (Phase.NEEDS_PERSON,),
    "DRIFTED": (Phase.DRIFTED,),
    "REFUSED": (Phase.REFUSED,),
    "RETRYING": (Phase.RETRYING,),
    "MOVING": (Phase.WAITING, Phase.WORKING),
    "IN_STEP": (Phase.IN_STEP,),
    "RETIRED": (Phase.RETIRED,),
}
"""The tabs of the list by their value in the address; no phases means all of them."""

SORTS = ("name", "town", "country", "changed")
HEX = re.compile(r"[0-9a-fA-F-]{4,36}\Z")


@dataclass(frozen=True)
class OrganizationFilters:
    """One state of the list. `parent` also means "provisioned by"; `sort` starts with "-" for descending."""

    q: str = ""
    phase: str = ""
    mode: str = ""
    kind: str = ""
    country: str = ""
    parent: UUID | None = None
    billed_to: UUID | None = None
    sort: str = "name"

    @property
    def narrows_in_sql(self) -> bool:
        """Whether the counts of the tabs are about less than everything in reach."""
        return bool(self.q or self.parent or self.billed_to)


@dataclass(frozen=True)
class Viewer:
    """What decides the columns and buttons of the list for one person."""

    sees_billing: bool
    may_create: bool
    only_parents_in_reach: bool
    """Every managed organization this person reaches, they reach through its parent: so all parents' names are known."""


def viewer(known: Roads) -> Viewer:
    """Decides what is shown, never what is reached: that is `reachable`."""
    if known.heads is None:
        below = known.starts(Scope.ORGANIZATIONS, Level.MANAGE).below
        own = Organization.objects.filter(pk__in=below, parent=None)
        return Viewer(
            Organization.objects.filter(known.starts(Scope.BILLING).rows()).exists(),
            own.exists(),
            only_parents_in_reach=False,
        )
    return Viewer(
        sees_billing=any(covers(head.here, Scope.BILLING, Level.VIEW) for head in known.heads),
        may_create=any(
            head.parent_id is None and covers(head.below, Scope.ORGANIZATIONS, Level.MANAGE) for head in known.heads
        ),
        only_parents_in_reach=all(head.parent_id is None for head in known.heads),
    )


def mirrored(organizations: QuerySet[Organization]) -> QuerySet[Organization]:
    """The organizations joined with their own mirror, at most one each, as `mirror`."""
    return organizations.annotate(mirror=FilteredRelation("mirrors", condition=Q(mirrors__kind=KindName.ORGANIZATION)))


def root_name(user: User, who: Viewer) -> Case:
    """What the tree sorts by: the parent's name for a managed organization, if this person may know it."""
    known = Q(parent__isnull=False)
    if not who.only_parents_in_reach:
        known &= Q(parent__in=reachable(user).values("pk"))
    return Case(When(known, then=shown_name("parent__")), default=shown_name(), output_field=CharField())


def narrowed(found: QuerySet[Organization], user: User, filters: OrganizationFilters) -> QuerySet[Organization]:
    """Organizations with their mirrors, less what search, parent and bill-to leave out."""
    if filters.q:
        found = found.filter(_matching(filters.q))
    if filters.parent:
        known = reachable(user).filter(public_id=filters.parent).values("pk")
        found = found.filter(Q(parent__in=known) | Q(provisioned_by__in=known))
    if filters.billed_to:
        known = reachable(user).filter(public_id=filters.billed_to).values("pk")
        found = found.filter(arrangement__bill_to__in=known, pk__in=reachable(user, Scope.BILLING).values("pk"))
    return found


def chosen(found: QuerySet[Organization], filters: OrganizationFilters, phase: Case) -> QuerySet[Organization]:
    """The rest of the filters, those that the tabs and options count over."""
    wanted: dict[str, object] = {}
    if filters.mode:
        wanted["in_live" if filters.mode == Mode.LIVE else "in_test"] = True
    if filters.kind:
        wanted["kind"] = filters.kind
    if filters.country:
        wanted["country_code"] = filters.country
    found = found.filter(**wanted)
    if phases := TABS[filters.phase]:
        found = found.alias(phase=phase).filter(phase__in=phases)
    return found


def ordered(
    found: QuerySet[Organization], user: User, who: Viewer, filters: OrganizationFilters
) -> QuerySet[Organization]:
    """Sorted as asked; by name as a tree, the managed ones under their parent."""
    name, descending = filters.sort.lstrip("-"), filters.sort.startswith("-")
    if name == "name":
        found = found.alias(root=root_name(user, who), shown=shown_name())
        below = Case(When(parent__isnull=True, then=Value(0)), default=Value(1))
        return found.order_by("-root" if descending else "root", Coalesce("parent_id", "pk"), below, "shown", "pk")
    column = {"town": "town", "country": "country_code", "changed": "changed_at"}[name]
    return found.order_by(f"-{column}" if descending else column, "name", "pk")


def _matching(q: str) -> Q:
    """Name, display name, ids here and there, VAT and tax number; a number also without its spaces."""
    compact = re.sub(r"[\s./-]", "", q)
    match = Q(name__icontains=q) | Q(display_name__icontains=q) | Q(mirror__remote_id__icontains=q)
    for number in {q, compact} - {""}:
        match |= Q(vat_id__icontains=number) | Q(tax_number__icontains=number)
    if HEX.match(q):
        match |= Q(public_id__icontains=q)
    return match
