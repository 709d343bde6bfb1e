"""Kassandro's answers: its paper names no error and no status, so they are classified by status alone."""

from __future__ import annotations

from functools import partial

from fiscal.providers import verdicts
from fiscal.providers.errors import LicenceLapsed

judge = partial(
    verdicts.judge,
    # Numbers with a point stay the text that was sent: money is made of it to the cent, and a page has 30,000 of them.
    number=str,
    shapes=(dict, list, int),
    kinds={**verdicts.BY_STATUS, 403: LicenceLapsed},
)
"""As `fiscal.providers.verdicts.judge`. 401: the token; 403: the product category or the licence (contract "Kassandro",
heading 2). A count may be a number alone."""
