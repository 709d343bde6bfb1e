"""Payment methods of a register as they come to be known: each for the organization where the register stood."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import F

from fiscal.models import DayPayment, PaymentMethod, Register
from organizations.models import Organization

Place = tuple[int, str]
"""An organization's id, and the name of a method as the register has it."""


def known_methods(register: Register) -> set[Place]:
    """What is known already."""
    return set(register.payment_methods.values_list("organization_id", "name"))


def add_methods(register: Register, places: Iterable[Place]) -> None:
    """Make these known. A name that had a meaning elsewhere begins with it; what is said here later holds for here alone."""
    said = register.payment_methods.order_by(F("mapped_at").asc(nulls_first=True)).values_list("name", "category")
    meanings = dict(said)
    rows = [
        PaymentMethod(register=register, organization_id=organization, name=name, **_meaning(meanings.get(name)))
        for organization, name in sorted(places)
    ]
    PaymentMethod.objects.bulk_create(rows, batch_size=1_000, ignore_conflicts=True)


def move_methods(register: Register, place: Organization) -> None:
    """Let what the register sold under `place` be paid with the methods of that organization, whoever's they were before."""
    add_methods(register, {(place.pk, name) for _, name in known_methods(register)})
    here = dict(register.payment_methods.filter(organization=place).values_list("name", "pk"))
    paid = DayPayment.objects.filter(register=register, organization=place)
    for pk, name in register.payment_methods.exclude(organization=place).values_list("pk", "name"):
        paid.filter(method=pk).update(method=here[name])


def _meaning(category: str | None) -> dict[str, str]:
    return {"category": category} if category else {}
