"""Issues the ministry's scenario files: lists that tell a demo register what to sign (RKSV page, section 8)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fiscal.sandbox.kassandro import rksv
from fiscal.sandbox.kassandro.rksv_device import Device

SETS = ("taxSetNormal", "taxSetErmaessigt1", "taxSetErmaessigt2", "taxSetNull", "taxSetBesonders")
KINDS = {"TRAINING_BELEG": "training", "STORNO_BELEG": "storno"}


def issue_scenario(
    scenario: Mapping[str, Any], *, closed: bool = False, width: int = rksv.COUNTER_BYTES
) -> tuple[list[str], dict[str, Any], dict[str, Any]]:
    """Sign what a scenario says: (compact JWS in order, crypto material, DEP7 export).

    `closed` issues it as a closed system, whose keys have no certificates. `width` is the counter's length in bytes.
    The export has one group for each run of receipts of one device, so its order is the order of issue.
    """
    suite = "R1-AT0" if closed else "R1-AT1"
    key = base64.b64decode(scenario["base64AesKey"])
    signer = rksv.Signer(scenario["cashBoxId"], key, suite=suite, width=width)
    devices = [
        Device(f"{scenario['simulationRunLabel']} {n}", f"{scenario['companyID']}-{n}" if closed else None)
        for n in range(scenario["numberOfSignatureDevices"])
    ]
    chain, receipts = signer.start(), []
    groups: list[tuple[Device, list[str]]] = []
    for item in scenario["cashBoxInstructionList"]:
        device = devices[item["usedSignatureDevice"]]
        jws = signer.sign(
            chain,
            device,
            item["receiptIdentifier"],
            item["dateToUse"],
            _amounts(item["simplifiedReceipt"]),
            KINDS.get(item["typeOfReceipt"], ""),
            item["signatureDeviceDamaged"],
        )
        receipts.append(jws)
        if not groups or groups[-1][0] is not device:
            groups.append((device, []))
        groups[-1][1].append(jws)
    return receipts, rksv.crypto_material(key, devices), rksv.dep7(groups)


def _amounts(simplified: Mapping[str, Any]) -> tuple[int, ...]:
    # The files hold decimal numbers; read as floats they still have two exact digits in their shortest writing.
    return tuple(int(Decimal(str(simplified[name])) * 100) for name in SETS)
