"""fiskaly Management v0: organizations, API keys, users and billing addresses, one call per method.

Nothing here repeats a change: POST is not idempotent and ids are the provider's. A change that may have been made
raises with `outcome_unknown`; looking for it by its mark in `metadata` is the caller's part.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fiscal.providers.addresses import checked_id
from fiscal.providers.errors import ProviderError, Unauthorized
from fiscal.providers.gate import Gate, OpenGate
from fiscal.providers.http import Answer, Door
from fiscal.providers.listing import Listing, listing, page_of, read_pages
from fiscal.providers.payloads import (
    ApiKeyPayload,
    BillingAddressPayload,
    OrganizationPayload,
    UserPayload,
    garbled,
    read,
)
from fiscal.providers.tokens import Token, Tokens, check

__all__ = ["Listing", "Management", "check"]

LARGEST_PAGE = 5_000  # organizations; the contract has no figure for keys and users
KEYS_PAGE = USERS_PAGE = 100


class Management:
    """The calls that one credential may make. All raise ProviderError; ValueError for an id that is no UUID."""

    def __init__(self, door: Door, tokens: Tokens, gate: Gate | None = None, *, page_size: int = LARGEST_PAGE) -> None:
        self._door = door
        self._tokens = tokens
        self._gate: Gate = gate or OpenGate()
        self._page_size = page_size

    def claims(self) -> Token:
        """Whose credential this is: `env` and `organization_id` of its token."""
        self._gate.enter()
        try:
            token = self._tokens.bearer()
        except ProviderError as error:
            self._gate.failed(error)
            raise
        self._gate.passed()
        return token

    # --- organizations ---------------------------------------------------------------------------------------

    def organization(self, organization_id: str) -> OrganizationPayload:
        """One organization. Raises Absent."""
        return read(OrganizationPayload, self._get(f"/organizations/{checked_id(organization_id)}"))

    def organizations(
        self, *, managed_by: str | None = None, type: str | None = None, env: str | None = None
    ) -> Listing[OrganizationPayload]:
        """Every organization the credential can see, in all pages. `type`: ORGANIZATION, MANAGED_ORGANIZATION."""
        wanted = {
            "managed_by_organization_id": checked_id(managed_by) if managed_by else None,
            "type": type,
            "env": env,
        }
        params = {"order_by": "id", "order": "asc", **_given(wanted)}
        return read_pages(
            OrganizationPayload,
            self._page_size,
            lambda limit, offset: self._get("/organizations", {**params, "limit": limit, "offset": offset}),
        )

    def create_organization(self, body: Mapping[str, Any]) -> OrganizationPayload:
        """Create an organization; `body` as in the contract, with the caller's mark in `metadata`."""
        return read(OrganizationPayload, self._call("POST", "/organizations", body), mutating=True)

    def update_organization(self, organization_id: str, changes: Mapping[str, Any]) -> OrganizationPayload:
        """Change some fields. fiskaly lets only the creator do so; somebody else's try raises Forbidden or Refused."""
        path = f"/organizations/{checked_id(organization_id)}"
        return read(OrganizationPayload, self._call("PATCH", path, _not_empty(changes)), mutating=True)

    def enable_env(self, organization_id: str, env: str) -> None:
        """Enable TEST or LIVE for an organization. Its id stays the same."""
        self._expect_success("POST", f"/organizations/{checked_id(organization_id)}/enable-env", {"env": env})

    def delete_organization(self, organization_id: str) -> None:
        """Delete an organization. Raises Absent when it is gone already."""
        self._expect_success("DELETE", f"/organizations/{checked_id(organization_id)}")

    # --- API keys --------------------------------------------------------------------------------------------

    def api_keys(self, organization_id: str, *, status: str | None = None) -> Listing[ApiKeyPayload]:
        """Every API key of an organization, oldest first, without secrets. `status`: enabled, disabled."""
        path = f"/organizations/{checked_id(organization_id)}/api-keys"
        params = {"order_by": "created_at", "order": "asc", **_given({"status": status})}
        return read_pages(
            ApiKeyPayload,
            min(self._page_size, KEYS_PAGE),
            lambda limit, offset: self._get(path, {**params, "limit": limit, "offset": offset}),
        )

    def create_api_key(
        self,
        organization_id: str,
        *,
        name: str,
        status: str,
        managed_by: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> ApiKeyPayload:
        """Create an API key. The answer is the only one that ever holds its `secret`; without it, Garbled is raised.

        `name`: 3 to 30 of a-z, 0-9 and hyphen. `managed_by`: the parent that may administer the key.
        """
        body: dict[str, Any] = {"name": name, "status": status, "metadata": dict(metadata or {})}
        if managed_by:
            body["managed_by_organization_id"] = checked_id(managed_by)
        answer = self._call("POST", f"/organizations/{checked_id(organization_id)}/api-keys", body)
        key = read(ApiKeyPayload, answer, mutating=True)
        if key.secret is None:
            raise garbled(answer, "a new API key came without its secret", mutating=True)
        return key

    def update_api_key(
        self,
        organization_id: str,
        key_id: str,
        *,
        status: str | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> ApiKeyPayload:
        """Enable or disable an API key, or replace its metadata; the contract allows nothing else."""
        changes: dict[str, Any] = _given({"status": status})
        if metadata is not None:
            changes["metadata"] = dict(metadata)
        path = f"/organizations/{checked_id(organization_id)}/api-keys/{checked_id(key_id)}"
        return read(ApiKeyPayload, self._call("PATCH", path, _not_empty(changes)), mutating=True)

    def delete_api_key(self, organization_id: str, key_id: str) -> None:
        """Delete an API key for good. Raises Absent when it is gone already."""
        self._expect_success("DELETE", f"/organizations/{checked_id(organization_id)}/api-keys/{checked_id(key_id)}")

    # --- users -----------------------------------------------------------------------------------------------

    def users(self, organization_id: str) -> Listing[UserPayload]:
        """Every user of an organization in fiskaly's dashboard, with those invited. Roles are not told."""
        path = f"/organizations/{checked_id(organization_id)}/users"
        return read_pages(
            UserPayload,
            min(self._page_size, USERS_PAGE),
            lambda limit, offset: self._get(path, {"limit": limit, "offset": offset}),
        )

    def invite_user(
        self, organization_id: str, email: str, *, first_name: str = "", last_name: str = ""
    ) -> UserPayload:
        """Invite a person. Raises AlreadyThere for an address that is on the list."""
        body = {"email": email, "first_name": first_name, "last_name": last_name}
        path = f"/organizations/{checked_id(organization_id)}/users"
        answer = self._call("POST", path, {name: value for name, value in body.items() if value})
        return read(UserPayload, answer, mutating=True)

    def remove_user(self, organization_id: str, user_id: str) -> None:
        """Take a person, or an invitation, out of an organization. Raises Absent when it is gone already.

        The user that created the organization stays: Forbidden.
        """
        self._expect_success("DELETE", f"/organizations/{checked_id(organization_id)}/users/{checked_id(user_id)}")

    # --- billing addresses -----------------------------------------------------------------------------------

    def billing_addresses(self) -> Listing[BillingAddressPayload]:
        """The billing addresses of the credential's organization. No paging is known: see `complete`."""
        data, count = page_of(self._get("/billing-addresses"))
        return listing(BillingAddressPayload, data, all_read=count is None or count <= len(data))

    def create_billing_address(self, body: Mapping[str, Any]) -> BillingAddressPayload:
        """Create a billing address: recipient, address_line1, zip, town, country_code and what is optional."""
        return read(BillingAddressPayload, self._call("POST", "/billing-addresses", body), mutating=True)

    def update_billing_address(self, address_id: str, changes: Mapping[str, Any]) -> BillingAddressPayload:
        """Change some fields of a billing address."""
        path = f"/billing-addresses/{checked_id(address_id)}"
        return read(BillingAddressPayload, self._call("PATCH", path, _not_empty(changes)), mutating=True)

    def delete_billing_address(self, address_id: str) -> None:
        """Delete a billing address. Raises Absent when it is gone already."""
        self._expect_success("DELETE", f"/billing-addresses/{checked_id(address_id)}")

    # --- how a call is made ----------------------------------------------------------------------------------

    def _get(self, path: str, params: Mapping[str, str | int] | None = None) -> Answer:
        return self._call("GET", path, params=params)

    def _expect_success(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
        answer = self._call(method, path, body)
        if not isinstance(answer.body, dict) or answer.body.get("_success") is not True:
            raise garbled(answer, "success is not confirmed", mutating=True)

    def _call(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        params: Mapping[str, str | int] | None = None,
    ) -> Answer:
        json = None if body is None else dict(body)
        self._gate.enter()
        try:
            answer = self._authorised(method, path, json, params)
        except ProviderError as error:
            self._gate.failed(error)
            raise
        self._gate.passed()
        return answer

    def _authorised(
        self, method: str, path: str, json: dict[str, Any] | None, params: Mapping[str, str | int] | None
    ) -> Answer:
        token = self._tokens.bearer()
        try:
            return self._door.call(method, path, json=json, params=params, bearer=token.access_token)
        except Unauthorized:
            # 401 means that nothing was done, so even a POST may be repeated, once.
            token = self._tokens.renew(token)
        return self._door.call(method, path, json=json, params=params, bearer=token.access_token)


def _given(values: Mapping[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in values.items() if value is not None}


def _not_empty(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    if not changes:
        raise ValueError("An update without changes is not sent.")
    return changes
