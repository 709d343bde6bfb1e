"""Telling people what is new in the records they may read: who wants what, telling them, and the mails."""

from fiscal.services.notices.mailings import gather_mails, send_mails
from fiscal.services.notices.marking import mark_all_read, mark_read
from fiscal.services.notices.routing import (
    NoSuchSubscription,
    change_digest,
    follow_object,
    route_group,
    route_topic,
    unsubscribe,
)
from fiscal.services.notices.snoozing import LONGEST, end_snooze, snooze
from fiscal.services.notices.telling import tell_everybody, tidy_notices

__all__ = [
    "LONGEST",
    "NoSuchSubscription",
    "change_digest",
    "end_snooze",
    "follow_object",
    "gather_mails",
    "mark_all_read",
    "mark_read",
    "route_group",
    "route_topic",
    "send_mails",
    "snooze",
    "tell_everybody",
    "tidy_notices",
    "unsubscribe",
]
