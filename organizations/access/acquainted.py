"""Whom a person may know: people who stand, or stood, somewhere in the person's own reach."""

from __future__ import annotations

from django.db.models import Q

from organizations.access.roads import reachable
from organizations.models import Grant, User


def acquainted(viewer: User) -> Q:
    """A condition on people.

    SECURITY: people of a managed organization never learn who the parent is, and the name or e-mail address of one of the
    parent's people would tell them. There is no search over all people.
    """
    stood = Grant.objects.filter(organization__in=reachable(viewer).values("pk"))
    own = stood.filter(user__isnull=False).values("user")
    in_teams = stood.filter(team__isnull=False).values("team__members__user")
    return Q(pk=viewer.pk) | Q(pk__in=own) | Q(pk__in=in_teams)
