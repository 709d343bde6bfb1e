"""The DEP7 export of a register: its signed receipts of a period, as the law's journal (RKSV annex, “DEP-Export”)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain as one_after_the_other
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from fiscal.models import Chain, Receipt, Register
from fiscal.statistics.issue_order import Issued, in_issue_order
from fiscal.statistics.rksv.chain import next_value
from fiscal.statistics.rksv.dep7 import DepGroup, dep_pieces
from fiscal.statistics.rksv.material import decode_der
from fiscal.statistics.rksv.order import glimpse
from fiscal.statistics.rksv.signature import key_of_certificate, plain
from fiscal.statistics.verification import coded
from organizations.access import Reach
from organizations.audit import record
from organizations.choices import Scope, Verb
from organizations.rules import RulesBroken


class ExportRefused(RulesBroken):
    """There is nothing to export as asked; errors by field."""


@transaction.atomic(durable=True)
def export_chain(reach: Reach, register_id: UUID, *, first: date, last: date) -> tuple[str, Iterator[str]]:
    """A file name, and the export of the local days from `first` to `last` piece by piece. That it was made is on record.

    SECURITY: only receipts of the organizations reached; a register may have stood elsewhere before. Raises
    ExportRefused, NotAuthorized, Register.DoesNotExist.
    """
    reach.require(Scope.EXPORTS)
    register = Register.objects.get(reach.tree(Scope.EXPORTS), public_id=register_id, country_code="AUT")
    if last < first:
        raise ExportRefused({"last": _("The last day is before the first one.")})
    receipts = coded(register).filter(reach.tree(Scope.EXPORTS), day__range=(first, last))
    if not receipts.exists():
        raise ExportRefused({"first": _("There are no signed receipts on these days. Choose others.")})
    days = {"first_day": first.isoformat(), "last_day": last.isoformat()}
    record(reach, Verb.CHAIN_EXPORTED, register, after=days)
    name = "".join(sign if sign.isalnum() and sign.isascii() else "-" for sign in register.serial or register.name)
    chain = Chain.objects.filter(register=register).first()
    return f"dep7-{name}-{first}-{last}.json", dep_pieces(_groups(receipts, chain.certificates if chain else []))


def _groups(receipts: QuerySet[Receipt], certificates: list[str]) -> Iterator[DepGroup]:
    """One for each certificate that signed any of them; last, those whose certificate we do not hold."""
    serials = {key_of_certificate(decode_der(one)).name: one for one in certificates}
    for serial, certificate in [*serials.items(), ("", "")]:
        wanted = (jws for jws in _in_order(receipts) if _belongs(jws, serial, serials))
        first = next(wanted, None)
        if first is not None:
            yield DepGroup(certificate, (), one_after_the_other([first], wanted))


def _belongs(jws: str, serial: str, serials: dict[str, str]) -> bool:
    named = plain(glimpse(jws).serial)
    return named == serial if serial else named not in serials


def _in_order(receipts: QuerySet[Receipt]) -> Iterator[str]:
    """Every code in the order of issue, a day in memory at a time."""
    link = ""
    for day in receipts.order_by("day").values_list("day", flat=True).distinct().iterator():
        rows = receipts.filter(day=day).order_by("issued_at", "pk").values_list("number", "kind", "jws")
        for receipt in in_issue_order([Issued(*row) for row in rows], link):
            yield receipt.jws
            link = next_value(receipt.jws)
