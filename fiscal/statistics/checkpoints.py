"""Named steps of a fill at which a fault test can kill the process. Outside fault tests each costs one comparison."""

from __future__ import annotations

import os

from django.conf import settings

POINTS = (
    "after-lease",
    "after-window-opened",
    "after-count",
    "after-page-fetched",
    "in-page",
    "after-page",
    "before-settle",
    "in-settle",
    "after-settle",
    "before-release",
    "in-roll-up",
)


def reached(point: str) -> None:
    """Die here, as if killed, if KONTOR_CRASH_AT names this point. A system check refuses that in production."""
    if settings.CRASH_AT and point == settings.CRASH_AT:
        os._exit(137)
