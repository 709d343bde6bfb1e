"""The state of the statistics of one register over days, and the work that makes it so."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fiscal.choices import BackfillState, FillSource, FillState, WindowState
from fiscal.models.connection import Connection
from fiscal.models.register import Register
from organizations.models import Organization, User


class FillDay(models.Model):
    """One register on one local day. No row: not filled, shown as "—"."""

    register = models.ForeignKey(Register, models.CASCADE, related_name="fill_days")
    day = models.DateField()
    state = models.CharField(max_length=10, choices=FillState.choices)
    source = models.CharField(max_length=10, choices=FillSource.choices, default=FillSource.RECEIPTS)
    receipts = models.PositiveIntegerField(default=0, help_text="Rows we hold that are not removed.")
    counted = models.PositiveIntegerField(null=True, help_text="What the provider counted; None: it does not count.")
    as_of = models.DateTimeField(help_text="The provider was last read to its end for this day then.")
    closed_at = models.DateTimeField(null=True, help_text="When it first was complete and past.")
    recomputed_at = models.DateTimeField(null=True, help_text="When receipts came or changed after that.")
    incomplete_since = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "day"], name="fill_day_once")]
        indexes = [
            models.Index(fields=["register", "as_of"]),
            models.Index(fields=["day"], name="fill_day_incomplete", condition=Q(state="INCOMPLETE")),
        ]

    def __str__(self) -> str:
        return f"{self.register_id} on {self.day}: {self.state}"


class Window(models.Model):
    """One span of local days of one register (or of all of a connection) that is read to its end, resumably."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="windows")
    register = models.ForeignKey(Register, models.CASCADE, null=True, related_name="windows")
    first_day = models.DateField()
    last_day = models.DateField(help_text="Included.")
    state = models.CharField(max_length=10, choices=WindowState.choices, default=WindowState.STARTED)
    pages = models.PositiveIntegerField(default=0)
    read = models.PositiveIntegerField(default=0, help_text="Distinct receipts read.")
    counted = models.PositiveIntegerField(null=True)
    walks = models.PositiveSmallIntegerField(default=0, help_text="How often it was walked; 3 at most.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    error_text = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["connection", "-started_at"])]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}: {self.state}"


class Backfill(models.Model):
    """Years of days to read, newest first, at the pace of whatever else is due. Can be paused and resumed."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    connection = models.ForeignKey(Connection, models.CASCADE, related_name="backfills")
    register = models.ForeignKey(Register, models.CASCADE, null=True, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    next_day = models.DateField(help_text="The newest day still to be read; before first_day: done.")
    state = models.CharField(max_length=10, choices=BackfillState.choices, default=BackfillState.RUNNING)
    started_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-started_at", "-pk"]
        indexes = [models.Index(fields=["connection"], name="backfill_running", condition=Q(state="RUNNING"))]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}: {self.state}"


class DirtyDay(models.Model):
    """A (register, day) whose receipts changed: written in their transaction, gone when its roll-ups are fresh."""

    register = models.ForeignKey(Register, models.CASCADE, related_name="+")
    day = models.DateField()
    marked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["register", "day"], name="dirty_day_once")]

    def __str__(self) -> str:
        return f"{self.register_id} on {self.day}"


class DirtyTree(models.Model):
    """A (main organization, day) whose sums over all registers below it are to be made anew."""

    head = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    day = models.DateField()
    marked_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["head", "day"], name="dirty_tree_once")]

    def __str__(self) -> str:
        return f"{self.head_id} on {self.day}"
