"""Receipts beyond the trade as they are kept: posted ones, staged ones, changed ones. Plain JSON, amounts in cents."""

from __future__ import annotations

import json
from typing import Any

from fiscal.sandbox.kassandro.articles import Article
from fiscal.sandbox.kassandro.book import Line, Receipt


def dump(receipt: Receipt) -> str:
    """A receipt as text."""
    lines = [[line.article.id, line.article.name, *line[1:]] for line in receipt.lines]
    return json.dumps([receipt.at, receipt.kind, lines, receipt.payments, receipt.user, receipt.failed])


def load(text: str) -> Receipt:
    """A receipt from its text."""
    at, kind, lines, payments, user, failed = json.loads(text)
    made = tuple(
        Line(loose(article, name, price, rate), quantity, price, rate, total)
        for article, name, quantity, price, rate, total in lines
    )
    return Receipt(at, kind, made, tuple((slot, cents) for slot, cents in payments), user, failed)


def loose(id: int | None, name: str, price: int, rate: int) -> Article:
    """An article that is named on a receipt, whether the shop lists it or not."""
    number: Any = id
    head = f'{{"articleId":{json.dumps(number)},"name":{json.dumps(name, ensure_ascii=False)}'
    return Article(number, "", "", name, price, str(rate), False, head)
