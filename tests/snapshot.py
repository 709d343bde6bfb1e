"""The world as it was once, put back in milliseconds: our rows, and the sandbox's store."""

from __future__ import annotations

import sqlite3
from typing import Any

from django.db import connection, transaction

from fiscal.sandbox.app import Sandbox
from organizations.models import Role

OURS = ("organizations_", "billing_", "fiscal_", "account_")


class Snapshot:
    """A copy of all rows of our tables and of a sandbox, to be put into an empty database and a new sandbox."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._tables = [found for name in sorted(connection.introspection.table_names()) if (found := _table(name))]
        self._provider = sqlite3.connect(":memory:", check_same_thread=False)
        sandbox.store._open().backup(self._provider)

    def put_back(self, sandbox: Sandbox) -> None:
        """Fill the test's database and its sandbox. The preset roles, which every database has, are among the rows kept."""
        with transaction.atomic(), connection.cursor() as cursor:
            Role.objects.all().delete()
            for statement, rows in self._tables:
                cursor.executemany(statement, rows)
        self._provider.backup(sandbox.store._open())


def _table(name: str) -> tuple[str, list[tuple[Any, ...]]] | None:
    if not name.startswith(OURS):
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {name} ORDER BY id")
        columns = [column.name if hasattr(column, "name") else column[0] for column in cursor.description]
        rows = cursor.fetchall()
    if not rows:
        return None
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    marks = ", ".join(["%s"] * len(columns))
    return f"INSERT INTO {name} ({names}) VALUES ({marks})", rows
