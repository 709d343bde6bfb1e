"""What kinds of shops there are: hours, articles, prices, VAT, and how their customers pay."""

from __future__ import annotations

from dataclasses import dataclass, field

from fiscal.sandbox.datacash.documents import Line, line

PIECES = ((100, 7), (200, 2), (300, 1))  # quantity in hundredths, how often
WEIGHTS = ((25, 2), (35, 3), (50, 3), (75, 1), (120, 1))


@dataclass(frozen=True)
class Profile:
    """One kind of shop.

    hours:    opening hours, in seconds after midnight
    closed:   weekdays without trade, Monday is 0
    goods:    (description, VAT rate or natura, gross price in cents, how often, whether it is weighed)
    vouchers: whether meal vouchers (TR) are taken
    """

    hours: tuple[tuple[int, int], ...]
    closed: tuple[int, ...]
    goods: tuple[tuple[str, str, int, int, bool], ...]
    vouchers: bool = False
    pool: tuple[Line, ...] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Lay every line that can be sold on the shelf, as often as it is sold."""
        pool = [
            line(description, rate, price, quantity)
            for description, rate, price, often, weighed in self.goods
            for quantity, share in (WEIGHTS if weighed else PIECES)
            for _ in range(often * share)
        ]
        object.__setattr__(self, "pool", tuple(pool))


def _hours(*spans: tuple[float, float]) -> tuple[tuple[int, int], ...]:
    return tuple((int(start * 3600), int(end * 3600)) for start, end in spans)


PROFILES = {
    "bar": Profile(
        _hours((6, 20)),
        (6,),
        (
            ("Caffè", "10", 130, 8, False),
            ("Cappuccino", "10", 170, 6, False),
            ("Cornetto", "10", 150, 6, False),
            ("Tè freddo", "10", 300, 2, False),
            ("Tramezzino", "10", 350, 3, False),
            ("Bibita in lattina", "22", 280, 2, False),
            ("Latte fresco 1 l", "4", 180, 1, False),
            ("Quotidiano", "N2", 170, 1, False),
        ),
        vouchers=True,
    ),
    "panificio": Profile(
        _hours((7, 13), (16, 19.5)),
        (6,),
        (
            ("Pane casereccio", "4", 480, 8, True),
            ("Focaccia genovese", "10", 1490, 4, True),
            ("Pizza margherita al taglio", "10", 1650, 3, True),
            ("Basilico fresco", "5", 190, 1, False),
            ("Torta della nonna", "10", 2200, 1, True),
            ("Sacchetto di carta", "22", 10, 2, False),
        ),
    ),
    "ristorante": Profile(
        _hours((12, 15), (19, 23.5)),
        (0,),
        (
            ("Coperto", "10", 250, 5, False),
            ("Tagliatelle al ragù", "10", 1300, 4, False),
            ("Pizza più mozzarella di bufala", "10", 1150, 4, False),
            ("Tiramisù", "10", 650, 3, False),
            ("Vino della casa ½ l", "22", 700, 2, False),
            ("Acqua minerale", "10", 280, 4, False),
            ("Mancia anticipata (art. 15)", "N1", 500, 1, False),
        ),
        vouchers=True,
    ),
    "emporio": Profile(
        _hours((9, 13), (15.5, 19.5)),
        (6,),
        (
            ("Maglietta", "22", 1990, 4, False),
            ("Ombrello", "22", 1490, 3, False),
            ("Quaderno", "22", 320, 5, False),
            ("Libro nuovo", "4", 1850, 2, False),
            ("Tartufo fresco", "5", 4900, 1, False),
            ("Cioccolato artigianale", "10", 650, 2, False),
            ("Rimborso spese postali", "N1", 450, 1, False),
            ("Buono regalo", "N2", 2500, 1, False),
            ("Vendita a viaggiatore extra UE", "N3", 8900, 1, False),
            ("Corso di ceramica", "N4", 3500, 1, False),
            ("Libro usato", "N5", 600, 1, False),
            ("Rottame d’argento", "N6", 3300, 1, False),
        ),
    ),
    # Open across midnight and across the nights on which the clock is moved.
    "discoteca": Profile(
        _hours((0, 4.5), (22, 24)),
        (1, 2),
        (
            ("Ingresso", "22", 1500, 5, False),
            ("Cocktail", "22", 900, 6, False),
            ("Birra alla spina", "22", 600, 5, False),
            ("Guardaroba", "22", 300, 2, False),
            ("Caffè corretto", "10", 250, 1, False),
        ),
    ),
}
