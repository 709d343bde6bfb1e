"""Quantity and turnover by article, by its name as it was sold: one page of them, and all others as a sum."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum

from fiscal.models import DayArticle, TreeArticle
from fiscal.queries.statistics.change import Pair
from fiscal.queries.statistics.selection import Selection

SORTS = ("quantity", "total", "name")
SIZE = 8


@dataclass(frozen=True)
class ArticleFilter:
    """`sort` starts with "-" for descending."""

    q: str = ""
    sort: str = "-quantity"
    page: int = 1


@dataclass(frozen=True)
class Article:
    """Thousandths of pieces (or of kilograms), cents; `compared` and `before`: thousandths of the days set against
    each other.
    """

    name: str
    quantity: int
    total: int
    compared: int = 0
    before: int = 0


@dataclass(frozen=True)
class ArticlePage:
    """One page in order; `others` is everything that is not on it, and `count` how many articles there are."""

    articles: list[Article]
    count: int
    others: Article
    filter: ArticleFilter


def articles(selection: Selection, wanted: ArticleFilter, pairs: Sequence[Pair] = (), size: int = SIZE) -> ArticlePage:
    """Three queries, however many articles there are: the page, the sums, and the page's fair comparison."""
    found = _sold(selection).filter(day__range=(selection.span.first, selection.span.last))
    if wanted.q:
        found = found.filter(name__icontains=wanted.q)
    sums = found.aggregate(
        n=Count("name", distinct=True), pieces=Sum("quantity", default=0), cents=Sum("total", default=0)
    )
    begin = (wanted.page - 1) * size
    rows = list(_by_name(found, wanted.sort)[begin : begin + size])
    known = _compared(selection, [name for name, *_ in rows], pairs)
    page = [Article(name, pieces, cents, *known.get(name, (0, 0))) for name, pieces, cents in rows]
    others = Article("", sums["pieces"] - sum(a.quantity for a in page), sums["cents"] - sum(a.total for a in page))
    return ArticlePage(page, sums["n"], others, wanted)


def every_article(selection: Selection) -> list[tuple[str, int, int]]:
    """(name, thousandths, cents) of all of them, most sold first, for a file."""
    found = _sold(selection).filter(day__range=(selection.span.first, selection.span.last))
    return list(_by_name(found, "-quantity"))


def _sold(selection: Selection) -> QuerySet[Any]:
    model: Any = TreeArticle if selection.sums_kept else DayArticle
    return model.objects.filter(selection.rows()).order_by()


def _by_name(found: QuerySet[Any], sort: str) -> QuerySet[Any, tuple[str, int, int]]:
    column, descending = sort.lstrip("-"), sort.startswith("-")
    order = {"quantity": "pieces", "total": "cents", "name": "name"}[column]
    rows = found.values_list("name").annotate(pieces=Sum("quantity"), cents=Sum("total"))
    return rows.order_by(F(order).desc() if descending else F(order).asc(), "name")


def _compared(selection: Selection, names: list[str], pairs: Sequence[Pair]) -> dict[str, tuple[int, int]]:
    """By name: thousandths of the days of the span, and of their counterparts, that can be compared fairly."""
    if not names or not pairs:
        return {}
    now, then = Q(day__in=[day for day, _then in pairs]), Q(day__in=[then for _day, then in pairs])
    rows = _sold(selection).filter(now | then, name__in=names).values_list("name")
    sums = rows.annotate(now=Sum("quantity", filter=now, default=0), then=Sum("quantity", filter=then, default=0))
    return {name: (here, there) for name, here, there in sums}
