"""Keeps the rows of the preset roles in line with the table in code."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone

from organizations.choices import Scope
from organizations.models import Right, Role
from organizations.roles import TABLE

ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when a new preset carries what it carries: nobody held it before, so no past is changed."""


def sync_presets(using: str) -> None:
    """Write `organizations.roles.TABLE` into rows. What changed is ended and begun anew, so that the past stays true.

    Runs after every migration of this app, as Django does with its own rows that come from code.
    """
    for preset, standard in TABLE.items():
        role, made = Role.objects.using(using).get_or_create(preset=preset, defaults={"name": preset.lower()})
        held = {right.scope: right for right in Right.objects.using(using).filter(role=role, until=None)}
        now = ALWAYS if made else timezone.now()
        ended = [right.pk for scope, right in held.items() if standard.rights.get(Scope(scope)) != right.level]
        Right.objects.using(using).filter(pk__in=ended).update(until=now)
        Right.objects.using(using).bulk_create(
            Right(role=role, scope=scope, level=level, since=now)
            for scope, level in standard.rights.items()
            if scope not in held or held[scope].level != level
        )
