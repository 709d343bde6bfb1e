"""Checking uploaded files: what pages do not wait for. Workers are rung for; the clock finds what nobody checked.

A check is claimed with a lease, as reading is: who died while checking is followed by another when it ends.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import F, Q
from django.dispatch import Signal
from django.utils.translation import gettext as _

from fiscal.choices import FileLayout, ImportState
from fiscal.models import ColumnMapping, FileImport
from fiscal.statistics.files.checking import Checked, Opened, open_file
from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.headers import digest_of, faults_of
from fiscal.statistics.files.kept import pack
from fiscal.statistics.files.parting import rejected_rows, without
from fiscal.statistics.uploads.proposal import check_import

log = logging.getLogger(__name__)

waits = Signal()
"""Sent once a file waits to be checked. Only a wake-up call: losing it costs seconds."""

LEASE = timedelta(minutes=5)
"""Longer than a worker's limit of time for one task."""
MOST_CHECKS = 3
TURN = 10.0
"""Seconds after which a round begins no further file."""
_SAID = "state headers columns samples rows problems checked rejected check_until".split()


def check_files(*, now: datetime, stop: Callable[[], bool] = bool) -> int:
    """Check every file that waits and that nobody else checks, those waiting longest first. Gives how many were checked."""
    free = Q(check_until=None) | Q(check_until__lte=now)
    waiting = FileImport.objects.filter(free, state=ImportState.CHECKING).order_by("uploaded_at", "pk")
    ends, done = time.monotonic() + TURN, 0
    for pk in list(waiting.values_list("pk", flat=True)[:100]):
        if stop() or time.monotonic() > ends:
            break
        until = now + LEASE
        if FileImport.objects.filter(free, pk=pk, state=ImportState.CHECKING).update(
            check_until=until, checks=F("checks") + 1
        ):
            done += _check(pk, until)
    return done


def _check(pk: int, until: datetime) -> bool:
    """Check one and say what came of it; not if it was discarded, or somebody else checks it, meanwhile."""
    row = FileImport.objects.select_related("register__connection", "organization").get(pk=pk)
    if row.checks > MOST_CHECKS:
        _refuse(row, _("This file could not be read to its end. Choose a shorter span, or save it as CSV."))
    else:
        try:
            _judge(row)
        except FileRefused as refused:
            _refuse(row, refused.words)
        except DatabaseError:
            raise  # the lease ends, and it is checked again
        except Exception:
            log.exception("file %s could not be checked", row.public_id)
            _refuse(row, _("A fault in Kontor: the file could not be checked. It is in the log."))
    row.check_until = None
    said = {name: getattr(row, name) for name in _SAID}
    return bool(FileImport.objects.filter(pk=pk, state=ImportState.CHECKING, check_until=until).update(**said))


def _refuse(row: FileImport, words: str) -> None:
    row.state, row.problems, row.checked, row.rejected = ImportState.REFUSED, [[0, "", words]], None, []


def _judge(row: FileImport) -> None:
    """Put the row into the state that its columns and cells deserve. Raises FileRefused."""
    opened = open_file(bytes(row.content), FileLayout(row.layout))
    said = row.columns if set(row.columns) == set(opened.names) else _columns(row, opened)
    row.headers, row.rows, row.samples, row.columns = opened.names, opened.filled, opened.samples(), said
    row.problems, row.checked, row.rejected = [], None, []
    if set(row.columns) != set(opened.names):
        row.state = ImportState.MAPPING
        return
    if faults := faults_of(row.columns, opened.layout):
        if not opened.unknown:
            raise FileRefused(" ".join(faults.values()))
        row.state = ImportState.MAPPING
        return
    checked = check_import(row, opened)
    if not checked.problems:
        row.state, row.checked = ImportState.READY, pack(checked.content)
        return
    row.state = ImportState.REFUSED
    row.problems = [list(problem) for problem in checked.problems.kept]
    _keep_sound_part(row, opened, checked)


def _keep_sound_part(row: FileImport, opened: Opened, checked: Checked) -> None:
    """Of a file with faults, what could count without the rows that have them."""
    rejected = rejected_rows(opened, row.columns, checked.problems.rows)
    if rejected is None:
        return
    sound = check_import(row, without(opened, rejected))
    if sound.content.days and not sound.problems:
        row.checked, row.rejected = pack(sound.content), sorted(rejected)


def _columns(row: FileImport, opened: Opened) -> dict[str, str]:
    """What is known of the columns by itself, and what a person said of the same headers before."""
    said = ColumnMapping.objects.filter(
        organization=row.organization, layout=opened.layout, headers_digest=digest_of(opened.names)
    ).first()
    remembered: dict[str, str] = said.columns if said else {}
    return {**{name: remembered[name] for name in opened.unknown if name in remembered}, **opened.known}
