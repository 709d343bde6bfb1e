from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.apps import apps as global_apps
from django.db.models.signals import post_migrate


class OrganizationsConfig(AppConfig):
    name = "organizations"

    def ready(self) -> None:
        post_migrate.connect(_keep_presets, sender=self)


def _keep_presets(*, using: str, apps: Any = global_apps, **_more: Any) -> None:
    """Rows that come from code, kept as Django keeps its content types. Not while migrating back to before they existed.

    `flush` sends the same signal, without `apps`: then the tables are those of now.
    """
    from organizations.services.presets import sync_presets

    try:
        apps.get_model("organizations", "Right")
    except LookupError:
        return
    sync_presets(using)
