"""Who can sign in to the demo world. Printed by the launcher."""

from __future__ import annotations

from dataclasses import dataclass

DEMO_PASSWORD = "kontor demo house"  # noqa: S105 - published on purpose; the demo world never exists in production


@dataclass(frozen=True)
class Person:
    email: str
    name: str
    sees: str
    """What they are there to show, in one line."""


POS = Person("pos@demo.example", "Petra Kassner", "POS manufacturer: its customers, their keys and billing")
HOLDING = Person("holding@demo.example", "Hanna Ostermann", "enterprise holding: its branches")
WHITE_LABEL = Person("whitelabel@demo.example", "Wanda Weiss", "white-label partner: customers of its own")
SHOP = Person("shop@demo.example", "Mio Wirt", "one shop: sees itself and nothing above it")

DEMO_PEOPLE = (POS, HOLDING, WHITE_LABEL, SHOP)
DEMO_SIGN_INS = {person.email: person.sees for person in DEMO_PEOPLE}
