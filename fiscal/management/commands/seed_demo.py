"""`manage.py seed_demo`: the demo world, in the portal and in the sandbox."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from fiscal.demo import people, stage, world


class Command(BaseCommand):
    help = "Load the demo world into an empty portal and the sandbox at KONTOR_MANAGEMENT_URL."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--organizations", type=int, default=world.CUSTOMERS, help="customers of the POS manufacturer"
        )
        parser.add_argument("--if-empty", action="store_true", help="do nothing where there is data")

    def handle(self, *args: Any, organizations: int, if_empty: bool, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("There is no demo world in production.")
        if not world.is_empty():
            if if_empty:
                return
            raise CommandError("The database holds organizations already. Start with an empty KONTOR_DATA_DIR.")
        if organizations < 4:
            raise CommandError("The demo world needs at least 4 organizations.")
        try:
            world.load(timezone.now(), customers=organizations)
        except (stage.NoSandbox, OSError) as error:
            raise CommandError(f"The sandbox could not be told: {error}. Is it running?") from error
        self.stdout.write(
            f"Sign in as {', '.join(person.email for person in people.DEMO_PEOPLE)}; password: {people.DEMO_PASSWORD}"
        )
