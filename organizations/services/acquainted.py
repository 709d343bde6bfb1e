"""People by their public id, looked up among those the actor may know."""

from __future__ import annotations

from uuid import UUID

from organizations.access import Reach, acquainted
from organizations.models import User


class NoSuchPerson(Exception):
    """There is no such person whom the actor may know. Pages answer 404, the same for both."""


def known_person(reach: Reach, person_id: UUID) -> User:
    """An active person who stands somewhere in the actor's reach. Raises NoSuchPerson."""
    found = User.objects.filter(public_id=person_id, is_active=True)
    if reach.actor is not None:
        found = found.filter(acquainted(reach.actor))
    person = found.first()
    if person is None:
        raise NoSuchPerson
    return person
