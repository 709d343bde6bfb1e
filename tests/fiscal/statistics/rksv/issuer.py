"""A register that issues signed receipts, and can be told to do it wrongly.

Written from the rules alone, with nothing of the verification's: where both were wrong in the same way a test would see
nothing. The vectors in `test_vectors.py` anchor both.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from base64 import b64encode, urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

AES_KEY = bytes(range(32))
AES_KEY_TEXT = b64encode(AES_KEY).decode()
DOWN = "U2ljaGVyaGVpdHNlaW5yaWNodHVuZyBhdXNnZWZhbGxlbg"


def b64(raw: bytes) -> str:
    return b64encode(raw).decode()


def b64url(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().replace("=", "")


def euros(cents: int) -> str:
    sign, cents = ("-" if cents < 0 else ""), abs(cents)
    return f"{sign}{cents // 100},{cents % 100:02d}"


class Unit:
    """A signature unit: a key on P-256 in a certificate."""

    def __init__(self, serial: int = 0x20F2ED17, *, key_number: int = 4711) -> None:
        self.serial = f"{serial:x}"
        self.key = ec.derive_private_key(key_number, ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, f"Unit {serial:x}")])
        self.certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(self.key.public_key())
            .serial_number(serial)
            .not_valid_before(dt.datetime.fromisoformat("2016-01-01"))
            .not_valid_after(dt.datetime.fromisoformat("2036-01-01"))
            .sign(self.key, hashes.SHA256())
            .public_bytes(serialization.Encoding.DER)
        )
        self.public_key = self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )

    def sign(self, text: str) -> str:
        r, s = utils.decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return b64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


UNIT = Unit()
OTHER_UNIT = Unit(0x99C0FFEE, key_number=815)


OPENING = dt.datetime.fromisoformat("2026-05-04T09:00:00")


@dataclass
class Register:
    """Issues receipts, one a minute. What is given in `wrong` replaces a field as text, whatever it should have been."""

    register_id: str = "DEMO-1"
    unit: Unit = field(default_factory=lambda: UNIT)
    suite: str = "R1-AT1"
    width: int = 8
    aes_key: bytes = AES_KEY
    at: dt.datetime = OPENING
    prefix: str = "R-"
    turnover: int = 0
    receipts: list[str] = field(default_factory=list)

    def start(self, **wrong) -> str:
        return self.issue(**wrong)

    def sale(self, cents: int = 1234, **wrong) -> str:
        return self.issue(cents, **wrong)

    def training(self, cents: int = 500, **wrong) -> str:
        return self.issue(cents, mark="TRA", **wrong)

    def storno(self, cents: int = -1234, **wrong) -> str:
        return self.issue(cents, mark="STO", **wrong)

    def issue(
        self, *cents: int, mark: str = "", down: bool = False, unit: Unit | None = None, header: str = '{"alg":"ES256"}',
        signature: str | None = None, payload: str | None = None, counted: int | None = None, width: int | None = None,
        **wrong: str,
    ) -> str:  # fmt: skip
        amounts = (*cents, 0, 0, 0, 0, 0)[:5]
        if mark != "TRA":
            self.turnover += sum(amounts)
        self.at += dt.timedelta(minutes=1)
        unit = unit or self.unit
        register_id = wrong.get("register_id", self.register_id)
        number = wrong.get("number", f"{self.prefix}{len(self.receipts) + 1}")
        counter = b64(mark.encode()) if mark else self.encrypted(
            self.turnover if counted is None else counted, register_id, number, width or self.width
        )  # fmt: skip
        fields = {
            "suite": self.suite,
            "register_id": register_id,
            "number": number,
            "at": self.at.strftime("%Y-%m-%dT%H:%M:%S"),
            **{f"amount_{place}": euros(one) for place, one in enumerate(amounts)},
            "counter": counter,
            "serial": unit.serial,
            "previous": self.link(),
            **wrong,
        }
        text = payload if payload is not None else "".join(f"_{one}" for one in fields.values())
        to_sign = f"{b64url(header.encode())}.{b64url(text.encode())}"
        signature = signature if signature is not None else DOWN if down else unit.sign(to_sign)
        self.receipts.append(f"{to_sign}.{signature}")
        return self.receipts[-1]

    def link(self) -> str:
        before = self.receipts[-1] if self.receipts else self.register_id
        return b64(hashlib.sha256(before.encode()).digest()[:8])

    def encrypted(self, cents: int, register_id: str, number: str, width: int) -> str:
        """CTR by hand: the block that AES makes of the start value, laid over the counter."""
        start = hashlib.sha256(f"{register_id}{number}".encode()).digest()[:16]
        block = Cipher(algorithms.AES(self.aes_key), modes.ECB()).encryptor().update(start)  # noqa: S305 (one block, as CTR does it)
        clear = (cents % (1 << (8 * width))).to_bytes(width, "big")
        return b64(bytes(one ^ other for one, other in zip(clear, block, strict=False)))


def good_register(**settings) -> Register:
    """A day with everything that is allowed: sales, a cancellation, training, a failure and its collective receipt."""
    register = Register(**settings)
    register.start()
    register.sale(1999)
    register.sale(350)
    register.training(10_000)
    register.storno(-350)
    register.issue(100, 200, 300, 400, 500)
    register.sale(777, down=True)
    register.training(5, down=True)
    register.storno(-777, down=True)
    register.issue()
    register.sale(-50)
    register.issue()
    return register


def to_payload(compact: str) -> str:
    """The payload of a compact JWS as text."""
    return urlsafe_b64decode(compact.split(".")[1] + "==").decode()
