from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as installed
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "organizations"

    def ready(self) -> None:
        post_migrate.connect(_keep_presets, sender=self)


def _keep_presets(*, using: str, apps: Any = installed, **_more: Any) -> None:
    """Rows that come from code, kept as Django keeps its content types. Not while migrating back to before they existed.

    Django's `flush` sends this signal without `apps`.
    """
    from organizations.services.presets import sync_presets

    try:
        apps.get_model("organizations", "Right")
    except LookupError:
        return
    sync_presets(using)
