"""Registers whose receipts carry codes that a test's issuer has signed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from fiscal.choices import ReceiptKind
from fiscal.models import Register
from fiscal.statistics.rksv.code import parse_compact
from tests.fiscal.statistics.books import sale, sell
from tests.fiscal.statistics.rksv.issuer import Register as Issuer

KINDS = {"NULL": ReceiptKind.NULL, "TRAINING": ReceiptKind.TRAINING, "STORNO": ReceiptKind.STORNO}


def issuer(register: Register, day: date, *, hour: int = 9, before: Issuer | None = None, **settings: Any) -> Issuer:
    """A signature unit for the register; `before`: the same one, on another day."""
    if before is not None:
        before.at = datetime.combine(day, datetime.min.time()).replace(hour=hour)
        return before
    return Issuer(
        register_id=register.serial, at=datetime.combine(day, datetime.min.time()).replace(hour=hour), **settings
    )


def sync(register: Register, day: date, codes: list[str], *, start: bool = False, **fields: Any) -> list[Any]:
    """Store receipts of a day as a fill does, from their codes. `start`: the first of them is the start receipt."""
    receipts = []
    for place, jws in enumerate(codes):
        code = parse_compact(jws)
        kind = ReceiptKind.START if start and not place else KINDS.get(code.kind.value, code.kind)
        one = sale(
            day, code.total, kind=kind, key=code.number, at=code.at.time(), jws=jws,
            unit_failed=code.signature is None, **fields,
        )  # fmt: skip
        receipts.append(one._replace(total=code.total))
    return sell(register, day, receipts, rolled_up=False)
