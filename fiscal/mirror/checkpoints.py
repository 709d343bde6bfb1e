"""Named steps at which a fault test can kill the process. Outside fault tests each costs one comparison."""

from __future__ import annotations

import os

from django.conf import settings

POINTS = (
    "before-claim",
    "after-claim",
    "after-load",
    "after-look",
    "after-plan",
    "after-attempt-written",
    "after-answer",
    "in-settle",
    "after-settle",
)


def reached(point: str) -> None:
    """Die here, as if killed, if KONTOR_CRASH_AT names this point. A system check refuses that in production."""
    if settings.CRASH_AT and point == settings.CRASH_AT:
        os._exit(137)
