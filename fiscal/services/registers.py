"""Registers: devices added by hand, names, and where a register stands from which day on.

A register may stand in the organization that its connection belongs to, or in one that this organization manages.
"""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import ConnectionKind, ConnectionStatus
from fiscal.models import Connection, Placement, Register, Shop
from fiscal.services.rehoming import rehome
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.models import Organization
from organizations.rules import RulesBroken

ZONES = {"AUT": "Europe/Vienna", "ITA": "Europe/Rome", "DEU": "Europe/Berlin"}
REGIONS = ("JUNGHOLZ", "MITTELBERG")
"""Where Austria's VAT differs: 19 % in place of 20 % (contract "RKSV", heading on the field Besonders)."""


def register_of(reach: Reach, register_id: UUID) -> Register:
    """A register of the tree reached, locked until the transaction ends. Raises Register.DoesNotExist."""
    rows = Register.objects.select_for_update(of=("self",)).select_related("connection__organization")
    return rows.get(reach.tree(Scope.CLIENTS, Level.MANAGE), public_id=register_id)


def add_device(
    reach: Reach, connection_id: UUID, *, name: str, from_day: date, shop_id: UUID | None = None
) -> Register:
    """Add a device whose sales arrive in files: DataCash names devices on its cloud pages only.

    Raises RulesBroken for a connection of another kind, a name that is taken and a shop elsewhere; NotAuthorized,
    Connection.DoesNotExist.
    """
    reach.require(Scope.CLIENTS, Level.MANAGE)
    try:
        with transaction.atomic(durable=True):
            return _added(reach, connection_id, name.strip(), shop_id, from_day)
    except IntegrityError:
        raise RulesBroken({"name": _("There is a device of this name already: give this one another.")}) from None


def _added(reach: Reach, connection_id: UUID, name: str, shop_id: UUID | None, from_day: date) -> Register:
    connection = Connection.objects.select_related("organization").get(
        reach.tree(Scope.CLIENTS, Level.MANAGE), public_id=connection_id
    )
    if connection.kind != ConnectionKind.FILES or connection.status == ConnectionStatus.REVOKED:
        raise RulesBroken({"": _("Devices are added by hand only where sales arrive in files.")})
    if not name:
        raise RulesBroken({"name": _("Name the device as DataCash’s cloud pages do.")})
    zone = ZONES[connection.country_code]
    shop = _shop(reach, connection, shop_id)
    place = shop.organization if shop else connection.organization
    register = Register.objects.create(
        organization=place,
        connection=connection,
        provider=connection.provider,
        remote_id=name,
        name=name,
        country_code=connection.country_code,
        currency=connection.currency,
        time_zone=zone,
        read_from=from_day,
    )
    Placement.objects.create(register=register, organization=place, shop=shop, from_day=from_day, placed_by=reach.actor)
    record(reach, Verb.REGISTER_ADDED, register, after={"name": name, "shop": str(shop or ""), "from": str(from_day)})
    return register


@transaction.atomic(durable=True)
def change_register(reach: Reach, register_id: UUID, *, name: str, region: str = "") -> Register:
    """Change what we call a register, and the region whose VAT it has.

    Raises RulesBroken, NotAuthorized, Register.DoesNotExist.
    """
    reach.require(Scope.CLIENTS, Level.MANAGE)
    register = register_of(reach, register_id)
    if not name.strip():
        raise RulesBroken({"name": _("Give the register a name: people find it by that.")})
    if region and (region not in REGIONS or register.country_code != "AUT"):
        raise RulesBroken({"region": _("Only Jungholz and Mittelberg in Austria have a VAT of their own.")})
    values = {"name": name.strip(), "region": region}
    before = {key: getattr(register, key) for key in values if getattr(register, key) != values[key]}
    if before:
        record(reach, Verb.REGISTER_CHANGED, register, before=before, after={key: values[key] for key in before})
        Register.objects.filter(pk=register.pk).update(**values)
        register.name, register.region = values["name"], values["region"]
    return register


