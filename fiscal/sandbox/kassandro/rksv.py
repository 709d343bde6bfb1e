"""Signed receipts after the RKSV: machine-readable code, chain, turnover counter, compact JWS (RKSV page, 2 and 3)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from fiscal.sandbox.kassandro.rksv_device import Device

HEADER = base64.urlsafe_b64encode(b'{"alg":"ES256"}').decode()
FAILED = base64.urlsafe_b64encode(b"Sicherheitseinrichtung ausgefallen").rstrip(b"=").decode()
TRAINING_MARK, STORNO_MARK = "VFJB", "U1RP"  # Base64 of TRA and STO
FIELDS = (200, 100, 130, 0, None)  # rates of the five amounts in their order; Besonders takes every other rate
COUNTER_BYTES = 8


@dataclass
class Chain:
    """Where a register stands: the chain value for its next receipt, and its turnover in cents."""

    link: str
    turnover: int = 0


class Signer:
    """Signs the receipts of one register, one after the other."""

    def __init__(self, cash_box: str, key: bytes, *, suite: str = "R1-AT1", width: int = COUNTER_BYTES) -> None:
        self.cash_box, self.suite, self.width = cash_box, suite, width
        # CTR mode with one block is ECB of its IV; a cipher object for each receipt would cost more than the signature.
        self._block = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  # nosec B305 - the counter block

    def start(self) -> Chain:
        """The chain before the first receipt."""
        return Chain(chain_value(self.cash_box))

    def sign(
        self, chain: Chain, device: Device, number: str, time: str, amounts: tuple[int, ...], kind: str, failed: bool
    ) -> str:
        """Sign one receipt and move the chain on. `amounts` are the five sums in cents; gives the compact JWS."""
        if kind != "training":
            chain.turnover += sum(amounts)
        text = self.code(chain, device.serial, number, time, amounts, kind)
        signed = f"{HEADER}.{base64url(text.encode())}"
        jws = f"{signed}.{FAILED if failed else base64url(device.sign(signed.encode()))}"
        chain.link = chain_value(jws)
        return jws

    def code(self, chain: Chain, serial: str, number: str, time: str, amounts: tuple[int, ...], kind: str) -> str:
        """The machine-readable code of 12 fields."""
        sums = "_".join([money(cents) for cents in amounts])
        counter = {"training": TRAINING_MARK, "storno": STORNO_MARK}.get(kind) or self.counter(number, chain.turnover)
        return f"_{self.suite}_{self.cash_box}_{number}_{time}_{sums}_{counter}_{serial}_{chain.link}"

    def counter(self, number: str, cents: int) -> str:
        """The encrypted turnover: two's complement, big-endian, AES-256 in counter mode, as Base64."""
        iv = hashlib.sha256(f"{self.cash_box}{number}".encode()).digest()[:16]
        mask = int.from_bytes(self._block.update(iv)[: self.width], "big")
        plain = cents % (1 << 8 * self.width)
        return base64.b64encode((mask ^ plain).to_bytes(self.width, "big")).decode()


def chain_value(text: str) -> str:
    """Base64 of the first 8 bytes of SHA-256: of the Kassen-ID at first, then of the complete compact JWS before."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()[:8]).decode()


def money(cents: int) -> str:
    """An amount with comma and two digits."""
    whole, rest = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole},{rest:02d}"


def five(by_rate: Mapping[int, int]) -> tuple[int, ...]:
    """Cents by rate (tenths of a per cent) as the five amounts of the code."""
    rest = sum(cents for rate, cents in by_rate.items() if rate not in FIELDS)
    return (by_rate.get(200, 0), by_rate.get(100, 0), by_rate.get(130, 0), by_rate.get(0, 0), rest)


def qr(jws: str) -> str:
    """The text of the QR code: the code and the signature in standard Base64."""
    _, text, signature = jws.split(".")
    standard = signature.replace("-", "+").replace("_", "/")
    return f"{_from_base64url(text).decode()}_{standard}{'=' * (-len(standard) % 4)}"


def key_checksum(key: bytes) -> str:
    """What FinanzOnline asks for to see that the AES key was typed in rightly."""
    digest = hashlib.sha256(base64.b64encode(key)).digest()
    return base64.b64encode(digest[:3]).decode().rstrip("=")


def dep7(groups: list[tuple[Device, list[str]]]) -> dict[str, Any]:
    """A DEP7 export: one group for each device, with its certificate (RKSV page, section 4)."""
    return {
        "Belege-Gruppe": [
            {
                "Signaturzertifikat": device.certificate,
                "Zertifizierungsstellen": [],
                "Belege-kompakt": receipts,
            }
            for device, receipts in groups
        ]
    }


def crypto_material(key: bytes, devices: list[Device]) -> dict[str, Any]:
    """What the ministry's tool needs beside an export, cryptographicMaterialContainer.json."""
    return {
        "base64AESKey": base64.b64encode(key).decode(),
        "certificateOrPublicKeyMap": {
            device.serial: {
                "id": device.serial,
                "signatureDeviceType": "CERTIFICATE" if device.certificate else "PUBLIC_KEY",
                "signatureCertificateOrPublicKey": device.certificate or device.public_key,
            }
            for device in devices
        },
    }


def base64url(data: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_base64url(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
