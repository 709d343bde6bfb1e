"""The roles of the house: the one table in code that says what each carries. The roles page renders this same table.

What decides is rows, so that organizations can have roles of their own: `services.sync_presets` writes this table into
them after every migration.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from organizations.choices import AREAS, Level, Preset, Scope

MANAGE, VIEW = Level.MANAGE, Level.VIEW
Rights = Mapping[Scope, Level]
"""A level by area; an area that is missing is not granted."""


@dataclass(frozen=True)
class Standard:
    """What a preset role carries, and the one plain sentence that stands wherever it can be picked."""

    sentence: Any
    rights: Mapping[Scope, Level]


TABLE: Mapping[Preset, Standard] = {
    Preset.OWNER: Standard(
        _("Everything, and alone decides about delegation, sign-in rules and handing over ownership."),
        dict.fromkeys(Scope, MANAGE),
    ),
    Preset.ADMIN: Standard(
        _("Runs organizations, keys, devices and people; sees billing but does not change it."),
        {**dict.fromkeys(Scope, MANAGE), Scope.BILLING: VIEW},
    ),
    Preset.USER_MANAGER: Standard(
        _("Lets people in and out and sees what they would see, except billing; changes nothing else."),
        {**dict.fromkeys([scope for scope in AREAS if scope != Scope.BILLING], VIEW), Scope.USERS: MANAGE},
    ),
    Preset.BILLING: Standard(
        _("Decides who is invoiced and sees usage and invoices; touches no device, key or person."),
        {Scope.ORGANIZATIONS: VIEW, Scope.BILLING: MANAGE},
    ),
    Preset.TECHNICIAN: Standard(
        _("Sets up security devices, clients and registers and sees what they do; no people, no billing."),
        {
            Scope.TSS: MANAGE,
            Scope.CLIENTS: MANAGE,
            Scope.TRANSACTIONS: VIEW,
            Scope.EXPORTS: MANAGE,
            Scope.INTEGRATIONS: MANAGE,
            Scope.ORGANIZATIONS: VIEW,
            Scope.MONITORING: VIEW,
        },
    ),
    Preset.VIEWER: Standard(
        _("Sees organizations, devices, sales and monitoring; no people, no billing, and changes nothing."),
        {scope: VIEW for scope in AREAS if scope not in {Scope.USERS, Scope.BILLING}},
    ),
    Preset.AUDITOR: Standard(
        _("Sees everything of all nine areas, people and billing too, and changes nothing."),
        dict.fromkeys(AREAS, VIEW),
    ),
}


READ: Rights = dict.fromkeys(AREAS, VIEW)
WRITE: Rights = {**dict.fromkeys(AREAS, MANAGE), Scope.USERS: VIEW, Scope.BILLING: VIEW}
FULL: Rights = dict.fromkeys(Scope, MANAGE)
"""What a delegation can be in one go: each is approved by itself (guide: "Enterprise Customers")."""


def sentence_of(preset: str, own: str) -> str:
    """The one plain sentence of a role: from the table for a preset, its `own` otherwise."""
    return str(TABLE[Preset(preset)].sentence) if preset else own
