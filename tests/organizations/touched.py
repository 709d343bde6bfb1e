"""A record, and somebody with full access to the database who tampers with it: triggers stop nobody who owns the tables."""

from __future__ import annotations

import base64
import importlib.util
import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from organizations.access import EVERYTHING, Reach, system_reach
from organizations.audit import record
from organizations.audit.canonical import moment
from organizations.audit.export import export_lines
from organizations.audit.keys import public_keys
from organizations.choices import Kind, Road, Verb
from organizations.models import AuditChain, AuditEntry, Organization
from tests.cast import person
from tests.flushing import record_chain
from tests.house.tree import ROOT

FACTS = {"address_line1": "Weg 1", "zip": "1010", "town": "Wien", "country_code": "AUT", "in_test": True}


def company(name: str = "Eine GmbH", **fields: Any) -> Organization:
    return Organization.objects.create(name=name, **{"kind": Kind.ORGANIZATION, **FACTS, **fields})


def write(organization: Organization, entries: int, *, by: str = "") -> None:
    """So many entries, by a person of that name or by the system."""
    reach = system_reach(organization, reason="a test")
    if by:
        reach = Reach(person(f"{by}@example.example", by), organization, EVERYTHING, Road.DIRECT)
    for n in range(entries):
        with transaction.atomic():
            _write(reach, n)


def _write(reach: Reach, n: int) -> None:
    after, place = {"name": f"Größe {n} 🖨", "metadata": {"b": [n, None], "a": "x"}}, reach.organization
    record(reach, Verb.ORGANIZATION_CHANGED, place, before={"name": "–"}, after=after, reason=f"reason {n}")


@contextmanager
def owning_the_database() -> Iterator[Any]:
    """A cursor without the triggers in its way."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in record_chain.statements(connection.vendor, drop=True):
            cursor.execute(statement)
        yield cursor
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in record_chain.statements(connection.vendor):
            cursor.execute(statement)


def row(organization: Organization, number: int) -> Any:
    return AuditEntry.objects.filter(organization=organization, number=number)


def cut(organization: Organization, last: int) -> None:
    """Everything after `last` was never there, as an old copy of the database would have it."""
    with owning_the_database():
        AuditEntry.objects.filter(organization=organization, number__gt=last).delete()
        digest = row(organization, last).values_list("digest", flat=True).get()
        AuditChain.objects.filter(organization=organization).update(number=last, digest=digest)


def verify(*arguments: str) -> tuple[int, str]:
    """What `manage.py verify_audit` exits with, and what it says."""
    out = io.StringIO()
    try:
        call_command("verify_audit", *arguments, stdout=out)
    except SystemExit as left:
        return int(str(left.code)), out.getvalue()
    return 0, out.getvalue()


def export(organization: Organization, path: Path, *, last: int = 10**9) -> Path:
    path.write_text("".join(export_lines(organization, first=1, last=last, at=moment(timezone.now()))))
    return path


def lines_in(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def put_lines(path: Path, lines: list[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def script() -> Any:
    """docs/verify_record.py, as a module."""
    spec = importlib.util.spec_from_file_location("verify_record", ROOT / "docs" / "verify_record.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def verify_offline(path: Path, *, seals: bool = False, checkpoints: Path | None = None) -> tuple[int, str]:
    """What the stand-alone script returns, and what it says."""
    keys = path.with_name("public-keys.txt")
    keys.write_text("\n".join(f"{key_id}:{key}" for key_id, key in public_keys().items()))
    arguments = [str(path), "--public-keys", str(keys)]
    if seals:
        secret = path.with_name("audit-keys.txt")
        pairs = (f"{key_id}:{base64.b64encode(key).decode()}" for key_id, key in settings.AUDIT_KEYS.items())
        secret.write_text(",".join(pairs))
        arguments += ["--audit-keys", str(secret)]
    if checkpoints:
        arguments += ["--checkpoints", str(checkpoints)]
    out = io.StringIO()
    with redirect_stdout(out):
        code = script().main(arguments)
    return code, out.getvalue()
