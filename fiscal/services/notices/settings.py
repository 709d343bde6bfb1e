"""When a person's digest comes. Everybody has settings from the first time that they are needed."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import timezone

from fiscal.services.reports import following
from organizations.models import NoticeSettings, User


def settings_of(user: User, *, now: datetime | None = None) -> NoticeSettings:
    """The person's settings; daily at seven in the house's time zone until they choose."""
    found = NoticeSettings.objects.filter(user=user).first()
    if found is None:
        new = NoticeSettings(user=user, time_zone=settings.TIME_ZONE)
        new.next_at = following(new, now or timezone.now())
        NoticeSettings.objects.bulk_create([new], ignore_conflicts=True)
        found = NoticeSettings.objects.get(user=user)
    return found
