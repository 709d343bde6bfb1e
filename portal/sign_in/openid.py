"""OpenID Connect, more strictly than allauth does it: every ID token is verified with the provider's keys."""

from __future__ import annotations

from typing import Any

import jwt
from allauth.socialaccount.internal import jwtkit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest

from fiscal.clients.sign_on import NoSignOn, discover

SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"})
KEPT = ("sub", "email", "email_verified", "name", "auth_time")
"""What Kontor keeps of all that a provider tells about somebody."""


class OpenID(OpenIDConnectOAuth2Adapter):
    """One provider, for one request."""

    @property
    def openid_config(self) -> dict[str, Any]:
        """The provider's description; it must be the configured issuer's own (Discovery 1.0, section 4.3)."""
        if not hasattr(self, "_found"):
            try:
                self._found = discover(self.get_provider().app.settings["server_url"])
            except NoSignOn as reason:
                raise OAuth2Error(str(reason)) from reason
        return self._found

    def complete_login(self, request: HttpRequest, app: Any, token: Any, **kwargs: Any) -> Any:
        """Both the token and the answer about the person, of the same subject (Core 1.0, sections 3.1.3.7 and 5.3.2)."""
        claims = self._decode_id_token(app, str(kwargs["response"].get("id_token", "")))
        person = self._fetch_user_info(token.token)
        if not claims.get("sub") or person.get("sub") != claims["sub"]:
            raise OAuth2Error("Token and answer are about different people.")
        told = {**claims, **person, "auth_time": _seconds(claims.get("auth_time"))}
        told["email_verified"] = told.get("email_verified") is True
        kept = {name: told[name] for name in KEPT if name in told}
        return self.get_provider().sociallogin_from_response(request, kept)

    def _decode_id_token(self, app: Any, id_token: str) -> dict[str, Any]:
        if signing_method(id_token) not in SIGNED_BY:
            raise OAuth2Error("The token is not signed by a key of the provider.")
        try:
            claims: dict[str, Any] = jwtkit.verify_and_decode(
                credential=id_token,
                keys_url=self.openid_config["jwks_uri"],
                issuer=self.openid_config["issuer"],
                audience=app.client_id,
                lookup_kid=jwtkit.lookup_kid_jwk,
            )
        except (KeyError, TypeError, ValueError) as error:
            raise OAuth2Error("The provider's keys are not readable.") from error
        return claims


class Provider(OpenIDConnectProvider):
    """The same, where allauth starts from the provider."""

    oauth2_adapter_class = OpenID

    def serialize(self) -> dict[str, Any]:
        """What names the provider while a sign-in waits for a second factor: its id, as client ids repeat."""
        return {"id": self.app.provider_id}


def signing_method(id_token: str) -> str:
    """How the token says that it is signed; '' if it is no token."""
    try:
        return str(jwt.get_unverified_header(id_token).get("alg", ""))
    except jwt.PyJWTError:
        return ""


def _seconds(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
