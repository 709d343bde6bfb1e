"""A word of its own in every text of an organization's rows, and who owns a row."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db.models import CharField, F, Field, ForeignKey, JSONField, Model, TextField, Value
from django.db.models.functions import Cast as AsType
from django.db.models.functions import Concat

from organizations.access import system_reach
from organizations.audit import record
from organizations.choices import Verb
from organizations.models import AuditEntry, Organization

APPS = ("organizations", "billing", "fiscal")
WAYS = ("organization", "head", "role", "team", "group", "invitation", "provider", "api_key", "mirror", "report")
WAYS_OF_SALES = ("register", "connection")

KEPT = {
    # What decides how a row is read, by machines: a word there would break the row rather than be shown.
    *("country_code", "currency", "time_zone", "language", "state", "kind", "category", "code", "region", "tier"),
    *("digest", "headers_digest", "webhook_digest", "secret_digest", "attested_line", "content_type", "salt", "mac"),
    *("token_sealed", "secret_sealed", "credentials_sealed", "webhook_sealed", "key_sealed", "aes_key_sealed"),
    *("vat_id", "tax_number", "economy_id", "vat_number", "gln", "zip", "password", "email", "domain", "issuer"),
    *("remote_id", "key", "related_key", "suspect", "human_action", "request_id", "key_id", "ip_address", "jws"),
    *("key_prefix", "key_suffix", "secret_prefix", "secret_suffix", "temporary_id"),
}
"""Columns that hold no words of people. E-mail addresses get the word in their own way."""


def owner_of(model: type[Model]) -> str | None:
    """The field path from a row to its organization; None for what belongs to a person or to the house."""
    if model is Organization:
        return "pk"
    fields = {field.name: field for field in model._meta.concrete_fields if isinstance(field, ForeignKey)}
    for name in (*WAYS, *WAYS_OF_SALES):
        if name in fields:
            below = owner_of(fields[name].related_model)
            return name if below == "pk" else f"{name}__{below}"
    return None


def owned() -> Iterator[tuple[type[Model], str]]:
    """Every model whose rows belong to an organization, with the path there."""
    for label in APPS:
        for model in apps.get_app_config(label).get_models():
            if path := owner_of(model):
                yield model, path


def words_of(model: type[Model]) -> list[Field[Any, Any]]:
    """The columns that hold words."""
    texts = [field for field in model._meta.concrete_fields if isinstance(field, CharField | TextField)]
    return [field for field in texts if not field.choices and field.name not in KEPT]


def plant(organization: Organization, word: str) -> int:
    """Put the word into all texts of the organization's rows, and into its record. Gives the number of columns."""
    planted = 0
    for model, path in owned():
        columns = [] if model is AuditEntry else words_of(model)
        rows = model._default_manager.filter(
            pk__in=model._default_manager.filter(**{path: organization.pk}).values("pk")
        )
        for column in columns:
            room = (column.max_length or 200) - len(word) - 1
            assert room > 2, column
            rows.update(**{column.name: Concat(Value(f"{word} "), AsType(F("pk"), CharField()))})
            planted += 1
    _plant_in_lists(organization, word)
    organization.refresh_from_db()
    reach = system_reach(organization, reason=f"{word} reason")
    record(reach, Verb.ORGANIZATION_CHANGED, organization, before={"name": f"{word} before"}, after={"name": word})
    return planted


def _plant_in_lists(organization: Organization, word: str) -> None:
    """The word where texts stand within JSON: articles of receipts, people at fiskaly."""
    for model, path in owned():
        lists = [field.name for field in model._meta.concrete_fields if isinstance(field, JSONField)]
        wanted = [name for name in lists if name in {"items", "users", "passed_over"}]
        for row in model._default_manager.filter(**{path: organization.pk}) if wanted else ():
            for name in wanted:
                setattr(row, name, _worded(getattr(row, name), word))
            row.save(update_fields=wanted)


def _worded(value: Any, word: str) -> Any:
    """The same value with the word wherever it has a name."""
    if isinstance(value, list):
        return [_worded(each, word) for each in value]
    if isinstance(value, dict):
        named = {"name", "first_name", "last_name"}
        return {key: word if key in named and each is not None else _worded(each, word) for key, each in value.items()}
    return value


def rows_of(organization: Organization) -> list[str]:
    """Everything that belongs to the organization, as it stands."""
    found: list[str] = []
    for model, path in owned():
        columns = [field.attname for field in model._meta.concrete_fields]
        rows = model._default_manager.filter(**{path: organization.pk}).values_list(*columns)
        found += sorted(f"{model._meta.label} {row!r}" for row in rows)
    return found


def strangers_in(organization: Organization) -> set[tuple[str, str, Any]]:
    """Rows of others that refer to something of the organization: model, field and key."""
    found: set[tuple[str, str, Any]] = set()
    for model, path in owned():
        for field in model._meta.concrete_fields:
            target = owner_of(field.related_model) if isinstance(field, ForeignKey) else None
            if not target or (model is Organization and field.name in {"parent", "provisioned_by"}):
                continue
            there = field.name if target == "pk" else f"{field.name}__{target}"
            rows = model._default_manager.filter(**{there: organization.pk}).exclude(**{path: organization.pk})
            found |= {(model._meta.label, field.name, pk) for pk in rows.values_list("pk", flat=True)}
    return found
