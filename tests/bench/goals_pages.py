"""What pages cost: the organizations list against Django's admin, and the bytes of a first load."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fiscal.demo import people, world
from organizations.models import User
from tests.bench.goal import Line, in_turns, milliseconds
from tests.bench.provider import running_sandbox

LIST, ADMIN = "/organizations/", "/admin/organizations/organization/"
FIRST_LOAD = 60_000


def organizations_list() -> Iterator[Line]:
    """50 of 10,000 organizations with tabs, counts and phases, signed in, against the admin's list of the same."""
    with running_sandbox():
        world.load(timezone.now(), customers=100)
        few = _queries(_signed_in())
        call_command("flush", interactive=False, verbosity=0)
        world.load(timezone.now(), customers=10_000)
        _gather_statistics()
        client = _signed_in()
        many = _queries(client)
        value, peer = in_turns(lambda: _time(client, LIST), lambda: _time(client, ADMIN), rounds=15)
        yield Line("organizations_list", value, "ms", peer, "<=0.5")
        value, peer = in_turns(lambda: _time(client, LIST), lambda: _time(client, f"{ADMIN}?_facets=True"), rounds=15)
        yield Line("organizations_list_with_counts", value, "ms", peer, "<=0.5")
        yield Line("organizations_list_queries", many, "queries", 12, "<=1")
        yield Line("organizations_list_queries_grow", many, "queries", few, "<=1")


def first_load_bytes() -> Iterator[Line]:
    """Gzipped style sheet, scripts and icons that every page loads, without the font."""
    document = (settings.BASE_DIR / "templates/portal/document.html").read_text()
    named = set(re.findall(r"{% static '([^']+)' %}", document)) | {"icons.svg"}
    files = [settings.BASE_DIR / "static" / name for name in named if Path(name).suffix != ".woff2"]
    total = sum(len(gzip.compress(file.read_bytes(), 9)) for file in files)
    yield Line("first_load_bytes", total, "bytes", FIRST_LOAD, "<=1")


def _gather_statistics() -> None:
    """What PostgreSQL does by itself within a minute of so much writing: both sides are planned as on any other day."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")


def _signed_in() -> Client:
    user = User.objects.get(email=people.POS.email)
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=settings.AUTHENTICATION_BACKENDS[0])
    return client


def _time(client: Client, url: str) -> float:
    def load() -> None:
        answer = client.get(url)
        assert answer.status_code == 200, answer.status_code

    return milliseconds(load)


def _queries(client: Client) -> int:
    client.get(LIST)
    with CaptureQueriesContext(connection) as caught:
        assert client.get(LIST).status_code == 200
    return len(caught)
