"""Checks of bodies and query parameters. The wording of these errors is assumed, and each message says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from fiscal.sandbox.management.countries import ALPHA_3
from fiscal.sandbox.web import Refusal

Check = Callable[[str, Any], None]
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)
KEY_NAME = re.compile(r"[a-z0-9\-]{3,30}")
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
METADATA_KEYS, METADATA_KEY_LENGTH, METADATA_VALUE_LENGTH = 20, 40, 500
LARGEST_LIMIT = 5000


def invalid(where: str, what: str) -> Refusal:
    """The 400 for a field that does not fit."""
    return Refusal(400, f"{where} {what} (assumed)", "E_FAILED_SCHEMA_VALIDATION")


def text(where: str, value: Any) -> None:
    """A string."""
    if not isinstance(value, str):
        raise invalid(where, "should be string")


def at_least(length: int) -> Check:
    """A string of at least `length` characters."""

    def check(where: str, value: Any) -> None:
        text(where, value)
        if len(value) < length:
            raise invalid(where, f"should NOT have fewer than {length} characters")

    return check


def pattern(expression: re.Pattern[str]) -> Check:
    """A string that matches as a whole."""

    def check(where: str, value: Any) -> None:
        text(where, value)
        if not expression.fullmatch(value):
            raise invalid(where, f'should match pattern "^{expression.pattern}$"')

    return check


def one_of(*allowed: str) -> Check:
    """One of these words."""

    def check(where: str, value: Any) -> None:
        if value not in allowed:
            raise invalid(where, f"should be equal to one of the allowed values: {', '.join(allowed)}")

    return check


def uuid(where: str, value: Any) -> None:
    """A uuid."""
    if not isinstance(value, str) or not UUID.fullmatch(value):
        raise invalid(where, 'should match format "uuid"')


def country(where: str, value: Any) -> None:
    """An ISO 3166-1 alpha-3 code."""
    if not isinstance(value, str) or value not in ALPHA_3:
        raise invalid(where, "should be a country code of ISO 3166-1 alpha-3")


def truth(where: str, value: Any) -> None:
    """true or false."""
    if not isinstance(value, bool):
        raise invalid(where, "should be boolean")


def metadata(where: str, value: Any) -> None:
    """A map of strings within the limits of the reference (contract section 4)."""
    if not isinstance(value, dict):
        raise invalid(where, "should be object")
    if len(value) > METADATA_KEYS:
        raise invalid(where, f"should NOT have more than {METADATA_KEYS} properties")
    for name, inner in value.items():
        if len(name) > METADATA_KEY_LENGTH:
            raise invalid(where, f"property names should NOT be longer than {METADATA_KEY_LENGTH} characters")
        text(f"{where}.{name}", inner)
        if len(inner) > METADATA_VALUE_LENGTH:
            raise invalid(f"{where}.{name}", f"should NOT be longer than {METADATA_VALUE_LENGTH} characters")


def shape(checks: Mapping[str, Check]) -> Check:
    """An object with no other keys than these, each of them optional."""

    def check(where: str, value: Any) -> None:
        if not isinstance(value, dict):
            raise invalid(where, "should be object")
        for name, inner in value.items():
            if name not in checks:
                raise invalid(where, f"should NOT have additional properties: {name}")
            checks[name](f"{where}.{name}", inner)

    return check


def body(
    value: Any,
    checks: Mapping[str, Check],
    *,
    required: tuple[str, ...] = (),
    clearable: tuple[str, ...] = (),
    unknown: str = "refuse",
) -> dict[str, Any]:
    """Check a whole body and return it without what it must not hold.

    `clearable` fields may be null or empty, which takes the value away (assumed); they come back as None.
    Raises Refusal 400 naming the first field that does not fit.
    """
    if not isinstance(value, dict):
        raise invalid("body", "should be object")
    for name in required:
        if name not in value:
            raise invalid("body", f"should have required property '{name}'")
    checked: dict[str, Any] = {}
    for name, inner in value.items():
        if name not in checks:
            if unknown == "refuse":
                raise invalid("body", f"should NOT have additional properties: {name}")
            continue
        cleared = name in clearable and inner in (None, "", {})
        if not cleared:
            checks[name](f"body.{name}", inner)
        checked[name] = None if cleared else inner
    return checked


def whole_number(params: Mapping[str, str], name: str, default: int, least: int, most: int | None = None) -> int:
    """The query parameter `name` as a number within its bounds."""
    raw = params.get(name)
    if raw is None:
        return default
    if not raw.isascii() or not raw.isdigit():
        raise invalid(f"query.{name}", "should be integer")
    value = int(raw)
    if value < least:
        raise invalid(f"query.{name}", f"should be >= {least}")
    if most is not None and value > most:
        raise invalid(f"query.{name}", f"should be <= {most}")
    return value


def word(params: Mapping[str, str], name: str, allowed: tuple[str, ...], default: str | None = None) -> str | None:
    """The query parameter `name`, one of the allowed words."""
    raw = params.get(name)
    if raw is None:
        return default
    one_of(*allowed)(f"query.{name}", raw)
    return raw