@transaction.atomic(durable=True)
def place_register(
    reach: Reach, register_id: UUID, *, organization_id: UUID, from_day: date, shop_id: UUID | None = None
) -> Placement:
    """Say where a register stands from a local day on, until the next move that is known. What was before, stays.

    Receipts and roll-ups of these days move along. Raises RulesBroken for a day to come or one on which it stood out of
    reach, a shop or an organization elsewhere, and a place where it stands already; NotAuthorized, Register.DoesNotExist.
    """
    reach.require(Scope.CLIENTS, Level.MANAGE)
    register = register_of(reach, register_id)
    if from_day > timezone.localdate(timezone=register.zone):
        raise RulesBroken({"from_day": _("Choose today or an earlier day: say it when the register has moved.")})
    place = _place(reach, register.connection, organization_id)
    shop = _shop(reach, register.connection, shop_id)
    if shop and shop.organization_id != place.pk:
        raise RulesBroken({"shop": _("%(shop)s is not a shop of %(place)s.") % {"shop": shop, "place": place}})
    old = _starts(register)
    first, stood = min(old), _merged(old)
    _refuse_days_of_others(reach, old[max((day for day in old if day <= from_day), default=first)][0])
    # Days before the first known place belong to it (`Places`): naming an earlier one says where it has stood ever since.
    earliest = from_day <= first
    kept = {day: there for day, there in old.items() if not (earliest and day == first)}
    new = _merged({**kept, from_day: (place.pk, shop.pk if shop else None)})
    if new == stood:
        raise RulesBroken({"": _("The register stands there already on that day.")})
    _write(reach, register, new)
    placement = Placement.objects.filter(register=register, from_day__lte=from_day).latest("from_day")
    following = min((day for day in kept if day > from_day), default=None)
    last_day = following - timedelta(days=1) if following else None
    rehome(register, place, first_day=date.min if earliest else from_day, last_day=last_day)
    record(
        reach,
        Verb.REGISTER_PLACED,
        register,
        after={"place": str(place), "shop": str(shop or ""), "from": str(from_day)},
    )
    return placement


def _refuse_days_of_others(reach: Reach, stood_in: int) -> None:
    """SECURITY: what was sold belongs to where the register stood then; who does not reach that cannot take it."""
    if not Organization.objects.filter(reach.tree(Scope.CLIENTS, Level.MANAGE, field=""), pk=stood_in).exists():
        words = _("On that day the register stood elsewhere: choose a day since it stands here.")
        raise RulesBroken({"from_day": words})


Starts = dict[date, tuple[int, int | None]]
"""Where a register stands, as (organization, shop), from which day on; each until the next."""


def _starts(register: Register) -> Starts:
    rows = register.placements.values_list("from_day", "organization_id", "shop_id")
    found: Starts = {day: (place, shop) for day, place, shop in rows}
    if found:
        return found
    begin = register.read_from or timezone.localtime(register.created_at, register.zone).date()
    return {begin: (register.organization_id, None)}


def _merged(starts: Starts) -> Starts:
    """The same without moves that change nothing."""
    kept: Starts = {}
    for day in sorted(starts):
        if not kept or kept[max(kept)] != starts[day]:
            kept[day] = starts[day]
    return kept


def _write(reach: Reach, register: Register, starts: Starts) -> None:
    """Make the placements so, leaving rows that stay as they are, with who made them."""
    days = sorted(starts)
    Placement.objects.filter(register=register).exclude(from_day__in=days).delete()
    rows = {row.from_day: row for row in Placement.objects.filter(register=register)}
    for day, following in zip(days, [*days[1:], None], strict=True):
        place, shop = starts[day]
        until = following - timedelta(days=1) if following else None
        row = rows.get(day) or Placement(register=register, from_day=day, placed_by=reach.actor)
        if (row.organization_id, row.shop_id) != (place, shop):
            row.organization_id, row.shop_id, row.placed_by = place, shop, reach.actor
        row.until_day = until
        row.save()
    today = timezone.localdate(timezone=register.zone)
    now = max((day for day in days if day <= today), default=days[0])
    Register.objects.filter(pk=register.pk).update(organization=starts[now][0])


def _place(reach: Reach, connection: Connection, organization_id: UUID) -> Organization:
    """An organization that the person reaches here and that the connection's registers may stand in."""
    home = connection.organization_id
    found = Organization.objects.filter(
        reach.tree(Scope.CLIENTS, Level.MANAGE, field=""), public_id=organization_id, retired_at=None
    ).first()
    if found is None or home not in (found.pk, found.parent_id):
        raise RulesBroken(
            {"organization": _("A register stands where its connection belongs to, or in an organization below that.")}
        )
    return found


def _shop(reach: Reach, connection: Connection, shop_id: UUID | None) -> Shop | None:
    """An open shop of such an organization; None for no shop."""
    if shop_id is None:
        return None
    home = connection.organization_id
    shop = (
        Shop.objects.select_related("organization")
        .filter(reach.tree(Scope.CLIENTS, Level.MANAGE), public_id=shop_id)
        .first()
    )
    if shop is None or shop.closed_at or home not in (shop.organization_id, shop.organization.parent_id):
        raise RulesBroken({"shop": _("Choose a shop that is open and belongs to that organization.")})
    return shop
