"""Which notifications somebody may read now, whatever they were allowed when they were told."""

from __future__ import annotations

from collections import defaultdict

from django.db.models import Q

from organizations.access import roads
from organizations.choices import Scope
from organizations.models import User
from organizations.topics import Topic


def still_readable(user: User) -> Q:
    """The condition on rows with an `organization` and a `topic`: the record there, and the topic's own area, in reach.

    SECURITY: asked at every look and at every mail, so that a revoked grant takes what was told before with it.
    """
    known = roads(user)
    topics: dict[Scope, list[Topic]] = defaultdict(list)
    for topic in Topic:
        topics[topic.scope].append(topic)
    allowed = Q(topic__in=topics.pop(Scope.ORGANIZATIONS))
    for scope, those in topics.items():
        allowed |= Q(topic__in=those) & known.starts(scope).rows("organization")
    return known.starts(Scope.ORGANIZATIONS).rows("organization") & allowed
