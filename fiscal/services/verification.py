"""What people and the clock have the verification do."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from fiscal.models import Chain, Register
from fiscal.statistics import verification
from fiscal.statistics.rksv.aes_key import UnusableKey, checksum, read_key
from fiscal.statistics.rksv.material import decode_der
from fiscal.statistics.rksv.signature import UnusableCertificate, key_of_certificate
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Level, Scope, Verb
from organizations.rules import RulesBroken

TURN = 10.0
"""Seconds that one slot of the clock verifies for."""
MOST_CERTIFICATES = 20
_PEM = re.compile(r"-----[A-Z ]+-----")


class ChainRefused(RulesBroken):
    """What a register is to be verified with cannot be used; errors by field. The words never repeat a key."""


def verify_due(*, now: datetime, stop: Callable[[], bool] = bool) -> int:
    """Verify registers whose receipts came or changed, for a few seconds. Gives how many were brought to their end."""
    verification.open_chains()
    ends, done = time.monotonic() + TURN, 0
    for chain_id in list(verification.due(now).values_list("pk", flat=True)[:1_000]):
        if stop() or time.monotonic() > ends:
            break
        done += verification.verify(chain_id, now=now, until=ends, stop=stop)
    return done


@sensitive_variables("aes_key")
@transaction.atomic(durable=True)
def store_chain_material(
    reach: Reach, register_id: UUID, *, aes_key: str = "", certificates: str = "", forget_key: bool = False
) -> Chain:
    """Keep the AES key and certificates of a register, and have it verified anew with them.

    `aes_key` in Base64, '' leaves the stored one; `certificates`: PEM, or Base64 of DER, one after the other with an
    empty line between, replacing those stored. Raises ChainRefused, NotAuthorized, Register.DoesNotExist.
    """
    reach.require(Scope.MONITORING, Level.MANAGE)
    chain = _locked_chain(reach, register_id)
    before = _told(chain)
    errors = {}
    try:
        kept = _certificates(certificates)
    except UnusableCertificate as why:
        errors["certificates"] = str(why)
    if aes_key.strip() and not errors.get("aes_key"):
        try:
            read_key(aes_key)
        except UnusableKey as why:
            errors["aes_key"] = str(why)
    if errors:
        raise ChainRefused(errors)
    chain.certificates = kept
    if forget_key or aes_key.strip():
        chain.hold_key("" if forget_key else aes_key.strip())
    chain.save(update_fields=["certificates", "aes_key_sealed"])
    verification.mark_again(Chain.objects.filter(pk=chain.pk))
    record(reach, Verb.CHAIN_KEY_STORED, chain.register, before=before, after=_told(chain))
    return chain


@transaction.atomic(durable=True)
def verify_again(reach: Reach, register_id: UUID) -> None:
    """Have a register verified anew from its first receipt on, on record. Raises NotAuthorized, Register.DoesNotExist."""
    reach.require(Scope.MONITORING, Level.MANAGE)
    chain = _locked_chain(reach, register_id)
    verification.mark_again(Chain.objects.filter(pk=chain.pk))
    record(reach, Verb.CHAIN_VERIFIED_AGAIN, chain.register)


def _locked_chain(reach: Reach, register_id: UUID) -> Chain:
    register = Register.objects.select_for_update(no_key=True).get(
        reach.tree(Scope.MONITORING, Level.MANAGE), public_id=register_id, country_code="AUT"
    )
    chain, _made = Chain.objects.get_or_create(register=register, defaults={"dirty_from": verification.BEGINNING})
    return chain


def _told(chain: Chain) -> dict[str, object]:
    """What the record may know: never the key."""
    key = chain.aes_key()
    return {
        "aes_key": _("stored, checksum %(sum)s") % {"sum": checksum(key)} if key else "",
        "certificates": ", ".join(_serials(chain.certificates)),
    }


def _serials(certificates: Sequence[str]) -> list[str]:
    return [key_of_certificate(decode_der(one)).name for one in certificates]


def _certificates(text: str) -> list[str]:
    """Base64 of DER, one for each certificate in the text. Raises UnusableCertificate."""
    found = ["".join(part.split()) for part in re.split(r"\n\s*\n", _PEM.sub("\n\n", text.replace("\r", "")))]
    found = [part for part in found if part]
    if len(found) > MOST_CERTIFICATES:
        raise UnusableCertificate(_("No register has more than %(n)d certificates.") % {"n": MOST_CERTIFICATES})
    for place, part in enumerate(found, start=1):
        try:
            key_of_certificate(decode_der(part))
        except UnusableCertificate as why:
            words = _("Certificate %(n)d: %(why)s") % {"n": place, "why": why}
            raise UnusableCertificate(words) from None
    return found
