"""Ids of another tenant, given to the services as a page would give one's own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist

from billing.services import retire_address
from fiscal import services as fiscal
from fiscal.services import imports
from organizations import services
from organizations.access import Reach
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchGrant,
    NoSuchGroup,
    NoSuchInvitation,
    NoSuchRequest,
    NoSuchRole,
    NoSuchTeam,
)
from tests.portal.canaries import rows_of, strangers_in
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture
from tests.portal.sales import today

Call = Callable[[Reach, dict[str, Any]], object]

CALLS: dict[str, Call] = {
    "rename a team": lambda reach, of: services.rename_team(reach, team_id=of["team_id"], name="Ours"),
    "retire a team": lambda reach, of: services.retire_team(reach, team_id=of["team_id"]),
    "rename a group": lambda reach, of: services.rename_group(reach, group_id=of["group_id"], name="Ours"),
    "retire a group": lambda reach, of: services.retire_group(reach, group_id=of["group_id"]),
    "revoke a grant": lambda reach, of: services.revoke_access(reach, grant_id=of["grant_id"]),
    "retire a role": lambda reach, of: services.retire_role(reach, role_id=of["role_id"]),
    "revoke an invitation": lambda reach, of: services.revoke_invitation(reach, invitation_id=of["invitation_id"]),
    "decline a request": lambda reach, of: services.decline_delegation_request(reach, of["request_id"]),
    "remove a user": lambda reach, of: services.remove_dashboard_user(reach, user_id=of["dashboard_user_id"]),
    "take an address": lambda reach, of: fiscal.adopt_address(reach, user_id=of["dashboard_user_id"]),
    "retire a key": lambda reach, of: services.retire_key(reach, key_id=of["key_id"]),
    "rotate a key": lambda reach, of: services.rotate_key(reach, key_id=of["key_id"], keep_hours=1),
    "reveal a key": lambda reach, of: fiscal.reveal(reach, key_id=of["key_id"]),
    "retire an address": lambda reach, of: retire_address(reach, address_id=of["address_id"]),
    "remove a credential": lambda reach, of: fiscal.remove_credential(reach, credential_id=of["credential_id"]),
    "try again": lambda reach, of: fiscal.try_again(reach, mirror_id=of["mirror_id"]),
    "rename a register": lambda reach, of: fiscal.change_register(reach, of["register_id"], name="Ours"),
    "add a device": lambda reach, of: fiscal.add_device(reach, of["connection_id"], name="Ours", from_day=today()),
    "export a register": lambda reach, of: fiscal.export_chain(reach, of["register_id"], first=today(), last=today()),
    "make a receipt": lambda reach, of: fiscal.create_receipt(reach, of["register_id"], request={}, reason="why"),
    "settle a document": lambda reach, of: fiscal.settle_document(reach, of["document_id"]),
    "verify a register": lambda reach, of: fiscal.verify_again(reach, of["register_id"]),
    "rename a shop": lambda reach, of: fiscal.change_shop(reach, of["shop_id"], name="Ours"),
    "close a shop": lambda reach, of: fiscal.close_shop(reach, of["shop_id"], reason="why"),
    "read a connection": lambda reach, of: fiscal.read_now(reach, of["connection_id"]),
    "remove a connection": lambda reach, of: fiscal.remove_connection(reach, of["connection_id"], reason="why"),
    "pause a backfill": lambda reach, of: fiscal.pause_backfill(reach, of["backfill_id"]),
    "map a file": lambda reach, of: imports.map_columns(reach, of["import_id"], columns={}),
    "discard a file": lambda reach, of: imports.discard_import(reach, of["import_id"]),
}
SAID = (
    *(ObjectDoesNotExist, NoSuchTeam, NoSuchGroup, NoSuchGrant, NoSuchRole, NoSuchInvitation, NoSuchRequest),
    fiscal.NothingToReveal,
)
"""What the services say of an id that is not there."""


@pytest.fixture
def reach(world) -> Reach:
    return world.cast.reach(world.people["petra"], world.organizations["maker"])


@pytest.mark.parametrize("what", CALLS)
def test_an_id_of_another_tenant_is_not_there_for_a_service(world, reach, what):
    theirs = world.organizations["elsewhere"]
    before, crossing = rows_of(theirs), strangers_in(theirs)

    with pytest.raises(SAID):
        CALLS[what](reach, world.things["elsewhere"])

    assert (rows_of(theirs), strangers_in(theirs)) == (before, crossing)
    with suppress(RulesBroken):  # it was found, and something else is against it
        CALLS[what](reach, world.things["maker"])
