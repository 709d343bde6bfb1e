"""One question each. A rule takes what it remembers of a register and the next receipt, and gives back both anew.

What is remembered are named tuples of text, numbers and truths, so that `VerifierState` can be written as JSON.
"""

from __future__ import annotations

from typing import NamedTuple

from fiscal.statistics.rksv.findings import FindingCode


class Broken(NamedTuple):
    """A rule that does not hold, and why. `receipts`: how many it concerns."""

    code: FindingCode
    detail: str = ""
    receipts: int = 1
