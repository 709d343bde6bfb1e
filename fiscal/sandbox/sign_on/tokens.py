"""ID tokens: signed JSON (RFC 7515 and 7519, RS256), and the key set that verifies them (RFC 7517)."""

from __future__ import annotations

import base64
import json
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from fiscal.sandbox.rooms import Call
from fiscal.sandbox.sign_on import records

KEY_ID = "sandbox-1"
LIFE = 300  # seconds


def id_token(call: Call, issuer: str, client: str, person: dict[str, Any], signed_in_at: float) -> str:
    """A signed token about a person. What `misbehave` says is done to it."""
    wrong = records.meta(call.db, "misbehave")
    claims = {
        "iss": f"{issuer}/elsewhere" if wrong == "other_issuer" else issuer,
        "aud": "somebody-else" if wrong == "other_audience" else client,
        "sub": person["sub"],
        "iat": int(call.now),
        "exp": int(call.now) + (-60 if wrong == "expired" else LIFE),
        "auth_time": int(signed_in_at),
    }
    if wrong == "unsigned":
        return f"{_part({'alg': 'none', 'kid': KEY_ID})}.{_part(claims)}."
    key = records.signing_key(call.db)
    if wrong == "other_key":
        stranger = load_pem_private_key(records.new_key().encode(), None)
        assert isinstance(stranger, rsa.RSAPrivateKey)
        key = stranger
    return _signed(key, claims)


def key_set(call: Call) -> dict[str, Any]:
    """The public half, as clients fetch it."""
    numbers = records.signing_key(call.db).public_key().public_numbers()
    key = {"kty": "RSA", "kid": KEY_ID, "use": "sig", "alg": "RS256", "n": _number(numbers.n), "e": _number(numbers.e)}
    return {"keys": [key]}


def _signed(key: rsa.RSAPrivateKey, claims: dict[str, Any]) -> str:
    content = f"{_part({'alg': 'RS256', 'typ': 'JWT', 'kid': KEY_ID})}.{_part(claims)}"
    return f"{content}.{plain(key.sign(content.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def plain(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _part(value: dict[str, Any]) -> str:
    return plain(json.dumps(value, separators=(",", ":")).encode())


def _number(value: int) -> str:
    return plain(value.to_bytes((value.bit_length() + 7) // 8, "big"))
