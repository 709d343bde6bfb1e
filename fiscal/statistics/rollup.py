"""Roll-ups, recomputed whole per dirty (register, local day), and from them the sums over a main organization's tree.

Nothing is ever incremented: late, changed and removed receipts leave a mark (`DirtyDay`) in their own transaction, and
the roll-ups of that day are deleted and inserted again in the transaction that takes the mark away. A crash leaves the
mark, and doing it twice changes nothing. One statement serves any number of days.

Days that are being read are held back (`HELD`): nothing partial is ever visible. The fill rolls them up itself, in the
transaction that declares them complete.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from fiscal.choices import ConnectionStatus, FillSource, FillState, Provider, WindowState
from fiscal.statistics.checkpoints import reached
from fiscal.statistics.dialect import Pair, among, each, pairs, read_day, text, unlocked, whole
from fiscal.statistics.partitions import days_kept
from fiscal.statistics.turnover import TURNOVER

BATCH = 1_000
TREE_BATCH = 100

DAY_TABLES = ("fiscal_daytotal", "fiscal_daypayment", "fiscal_dayvat", "fiscal_dayarticle")
TREE_TABLES = ("fiscal_treetotal", "fiscal_treepayment", "fiscal_treevat", "fiscal_treearticle")

HELD = f"""
    EXISTS (SELECT 1 FROM fiscal_fillday f
        WHERE f.register_id = mark.register_id AND f.day = mark.day AND f.state = '{FillState.STARTED}')
    OR EXISTS (SELECT 1 FROM fiscal_window w JOIN fiscal_connection c ON c.id = w.connection_id
        WHERE w.register_id = mark.register_id AND mark.day BETWEEN w.first_day AND w.last_day
        AND w.state = '{WindowState.STARTED}' AND c.status = '{ConnectionStatus.ACTIVE}')"""
"""A day that is not filled yet, or one that is being read again."""

_KINDS = ", ".join(f"'{kind}'" for kind in sorted(TURNOVER))
_COUNTS = "r.removed_at IS NULL AND r.suspect = ''"


def roll_up_days(*, now: datetime, limit: int = BATCH) -> int:
    """Recompute dirty days, oldest marks first; at most `limit`, in one transaction. Gives how many there were."""
    with transaction.atomic():
        found = _take("fiscal_dirtyday", "register_id", limit, unless=HELD)
        # A day whose receipts have expired keeps its figures: there is nothing to compute them from.
        recompute_days(days_kept(found, now=now), now=now)
        reached("in-roll-up")
    return len(found)


def roll_up_trees(*, limit: int = TREE_BATCH) -> int:
    """Recompute dirty days of main organizations; at most `limit`, in one transaction. Gives how many there were."""
    with transaction.atomic():
        found = _take("fiscal_dirtytree", "head_id", limit)
        recompute_trees(found)
    return len(found)


def roll_up(*, now: datetime) -> int:
    """Recompute everything that is dirty and not held back. Gives the number of (register, day)s."""
    done = 0
    while some := roll_up_days(now=now):
        done += some
    while roll_up_trees():
        pass
    return done


def _take(table: str, owner: str, limit: int, *, unless: str = "") -> list[Pair]:
    """Take marks away. Whoever marks the same day meanwhile waits for our commit, and marks it anew."""
    chosen = f"SELECT mark.id FROM {table} mark WHERE NOT ({unless or '1 = 0'}) ORDER BY mark.marked_at LIMIT %s"
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE id IN ({chosen} {unlocked()}) RETURNING {owner}, day", [limit])
        return [(owner_id, read_day(day)) for owner_id, day in cursor.fetchall()]


# --- days ------------------------------------------------------------------------------------------------------------


def recompute_days(found: Sequence[Pair], *, now: datetime) -> None:
    """Delete and insert the roll-ups of these (register, day)s, and mark the trees they belong to.

    Days whose figures come from an uploaded file stay as they are as long as there are no receipts for them. What a file
    told of payments, VAT and articles beside receipts that tell nothing of them stays as long as their turnover does. Call
    it in a transaction.
    """
    if not found:
        return
    _mark_trees(found, now)
    if not (found := _without_files(found)):
        return
    told = _told_by_files(found)
    before = _turnover(told)
    _delete(DAY_TABLES[0], found)
    _run(found, _TOTALS, receipts=True)
    after = _turnover(told)
    split = [pair for pair in found if pair not in told or before.get(pair) != after.get(pair)]
    for table, insert in zip(DAY_TABLES[1:], (_payments(), _vat(), _articles()), strict=True):
        if split:
            _delete(table, split)
            _run(split, insert, receipts=True)
    _mark_trees(found, now)


def _delete(table: str, found: Sequence[Pair]) -> None:
    _run(found, f"DELETE FROM {table} WHERE (register_id, day) IN (SELECT id, day FROM pairs)")


def _told_by_files(found: Sequence[Pair]) -> list[Pair]:
    """Those that have splits, although none of their receipts tells any: DataCash's lists never do."""
    splits = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} t WHERE t.register_id = p.id AND t.day = p.day)" for table in DAY_TABLES[1:]
    )
    sql = f"""SELECT p.id, p.day FROM pairs p
        JOIN fiscal_register x ON x.id = p.id AND x.provider = '{Provider.DATACASH}'
        WHERE ({splits}) AND NOT EXISTS (
            SELECT 1 FROM fiscal_receipt r WHERE r.register_id = p.id AND r.day = p.day AND {_COUNTS} /*near*/
            AND (r.payments <> '[]' OR r.taxes <> '[]' OR r.items <> '[]'))"""
    return [(register, read_day(day)) for register, day in _run(found, sql, receipts=True)]


