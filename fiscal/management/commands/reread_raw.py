"""`manage.py reread_raw`: after the reading of a provider's field was corrected, read the kept raw pages again."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from fiscal.models import Connection
from fiscal.services.rereading import reread_connection

FEW = 5


class Command(BaseCommand):
    """Asks no provider: what was never kept, or is dropped by now, has to be read anew by a backfill."""

    help = "Read kept raw pages again into receipts, without asking the provider. Safe to repeat."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--connection", type=UUID, required=True, help="Its id, as in the address of its page.")
        parser.add_argument("--from", type=date.fromisoformat, required=True, dest="first", help="First day.")
        parser.add_argument("--to", type=date.fromisoformat, dest="last", help="Last day (default: today).")
        parser.add_argument("--dry-run", action="store_true", help="Say what would change, and change nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if there is no such connection, or nothing kept of these days."""
        first, last = options["first"], options["last"] or timezone.localdate()
        if first > last:
            raise CommandError("The first day lies after the last.")
        pages = 0
        try:
            for one in reread_connection(
                options["connection"], first_day=first, last_day=last, dry_run=options["dry_run"]
            ):
                pages += one.pages
                self.stdout.write(
                    f"{one.register}: {one.pages} pages, {one.receipts} receipts: {one.changed} changed, {one.fresh} new, "
                    f"{len(one.days)} days, {one.unreadable} unreadable"
                )
                if one.moved:
                    self.stdout.write(
                        f"  {len(one.moved)} would stand on another day and were left alone ({', '.join(one.moved[:FEW])}): "
                        "read these days again with a backfill"
                    )
        except Connection.DoesNotExist:
            raise CommandError("There is no such connection.") from None
        if not pages:
            raise CommandError("No raw page is kept of these days: see KONTOR_RAW_DAYS, or read them with a backfill.")
        if options["dry_run"]:
            self.stdout.write("nothing was changed")
