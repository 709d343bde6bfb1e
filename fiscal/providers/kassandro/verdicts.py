"""Kassandro's answers: its paper names no error and no status, so they are classified by status alone."""

from __future__ import annotations

from functools import partial

from fiscal.providers import verdicts
from fiscal.providers.errors import LicenceLapsed

MANNERS = verdicts.Manners(
    # Money is made of the text to the cent, and a page of receipts has 30,000 numbers.
    text_numbers=True,
    shapes=(dict, list, str),
    kinds={**verdicts.BY_STATUS, 403: LicenceLapsed},
    words_prove_absence=False,
)
judge = partial(verdicts.judge, manners=MANNERS)
"""As `fiscal.providers.verdicts.judge`. 401: the token; 403: the product category or the licence (contract "Kassandro",
heading 2). A count may be a number alone."""
