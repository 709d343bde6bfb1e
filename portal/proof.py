"""Confirmations: what a person has to prove before an action, by tier, and whether the form proves it.

Tier 1 is the button itself, tier 2 a tick below what is affected, tier 3 the typed name and a reason. The server asks
for the proof whatever the page showed: a hand-made POST without it changes nothing and stands on record.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.http import HttpRequest
from django.utils.translation import gettext as _

from organizations.access import Reach
from organizations.services import refuse_proof

LONGEST_REASON = 200


@dataclass(frozen=True)
class Proof:
    """What was given as proof, and what is missing, by the names of the confirmation's fields."""

    tier: int
    name: str
    typed: str = ""
    reason: str = ""
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def given(self) -> bool:
        return not self.errors


def asked(tier: int, name: str) -> Proof:
    """A confirmation that was not answered yet."""
    return Proof(tier, name)


def read_proof(request: HttpRequest, reach: Reach, *, tier: int, name: str, action: str) -> Proof:
    """The proof in a POST, checked; what is refused is recorded.

    `name` is what has to be typed in tier 3, `action` what is asked for, in words.
    """
    typed, reason = request.POST.get("typed_name", "").strip(), request.POST.get("reason", "").strip()
    errors: dict[str, str] = {}
    if tier == 2 and request.POST.get("understood") != "yes":
        errors["understood"] = _("Tick this to go on: nothing was changed yet.")
    if tier >= 3 and typed != name:
        errors["typed_name"] = _("This is not the name. Nothing was changed yet.")
    if tier >= 3 and not reason:
        errors["reason"] = _("Say why: the record keeps it.")
    if errors:
        refuse_proof(reach, action=action, tier=tier, missing=list(errors))
    return Proof(tier, name, typed, reason[:LONGEST_REASON], errors)
