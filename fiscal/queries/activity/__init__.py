"""The record as people may read it: lists of events, one event, files, and how far it was verified."""

from fiscal.queries.activity.events import Difference, Event
from fiscal.queries.activity.files import every_event, record_lines
from fiscal.queries.activity.filters import SYSTEM, ActivityFilters
from fiscal.queries.activity.listing import MOST, Activity, EventPage, activity, activity_in_reach, event_page
from fiscal.queries.activity.standing import RecordStanding, record_standing, standing_in_reach

__all__ = [
    "MOST",
    "SYSTEM",
    "Activity",
    "ActivityFilters",
    "Difference",
    "Event",
    "EventPage",
    "RecordStanding",
    "activity",
    "activity_in_reach",
    "event_page",
    "every_event",
    "record_lines",
    "record_standing",
    "standing_in_reach",
]
