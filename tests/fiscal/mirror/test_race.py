"""Six processes race for the same rows. Each row is claimed once, and nobody is told that the database is locked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter
from uuid import uuid4

import pytest

from fiscal.models import Mirror
from organizations.choices import Kind
from organizations.models import Organization
from tests.fiscal.mirror.processes import ROOT

ROWS, RACERS = 300, 6


@pytest.mark.processes
def test_six_processes_that_race_for_three_hundred_rows_make_three_hundred_claims(shared_database, tmp_path):
    organization = Organization.objects.create(
        kind=Kind.ORGANIZATION, in_test=True, name="Eine GmbH", address_line1="x", zip="1", town="y", country_code="AUT"
    )
    Mirror.objects.bulk_create(
        Mirror(kind="API_KEY", subject_id=uuid4(), organization=organization) for _ in range(ROWS)
    )
    ids = list(Mirror.objects.filter(organization=organization).values_list("pk", flat=True))
    environment = {**os.environ, "DATABASE_URL": shared_database, "KONTOR_DATA_DIR": str(tmp_path)}

    task = json.dumps([time.time() + 4, ids])
    racers = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.fiscal.mirror.processes", "claim"],
            env=environment,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(RACERS)
    ]
    for racer in racers:
        racer.stdin.write(task)
        racer.stdin.close()
        racer.stdin = None
    ends = [racer.communicate(timeout=120) for racer in racers]

    assert [error for _out, error in ends if error] == []
    claims = Counter(pk for out, _error in ends for pk in json.loads(out))
    assert len(claims) == ROWS
    assert set(claims.values()) == {1}
