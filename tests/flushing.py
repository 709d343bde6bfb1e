"""Emptying the database between tests, which the record's triggers rightly refuse to anybody else.

Django flushes after a test with real transactions: TRUNCATE on PostgreSQL, DELETE on SQLite. Here the triggers are taken down
for exactly that, in the same transaction, and put up again.
"""

from __future__ import annotations

import importlib
from typing import Any

from django.db import connection

record_chain = importlib.import_module("organizations.migrations.0011_record_chain")


def let_tests_flush() -> None:
    """From now on `flush` works on this process's connections, and on no others."""
    operations = type(connection.ops)
    if getattr(operations, "flushes_the_record", False):
        return
    usual = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        flush = usual(self, style, tables, **options)
        vendor = self.connection.vendor
        if not flush or "organizations_auditentry" not in tables:
            return flush
        return [*record_chain.statements(vendor, drop=True), *flush, *record_chain.statements(vendor)]

    operations.sql_flush = sql_flush  # type: ignore[method-assign]
    operations.flushes_the_record = True  # type: ignore[attr-defined]
