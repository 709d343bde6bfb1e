"""Actions refused because the person did not prove that they meant them."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from django.db import transaction

from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Result, Verb

log = logging.getLogger(__name__)


@transaction.atomic(durable=True)
def refuse_proof(reach: Reach, *, action: str, tier: int, missing: Sequence[str]) -> None:
    """Put on record that `action`, named in words, was refused, and which parts of its proof were missing or wrong.

    SECURITY: what was typed instead is not kept; it may be anything, a password too.
    """
    after = {"action": action[:200], "confirmation_tier": tier, "missing": ", ".join(missing)}
    record(reach, Verb.PROOF_REFUSED, reach.organization, after=after, result=Result.REFUSED)
    log.warning(
        "Request %s: an action of tier %d at %s was refused for want of %s.",
        reach.request_id,
        tier,
        reach.organization.public_id,
        after["missing"],
    )
