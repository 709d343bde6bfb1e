"""Wizard drafts: one person's unfinished answers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from organizations.models import Draft, User

TURN = "turn"
"""Among the answers: how often a step was answered for good."""


class NoSuchDraft(Exception):
    """There is none of that id, or it is somebody else's. Pages answer 404."""


def start_draft(user: User, answers: dict[str, Any]) -> Draft:
    """Begin a wizard."""
    return Draft.objects.create(user=user, answers=answers)


@transaction.atomic(durable=True)
def keep_draft(user: User, public_id: UUID, answers: dict[str, Any], *, turn: int | None = None) -> Draft:
    """Merge `answers` into the person's draft. Raises NoSuchDraft.

    `turn`: these were sent while somebody was still typing on a page drawn in that turn. They are dropped if a step was
    answered since: overtaken on their way, they would undo what was typed after them.
    """
    draft = Draft.objects.select_for_update().filter(user=user, public_id=public_id).first()
    if draft is None:
        raise NoSuchDraft
    now = draft.answers.get(TURN, 0)
    if turn is not None and turn != now:
        return draft
    draft.answers = {**draft.answers, **answers, TURN: now + (turn is None)}
    draft.save(update_fields=["answers", "changed_at"])
    return draft


def discard_draft(user: User, public_id: UUID) -> bool:
    """Drop the person's draft. True if this call dropped it: two presses of "create" cannot both go on."""
    deleted, _ = Draft.objects.filter(user=user, public_id=public_id).delete()
    return deleted == 1
