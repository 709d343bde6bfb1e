"""Proofs that a confirmation asks for, by tier; checked here, whatever the browser did."""

from __future__ import annotations

from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _


def missing_proof(sent: QueryDict, *, tier: int, name: str = "") -> dict[str, Any]:
    """What is missing, as attributes of the confirm atom (with what was typed); empty if the proof is complete.

    Tier 2: the tick. Tier 3: the object's name typed, and a reason.
    """
    faults: dict[str, Any] = {}
    if tier == 2 and sent.get("understood") != "yes":
        faults["tick_error"] = _("Tick this to go on. Nothing was changed.")
    if tier >= 3 and sent.get("typed_name", "").strip() != name:
        faults["typed_error"] = _("Type the name exactly as it stands above. Nothing was changed.")
    if tier >= 3 and not reason_of(sent):
        faults["reason_error"] = _("Give a reason: it stands in the activity record.")
    return {**faults, "typed_value": sent.get("typed_name", ""), "reason_value": reason_of(sent)} if faults else {}


def reason_of(sent: QueryDict) -> str:
    return sent.get("reason", "").strip()[:200]
