"""What the shops sell, and at which rate of VAT on which day. Some names are nasty on purpose."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import NamedTuple

STAPLES_FROM = date(2026, 7, 1)  # 4.9 % on selected foods (RKSV page, VAT rates)
BORDER = "border"  # Jungholz and Mittelberg, where 19 % stands in place of 20 %
REGIONS = ("AT", BORDER)
EXTRA_FIRST = 10_000  # the generated articles of a large range begin with this number


class Article(NamedTuple):
    """One article.

    group, name: as the shop calls them
    price:       cents with VAT
    tax:         standard, reduced (10), reduced2 (13), staple (10, later 4.9) or zero
    weighed:     sold by the kilogram
    head:        the beginning of its line as JSON
    """

    id: int
    number: str
    group: str
    name: str
    price: int
    tax: str
    weighed: bool
    head: str


def rate_of(tax: str, day: date, region: str = "AT") -> int:
    """Tenths of a per cent of VAT on a day: 200, 190, 130, 100, 49 or 0."""
    if tax == "standard":
        return 190 if region == BORDER else 200
    if tax == "staple":
        return 49 if day >= STAPLES_FROM else 100
    return {"reduced": 100, "reduced2": 130, "zero": 0}[tax]


_BAKERY = (
    ("Gebäck", "Semmel", 45, "staple"),
    ("Gebäck", "Käsestangerl", 210, "reduced"),
    ("Gebäck", 'Kornspitz "extra groß"', 120, "staple"),
    ("Gebäck", "=1+1 Salzstangerl gratis", 190, "reduced"),
    ("Brot", "Bauernbrot 1 kg", 490, "staple"),
    ("Brot", "Roggenbrot nach Gewicht", 620, "staple", True),
    ("Süßes", "Topfengolatsche", 280, "reduced"),
    ("Süßes", "Nuss-Kipferl; 3 Stück, Aktion", 650, "reduced"),
    ("Getränke", "Melange", 390, "standard"),
    ("Getränke", "Kakao", 420, "reduced"),
    ("Getränke", "Milch 1 l", 179, "staple"),
)
_RESTAURANT = (
    ("Speisen", "Wiener Schnitzel", 1690, "reduced"),
    ("Speisen", "Käsespätzle", 1390, "reduced"),
    ("Speisen", "Gröstl 'Spezial'", 1290, "reduced"),
    ("Speisen", "Frühstück <groß>", 1180, "reduced"),
    ("Getränke", "Märzen 0,5 l", 490, "standard"),
    ("Getränke", "G'spritzter", 390, "standard"),
    ("Getränke", "Wein vom eigenen Hof 1/8", 420, "reduced2"),
    ("Getränke", "@home Limonade", 410, "standard"),
    ("Unterkunft", "Zimmer pro Nacht", 8900, "reduced"),
    ("Unterkunft", "Ortstaxe", 250, "zero"),
)
_SHOP = (
    ("Bekleidung", "T-Shirt", 1990, "standard"),
    ("Bekleidung", "Lederhose", 24_900, "standard"),
    ("Bekleidung", "-Restposten- Socken", 499, "standard"),
    ("Bücher", "Wanderführer Ötztal", 2190, "reduced"),
    ("Bücher", "Kochbuch «Süßes»", 2990, "reduced"),
    ("Sonstiges", "+Plus Tragtasche", 30, "standard"),
    ("Sonstiges", "Topfpflanze", 890, "reduced2"),
    ("Sonstiges", "Briefmarke", 120, "zero"),
)
_MARKET = (
    ("Obst", "Marillen", 590, "staple", True),
    ("Obst", "Äpfel", 290, "staple", True),
    ("Gemüse", "Erdäpfel", 190, "staple", True),
    ("Gemüse", "Kürbis", 350, "reduced"),
    ("Hof", "Eier, 10 Stück", 420, "staple"),
    ("Hof", "Honig", 890, "reduced"),
    ("Hof", "Schnittblumen", 750, "reduced2"),
    ("Hof", "Wein vom eigenen Hof", 980, "reduced2"),
)
_RANGES = {"bakery": (1, _BAKERY), "restaurant": (2, _RESTAURANT), "shop": (3, _SHOP), "market": (4, _MARKET)}
_TAXES = ("standard", "reduced", "staple", "standard", "reduced2")


@lru_cache(maxsize=64)
def articles(profile: str, extra: int = 0) -> tuple[Article, ...]:
    """What a register of this profile sells, most wanted first; `extra` more articles make a large range."""
    family, rows = _RANGES[profile]
    made = [_article(family * 100_000 + n, *row) for n, row in enumerate(rows, 1)]
    for n in range(extra):
        price = 99 + n * 37 % 9_900
        number = family * 100_000 + EXTRA_FIRST + n
        made.append(_article(number, f"Lager {n // 500 + 1}", f"Artikel {n + 1:05d}", price, _TAXES[n % len(_TAXES)]))
    return tuple(made)


@lru_cache(maxsize=16)
def special(profile: str) -> dict[str, Article]:
    """Articles that are no goods: discount, vouchers, cash withdrawal."""
    first = _RANGES[profile][0] * 100_000 + 90_000
    rows = (
        ("discount", "Rabatt", "reduced"),
        ("single_voucher", "Gutschein Frühstück für zwei", "reduced"),
        ("multi_voucher", "Wertgutschein", "zero"),
        ("cash_out", "Kassaausgang", "zero"),
    )
    return {key: _article(first + n, "Gutscheine und Rabatte", name, 0, tax) for n, (key, name, tax) in enumerate(rows)}


@lru_cache(maxsize=256)
def priced(profile: str, extra: int, region: str, staples: bool) -> tuple[tuple[Article, int], ...]:
    """The articles of a profile with the rate that holds before or after `STAPLES_FROM`."""
    day = STAPLES_FROM if staples else date(2026, 6, 30)
    return tuple((article, rate_of(article.tax, day, region)) for article in articles(profile, extra))


def groups(found: Iterable[Article]) -> dict[str, list[Article]]:
    """Articles by the name of their group, in the order in which they come."""
    grouped: dict[str, list[Article]] = {}
    for article in found:
        grouped.setdefault(article.group, []).append(article)
    return grouped


def _article(id: int, group: str, name: str, price: int, tax: str, weighed: bool = False) -> Article:
    head = f'{{"articleId":{id},"name":{json.dumps(name, ensure_ascii=False)}'
    return Article(id, f"{id:06d}", group, name, price, tax, weighed, head)
