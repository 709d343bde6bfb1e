"""API keys for pages: the inventory over all organizations in reach, and one key with everything known about it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from fiscal.choices import KindName, Operation, Outcome, Phase
from fiscal.models import IssuedKey, Mirror, MirrorAttempt
from fiscal.queries.people import known_people, name_of
from fiscal.queries.progress import SETTLED, Progress, mirrors_of, phase_in, progress_of
from organizations.access import Reach, reachable
from organizations.choices import KeyStatus, Mode, Scope
from organizations.models import ApiKey, User

PAGE_SIZE = 50
DELETED = "DELETED"
"""Besides the two states of a key: it is gone, and stays only in the history."""


class HandOver(StrEnum):
    """Where the secret of a key is."""

    NOT_ISSUED = "NOT_ISSUED"
    WAITING = "WAITING"
    SHOWN = "SHOWN"
    EXPIRED = "EXPIRED"


@dataclass(frozen=True)
class KeyFilter:
    """What a list of keys is narrowed to; '' means all (of `status`: all that are not deleted)."""

    mode: str = ""
    status: str = ""
    q: str = ""
    page: int = 1


@dataclass(frozen=True)
class KeyRow:
    """One key in a list. `hint` is empty until the provider issued it."""

    key_id: UUID
    name: str
    mode: str
    organization_id: UUID
    organization: str
    hint: str
    status: str
    status_words: str
    phase: Phase
    cause: str
    created_by: str
    created_at: datetime
    ends_at: datetime | None


@dataclass(frozen=True)
class KeyPage:
    """One page of a list of keys, and where it lies in the whole."""

    rows: tuple[KeyRow, ...]
    total: int
    first: int
    last: int
    page: int
    pages: int


@dataclass(frozen=True)
class OtherKey:
    """The key before or after this one in a rotation."""

    key_id: UUID
    name: str
    hint: str


@dataclass(frozen=True)
class KeyDetail:
    """Everything a page says about one key. Never the secret: of that, first and last four characters."""

    row: KeyRow
    hand_over: HandOver
    secret_hint: str
    issued_at: datetime | None
    reveal_until: datetime | None
    revealed_at: datetime | None
    revealed_by: str
    first_one_destroyed: bool
    replaces: OtherKey | None
    replaced_by: OtherKey | None
    progress: Progress

    @property
    def handed_over(self) -> bool:
        """Whether somebody holds the secret, so that a till may depend on it."""
        return self.hand_over == HandOver.SHOWN

    @property
    def deleted(self) -> bool:
        return self.row.status == DELETED


def list_keys(user: User, wanted: KeyFilter) -> KeyPage:
    """Keys of all organizations whose management the person may see."""
    return _page(user, ApiKey.objects.filter(organization__in=reachable(user, Scope.ORGANIZATIONS)), wanted)


def list_keys_of(reach: Reach, wanted: KeyFilter) -> KeyPage:
    """Keys of one organization."""
    reach.require(Scope.ORGANIZATIONS)
    return _page(reach.actor, ApiKey.objects.filter(organization=reach.organization), wanted)


def key_detail(reach: Reach, key_id: UUID) -> KeyDetail | None:
    """One key of the organization reached; None if it has no such key."""
    reach.require(Scope.ORGANIZATIONS)
    key = _joined(ApiKey.objects.filter(organization=reach.organization, public_id=key_id)).first()
    if key is None:
        return None
    now = timezone.now()
    issued = _issued(key)
    mirror = Mirror.objects.filter(kind=KindName.API_KEY, subject_id=key.public_id).select_related("credential").first()
    successor = key.replaced_by.select_related("issued").first()
    known = known_people(reach.actor, [key.created_by_id, issued.revealed_by_id if issued else None])
    return KeyDetail(
        row=_row(key, mirror, now, known),
        hand_over=_hand_over(issued, now),
        secret_hint=f"{issued.secret_prefix}…{issued.secret_suffix}" if issued else "",
        issued_at=issued.issued_at if issued else None,
        reveal_until=issued.reveal_until if issued else None,
        revealed_at=issued.revealed_at if issued else None,
        revealed_by=name_of(issued.revealed_by, known) if issued else "",
        first_one_destroyed=_lost_one(mirror),
        replaces=_other(key.replaces),
        replaced_by=_other(successor),
        progress=progress_of(KindName.API_KEY, key, now=now),
    )


def _lost_one(mirror: Mirror | None) -> bool:
    """Whether an earlier key of this name was made, its answer lost, and the key therefore disabled."""
    lost = MirrorAttempt.objects.filter(mirror=mirror, operation=Operation.DISABLE_ORPHAN, outcome=Outcome.DONE)
    return mirror is not None and lost.exists()


def _joined(keys: QuerySet[ApiKey]) -> QuerySet[ApiKey]:
    return keys.select_related("organization", "created_by", "issued__revealed_by", "replaces__issued")


def _narrowed(keys: QuerySet[ApiKey], wanted: KeyFilter) -> QuerySet[ApiKey]:
    keys = keys.exclude(retired_at=None) if wanted.status == DELETED else keys.filter(retired_at=None)
    if wanted.status in KeyStatus.values:
        keys = keys.filter(status=wanted.status)
    if wanted.mode in Mode.values:
        keys = keys.filter(mode=wanted.mode)
    if wanted.q:
        named = Q(name__icontains=wanted.q) | Q(organization__name__icontains=wanted.q)
        named |= Q(organization__display_name__icontains=wanted.q)
        # A whole key, or its hint, as found in a script: it is known by its first nine and last four characters.
        hinted = Q(issued__key_prefix=wanted.q[:9], issued__key_suffix=wanted.q[-4:])
        keys = keys.filter(named | Q(issued__key_suffix=wanted.q) | hinted)
    return keys


def _page(viewer: User | None, keys: QuerySet[ApiKey], wanted: KeyFilter) -> KeyPage:
    pages = Paginator(_joined(_narrowed(keys, wanted)).order_by("-created_at", "-pk"), PAGE_SIZE)
    page = pages.get_page(wanted.page)
    found = list(page.object_list)
    mirrors, now = mirrors_of(KindName.API_KEY, [key.public_id for key in found]), timezone.now()
    known = known_people(viewer, [key.created_by_id for key in found])
    rows = tuple(_row(key, mirrors.get(key.public_id), now, known) for key in found)
    return KeyPage(rows, pages.count, page.start_index(), page.end_index(), page.number, pages.num_pages)


def _row(key: ApiKey, mirror: Mirror | None, now: datetime, known: frozenset[int]) -> KeyRow:
    phase = phase_in(mirror, key, now)
    issued = _issued(key)
    row = KeyRow(
        key_id=key.public_id,
        name=key.name,
        mode=key.mode,
        organization_id=key.organization.public_id,
        organization=str(key.organization),
        hint=issued.key_hint if issued else "",
        status=key.status,
        status_words=key.get_status_display(),
        phase=phase,
        cause=mirror.get_error_code_display() if mirror and phase not in SETTLED else "",
        created_by=name_of(key.created_by, known),
        created_at=key.created_at,
        ends_at=key.ends_at,
    )
    return replace(row, status=DELETED, status_words=_("deleted")) if key.retired_at else row


def _issued(key: ApiKey) -> IssuedKey | None:
    return getattr(key, "issued", None)


def _hand_over(issued: IssuedKey | None, now: datetime) -> HandOver:
    if issued is None:
        return HandOver.NOT_ISSUED
    if issued.revealed_at:
        return HandOver.SHOWN
    return HandOver.WAITING if issued.secret_sealed and issued.reveal_until > now else HandOver.EXPIRED


def _other(key: ApiKey | None) -> OtherKey | None:
    if key is None:
        return None
    issued = _issued(key)
    return OtherKey(key.public_id, key.name, issued.key_hint if issued else "")