def _turnover(found: Sequence[Pair]) -> dict[Pair, int]:
    """Net turnover in cents, as rolled up at this moment."""
    if not found:
        return {}
    sql = f"""SELECT p.id, p.day, SUM(t.total) FROM pairs p
        JOIN fiscal_daytotal t ON t.register_id = p.id AND t.day = p.day AND t.kind IN ({_KINDS})
        GROUP BY p.id, p.day"""
    return {(register, read_day(day)): int(total) for register, day, total in _run(found, sql)}


def _without_files(found: Sequence[Pair]) -> list[Pair]:
    """Those that have receipts, or no file."""
    sql = f"""SELECT p.id, p.day FROM pairs p
        JOIN fiscal_fillday f ON f.register_id = p.id AND f.day = p.day AND f.source = '{FillSource.FILE}'
        WHERE NOT EXISTS (SELECT 1 FROM fiscal_receipt r WHERE r.register_id = p.id AND r.day = p.day AND {_COUNTS})"""
    with_file = {(register, read_day(day)) for register, day in _run(found, sql)}
    return [pair for pair in found if pair not in with_file]


def _mark_trees(found: Sequence[Pair], now: datetime) -> None:
    """Before and after, because a register may have moved to another organization."""
    _run(
        found,
        """INSERT INTO fiscal_dirtytree (head_id, day, marked_at)
        SELECT DISTINCT COALESCE(o.parent_id, o.id) AS head_id, t.day, %s
        FROM pairs p JOIN fiscal_daytotal t ON t.register_id = p.id AND t.day = p.day
        JOIN organizations_organization o ON o.id = t.organization_id WHERE 1 = 1 ORDER BY 1, 2
        ON CONFLICT (head_id, day) DO UPDATE SET marked_at = excluded.marked_at""",
        [connection.ops.adapt_datetimefield_value(now)],
    )


def _run(found: Sequence[Pair], sql: str, more: Sequence[Any] = (), *, receipts: bool = False) -> list[Any]:
    """Run a statement over these pairs; its rows, if it gives any."""
    common, parameters = pairs(found)
    if receipts:
        near, days = among(found, "r.day")
        sql, parameters = sql.replace("/*near*/", f"AND {near}"), [*parameters, *days]
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {common} {sql}", [*parameters, *more])
        return cursor.fetchall() if cursor.description else []


_SOLD = f"""pairs p JOIN fiscal_receipt r
    ON r.register_id = p.id AND r.day = p.day AND {_COUNTS} /*near*/"""

_TOTALS = f"""INSERT INTO fiscal_daytotal
    (organization_id, register_id, day, kind, count, total, uncollected, currency, source)
    SELECT MIN(r.organization_id), r.register_id, r.day, r.kind, COUNT(*), SUM(r.total), SUM(r.uncollected), r.currency,
        '{FillSource.RECEIPTS}'
    FROM {_SOLD} GROUP BY r.register_id, r.day, r.kind, r.currency"""


