"""Facts that hold from one moment to another. They are ended, never deleted, so that the past can be asked as well."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone


def in_force(at: datetime, field: str = "") -> Q:
    """The condition on spans that hold at `at`; `field` leads from the row to the span, '' where it is the row."""
    prefix = f"{field}__" if field else ""
    open_end = Q(**{f"{prefix}until": None}) | Q(**{f"{prefix}until__gt": at})
    return Q(**{f"{prefix}since__lte": at}) & open_end


class Span(models.Model):
    """Something that holds since a moment and, if it has an end, until another one (exclusive)."""

    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def holds(self, at: datetime) -> bool:
        """Whether it is in force at `at`."""
        return self.since <= at and (self.until is None or self.until > at)
