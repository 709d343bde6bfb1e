"""The grammar of list addresses: plain GET parameters in, links with one of them changed out, and pages of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import QueryDict

SIZES = (25, 50, 100)


@dataclass(frozen=True)
class Address:
    """A list's path with its parameters. Empty parameters are left out, so that one state has one address."""

    path: str
    params: QueryDict

    def with_(self, **changes: str | int) -> str:
        """The address with these parameters changed. Anything but turning the page leads back to the first one."""
        params = self.params.copy()
        if "page" not in changes:
            params.pop("page", None)
        for name, value in changes.items():
            params[name] = str(value)
        for name in [name for name, value in params.items() if not value]:
            del params[name]
        return f"{self.path}?{params.urlencode()}" if params else self.path

    def one_of(self, name: str, choices: Collection[str]) -> str:
        """The parameter if it is one of `choices`, else ''."""
        value = self.params.get(name, "")
        return value if value in choices else ""

    def uuid(self, name: str) -> UUID | None:
        """The parameter as an id; None if it is missing or none."""
        try:
            return UUID(self.params.get(name, ""))
        except ValueError:
            return None

    def number(self, name: str, default: int, least: int = 1, most: int = 1_000_000) -> int:
        """The parameter as a whole number within bounds; `default` if it is none."""
        value = self.params.get(name, "")
        return max(least, min(int(value), most)) if value.isascii() and value.isdigit() and len(value) < 10 else default

    def size(self) -> int:
        """Rows per page, one of SIZES."""
        size = self.number("rows", 50)
        return size if size in SIZES else 50


def pager(address: Address, *, page: int, size: int, total: int) -> dict[str, Any]:
    """What the pager shows, with links to the neighbours."""
    pages = max(1, -(-total // size))
    page = max(1, min(page, pages))
    return {
        "total": total,
        "first": (page - 1) * size + 1 if total else 0,
        "last": min(page * size, total),
        "page": page,
        "pages": pages,
        "previous": address.with_(page=page - 1) if page > 1 else "",
        "next": address.with_(page=page + 1) if page < pages else "",
        "sizes": [{"size": each, "url": address.with_(rows=each), "current": each == size} for each in SIZES],
    }


def sort_link(address: Address, column: str, current: str) -> dict[str, str]:
    """The link of a column's head: a second press turns the direction round. `direction` is for aria-sort."""
    if current.lstrip("-") != column:
        return {"url": address.with_(sort=column), "direction": ""}
    descending = current.startswith("-")
    return {
        "url": address.with_(sort=column if descending else f"-{column}"),
        "direction": "descending" if descending else "ascending",
    }


def ids_in(values: Iterable[str]) -> list[UUID]:
    """Those of `values` that are ids, each once."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