def _payments() -> str:
    return f"""INSERT INTO fiscal_daypayment (organization_id, register_id, day, method_id, total)
        SELECT s.organization_id, s.register_id, s.day, m.id, s.total FROM (
            SELECT MIN(r.organization_id) AS organization_id, r.register_id, r.day, {text(0)} AS name,
                SUM({whole(1)}) AS total
            FROM {_SOLD} AND r.kind IN ({_KINDS}) {each("r.payments")}
            GROUP BY r.register_id, r.day, {text(0)}) s
        JOIN fiscal_paymentmethod m
            ON m.register_id = s.register_id AND m.organization_id = s.organization_id AND m.name = s.name"""


def _vat() -> str:
    return f"""INSERT INTO fiscal_dayvat
        (organization_id, register_id, day, country_code, code, rate, gross, net, tax)
        SELECT s.organization_id, s.register_id, s.day, x.country_code, s.code, s.rate, s.gross, s.net, s.tax FROM (
            SELECT MIN(r.organization_id) AS organization_id, r.register_id, r.day, {text(0)} AS code,
                COALESCE({whole(1)}, -1) AS rate, SUM({whole(2)}) AS gross, SUM({whole(3)}) AS net,
                SUM({whole(4)}) AS tax
            FROM {_SOLD} AND r.kind IN ({_KINDS}) {each("r.taxes")}
            GROUP BY r.register_id, r.day, {text(0)}, COALESCE({whole(1)}, -1)) s
        JOIN fiscal_register x ON x.id = s.register_id"""


def _articles() -> str:
    return f"""INSERT INTO fiscal_dayarticle (organization_id, register_id, day, name, quantity, total)
        SELECT MIN(r.organization_id), r.register_id, r.day, {text(0)}, SUM({whole(1)}), SUM({whole(2)})
        FROM {_SOLD} AND r.kind IN ({_KINDS}) {each("r.items")}
        GROUP BY r.register_id, r.day, {text(0)}"""


# --- trees -----------------------------------------------------------------------------------------------------------

_BELOW = "pairs p JOIN organizations_organization o ON o.id = p.id OR o.parent_id = p.id JOIN"
_ON = "t ON t.organization_id = o.id AND t.day = p.day"

_TREES = (
    f"""INSERT INTO fiscal_treetotal (head_id, day, kind, count, total, uncollected, currency)
    SELECT p.id, p.day, t.kind, SUM(t.count), SUM(t.total), SUM(t.uncollected), t.currency
    FROM {_BELOW} fiscal_daytotal {_ON} GROUP BY p.id, p.day, t.kind, t.currency""",
    f"""INSERT INTO fiscal_treepayment (head_id, day, name, category, total)
    SELECT p.id, p.day, m.name, m.category, SUM(t.total)
    FROM {_BELOW} fiscal_daypayment {_ON} JOIN fiscal_paymentmethod m ON m.id = t.method_id
    GROUP BY p.id, p.day, m.name, m.category""",
    f"""INSERT INTO fiscal_treevat (head_id, day, country_code, code, rate, gross, net, tax)
    SELECT p.id, p.day, t.country_code, t.code, t.rate, SUM(t.gross), SUM(t.net), SUM(t.tax)
    FROM {_BELOW} fiscal_dayvat {_ON} GROUP BY p.id, p.day, t.country_code, t.code, t.rate""",
    f"""INSERT INTO fiscal_treearticle (head_id, day, name, quantity, total)
    SELECT p.id, p.day, t.name, SUM(t.quantity), SUM(t.total)
    FROM {_BELOW} fiscal_dayarticle {_ON} GROUP BY p.id, p.day, t.name""",
)


def recompute_trees(found: Sequence[Pair]) -> None:
    """Delete and insert the sums of these (main organization, day)s from the roll-ups of days. In a transaction."""
    if not found:
        return
    for table in TREE_TABLES:
        _run(found, f"DELETE FROM {table} WHERE (head_id, day) IN (SELECT id, day FROM pairs)")
    for insert in _TREES:
        _run(found, insert)
