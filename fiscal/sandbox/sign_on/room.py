"""The provider as one room: its description, its sign-in page, and what it answers to clients (OpenID Connect Core 1.0)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from binascii import Error
from typing import Any
from urllib.parse import urlencode

from fiscal.sandbox.rooms import Assumption, Call, Room
from fiscal.sandbox.sign_on import pages, records, tokens
from fiscal.sandbox.web import Refusal, Reply, Request, json_reply

BASE = "/sign-on"
CODE_LIFE, TOKEN_LIFE = 60, 300  # seconds


def answer(call: Call) -> Reply:
    """Find the operation and do it."""
    path, method = call.request.path.removeprefix(BASE), call.request.method
    handler = _ROUTES.get((method, path))
    if handler is None:
        raise Refusal(404, "Not Found")
    return handler(call)


def issuer(request: Request) -> str:
    """What the provider calls itself: it goes by the name that it was called under."""
    return f"http://{request.headers.get('host', '')}{BASE}"


def _describe(call: Call) -> Reply:
    here = issuer(call.request)
    return json_reply(
        {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "userinfo_endpoint": f"{here}/userinfo",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }
    )


def _keys(call: Call) -> Reply:
    return json_reply(tokens.key_set(call))


def _authorize(call: Call) -> Reply:
    """Without `as`: the page where somebody signs in. With it: somebody has, and goes back to the client."""
    asked = call.request.params
    client = records.one(call.db, "SELECT * FROM sign_on_clients WHERE id = ?", asked.get("client_id", ""))
    if client is None or not asked.get("redirect_uri", "").startswith(client["redirect_uri"]):
        return pages.problem("This client is not registered, or not with this address to go back to.")
    if "as" not in asked:
        people = [dict(row) for row in call.db.execute("SELECT * FROM sign_on_people ORDER BY email")]
        return pages.sign_in(call.request, people)
    if asked["as"] == "nobody":
        return _back(asked, error="access_denied")
    code = secrets.token_urlsafe(24)
    call.db.execute(
        "INSERT INTO sign_on_codes VALUES (?,?,?,?,?,?,?)",
        (
            code,
            client["id"],
            asked["redirect_uri"],
            asked["as"],
            asked.get("code_challenge", ""),
            call.now - float(asked.get("ago", 0)),
            call.now + CODE_LIFE,
        ),
    )
    call.changed(f"{asked['as']} signed in")
    return _back(asked, code=code)


def _back(asked: dict[str, str], **told: str) -> Reply:
    address = f"{asked['redirect_uri']}?{urlencode({**told, 'state': asked.get('state', '')})}"
    return Reply(302, b"", headers={"Location": address})


def _token(call: Call) -> Reply:
    form = call.request.form
    client = _client(call, form)
    code = records.one(call.db, "SELECT * FROM sign_on_codes WHERE code = ?", form.get("code", ""))
    call.db.execute("DELETE FROM sign_on_codes WHERE code = ?", (form.get("code", ""),))
    if code is None or not _fits(call, code, client["id"], form):
        return json_reply({"error": "invalid_grant"}, 400)
    person = records.one(call.db, "SELECT * FROM sign_on_people WHERE sub = ?", code["sub"])
    if person is None:
        return json_reply({"error": "invalid_grant"}, 400)
    token = secrets.token_urlsafe(24)
    call.db.execute("INSERT INTO sign_on_tokens VALUES (?,?,?)", (token, person["sub"], call.now + TOKEN_LIFE))
    signed = tokens.id_token(call, issuer(call.request), client["id"], person, code["signed_in_at"])
    return json_reply({"access_token": token, "token_type": "Bearer", "expires_in": TOKEN_LIFE, "id_token": signed})


def _client(call: Call, form: dict[str, str]) -> dict[str, Any]:
    name, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, given = call.request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(given).decode().partition(":")
        except (Error, UnicodeDecodeError):
            raise Refusal(401, "invalid_client") from None
    client = records.one(call.db, "SELECT * FROM sign_on_clients WHERE id = ?", name)
    if client is None or not hmac.compare_digest(client["secret"].encode(), secret.encode()):
        raise Refusal(401, "invalid_client")
    return client


def _fits(call: Call, code: dict[str, Any], client: str, form: dict[str, str]) -> bool:
    """The code is this client's, still good, and asked for by who began (RFC 7636)."""
    verifier = tokens.plain(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    return (
        code["client"] == client
        and code["redirect_uri"] == form.get("redirect_uri")
        and code["ends_at"] > call.now
        and (not code["challenge"] or hmac.compare_digest(code["challenge"], verifier))
    )


def _userinfo(call: Call) -> Reply:
    token = call.request.headers.get("authorization", "").partition(" ")[2]
    held = records.one(call.db, "SELECT * FROM sign_on_tokens WHERE token = ? AND ends_at > ?", token, call.now)
    person = held and records.one(call.db, "SELECT * FROM sign_on_people WHERE sub = ?", held["sub"])
    if not person:
        raise Refusal(401, "invalid_token")
    wrong = records.meta(call.db, "misbehave") == "other_subject"
    told = {"sub": "somebody-else" if wrong else person["sub"], "email": person["email"], "name": person["name"]}
    return json_reply({**told, "email_verified": bool(person["verified"])})


_ROUTES = {
    ("GET", "/.well-known/openid-configuration"): _describe,
    ("GET", "/keys"): _keys,
    ("GET", "/authorize"): _authorize,
    ("POST", "/token"): _token,
    ("GET", "/userinfo"): _userinfo,
}

ROOM = Room(
    name="sign_on",
    title="Single sign-on",
    base=BASE,
    schema=records.SCHEMA,
    rules=lambda _db: None,
    assumptions=[
        Assumption("Protocol", "authorization code with PKCE, as OpenID Connect Core 1.0 describes it", "documented"),
        Assumption("Signing in", "whoever is chosen on its page; a real provider asks for a proof", "assumed"),
    ],
    answer=answer,
    credential=lambda _db, _request: "",
    headers={},
)
