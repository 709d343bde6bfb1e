"""Writes signed checkpoints of the records that moved, to a file that is kept apart from the database."""

from __future__ import annotations

import logging
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db.models import F

from organizations.audit.canonical import moment
from organizations.audit.checkpoints import Checkpoint, appending, line_of
from organizations.models import AuditChain

log = logging.getLogger(__name__)

AT_ONCE = 1_000


def write_checkpoints(*, now: datetime) -> int:
    """A line for each record that has grown since its last one. Gives how many.

    The file is written and on disk before the database hears of it: who dies in between writes the lines once more, which
    says the same twice. One writer at a time; a second one finds nothing left to say. Raises OSError if it cannot write.
    """
    written, all_of_them = 0, sha256()
    with appending(settings.CHECKPOINT_FILE) as append:
        moved = AuditChain.objects.filter(number__gt=F("attested_number")).order_by("pk")
        while some := list(moved.filter(number__gt=0).select_related("organization")[:AT_ONCE]):
            lines = []
            for chain in some:
                at = Checkpoint(str(chain.organization.public_id), chain.number, chain.digest, moment(now))
                line, chain.attested_line = line_of(at, chain.attested_line)
                chain.attested_number = chain.number
                lines.append(line)
            append(lines)
            all_of_them.update("\n".join(lines).encode())
            AuditChain.objects.bulk_update(some, ["attested_number", "attested_line"])
            written += len(some)
    if written:
        words = "Checkpoints of %d records were written to %s. SHA-256 of these lines: %s"
        log.info(words, written, settings.CHECKPOINT_FILE, all_of_them.hexdigest())
    return written
