"""Writes DEP exports and key containers for tests, with nothing of the code under test."""

from __future__ import annotations

import json
from base64 import b64encode

from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT, UNIT


def group(receipts, unit=UNIT, *, key="Signaturzertifikat", authorities=()):
    certificate = b64encode(unit.certificate).decode() if unit else ""
    return {key: certificate, "Zertifizierungsstellen": list(authorities), "Belege-kompakt": list(receipts)}


def write_export(path, *groups, **settings):
    path.write_text(json.dumps({"Belege-Gruppe": list(groups)}, **settings), encoding="utf-8")
    return path


def container(*units, aes_key=AES_KEY_TEXT, **public_keys):
    keys = {
        unit.serial: {
            "id": unit.serial,
            "signatureDeviceType": "CERTIFICATE",
            "signatureCertificateOrPublicKey": b64encode(unit.certificate).decode(),
        }
        for unit in units
    }
    for name, unit in public_keys.items():
        keys[name] = {
            "id": name,
            "signatureDeviceType": "PUBLIC_KEY",
            "signatureCertificateOrPublicKey": b64encode(unit.public_key).decode(),
        }
    return json.dumps({"base64AESKey": aes_key, "certificateOrPublicKeyMap": keys})
