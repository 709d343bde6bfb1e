"""What an uploaded file would do to each day. Pure: from what it says and what we hold to one deed per day."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from fiscal.choices import FillSource, FillState
from fiscal.statistics.files.content import DayFigures
from fiscal.statistics.files.headers import folded
from fiscal.statistics.uploads.held import Held


class Deed(TextChoices):
    """What will happen to a day."""

    FILL = "FILL", _("will be filled")
    REPLACE = "REPLACE", _("will be replaced")
    ADD = "ADD", _("will get details")
    SAME = "SAME", _("says the same")
    LEAVE = "LEAVE", _("will be left as it is")


WRITTEN = frozenset({Deed.FILL, Deed.REPLACE, Deed.ADD})


class Detail(TextChoices):
    """What a day's turnover splits into."""

    KINDS = "KINDS", _("amounts of voids and returns")
    PAYMENTS = "PAYMENTS", _("payments")
    VAT = "VAT", _("VAT rates")
    ARTICLES = "ARTICLES", _("articles")


@dataclass(frozen=True)
class DayPlan:
    """One day: what the file says, what we hold, and what follows. `details`: what is written beside or in place of totals."""

    figures: DayFigures
    held: Held
    deed: Deed
    details: tuple[Detail, ...] = ()

    @property
    def day(self) -> date:
        return self.figures.day

    @property
    def difference(self) -> int | None:
        """The file's turnover less ours, in cents; None for a day that is not filled."""
        return self.figures.net - self.held.net if self.held.state else None


def plan(days: Iterable[DayFigures], held: Mapping[date, Held], *, is_read: bool) -> list[DayPlan]:
    """One plan for each day of a file, in their order. `is_read`: a machine reads the register too."""
    return [_plan(figures, held.get(figures.day) or Held(), is_read=is_read) for figures in days]


def _plan(figures: DayFigures, held: Held, *, is_read: bool) -> DayPlan:
    if held.state == FillState.STARTED and is_read:
        return DayPlan(figures, held, Deed.LEAVE)
    told = _told(figures)
    if held.state in {"", FillState.STARTED}:
        return DayPlan(figures, held, Deed.FILL, told)
    if held.source == FillSource.RECEIPTS and held.receipts:
        return _beside_receipts(figures, held)
    if figures.net != held.net or _counts(figures) != held.counts:
        return DayPlan(figures, held, Deed.REPLACE if held.source == FillSource.FILE else Deed.FILL, told)
    news = tuple(detail for detail in told if _differs(detail, figures, held))
    return DayPlan(figures, held, Deed.ADD if news else Deed.SAME, news)


def _beside_receipts(figures: DayFigures, held: Held) -> DayPlan:
    """Totals stay; a file that agrees to the cent may tell what receipts do not: each split that does not add up yet."""
    if figures.net != held.net:
        return DayPlan(figures, held, Deed.LEAVE)
    sums = {
        Detail.PAYMENTS: sum(held.payments.values()),
        Detail.VAT: sum(one.gross for one in held.vat.values()),
        Detail.ARTICLES: sum(one.total or 0 for one in held.articles.values()),
    }
    news = tuple(
        detail
        for detail in _told(figures)
        if detail in sums and sums[detail] != held.net and _differs(detail, figures, held)
    )
    return DayPlan(figures, held, Deed.ADD if news else Deed.SAME, news)


def _counts(figures: DayFigures) -> dict[object, int]:
    return {kind: one.number for kind, one in figures.kinds.items() if one.number}


def _told(figures: DayFigures) -> tuple[Detail, ...]:
    """The details that a file tells."""
    splits = (figures.payments, figures.vat, figures.articles)
    told = [detail for detail, split in zip(_SPLITS, splits, strict=True) if split is not None]
    return (Detail.KINDS, *told) if figures.split_kinds else tuple(told)


_SPLITS = (Detail.PAYMENTS, Detail.VAT, Detail.ARTICLES)


def _differs(detail: Detail, figures: DayFigures, held: Held) -> bool:
    if detail == Detail.PAYMENTS:
        return _by_name(figures.payments or {}) != _by_name(held.payments)
    if detail == Detail.VAT:
        return figures.vat != held.vat
    if detail == Detail.ARTICLES:
        return figures.articles != held.articles
    return {kind: one[:2] for kind, one in figures.kinds.items()} != {kind: one[:2] for kind, one in held.kinds.items()}


def _by_name(payments: Mapping[str, int]) -> Counter[str]:
    """Sums by method, whichever way its name is written."""
    sums: Counter[str] = Counter()
    for name, cents in payments.items():
        sums[folded(name)] += cents
    return sums


def digest_of(plans: Iterable[DayPlan]) -> str:
    """Tells whether a preview is still what would happen."""
    parts = (f"{one.day} {one.deed} {','.join(one.details)} {one.figures.net} {one.held.net}" for one in plans)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]
