"""Who reads a Kassen-ID. Whoever claims it first does; the database decides between two who claim it at once."""

from __future__ import annotations

from collections.abc import Collection

from fiscal.models import Connection, SerialClaim


def claim(connection: Connection, serials: Collection[str]) -> set[str]:
    """Claim these for the connection; gives those of them that it did not get: others below its main organization read them.

    Call it in a transaction. Of two who claim the same at once the second waits for the first, and then sees its claim.
    """
    head, provider = head_of(connection), connection.provider
    wanted = sorted({serial for serial in serials if serial})
    SerialClaim.objects.bulk_create(
        [SerialClaim(head_id=head, provider=provider, serial=serial, connection=connection) for serial in wanted],
        ignore_conflicts=True,
    )
    return set(wanted).difference(connection.claims.values_list("serial", flat=True))


def release(connection: Connection, *, keeping: Collection[str] = ()) -> None:
    """Let others read what this connection no longer reads: everything but `keeping`."""
    connection.claims.exclude(serial__in=keeping).delete()


def head_of(connection: Connection) -> int:
    """The id of the main organization whose tree the connection's sales are summed in."""
    return connection.organization.parent_id or connection.organization_id
