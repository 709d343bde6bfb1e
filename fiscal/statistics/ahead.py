"""Fetches the next page while the one before is being written: a provider's answer and our database take as long again."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections

from fiscal.statistics.shapes import Page


def ahead(pages: Iterator[Page]) -> Iterator[Page]:
    """The same pages in the same order, one of them fetched ahead in a thread of its own. Errors come where they happen.

    Most windows are one page: they need no thread. Inside a transaction of the caller nothing is fetched ahead, because
    another thread would not see what it has written.
    """
    first = next(pages, None)
    if first is not None:
        yield first
    if first is None or first.last:
        return
    if connection.in_atomic_block:
        yield from pages
        return
    with ThreadPoolExecutor(1, "page") as pool:
        try:
            coming = pool.submit(next, pages, None)
            while (page := coming.result()) is not None:
                if not page.last:
                    coming = pool.submit(next, pages, None)
                yield page
                if page.last:
                    return
        finally:
            pool.submit(connections.close_all).result()
