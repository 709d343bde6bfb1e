"""POST /auth and the bearer tokens (contract section 3).

A token carries its claims and a signature, so none is stored; the cached one is made again from when it was issued.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from dataclasses import dataclass
from typing import Any

from fiscal.sandbox.management import fields, records
from fiscal.sandbox.rooms import Call
from fiscal.sandbox.web import Refusal, Reply, Request, json_reply

_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=").decode()


@dataclass(frozen=True)
class Principal:
    """The key behind a request: who it is, whose it is, and for which environment."""

    key_id: str
    organization: str
    env: str


def log_in(call: Call) -> Reply:
    """Exchange key and secret, or a refresh token, for tokens. The cached access token is handed out again."""
    body = fields.body(
        call.request.json(),
        {"api_key": fields.text, "api_secret": fields.text, "refresh_token": fields.text},
        unknown=call.rules.unknown_keys,
    )
    if "refresh_token" in body:
        key = _by_refresh_token(call, body["refresh_token"])
    elif "api_key" in body and "api_secret" in body:
        key = _by_secret(call.db, body["api_key"], body["api_secret"])
    else:
        raise fields.invalid("body", "should have required property 'api_key' and 'api_secret', or 'refresh_token'")
    issued_at, expires_at = _life(call, key)
    claims = {"env": key["env"], "organization_id": key["organization"]}
    refresh_expires_at = expires_at + call.rules.refresh_extra
    return json_reply(
        {
            "access_token": _token(call.db, key, "access", issued_at, expires_at),
            "access_token_claims": claims,
            "access_token_expires_in": expires_at - int(call.now),
            "access_token_expires_at": expires_at,
            "refresh_token": _token(call.db, key, "refresh", issued_at, refresh_expires_at),
            "refresh_token_expires_in": refresh_expires_at - int(call.now),
            "refresh_token_expires_at": refresh_expires_at,
        }
    )


def principal(call: Call) -> Principal:
    """The key behind the bearer token; Refusal 401 for a token that is missing, broken, expired or whose key is off."""
    scheme, _, token = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, "No bearer token in the header Authorization (assumed)")
    claims = _claims(call.db, token)
    if claims is None or claims["use"] != "access":
        raise Refusal(401, f"could not parse jwt: '{token}'")
    if claims["exp"] <= call.now:
        raise Refusal(401, "jwt expired (assumed)")
    key = _key(call.db, "id", claims["sub"])
    # A token stops with its key at once, and `expire` ends those handed out before (assumed).
    if key is None or not key["enabled"] or claims["iat"] < key["valid_from"]:
        raise Refusal(401, "Invalid credentials")
    return Principal(key["id"], key["organization"], key["env"])


def credential(db: sqlite3.Connection, request: Request) -> str:
    """The API key that a request names in its body or carries in its token; "" if there is none. Never a secret."""
    token = request.headers.get("authorization", "").partition(" ")[2]
    if token:
        claims = _claims(db, token)
        return claims["key"] if claims else ""
    if request.path.endswith("/auth") and request.body:
        try:
            body = json.loads(request.body)
        except ValueError:
            return ""
        return str(body.get("api_key", "")) if isinstance(body, dict) else ""
    return ""


def digest(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def expire(db: sqlite3.Connection, now: float, key: str | None = None) -> None:
    """End all tokens handed out so far, or those of one API key."""
    db.execute(
        "UPDATE management_keys SET valid_from = max(?, issued_at + 1), expires_at = 0 WHERE ? IS NULL OR key = ?",
        (int(now), key, key),
    )


def _key(db: sqlite3.Connection, column: str, value: str) -> sqlite3.Row | None:
    found: sqlite3.Row | None = db.execute(
        f"SELECT * FROM management_keys WHERE {column} = ?",  # nosec B608 - `id` or `key`
        (value,),
    ).fetchone()
    return found


def _by_secret(db: sqlite3.Connection, key: str, secret: str) -> sqlite3.Row:
    found = _key(db, "key", key)
    right = found is not None and hmac.compare_digest(found["digest"], digest(secret))
    if found is None or not right or not found["enabled"]:
        raise Refusal(401, "Invalid credentials")
    return found


def _by_refresh_token(call: Call, token: str) -> sqlite3.Row:
    claims = _claims(call.db, token)
    if claims is None or claims["use"] != "refresh" or claims["exp"] <= call.now:
        raise Refusal(401, "Invalid credentials")
    found = _key(call.db, "id", claims["sub"])
    if found is None or not found["enabled"]:
        raise Refusal(401, "Invalid credentials")
    return found


def _life(call: Call, key: sqlite3.Row) -> tuple[int, int]:
    """When the access token was issued and when it ends: the cached one while it lives, else a new one."""
    longest = call.rules.access_life if call.token_life is None else int(call.token_life)
    now = int(call.now)
    if now < key["expires_at"] <= now + longest:
        return key["issued_at"], key["expires_at"]
    issued_at = max(now, key["valid_from"])
    call.db.execute(
        "UPDATE management_keys SET issued_at = ?, expires_at = ? WHERE id = ?", (issued_at, now + longest, key["id"])
    )
    return issued_at, now + longest


def _token(db: sqlite3.Connection, key: sqlite3.Row, use: str, issued_at: int, expires_at: int) -> str:
    claims: dict[str, Any] = {
        "sub": key["id"],
        "use": use,
        "env": key["env"],
        "organization": key["organization"],
        "type": "API_KEY",
        "key": key["key"],
        "iat": issued_at,
        "exp": expires_at,
    }
    payload = base64.urlsafe_b64encode(json.dumps(claims, separators=(",", ":")).encode()).rstrip(b"=").decode()
    return f"{_HEADER}.{payload}.{_signature(db, payload)}"


def _claims(db: sqlite3.Connection, token: str) -> dict[str, Any] | None:
    header, _, rest = token.partition(".")
    payload, _, signature = rest.partition(".")
    if header != _HEADER or not hmac.compare_digest(signature.encode(), _signature(db, payload).encode()):
        return None
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return claims


def _signature(db: sqlite3.Connection, payload: str) -> str:
    word = records.meta(db, "token key")
    if word is None:
        word = secrets.token_hex(32)
        records.set_meta(db, "token key", word)
    raw = hmac.digest(word.encode(), payload.encode(), "sha256")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
