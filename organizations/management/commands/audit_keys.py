"""`manage.py audit_keys`: the public keys that checkpoints and exports of the record are verified with."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from organizations.audit.keys import public_keys


class Command(BaseCommand):
    """Prints what anybody may know, as docs/verify_record.py reads it: `<key id>:<Ed25519 public key in base64>`."""

    help = "Print the public key of each of KONTOR_AUDIT_KEYS, newest first."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **_options: Any) -> None:
        """One line a key. Nothing secret is printed."""
        for key_id, key in public_keys().items():
            self.stdout.write(f"{key_id}:{key}")
