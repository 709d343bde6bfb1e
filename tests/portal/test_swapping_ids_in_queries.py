"""Ids of another tenant, given to everything that a page asks by one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from fiscal.queries.billing import address_facts
from fiscal.queries.connection_page import connection_page
from fiscal.queries.credentials import credential_facts
from fiscal.queries.dashboard_people import dashboard_person, unknown_person
from fiscal.queries.documents import document_facts, making_facts
from fiscal.queries.explained_things import THINGS, explained_thing
from fiscal.queries.exposure_asked import resolve
from fiscal.queries.import_page import import_page
from fiscal.queries.invitations import invitation_history, invitation_of
from fiscal.queries.keys import key_detail
from fiscal.queries.notices.followed import FOLLOWED, followed_object
from fiscal.queries.people_grants import one_grant
from fiscal.queries.people_groups import group_page
from fiscal.queries.people_roles import role_holders
from fiscal.queries.people_teams import team_page
from fiscal.queries.reading import first_backfill_day, known_backfill
from fiscal.queries.receipts.detail import receipt_detail
from fiscal.queries.register_page import moving_choices, register_page
from fiscal.queries.shops import open_shops, shop_facts
from fiscal.queries.verification import chain_page, exportable_register
from organizations.access import Reach
from organizations.choices import Covers, Preset
from organizations.rules import RulesBroken
from tests.portal.doors_world import world as world  # noqa: PLC0414 - a fixture
from tests.portal.people import role

Ask = Callable[[Reach, dict[str, Any]], object]

ASKED: dict[str, Ask] = {
    "a billing address": lambda reach, of: address_facts(reach, of["address_id"]),
    "a chain": lambda reach, of: chain_page(reach, of["register_id"]),
    "a connection": lambda reach, of: connection_page(reach, of["connection_id"]),
    "a credential": lambda reach, of: credential_facts(reach, of["credential_id"]),
    "a document": lambda reach, of: document_facts(reach, of["document_id"]),
    "a file": lambda reach, of: import_page(reach, of["import_id"]),
    "a grant": lambda reach, of: one_grant(reach, of["grant_id"]),
    "a group": lambda reach, of: group_page(reach, of["group_id"]),
    "a key": lambda reach, of: key_detail(reach, of["key_id"]),
    "a receipt": lambda reach, of: receipt_detail(reach, of["receipt_id"]),
    "a register": lambda reach, of: register_page(reach, of["register_id"]),
    "a register to export": lambda reach, of: exportable_register(reach, of["register_id"]),
    "a register to move": lambda reach, of: moving_choices(reach, of["register_id"]),
    "a register to sell with": lambda reach, of: making_facts(reach, of["register_id"]),
    "a shop": lambda reach, of: shop_facts(reach, of["shop_id"]),
    "a shop among those offered": lambda reach, of: of["shop_id"] in dict(open_shops(reach)),
    "a team": lambda reach, of: team_page(reach, of["team_id"]),
    "a user": lambda reach, of: dashboard_person(reach, of["dashboard_user_id"]),
    "an unknown user": lambda reach, of: unknown_person(reach, of["remote_id"]),
    "an invitation": lambda reach, of: invitation_of(reach, of["invitation_id"]),
    "the connection of a backfill": lambda reach, of: known_backfill(reach, of["backfill_id"]),
    "the first day of a connection": lambda reach, of: first_backfill_day(reach, of["connection_id"]),
    "the history of a key": lambda reach, of: invitation_history(reach, of["key_id"]),
    "the holders of a role": lambda reach, of: role_holders(reach, of["role_id"]).people,
    "the supposed reach of a group": lambda reach, of: supposed(reach, group=of["group_id"]),
    "the supposed reach of a team": lambda reach, of: supposed(reach, team=of["team_id"]),
    "what replaces a grant": lambda reach, of: supposed(reach, replaces=of["grant_id"]),
    **{
        f"a followed {what}": lambda reach, of, what=what: followed_object(reach, what, of[f"{what}_id"])
        for what in FOLLOWED
        if what != "organization"
    },
}
"""Each gives something for one's own id, and nothing or a refusal for any other."""
ASKED |= {
    f"an explained {what}": lambda reach, of, what=what: explained_thing(reach, what, str(of[f"{what}_id"]))
    for what in THINGS
}


def supposed(reach: Reach, **ids: Any) -> object:
    """What a grant would show that names these."""
    wanted = {"user": None, "team": None, "group": None, "replaces": None, **ids}
    reaches = Covers.GROUP if wanted["group"] else Covers.HERE
    return resolve(reach, role=role(Preset.VIEWER).public_id, reaches=reaches, at=timezone.now(), **wanted)


@pytest.mark.parametrize("what", ASKED)
def test_an_id_of_another_tenant_gives_nothing(world, what):
    reach = world.cast.reach(world.people["petra"], world.organizations["maker"])
    for place in ("elsewhere", "holding"):
        try:
            assert not ASKED[what](reach, world.things[place])
        except RulesBroken:
            continue

    assert ASKED[what](reach, world.things["maker"])
