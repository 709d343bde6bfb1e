"""Lists: limit, offset, order, and their envelope (contract section 4)."""

from __future__ import annotations

from typing import Any

from fiscal.sandbox.management import fields
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Reply

COMMON = ("limit", "offset", "order_by", "order")


def reply(
    call: Call,
    kind: str,
    list_type: str,
    where: str,
    values: tuple[Any, ...],
    *,
    orders: tuple[str, ...] = (),
    filters: tuple[str, ...] = (),
) -> Reply:
    """One page of the objects that `where` chooses, in the caller's order or in order of creation."""
    params = call.request.params
    for name in params:
        if name not in COMMON and name not in filters:
            raise fields.invalid("query", f"should NOT have additional properties: {name}")
    limit = fields.whole_number(params, "limit", call.rules.default_limit, 1, fields.LARGEST_LIMIT)
    offset = fields.whole_number(params, "offset", 0, 0)
    direction = fields.word(params, "order", ("asc", "desc"), "asc")
    order_by = fields.word(params, "order_by", orders)
    column = "seq" if order_by is None else f"json_extract(doc, '$.{'_id' if order_by == 'id' else order_by}')"
    chosen = f"FROM management_objects WHERE kind = ? AND visible_at <= ? AND {where}"
    given = (kind, call.now, *values)
    page = call.db.execute(
        f"SELECT doc {chosen} ORDER BY {column} {direction}, seq LIMIT ? OFFSET ?",  # nosec B608 - words checked above
        (*given, limit, offset),
    ).fetchall()
    count = len(page)
    if call.rules.count_means == "total" and (offset or count == limit):
        count = call.db.execute(f"SELECT count(*) {chosen}", given).fetchone()[0]  # nosec B608
    # The documents are JSON already: reading and writing them again would cost most of the time of a long list.
    data = ",".join(row["doc"] for row in page)
    return Reply(body=f'{{"data":[{data}],"count":{count},"_type":"{list_type}"}}'.encode())
