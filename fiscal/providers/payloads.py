"""What fiskaly Management v0 answers with. Unknown fields stay in `raw`, unknown values stay text, "" means none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError

from fiscal.providers.addresses import is_uuid
from fiscal.providers.errors import Garbled
from fiscal.providers.http import Answer


def _none_if_empty(value: object) -> object:
    return None if value == "" else value


def _mapping_if_empty(value: object) -> object:
    return {} if value is None or value == "" else value


def _uuid(value: str) -> str:
    if not is_uuid(value):
        raise ValueError("not a UUID")
    return value


def _sendable(value: SecretStr) -> SecretStr:
    text = value.get_secret_value()
    if not text or not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("not a token")
    return value


RequiredText = Annotated[str, Field(min_length=1)]
RequiredUuid = Annotated[str, AfterValidator(_uuid)]
Text = Annotated[str | None, BeforeValidator(_none_if_empty)]
Uuid = Annotated[RequiredUuid | None, BeforeValidator(_none_if_empty)]
Metadata = Annotated[dict[str, Any], BeforeValidator(_mapping_if_empty)]
TokenText = Annotated[SecretStr, AfterValidator(_sendable)]


class Payload(BaseModel):
    """The base: strict types, unknown fields ignored, nothing of the content in error texts."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Self:
        """Raises pydantic's ValidationError when a required field is missing or a type is wrong."""
        return cls.model_validate(raw)


class KeptPayload(Payload):
    """A payload that keeps what it was read from, without secrets, in `raw`."""

    raw: dict[str, Any] = Field(default_factory=dict, repr=False)

    @classmethod
    def from_raw(cls, raw: Mapping[str, Any]) -> Self:
        """As in the base; what is kept has no secret."""
        return cls.model_validate({**raw, "raw": {name: value for name, value in raw.items() if name != "secret"}})


class BillingOptionsPayload(Payload):
    """Who is invoiced for an organization."""

    gln: Text = None
    bill_to_organization: Uuid = None
    withhold_billing: bool | None = None


class OrganizationPayload(KeptPayload):
    """A main or managed organization. `type`: ORGANIZATION or MANAGED_ORGANIZATION; `envs`: TEST, LIVE."""

    id: RequiredUuid = Field(alias="_id")
    type: RequiredText = Field(alias="_type")
    envs: list[str] = Field(alias="_envs")
    name: RequiredText
    address_line1: Text = None
    zip: Text = None
    town: Text = None
    country_code: Text = None  # ISO 3166-1 alpha-3
    display_name: Text = None
    vat_id: Text = None
    address_line2: Text = None
    state: Text = None  # the province
    tax_number: Text = None
    economy_id: Text = None
    contact_person_id: Text = None
    billing_address_id: Uuid = None
    billing_options: BillingOptionsPayload | None = None
    managed_by_organization_id: Uuid = None
    created_by_user: Text = None
    metadata: Metadata = Field(default_factory=dict)


class ApiKeyPayload(KeptPayload):
    """An API key. `secret` is there only in the answer to its creation; `created_at`: unix seconds."""

    id: RequiredUuid = Field(alias="_id")
    type: RequiredText = Field(alias="_type")
    envs: list[str] = Field(alias="_envs")
    name: RequiredText
    status: RequiredText
    key: RequiredText
    secret: Annotated[SecretStr | None, BeforeValidator(_none_if_empty)] = Field(default=None, repr=False)
    created_at: int | None = None
    created_by_user: Text = None
    managed_by_organization_id: Uuid = None
    metadata: Metadata = Field(default_factory=dict)


class BillingAddressPayload(KeptPayload):
    """A billing address of the organization that owns the key. `vat_id_valid`: what fiskaly found out about it."""

    id: RequiredUuid = Field(alias="_id")
    recipient: RequiredText
    type: Text = Field(default=None, alias="_type")
    envs: list[str] = Field(default_factory=list, alias="_envs")
    address_line1: Text = None
    address_line2: Text = None
    zip: Text = None
    town: Text = None
    country_code: Text = None
    display_name: Text = None
    vat_id: Text = None
    vat_id_valid: bool | None = None


class UserPayload(KeptPayload):
    """A user of an organization in fiskaly's dashboard. `type` tells an invited one, if the provider tells it at all."""

    id: RequiredUuid = Field(alias="_id")
    type: RequiredText = Field(alias="_type")
    email: RequiredText
    envs: list[str] = Field(default_factory=list, alias="_envs")
    first_name: Text = None
    last_name: Text = None


class ClaimsPayload(Payload):
    """Whose key it is and where it works. `env`: TEST or LIVE."""

    env: RequiredText
    organization_id: RequiredUuid


class AuthPayload(Payload):
    """The answer to a login. `…_at`: unix seconds; `access_token_expires_in`: seconds of life that remain."""

    access_token: TokenText = Field(repr=False)
    access_token_claims: ClaimsPayload
    access_token_expires_at: int
    access_token_expires_in: int | None = None
    refresh_token: Annotated[SecretStr | None, BeforeValidator(_none_if_empty)] = Field(default=None, repr=False)
    refresh_token_expires_at: int | None = None


PayloadT = TypeVar("PayloadT", bound=Payload)
KeptT = TypeVar("KeptT", bound=KeptPayload)


def read(kind: type[PayloadT], answer: Answer, *, mutating: bool = False) -> PayloadT:
    """The payload in `answer`. Raises Garbled (of unknown outcome if `mutating`) when it is not what it should be."""
    if not isinstance(answer.body, dict):
        raise garbled(answer, "it is no object", mutating=mutating)
    try:
        return kind.from_raw(answer.body)
    except ValidationError as error:
        fields = ", ".join(sorted({".".join(map(str, fault["loc"])) for fault in error.errors()}))
        # pydantic's own error keeps the content, secrets included, so it is not passed on
        raise garbled(answer, f"missing or wrong {fields}", mutating=mutating) from None


def garbled(answer: Answer, complaint: str, *, mutating: bool = False) -> Garbled:
    """The error for an answer that parses but does not say what it should."""
    return answer.garbled(f"The answer is not what the contract says: {complaint}.", mutating=mutating)


def sort_out(kind: type[KeptT], raws: list[Any]) -> tuple[list[KeptT], list[Any]]:
    """The readable items, and the raw rest: one broken item does not take the others with it."""
    items: list[KeptT] = []
    quarantine: list[Any] = []
    for raw in raws:
        if not isinstance(raw, dict):
            quarantine.append(raw)
            continue
        try:
            items.append(kind.from_raw(raw))
        except ValidationError:
            quarantine.append(raw)
    return items, quarantine
