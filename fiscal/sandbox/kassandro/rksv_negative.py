"""Exports with one defect each: the negative cases of the validator (RKSV page, section 5), in its order.

Every case is signed anew with its defect inside, so that nothing else is wrong with it; what cannot be signed (a broken
encoding) is spoiled afterwards, and the chain goes on from what was spoiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from fiscal.sandbox.kassandro import rksv
from fiscal.sandbox.kassandro.rksv_device import Device

BOX, OTHER_BOX = "NEGATIVE-1", "NEGATIVE-2"
SUITE, OTHER_SUITE = "R1-AT1", "R1-AT0"
KEY = bytes(range(32))
CLOSED_KEY = "U:ATU99000017-1"
SPOT = 3  # the place of the defect where any place would do; the first receipt is 0
FAILED, RESTORE = (4, 5), 6


@dataclass(frozen=True)
class Step:
    """One receipt to be issued: `cents` at 20 %, its kind, and whether the unit has failed."""

    number: str
    time: str
    cents: int = 0
    kind: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Case:
    """One defect.

    place:  where it is, counted from 0
    fields: changes the 13 fields of the code there (the first is empty) before they are signed
    header: the JWS header there
    jws:    changes the finished JWS there
    steps:  changes what is issued
    """

    place: int = SPOT
    fields: Callable[[list[str]], list[str]] | None = None
    header: bytes | None = None
    jws: Callable[[str], str] | None = None
    steps: Callable[[list[Step]], list[Step]] | None = None


def _field(place: int, value: str) -> Callable[[list[str]], list[str]]:
    return lambda fields: [*fields[:place], value, *fields[place + 1 :]]


def _step(place: int, **values: Any) -> Callable[[list[Step]], list[Step]]:
    return lambda steps: [*steps[:place], replace(steps[place], **values), *steps[place + 1 :]]


def _closed(fields: list[str]) -> list[str]:
    return _field(11, CLOSED_KEY)(_field(1, OTHER_SUITE)(fields))


def _counter(fields: list[str], cents: int = 0, width: int = rksv.COUNTER_BYTES) -> list[str]:
    """Another counter than the right one, which is 3,600 cents at `SPOT`."""
    return _field(10, rksv.Signer(fields[2], KEY, width=width).counter(fields[3], 3_600 + cents))(fields)


def _other_box(fields: list[str]) -> list[str]:
    return _counter(_field(2, OTHER_BOX)(fields))


def _star(jws: str) -> str:
    return f"{jws[:-9]}*{jws[-8:]}"


def _padded(jws: str) -> str:
    return f"{jws}=="


CASES = {
    "chaining broken": Case(fields=_field(12, rksv.chain_value("elsewhere"))),
    "no restore receipt": Case(RESTORE, steps=lambda steps: [*steps[:RESTORE], *steps[RESTORE + 1 :]]),
    "restore on an invalid receipt": Case(RESTORE, steps=_step(RESTORE, kind="training")),
    "invalid counter": Case(fields=lambda fields: _counter(fields, cents=-1)),
    "counter width changes": Case(fields=lambda fields: _counter(fields, width=5)),
    "register id changes": Case(fields=_other_box),
    "date decreasing": Case(steps=_step(SPOT, time="2026-05-04T07:59:59")),
    "system type changes": Case(fields=_closed),
    "duplicate number": Case(steps=_step(SPOT, number="3")),
    "first receipt not zero": Case(0, steps=_step(0, cents=100)),
    "first receipt of the wrong kind": Case(0, steps=_step(0, kind="training")),
    "first receipt with a wrong chain value": Case(0, fields=_field(12, rksv.chain_value(OTHER_BOX))),
    "first receipt unsigned": Case(0, steps=_step(0, failed=True)),
    "certificate serial mismatch": Case(fields=_field(11, "deadbeef")),
    "malformed header": Case(header=b'{"typ":"JWT","alg":"ES256"}'),
    "malformed payload": Case(fields=lambda fields: fields[:9] + fields[10:]),
    "malformed padding": Case(jws=_padded),
    "malformed Base64": Case(jws=_star),
    "malformed number": Case(fields=_field(5, "1.200,34")),
    "malformed time": Case(fields=_field(4, "2026-13-40T25:61:00")),
    # Two defects that a real register program made.
    "line feed inside the payload": Case(7, fields=_field(10, "U1RP\n")),
    "turnover a cent short": Case(fields=lambda fields: _counter(fields, cents=-1)),
}


def export(name: str | None = None) -> tuple[dict[str, Any], dict[str, Any], int | None]:
    """The DEP7 export of a case, its crypto material and the place of its defect; without a name one without defect.

    KeyError for a name that is not in `CASES`.
    """
    case = CASES[name] if name is not None else Case(-1)
    device = Device("negative cases")
    signer, steps = rksv.Signer(BOX, KEY, suite=SUITE), _steps()
    if case.steps:
        steps = case.steps(steps)
    chain, receipts = signer.start(), []
    for place, step in enumerate(steps):
        jws = _issued(signer, device, chain, step, case if place == case.place else Case())
        chain.link = rksv.chain_value(jws)
        receipts.append(jws)
    material = rksv.crypto_material(KEY, [device])
    keys = material["certificateOrPublicKeyMap"]
    keys[CLOSED_KEY] = {
        "id": CLOSED_KEY,
        "signatureDeviceType": "PUBLIC_KEY",
        "signatureCertificateOrPublicKey": device.public_key,
    }
    return rksv.dep7([(device, receipts)]), material, None if name is None else case.place


def _issued(signer: rksv.Signer, device: Device, chain: rksv.Chain, step: Step, case: Case) -> str:
    if step.kind != "training":
        chain.turnover += step.cents
    fields = signer.code(chain, device.serial, step.number, step.time, (step.cents, 0, 0, 0, 0), step.kind).split("_")
    if case.fields:
        fields = case.fields(fields)
    header = rksv.base64url(case.header) if case.header else rksv.HEADER
    signed = f"{header}.{rksv.base64url('_'.join(fields).encode())}"
    jws = f"{signed}.{rksv.FAILED if step.failed else rksv.base64url(device.sign(signed.encode()))}"
    return case.jws(jws) if case.jws else jws


def _steps() -> list[Step]:
    """Eleven receipts without a defect: start, sales, a failure, a collective receipt, storno, training, month."""
    kinds = {7: ("storno", -1_200), 8: ("training", 500)}
    steps = []
    for place in range(11):
        kind, cents = kinds.get(place, ("", 0 if place in (0, RESTORE, 10) else 1_200))
        number, time = str(place + 1), f"2026-05-04T{8 + place:02d}:00:00"
        steps.append(Step(number, time, cents, kind, failed=place in FAILED))
    return steps
