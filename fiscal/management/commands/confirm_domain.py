"""`manage.py confirm_domain`: an operator has made sure that a mail domain belongs to an organization."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from fiscal.services import confirm_domain
from organizations.rules import RulesBroken


class Command(BaseCommand):
    """From then on the organization's provider may sign in everybody with an address in the domain.

    How to make sure is told in docs/operating.md, "Single sign-on".
    """

    help = "Confirm that a mail domain belongs to the organization whose single sign-on names it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("domain")
        parser.add_argument("organization", help="The organization's id, as its address in Kontor shows it.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError if no such domain waits there, or another organization has it."""
        try:
            row = confirm_domain(options["domain"], organization=options["organization"])
        except (ObjectDoesNotExist, ValidationError):
            raise CommandError("The single sign-on of that organization does not name this domain.") from None
        except RulesBroken as broken:
            raise CommandError(broken.errors[""]) from None
        self.stdout.write(f"{row.domain} is confirmed for {row.provider.organization}")
