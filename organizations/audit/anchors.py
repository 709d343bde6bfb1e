"""What the first entry that is left is bound to, where older ones were removed for their age."""

from __future__ import annotations

from typing import Any

from organizations.audit.canonical import START, written
from organizations.audit.keys import is_signed, newest, sign
from organizations.choices import Verb
from organizations.models import AuditEntry, Organization


def make_anchor(number: int, digest: str) -> dict[str, Any]:
    """What RECORD_PRUNED says: everything up to `number`, whose digest was `digest`, was removed rightly. Signed."""
    facts = {"digest": digest, "key_id": newest(), "up_to": number}
    _key_id, signature = sign(written(facts))
    return facts | {"signature": signature}


def anchor_of(organization: Organization) -> tuple[int, str] | None:
    """Number and digest of the last entry that was removed, as the newest RECORD_PRUNED says; None if we never signed it."""
    pruned = AuditEntry.objects.filter(organization=organization, verb=Verb.RECORD_PRUNED).order_by("-number").first()
    if pruned is None:
        return None
    facts = {name: pruned.after.get(name, "") for name in ("digest", "key_id", "up_to")}
    if not is_signed(written(facts), facts["key_id"], pruned.after.get("signature", "")):
        return None
    return facts["up_to"], facts["digest"]


def digest_before(organization: Organization, number: int) -> str:
    """The digest that entry `number` is bound to; '' if nothing that is left says it."""
    if number == 1:
        return START
    before = AuditEntry.objects.filter(organization=organization, number=number - 1).values_list("digest", flat=True)
    if found := before.first():
        return found
    anchor = anchor_of(organization)
    return anchor[1] if anchor and anchor[0] == number - 1 else ""
