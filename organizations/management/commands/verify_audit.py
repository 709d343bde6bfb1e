"""`manage.py verify_audit`: has anybody touched the record of what was done?"""

from __future__ import annotations

import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from organizations.services import keep_verdict, verify_all


class Command(BaseCommand):
    """Exit code 0: nothing was touched; 1: findings; 2: a file cannot be read, or there is no such organization."""

    help = "Verify the record of every organization: each entry, the chain, its end, and the checkpoints."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--organization", type=UUID, help="only this one (its id in Kontor)")
        parser.add_argument(
            "--checkpoints",
            type=Path,
            action="append",
            help="a checkpoint file; again for another one (default: KONTOR_CHECKPOINT_FILE, if it is there)",
        )

    def handle(self, *args: Any, organization: UUID | None, checkpoints: list[Path] | None, **_options: Any) -> None:
        """Raises CommandError with code 2 where nothing can be verified; leaves with code 1 if there are findings."""
        usual = settings.CHECKPOINT_FILE
        files = checkpoints or ([usual] if usual.exists() else [])
        if not files:
            self.stdout.write("There is no checkpoint file: a cut end or an old database would not be noticed.")
        began, entries, records, findings = time.monotonic(), 0, 0, 0
        try:
            for verdict, of in verify_all(files, organization):
                entries, findings = entries + verdict.entries, findings + len(verdict.findings)
                for finding in verdict.findings:
                    self.stdout.write(str(finding))
                if of:
                    records += 1
                    keep_verdict(verdict, of, now=timezone.now())
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}. Check path and rights.", returncode=2) from error
        if organization and not records:
            raise CommandError(f"There is no record of {organization}.", returncode=2)
        seconds = time.monotonic() - began
        self.stdout.write(f"{entries} entries of {records} records in {seconds:.1f} s: {_words(findings)}.")
        if findings:
            sys.exit(1)


def _words(findings: int) -> str:
    return f"{findings} findings" if findings else "nothing was changed, removed, inserted or exchanged"
