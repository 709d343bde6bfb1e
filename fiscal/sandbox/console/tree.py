"""The organizations as a tree with pages, and one organization with its keys and users."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from fiscal.sandbox.desk import Desk
from fiscal.sandbox.management import organizations as rules
from fiscal.sandbox.management import records
from fiscal.sandbox.management import users as people
from fiscal.sandbox.render import moment, page
from fiscal.sandbox.web import Refusal, Reply, Request

SIZE = 25  # organizations on a page
SHOWN = 5  # managed ones shown under each; the rest is on the organization's own page
EDITABLE = (
    "name",
    "display_name",
    "address_line1",
    "address_line2",
    "zip",
    "town",
    "state",
    "country_code",
    "vat_id",
    "tax_number",
    "economy_id",
)


def organizations(desk: Desk, request: Request) -> Reply:
    """Main organizations with the first of those they manage; with a search, all that match."""
    needle = request.params.get("q", "").strip()
    number = _page_number(request)
    where, values = ("kind = 'organization' AND parent = ''", ()) if not needle else _search(needle)
    with desk.store.transaction() as db:
        count, docs = _page(db, where, values, number)
        rows = [{"doc": _shown(doc), **_managed(db, doc["_id"])} for doc in docs]
        total = db.execute("SELECT count(*) FROM management_objects WHERE kind = 'organization'").fetchone()[0]
    values_ = {
        "here": "organizations",
        "rows": rows,
        "q": needle,
        "total": str(total),
        **_pages(request, number, count),
    }
    return page("organizations.html", values_)


def organization(desk: Desk, request: Request, organization_id: str) -> Reply:
    """One organization; KeyError if there is none."""
    number = _page_number(request)
    with desk.store.transaction() as db:
        doc = records.get(db, "organization", organization_id)
        if doc is None:
            raise KeyError(organization_id)
        count, managed = _page(db, "kind = 'organization' AND parent = ?", (organization_id,), number)
        keys = records.documents(db, "api_key", "owner = ?", (organization_id,))
        values = {
            "here": "organizations",
            "doc": _shown(doc),
            "wire": json.dumps(doc, ensure_ascii=False, indent=2),
            "form": [{"name": name, "value": doc.get(name, "")} for name in EDITABLE],
            "keys": [{**_shown(key), "at": moment(key["created_at"])} for key in keys],
            "users": _users(db, organization_id, desk.clock()),
            "addresses": [
                _shown(address) for address in records.documents(db, "billing_address", "owner = ?", (organization_id,))
            ],
            "managed": [_shown(child) for child in managed],
            "managed_count": str(count),
            **_pages(request, number, count),
        }
    return page("organization.html", values)


def check(given: dict[str, str]) -> None:
    """Refuse what the provider's own form would refuse; ValueError with the reason."""
    for name, value in given.items():
        if value or name in rules.REQUIRED:
            try:
                rules.CHECKS[name](name, value)
            except Refusal as refusal:
                raise ValueError(refusal.message) from refusal


def check_email(email: str) -> None:
    """Refuse what the provider's own form would refuse; ValueError with the reason."""
    try:
        people.CHECKS["email"]("email", email)
    except Refusal as refusal:
        raise ValueError(refusal.message) from refusal


def _users(db: sqlite3.Connection, organization_id: str, now: float) -> list[dict[str, Any]]:
    people.expire(db, now)
    found = records.documents(db, people.KIND, "owner = ?", (organization_id,))
    return [{**_shown(user), "until": _until(db, user["_id"])} for user in found]


def _until(db: sqlite3.Connection, user_id: str) -> str:
    until = people.invited_until(db, user_id)
    return moment(until) if until else ""


def _search(needle: str) -> tuple[str, tuple[Any, ...]]:
    found = "kind = 'organization' AND (id = ? OR json_extract(doc, '$.name') LIKE ?)"
    return found, (needle, f"%{needle}%")


def _page(db: sqlite3.Connection, where: str, values: tuple[Any, ...], number: int) -> tuple[int, list[dict[str, Any]]]:
    chosen = f"FROM management_objects WHERE {where}"
    count = db.execute(f"SELECT count(*) {chosen}", values).fetchone()[0]  # nosec B608 - written in this file
    rows = db.execute(
        f"SELECT doc {chosen} ORDER BY seq LIMIT ? OFFSET ?",  # nosec B608 - written in this file
        (*values, SIZE, (number - 1) * SIZE),
    )
    return count, [records.read(row) for row in rows]


def _managed(db: sqlite3.Connection, organization_id: str) -> dict[str, Any]:
    count = db.execute("SELECT count(*) FROM management_objects WHERE parent = ?", (organization_id,)).fetchone()[0]
    rows = db.execute(
        "SELECT doc FROM management_objects WHERE parent = ? ORDER BY seq LIMIT ?", (organization_id, SHOWN)
    )
    shown = [_shown(records.read(row)) for row in rows]
    return {"managed": shown, "more": str(count - len(shown)) if count > len(shown) else ""}


def _shown(doc: dict[str, Any]) -> dict[str, Any]:
    """A template cannot read names that begin with an underscore."""
    return {name.lstrip("_"): value for name, value in doc.items()}


def _page_number(request: Request) -> int:
    raw = request.params.get("page", "1")
    return max(1, int(raw)) if raw.isascii() and raw.isdigit() else 1


def _pages(request: Request, number: int, count: int) -> dict[str, str | None]:
    last = max(1, -(-count // SIZE))
    return {
        "page": str(number),
        "last": str(last),
        "previous": request.link(page=number - 1) if number > 1 else None,
        "next": request.link(page=number + 1) if number < last else None,
    }
