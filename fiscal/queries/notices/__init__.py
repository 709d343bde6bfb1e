"""What somebody is told, as they may read it now: the list, the bell, the mails, and their own settings."""

from fiscal.queries.notices.followed import FOLLOWED, Followed, followed_object
from fiscal.queries.notices.listing import MOST_COUNTED, Notice, Notices, notice_of, notices, unread_count
from fiscal.queries.notices.mail import NoticeMail, notice_mail
from fiscal.queries.notices.routing import Routing, places_to_route, routing

__all__ = [
    "FOLLOWED",
    "MOST_COUNTED",
    "Followed",
    "Notice",
    "NoticeMail",
    "Notices",
    "Routing",
    "followed_object",
    "notice_mail",
    "notice_of",
    "notices",
    "places_to_route",
    "routing",
    "unread_count",
]
