"""`manage.py end_sessions`: sign one person out everywhere, or everybody (ASVS 5.0, 7.4.5)."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from organizations.models import User
from organizations.services import end_other_sessions


class Command(BaseCommand):
    """For operators: after a theft, or before a vault key is taken away. Each is out at the next request."""

    help = "End all sessions of one person, or of everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--email", help="The person's e-mail address.")
        who.add_argument("--everybody", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError for an address that nobody has."""
        people = User.objects.all()
        if options["email"]:
            people = people.filter(email__iexact=options["email"])
            if not people:
                raise CommandError("Nobody has this address.")
        ended = sum(end_other_sessions(person, but=None) for person in people.iterator())
        self.stdout.write(f"{ended} sessions ended")
