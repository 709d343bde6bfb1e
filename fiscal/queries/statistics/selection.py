"""Whose sales, which days: one value that every figure, chart and file of a page is asked with.

Made from a person's reach (scope TRANSACTIONS) and nothing else; what is out of reach is NoSuchPlace, the same as what
is not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import BooleanField, Case, F, Q, When
from django.utils import timezone

from fiscal.models import Placement, Register, Shop
from fiscal.queries.statistics.span import Comparison, Preset, Span
from organizations.access import Reach, roads
from organizations.choices import Scope
from organizations.models import Organization, User


class NoSuchPlace(Exception):
    """An organization, shop or register that is not there, or out of reach. Pages answer 404."""


@dataclass(frozen=True)
class Wanted:
    """What the address of a page asks for."""

    span: Span
    preset: Preset = Preset.FREE
    comparison: Comparison = Comparison.BEFORE
    organizations: tuple[UUID, ...] = ()
    shop: UUID | None = None
    register: UUID | None = None
    currency: str = ""


@dataclass(frozen=True)
class Place:
    """Whose sales: all below main organizations (`heads`), single organizations, or a shop or register of those."""

    heads: tuple[int, ...] = ()
    singles: tuple[int, ...] = ()
    shop: int | None = None
    register: int | None = None
    name: str = ""

    @property
    def is_tree(self) -> bool:
        """Whether it is whole main organizations with all they manage, for which sums are kept (`Tree…`)."""
        return bool(self.heads) and not self.singles and self.shop is None and self.register is None

    def organizations(self) -> Q:
        """The organizations themselves."""
        return Q(pk__in=[*self.heads, *self.singles]) | Q(parent__in=self.heads)

    def within(self, prefix: str = "organization") -> Q:
        """Rows of these organizations; `prefix` leads to the organization."""
        found = Q(**{f"{prefix}__in": self.singles})
        if self.heads:
            found |= Q(**{f"{prefix}__in": self.heads}) | Q(**{f"{prefix}__parent__in": self.heads})
        return found


@dataclass(frozen=True)
class Selection:
    """A place, a span of days and what it is compared with. `base` is the place before anybody narrowed it."""

    place: Place
    base: Place
    wanted: Wanted
    today: date
    currency: str = ""
    """Set once it is known that the place sells in several: amounts of two currencies are never added."""
    reach: Reach | None = field(default=None, compare=False)

    @property
    def span(self) -> Span:
        return self.wanted.span

    @property
    def before(self) -> Span | None:
        return self.span.compared_with(self.wanted.comparison)

    @property
    def unsettled_from(self) -> date:
        """From this day on days are read again: late receipts may still change them."""
        return self.today - timedelta(settings.REREAD_DAYS)

    @property
    def sums_kept(self) -> bool:
        """Whether the sums over whole trees answer it."""
        return self.place.is_tree and not self.currency

    def in_currency(self, currency: str) -> Selection:
        return replace(self, currency=currency)

    def days(self, *, compared: bool = True) -> Q:
        """Rows of the days of the span, and of what it is compared with."""
        found = Q(day__range=(self.span.first, self.span.last))
        if compared and self.before:
            found |= Q(day__range=(self.before.first, self.before.last))
        return found

    def day_rows(self) -> Q:
        """Rows of the `Day…` tables of this place, whose registers stood there on that day."""
        found = self.place.within()
        if self.place.register is not None:
            found &= Q(register=self.place.register)
        if self.place.shop is not None:
            found &= Q(register__in=Placement.objects.filter(shop=self.place.shop).values("register"))
            found &= standing("register__placements__", shop=self.place.shop)
        return found & Q(register__currency=self.currency) if self.currency else found

    def rows(self) -> Q:
        """Rows of whichever table answers it: `Tree…` if sums are kept, else `Day…`."""
        return Q(head__in=self.place.heads) if self.sums_kept else self.day_rows()


def standing(prefix: str, **where: object) -> Q:
    """Placements that cover a row's day; `prefix` leads from the row to the placement, `where` narrows it."""
    named = {f"{prefix}{name}": value for name, value in where.items()}
    open_end = Q(**{f"{prefix}until_day__isnull": True}) | Q(**{f"{prefix}until_day__gte": F("day")})
    return Q(**named, **{f"{prefix}from_day__lte": F("day")}) & open_end


def of_organization(reach: Reach, wanted: Wanted) -> Selection:
    """One organization with all it manages. Raises NotAuthorized, NoSuchPlace."""
    reach.require(Scope.TRANSACTIONS)
    organization = reach.organization
    whole = _whole(reach)
    return _narrowed(replace(whole, name=str(organization)), whole.organizations(), wanted, reach)


def _whole(reach: Reach) -> Place:
    """The organization with all it manages, or one by one what of it is reached."""
    organization = reach.organization
    if not organization.is_managed and reach.allows_below(Scope.TRANSACTIONS):
        return Place(heads=(organization.pk,))
    found = Organization.objects.filter(reach.tree(Scope.TRANSACTIONS, field="")).order_by("pk")
    return Place(singles=tuple(found.values_list("pk", flat=True)))


def of_everything(user: User, wanted: Wanted) -> Selection:
    """Everything the person reaches with TRANSACTIONS. Raises NoSuchPlace."""
    starts = roads(user).starts(Scope.TRANSACTIONS)
    whole = Case(When(parent=None, pk__in=starts.below, then=True), default=False, output_field=BooleanField())
    # Whoever reaches what an organization manages reaches the organization itself.
    found = list(Organization.objects.filter(pk__in=starts.at).order_by().values_list("pk", "parent_id", whole))
    heads = {pk for pk, _parent, all_below in found if all_below}
    singles = {pk for pk, parent, _below in found if pk not in heads and parent not in heads}
    base = Place(heads=tuple(sorted(heads)), singles=tuple(sorted(singles)))
    return _narrowed(base, starts.rows(), wanted, None)


def _narrowed(base: Place, allowed: Q, wanted: Wanted, reach: Reach | None) -> Selection:
    """The place narrowed to organizations, then to a shop or register, all of which must lie within `allowed`."""
    place = base
    if wanted.organizations:
        place = _chosen(base, allowed, wanted.organizations)
    if wanted.register is not None:
        place = _one(place, Register.objects.filter(public_id=wanted.register), "register")
    elif wanted.shop is not None:
        place = _one(place, Shop.objects.filter(place.within(), public_id=wanted.shop), "shop")
    return Selection(place, base, wanted, timezone.localdate(), reach=reach)


def _chosen(base: Place, allowed: Q, wanted: Sequence[UUID]) -> Place:
    found = list(Organization.objects.filter(allowed, public_id__in=wanted).order_by("name", "pk"))
    if len(found) != len(set(wanted)):
        raise NoSuchPlace
    return Place(
        heads=tuple(row.pk for row in found if not row.is_managed),
        singles=tuple(row.pk for row in found if row.is_managed),
        name=", ".join(str(row) for row in found[:3]) + ("…" if len(found) > 3 else ""),
    )


def _one(place: Place, found: object, what: str) -> Place:
    """The place narrowed to one register or shop; a register's past counts where it stood then."""
    row = found.first()  # type: ignore[attr-defined]
    if row is None:
        raise NoSuchPlace
    if what == "register" and not _stood(place, row):
        raise NoSuchPlace
    return replace(place, **{what: row.pk}, name=str(row))


def _stood(place: Place, register: Register) -> bool:
    """Whether the register stands in one of these organizations, or ever did."""
    here = Register.objects.filter(place.within(), pk=register.pk)
    return here.exists() or Placement.objects.filter(place.within(), register=register).exists()
