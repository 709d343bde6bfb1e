"""Four processes tell of the same records at once: everybody is told of each entry once, within the cap."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import transaction

from fiscal.services.notices.telling import MOST_AN_HOUR
from organizations.access import EVERYTHING, Reach, grant_everything
from organizations.audit import record
from organizations.choices import Kind, Road, Verb
from organizations.models import FoldedNotice, NoticeCursor, Notification, Organization
from organizations.services.presets import sync_presets
from tests.cast import person
from tests.house.tree import ROOT

TELL = """
import django; django.setup()
from django.utils import timezone
from fiscal.services.notices import tell_everybody
tell_everybody(now=timezone.now())
"""


@pytest.mark.processes
def test_four_processes_tell_everybody_of_everything_once(shared_database, tmp_path):
    sync_presets("default")
    owner, doer = person("owner@one.example", "Owner"), person("doer@one.example", "Doer")
    facts = {"address_line1": "x", "zip": "1", "town": "y", "country_code": "AUT"}
    places = [
        Organization.objects.create(kind=Kind.ORGANIZATION, in_test=True, name=f"Number {n}", **facts) for n in range(3)
    ]
    grant_everything(owner, places)
    for place in places:
        for _ in range(30):
            with transaction.atomic():
                record(Reach(doer, place, EVERYTHING, Road.DIRECT), Verb.KEY_ISSUED, place)
    environment = {
        **os.environ,
        "DATABASE_URL": shared_database,
        "KONTOR_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    workers = [
        subprocess.Popen([sys.executable, "-c", TELL], env=environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    ends = [worker.communicate(timeout=120)[1] for worker in workers]

    assert [words for words in ends if "Traceback" in words] == []
    told = Notification.objects.filter(user=owner)
    assert told.count() == MOST_AN_HOUR
    assert told.values("entry").distinct().count() == MOST_AN_HOUR
    assert sum(FoldedNotice.objects.values_list("count", flat=True)) == 90 - MOST_AN_HOUR
    assert set(NoticeCursor.objects.values_list("number", flat=True)) == {30}
