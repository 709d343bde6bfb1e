"""`manage.py reseal`: after a new key was put first in KONTOR_VAULT_KEYS, move everything sealed to it."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fiscal.services.reseal import Moved, reseal


class Command(BaseCommand):
    """Prints counts only; no secret is ever written anywhere but back into its row."""

    help = "Seal every stored secret anew with the first of KONTOR_VAULT_KEYS. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=200, help="Rows read at a time (default 200).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if something could not be opened: then no key may be taken away yet."""
        self.stdout.write(f"newest key: {next(iter(settings.VAULT_KEYS))}")
        results = reseal(batch=max(1, options["batch"]), told=self._tell)
        closed, changed = sum(one.closed for one in results), sum(one.changed for one in results)
        self.stdout.write(f"{sum(one.moved for one in results)} moved in all")
        if changed:
            self.stdout.write(f"{changed} changed meanwhile: run this again")
        if closed:
            raise CommandError(
                f"{closed} cannot be opened: put their key back into KONTOR_VAULT_KEYS and run this again."
            )

    def _tell(self, one: Moved) -> None:
        self.stdout.write(
            f"{one.column}: {one.moved} moved, {one.closed} cannot be opened, {one.changed} changed meanwhile"
        )
