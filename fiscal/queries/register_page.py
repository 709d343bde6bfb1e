"""One register's page: its facts, where it stood when, how it is filled, and how it is paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Max, Q
from django.utils import timezone

from fiscal.choices import ConnectionKind, PaymentCategory, Provider
from fiscal.models import DayTotal, Finding, Placement, Receipt, Register, Shop, Window
from fiscal.queries.fill_strip import FillStrip, fill_strip
from fiscal.queries.own_days import last_elsewhere, since_then
from fiscal.queries.people import known_people, name_of
from fiscal.queries.reading import WindowLine, window_lines
from organizations.access import Reach, reachable
from organizations.choices import Level, Scope
from organizations.models import Organization

WINDOWS_SHOWN = 10


@dataclass(frozen=True)
class PlacementLine:
    """Where the register stood, from one local day to another (included; None: it stands there now)."""

    organization: str
    shop: str
    shop_number: str
    from_day: date
    until_day: date | None
    placed_by: str


@dataclass(frozen=True)
class MethodLine:
    """A payment method as the register names it."""

    name: str
    category: str
    unmapped: bool


@dataclass(frozen=True)
class RegisterPage:
    """Everything a page says about one register. `connection_id` is None where the person may not open it."""

    register_id: UUID
    organization_id: UUID
    organization: str
    name: str
    serial: str
    remote_id: str
    provider: str
    country: str
    currency: str
    time_zone: str
    region: str
    by_files: bool
    connection: str
    connection_id: UUID | None
    connection_organization_id: UUID | None
    read_from: date | None
    counts_from: date | None
    created_at: datetime
    gone_at: datetime | None
    last_receipt_at: datetime | None
    shop: str
    placements: Sequence[PlacementLine]
    strip: FillStrip
    windows: Sequence[WindowLine]
    methods: Sequence[MethodLine]
    findings: int
    wider: UUID | None
    """The main organization, if one stands above and the person reaches it: only there it can be moved elsewhere."""


@dataclass(frozen=True)
class MovingChoices:
    """Where a register may be moved to from here: organizations by id, and open shops with their organization's id.

    `now` is where it stands: organization and shop. `since`: the first day of which that is known; None if it stood out
    of reach then.
    """

    organizations: Sequence[tuple[UUID, str]]
    shops: Sequence[tuple[UUID, str, UUID]]
    today: date
    now: tuple[UUID, UUID | None]
    since: date | None


def register_page(reach: Reach, register_id: UUID) -> RegisterPage | None:
    """One register of the tree reached; None if there is none. Raises NotAuthorized."""
    reach.require(Scope.CLIENTS)
    register = _found(reach, register_id)
    if register is None:
        return None
    placements = _placements(reach, register)
    opens = _may_open(reach, register)
    since = since_then(register.elsewhere)  # type: ignore[attr-defined]
    return RegisterPage(
        register_id=register.public_id,
        organization_id=register.organization.public_id,
        organization=str(register.organization),
        name=register.name,
        serial=register.serial,
        remote_id=register.remote_id,
        provider=str(Provider(register.provider).label),
        country=register.country_code,
        currency=register.currency,
        time_zone=register.time_zone,
        region=register.region.capitalize(),
        by_files=register.connection.kind == ConnectionKind.FILES,
        connection=register.connection.name if opens else "",
        connection_id=register.connection.public_id if opens else None,
        connection_organization_id=register.connection.organization.public_id if opens else None,
        read_from=register.read_from,
        counts_from=register.counts_from,
        created_at=register.created_at,
        gone_at=register.gone_at,
        last_receipt_at=_last_receipt(register, since),
        shop=placements[0].shop if placements and placements[0].until_day is None else "",
        placements=placements,
        strip=fill_strip(register, since),
        windows=_windows(register, since, opens=opens),
        methods=[
            MethodLine(row.name, str(row.get_category_display()), row.category == PaymentCategory.UNMAPPED)
            for row in register.payment_methods.filter(organization=register.organization)
        ],
        findings=_findings(reach, register),
        wider=_wider(reach, register),
    )


def moving_choices(reach: Reach, register_id: UUID) -> MovingChoices | None:
    """Where this register may be moved to by this person from here; None if there is no such register."""
    reach.require(Scope.CLIENTS)
    register = _found(reach, register_id)
    if register is None:
        return None
    home = register.connection.organization_id
    places = Organization.objects.filter(reach.tree(Scope.CLIENTS, Level.MANAGE, field=""), retired_at=None).filter(
        Q(pk=home) | Q(parent=home)
    )
    shops = Shop.objects.filter(organization__in=places, closed_at=None).select_related("organization")
    return MovingChoices(
        organizations=[(place.public_id, str(place)) for place in places],
        shops=[
            (shop.public_id, f"{shop} ({shop.number})" if shop.number else str(shop), shop.organization.public_id)
            for shop in shops
        ],
        today=timezone.localdate(timezone=register.zone),
        now=(register.organization.public_id, _shop_now(register)),
        since=_first_day(reach, register),
    )


def _found(reach: Reach, register_id: UUID) -> Register | None:
    rows = Register.objects.select_related("organization", "connection__organization")
    rows = rows.annotate(elsewhere=last_elsewhere(reach.actor))
    return rows.filter(reach.tree(Scope.CLIENTS), public_id=register_id).first()


def _first_day(reach: Reach, register: Register) -> date | None:
    """The first known day, unless it stood out of reach then."""
    first = register.placements.order_by("from_day").values_list("organization_id", "from_day").first()
    if (
        first is None
        or not Organization.objects.filter(reach.tree(Scope.CLIENTS, Level.MANAGE, field=""), pk=first[0]).exists()
    ):
        return None
    return first[1]


def _shop_now(register: Register) -> UUID | None:
    standing = register.placements.filter(until_day=None).values_list("shop__public_id", flat=True)
    shop_id: UUID | None = standing.first()
    return shop_id


def _may_open(reach: Reach, register: Register) -> bool:
    """Whether the person may open the connection: it may belong to an organization they know nothing of."""
    if reach.actor is None:
        return True
    return reachable(reach.actor, Scope.INTEGRATIONS).filter(pk=register.connection.organization_id).exists()


def _wider(reach: Reach, register: Register) -> UUID | None:
    above = reach.organization.parent
    if above is None or reach.actor is None or register.connection.organization_id != above.pk:
        return None
    return above.public_id if reachable(reach.actor, Scope.CLIENTS).filter(pk=above.pk).exists() else None


def _placements(reach: Reach, register: Register) -> list[PlacementLine]:
    """Newest first. SECURITY: where it stood outside the person's reach is told by days only."""
    rows = list(
        Placement.objects.filter(register=register)
        .select_related("organization", "shop", "placed_by")
        .order_by("-from_day")
    )
    known = known_people(reach.actor, [row.placed_by_id for row in rows])
    places = {row.organization_id for row in rows}
    if reach.actor is not None:
        places = set(reachable(reach.actor).filter(pk__in=places).values_list("pk", flat=True))
    return [
        PlacementLine(
            organization=str(row.organization) if row.organization_id in places else "",
            shop=row.shop.name if row.shop and row.organization_id in places else "",
            shop_number=row.shop.number if row.shop and row.organization_id in places else "",
            from_day=row.from_day,
            until_day=row.until_day,
            placed_by=name_of(row.placed_by, known),
        )
        for row in rows
    ]


def _windows(register: Register, since: date | None, *, opens: bool) -> list[WindowLine]:
    """The newest ones. SECURITY: what was read of all registers together is for who may open the connection."""
    whose = Q(register=register) | Q(register=None) if opens else Q(register=register)
    windows = Window.objects.filter(whose, connection=register.connection_id).select_related("register")
    return window_lines((windows.filter(first_day__gte=since) if since else windows)[:WINDOWS_SHOWN])


def _last_receipt(register: Register, since: date | None) -> datetime | None:
    """When it last issued a receipt: looked up on the last day that has any, so that one partition is read."""
    day = DayTotal.objects.filter(register=register).aggregate(day=Max("day"))["day"]
    if day is None or (since and day < since):
        return None
    receipts = Receipt.objects.filter(register=register, day=day, removed_at=None)
    moment: datetime | None = receipts.aggregate(at=Max("issued_at"))["at"]
    return moment


def _findings(reach: Reach, register: Register) -> int:
    if not reach.allows(Scope.MONITORING):
        return 0
    return Finding.objects.filter(register=register, settled_at=None).count()
