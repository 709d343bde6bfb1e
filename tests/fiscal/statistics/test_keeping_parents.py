"""Receipts name their organization and register without a constraint in the database: nothing of ours may leave one alone."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import ProtectedError

from fiscal.models import Receipt
from tests.fiscal.statistics import books
from tests.fiscal.statistics.books import sell

PAST_DJANGO = re.compile(
    r"""(DELETE\s+FROM|TRUNCATE(\s+TABLE)?)\s+["']?(fiscal_register|organizations_organization)\b|_raw_delete""",
    re.IGNORECASE,
)


@pytest.fixture
def register(db):
    register = books.make_register(books.make_organization())
    sell(register, date(2026, 10, 1), [100])
    return register


def test_a_register_that_has_receipts_is_not_deleted(register):
    register.placements.all().delete()
    with pytest.raises(ProtectedError) as refused:
        register.delete()
    assert any(isinstance(row, Receipt) for row in refused.value.protected_objects)


def test_an_organization_that_has_receipts_is_not_deleted(register):
    with pytest.raises(ProtectedError) as refused:
        register.receipts.get().organization.delete()
    assert any(isinstance(row, Receipt) for row in refused.value.protected_objects)


def test_no_statement_of_ours_deletes_parents_past_django():
    files = [
        path
        for folder in ("fiscal", "organizations", "portal", "config")
        for path in (settings.BASE_DIR / folder).rglob("*.py")
    ]
    assert len(files) > 100
    assert [path.name for path in files if PAST_DJANGO.search(path.read_text())] == []


def test_the_database_checks_no_parents_of_receipts(db):
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, Receipt._meta.db_table)
    assert [name for name, facts in constraints.items() if facts["foreign_key"]] == []
