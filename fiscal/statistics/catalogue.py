"""Registers, articles and payment methods as the provider lists them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, Q

from fiscal.choices import ConnectionKind, ConnectionStatus, FillState
from fiscal.models import Article, Connection, FillDay, Placement, Register
from fiscal.statistics.claims import claim, head_of, release
from fiscal.statistics.methods import add_methods, known_methods
from fiscal.statistics.plan import DAY, HOUR, NIGHTLY_DAYS
from fiscal.statistics.reader import Reader
from fiscal.statistics.shapes import Catalogue, SourceRegister
from fiscal.statistics.windows import local_day
from organizations.models import Organization

log = logging.getLogger(__name__)

ZONES = {"AUT": "Europe/Vienna", "ITA": "Europe/Rome"}


def refresh(reader: Reader, connection: Connection) -> None:
    """Look for registers every hour, for articles and payment methods every day. Raises ProviderError, LeaseLost."""
    now = reader.clock()
    seen = connection.catalogue_at
    missing = not connection.registers.exists()
    # A paused connection is asked for its receipts first: its licence decides about those.
    if missing or seen is None or _slot(connection.read_at, now):
        _take_registers(reader, connection, reader.source.registers())
    if seen is None or seen <= now - DAY:
        _take_catalogue(reader, connection, reader.source.catalogue())


def _slot(read_at: datetime | None, now: datetime) -> bool:
    """Whether an hour has begun since the last good round."""
    return read_at is None or int(read_at.timestamp() // HOUR.total_seconds()) != int(
        now.timestamp() // HOUR.total_seconds()
    )


@transaction.atomic
def _take_registers(reader: Reader, connection: Connection, found: Sequence[SourceRegister]) -> None:
    """New ones are placed where the connection is, those of an ended one go on; vanished ones keep their history. An empty list says nothing."""
    now = reader.clock()
    reader.lease.hold(now=now)
    if not found:
        return
    others = claim(connection, [one.serial for one in found])
    ours = [one for one in found if one.serial not in others]
    release(connection, keeping=[one.serial for one in ours])
    known = {row.remote_id: row for row in connection.registers.all()}
    listed = [one.remote_id for one in ours]
    for one in ours:
        if one.remote_id not in known:
            if not _take_over(connection, one, listed):
                _add(connection, one, now)
        elif (row := known[one.remote_id]).gone_at is not None or (one.serial and row.serial != one.serial):
            row.gone_at, row.serial = None, one.serial or row.serial
            row.save(update_fields=["gone_at", "serial"])
    gone = connection.registers.filter(gone_at=None).exclude(remote_id__in=listed).update(gone_at=now)
    if gone:
        log.info("%d registers of connection %s are no longer listed", gone, connection.pk)
    passed_over = [[one.serial, one.name[:100]] for one in found if one.serial in others]
    if passed_over != connection.passed_over:
        Connection.objects.filter(pk=connection.pk).update(passed_over=passed_over)


def _take_over(connection: Connection, one: SourceRegister, listed: Sequence[str]) -> bool:
    """Go on with a register that was read before and is read no more: as another one, its sales would count twice.

    `listed`: ids of the connection's registers that are still there. SECURITY: only if it never stood outside of the
    connection's organization and those below, who then own its history.
    """
    if one.serial:  # ours alone, since it is claimed
        same = Q(serial=one.serial) & ~Q(connection=connection, remote_id__in=listed)
    elif connection.kind == ConnectionKind.KEY:
        same = Q(remote_id=one.remote_id, connection__kind=ConnectionKind.KEY)
        same &= Q(connection__status=ConnectionStatus.REVOKED)
    else:
        return False
    own = connection.organization_id
    inside = Organization.objects.filter(Q(pk=own) | Q(parent=own)).values("pk")
    elsewhere = Placement.objects.filter(register=OuterRef("pk")).exclude(organization__in=inside)
    left = Register.objects.select_for_update(of=("self",)).filter(
        same, ~Exists(elsewhere), provider=connection.provider
    )
    row = left.filter(organization__in=inside).order_by("-pk").first()
    if row is None:
        return False
    row.connection, row.remote_id, row.gone_at = connection, one.remote_id, None
    row.save(update_fields=["connection", "remote_id", "gone_at"])
    return True


def _add(connection: Connection, one: SourceRegister, now: datetime) -> None:
    register = Register(
        organization_id=connection.organization_id,
        connection=connection,
        provider=connection.provider,
        remote_id=one.remote_id,
        serial=one.serial,
        name=one.name[:100] or one.remote_id,
        country_code=connection.country_code,
        currency=connection.currency,
        time_zone=ZONES[connection.country_code],
    )
    register.counts_from = _after_others(connection, one)
    first = local_day(now, register.zone) - timedelta(days=NIGHTLY_DAYS)
    register.read_from = max(first, register.counts_from or first)
    register.save()
    Placement.objects.create(register=register, organization_id=connection.organization_id, from_day=register.read_from)


def _after_others(connection: Connection, one: SourceRegister) -> date | None:
    """The day after the last one that was read of this Kassen-ID through a register that stays others'; None: there is none.

    Both are summed in the same tree: whatever both had read would count twice.
    """
    if not one.serial:
        return None
    head = head_of(connection)
    same = Register.objects.filter(Q(organization=head) | Q(organization__parent=head), provider=connection.provider)
    days = FillDay.objects.filter(register__in=same.filter(serial=one.serial)).exclude(state=FillState.STARTED)
    last: date | None = days.aggregate(day=Max("day"))["day"]
    return last + timedelta(days=1) if last else None


@transaction.atomic
def _take_catalogue(reader: Reader, connection: Connection, found: Catalogue) -> None:
    now = reader.clock()
    reader.lease.hold(now=now)
    rows = {
        one.remote_id: Article(
            connection=connection,
            remote_id=one.remote_id,
            number=one.number[:60],
            name=one.name[:200],
            group=one.group[:100],
            price=one.price,
            vat_rate=one.vat_rate,
            seen_at=now,
        )
        for one in found.articles
    }
    Article.objects.bulk_create(
        rows.values(),
        batch_size=1_000,
        update_conflicts=True,
        unique_fields=["connection", "remote_id"],
        update_fields=["number", "name", "group", "price", "vat_rate", "seen_at"],
    )
    listed = [name[:100] for name in found.payment_methods]
    for register in connection.registers.filter(gone_at=None):
        here = {(register.organization_id, name) for name in listed}
        if new := here - known_methods(register):
            add_methods(register, new)
    Connection.objects.filter(pk=connection.pk).update(catalogue_at=now)
