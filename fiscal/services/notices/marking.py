"""Reading what one was told."""

from __future__ import annotations

from django.utils import timezone

from organizations.models import Notification, User


def mark_read(user: User, pk: int, *, read: bool = True) -> bool:
    """Mark one of the person's own as read, or as unread again. False if it is not theirs."""
    own = Notification.objects.filter(user=user, pk=pk)
    return bool(own.update(read_at=timezone.now() if read else None))


def mark_all_read(user: User, *, up_to: int) -> int:
    """Mark all as read that the person had seen offered: up to this primary key, so that nothing newer is missed."""
    return Notification.objects.filter(user=user, pk__lte=up_to, read_at=None).update(read_at=timezone.now())
