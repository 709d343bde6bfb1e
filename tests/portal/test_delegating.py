"""Delegating by area and level: the owner's to give, either side's to end at once, and nobody else's to widen."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.access import NoSuchOrganization, NotAuthorized, access_organization, delegated_rights
from organizations.choices import AREAS, Covers, Level, Preset, Road, Scope, Verb
from organizations.models import AuditEntry, Delegation, Grant, Organization, Role, User
from organizations.roles import FULL, READ, WRITE
from organizations.rules import RulesBroken
from organizations.services import (
    accept_delegation_request,
    ask_delegation,
    change_access,
    decline_delegation_request,
    give_up_delegation,
    grant_access,
    record_ended_delegations,
    set_delegation,
)
from tests.cast import Cast, allow, person
from tests.organizations.letters import offer, signed_in
from tests.portal.test_dangerous_doors import make_old


def url(name: str, *ids: object) -> str:
    return reverse(f"portal:{name}", args=ids)


def reach(user: User, organization: Organization):
    return access_organization(user, organization.public_id, scope=Scope.USERS)


def form(preset: str = "read", **more: str) -> dict[str, str]:
    return {"preset": preset, "until": "", "typed_name": "Modehaus Ostermann AG", "reason": "Support", **more}


@pytest.mark.parametrize(("preset", "rights"), [("read", READ), ("write", WRITE), ("full", FULL)])
def test_read_write_and_full_are_approved_each_by_itself(cast: Cast, preset: str, rights: dict) -> None:
    hanna = signed_in(cast.hanna)
    place = url("organization_delegation", cast.holding.public_id)
    assert "Nothing is delegated." in hanna.get(place).content.decode()

    assert hanna.post(place, form(preset)).status_code == 303

    assert delegated_rights(cast.holding) == dict(rights)
    assert AuditEntry.objects.get(verb=Verb.DELEGATION_GRANTED).reason == "Support"
    there = access_organization(cast.petra, cast.branch.public_id, scope=Scope.TSS)
    assert there.road == Road.DELEGATION
    assert there.allows(Scope.TSS, Level.MANAGE) == (preset != "read")
    assert there.allows(Scope.USERS, Level.MANAGE) == there.allows(Scope.BULK, Level.MANAGE) == (preset == "full")


def test_area_by_area_with_an_end_date(cast: Cast, clock) -> None:
    hanna = signed_in(cast.hanna)
    place = url("organization_delegation", cast.holding.public_id)
    last = timezone.localdate() + timedelta(days=3)

    done = hanna.post(place, form("areas", until=f"{last}", area_tss="MANAGE", area_monitoring="VIEW"))

    assert done.status_code == 303
    assert delegated_rights(cast.holding) == {Scope.TSS: Level.MANAGE, Scope.MONITORING: Level.VIEW}
    petra = signed_in(cast.petra)
    keys = url("verification", cast.branch.public_id)
    assert petra.get(keys).status_code == 200
    assert petra.get(url("organization", cast.branch.public_id)).status_code == 403
    clock.shift(timedelta(days=4))
    assert signed_in(cast.petra).get(keys).status_code == 404, "it ends by itself, at that very moment"
    assert (record_ended_delegations(), record_ended_delegations()) == (1, 0)
    entry = AuditEntry.objects.get(verb=Verb.DELEGATION_ENDED)
    assert (entry.organization, entry.actor) == (cast.holding, None)
    assert set(entry.before) == {Scope.TSS, Scope.MONITORING}


def test_narrowing_and_ending_hold_at_the_next_request(cast: Cast) -> None:
    hanna, petra = signed_in(cast.hanna), signed_in(cast.petra)
    place = url("organization_delegation", cast.holding.public_id)
    hanna.post(place, form("full"))
    edit = url("organization_edit", cast.branch.public_id)
    assert petra.get(edit).status_code == 200
    hanna.post(place, form("read"))
    assert petra.get(edit).status_code == 403
    hanna.post(place, form("nothing"))
    assert petra.get(edit).status_code == 404
    verbs = AuditEntry.objects.filter(organization=cast.holding, verb__startswith="DELEGATION").order_by("pk")
    assert [entry.verb for entry in verbs] == ["DELEGATION_GRANTED", "DELEGATION_CHANGED", "DELEGATION_REVOKED"]


@pytest.mark.parametrize("missing", ["typed_name", "reason", "preset"])
def test_without_the_proof_nothing_changes(cast: Cast, missing: str) -> None:
    answers = form()
    del answers[missing]

    refused = signed_in(cast.hanna).post(url("organization_delegation", cast.holding.public_id), answers)

    assert refused.status_code == 422
    assert not delegated_rights(cast.holding)


def test_an_end_date_that_has_passed_is_refused(cast: Cast) -> None:
    refused = signed_in(cast.hanna).post(
        url("organization_delegation", cast.holding.public_id), form(until="2020-01-01")
    )

    assert refused.status_code == 422
    assert "must lie ahead" in refused.content.decode()


def test_people_of_the_holding_who_do_not_own_it_see_it_and_decide_nothing(cast: Cast) -> None:
    clerk = person("clerk@ostermann.example", "Clerk")
    allow(clerk, cast.holding, Scope.USERS, level=Level.MANAGE)
    client, place = signed_in(clerk), url("organization_delegation", cast.holding.public_id)

    assert "Only an owner decides" in client.get(place).content.decode()
    assert client.post(place, form()).status_code == 403
    with pytest.raises(NotAuthorized):
        set_delegation(reach(clerk, cast.holding), rights=FULL)


def test_by_delegation_nobody_widens_the_delegation(cast: Cast) -> None:
    """Every way: by the page, by the services, by answering their own request, and by grants at the holding."""
    given = {Scope.USERS: Level.MANAGE, Scope.ORGANIZATIONS: Level.VIEW}
    set_delegation(reach(cast.hanna, cast.holding), rights=given)
    petra, there = signed_in(cast.petra), reach(cast.petra, cast.holding)
    wish = ask_delegation(reach(cast.petra, cast.maker), cast.holding.public_id, rights=FULL, reason="more")
    admin, colleague = Role.objects.get(preset=Preset.ADMIN), person("colleague@kassenwerk.example", "Colleague")
    allow(colleague, cast.maker, Scope.USERS)
    manager = Role.objects.create(organization=cast.holding, name="Lets people in", sentence="Users only.")
    manager.rights.create(scope=Scope.USERS, level=Level.MANAGE, since=timezone.now() - timedelta(days=1))

    assert petra.post(url("organization_delegation", cast.holding.public_id), form("full")).status_code == 403
    answer = url("delegation_request", cast.holding.public_id, wish.public_id)
    assert petra.get(answer).status_code == petra.post(answer, form("full")).status_code == 403
    assert petra.post(answer, {"decline": "yes"}).status_code == 403
    for widen in (
        lambda: set_delegation(there, rights=FULL),
        lambda: accept_delegation_request(there, wish.public_id, rights=FULL),
        lambda: decline_delegation_request(there, wish.public_id),
    ):
        with pytest.raises(NotAuthorized):
            widen()
    for person_let_in, role in ((cast.petra, manager), (colleague, manager), (cast.mio, admin)):
        with pytest.raises(RulesBroken):
            grant_access(there, to=person_let_in, role=role)
    grant = grant_access(reach(cast.hanna, cast.holding), to=cast.mio, role=manager)
    with pytest.raises(RulesBroken):
        change_access(there, grant_id=grant.public_id, role=admin, reaches=Covers.BELOW)
    assert delegated_rights(cast.holding) == given
    assert not Grant.objects.filter(organization=cast.holding, user__in=[cast.petra, colleague]).exists()


def test_bulk_actions_are_delegated_apart_from_the_nine_areas(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=dict.fromkeys(AREAS, Level.MANAGE))

    assert not reach(cast.petra, cast.holding).allows(Scope.BULK, Level.MANAGE)


def test_the_partners_people_see_what_they_were_given_and_give_it_up(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=READ)
    petra = signed_in(cast.petra)
    there = petra.get(url("organization_delegation", cast.holding.public_id)).content.decode()
    leads = url("delegation_given", cast.maker.public_id, cast.holding.public_id)
    assert "Sees only: TSS" in there
    assert leads in there
    assert 'name="preset"' not in there
    assert "Act for Modehaus Ostermann AG" in petra.get(leads).content.decode()
    give_up = url("delegation_give_up", cast.maker.public_id, cast.holding.public_id)
    assert petra.post(give_up, {"typed_name": "wrong", "reason": "why"}).status_code == 422
    assert delegated_rights(cast.holding)

    done = petra.post(give_up, {"typed_name": "Modehaus Ostermann AG", "reason": "contract ended"})

    assert done["Location"] == url("delegations", cast.maker.public_id)
    assert not delegated_rights(cast.holding)
    entry = AuditEntry.objects.get(verb=Verb.DELEGATION_REVOKED)
    assert (entry.organization, entry.actor, entry.road) == (cast.holding, cast.petra, Road.DELEGATION)
    assert petra.get(url("organization", cast.branch.public_id)).status_code == 404


def test_who_may_only_look_at_the_partner_gives_nothing_up(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=READ)
    allow(cast.viewer, cast.maker, Scope.USERS)
    here = person("here@kassenwerk.example", "Here")
    allow(here, cast.maker, Scope.USERS, level=Level.MANAGE, covers=Covers.HERE)
    give_up = url("delegation_give_up", cast.maker.public_id, cast.holding.public_id)

    assert signed_in(cast.viewer).post(give_up, {}).status_code == 403
    assert signed_in(here).get(give_up).status_code == 404, "a grant that holds at the partner alone leads nowhere else"
    with pytest.raises(NotAuthorized):
        give_up_delegation(reach(here, cast.maker), cast.holding.public_id)
    with pytest.raises(NoSuchOrganization):
        give_up_delegation(reach(cast.petra, cast.maker), cast.elsewhere.public_id)
    assert delegated_rights(cast.holding)


def test_the_partner_sees_all_that_it_provisioned_and_what_each_delegates(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=READ)

    page = signed_in(cast.petra).get(url("delegations", cast.maker.public_id)).content.decode()

    assert "Modehaus Ostermann AG" in page
    assert "Wanda White Label KG" in page
    assert "Ostermann Graz" not in page
    assert page.count("Act for") >= 2
    assert "Act for Wanda" not in page
    assert signed_in(cast.hanna).get(url("delegations", cast.maker.public_id)).status_code == 404


def test_who_decides_learns_who_the_partner_is_but_neither_its_people_nor_its_other_customers(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=FULL)
    wish = ask_delegation(reach(cast.petra, cast.maker), cast.holding.public_id, rights=READ, reason="less is enough")
    hanna = signed_in(cast.hanna)

    for place in (
        url("organization_delegation", cast.holding.public_id),
        url("delegation_request", cast.holding.public_id, wish.public_id),
        "/",
    ):
        page = hanna.get(place).content.decode()
        assert ("Kassenwerk" in page) == (place != "/")
        for told in ("Petra", "petra@", "Wanda", "Gasthaus"):
            assert told not in page


def test_who_only_looks_at_the_delegation_does_not_learn_who_the_partner_is(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=FULL)
    reader = person("reader@ostermann.example", "Reader")
    allow(reader, cast.holding, Scope.USERS)

    page = signed_in(reader).get(url("organization_delegation", cast.holding.public_id)).content.decode()

    assert "What the partner that provisioned it may do here now" in page
    assert "Kassenwerk" not in page


def test_the_number_of_rows_is_what_differs(cast: Cast) -> None:
    """What stays the same is left alone: an area keeps the moment since when it was delegated."""
    set_delegation(reach(cast.hanna, cast.holding), rights=READ)
    before = set(Delegation.objects.values_list("pk", flat=True))
    set_delegation(reach(cast.hanna, cast.holding), rights={**READ, Scope.TSS: Level.MANAGE})

    assert Delegation.objects.exclude(pk__in=before).count() == 1


def test_a_grant_by_delegation_is_offered_to_the_holdings_own_people(cast: Cast) -> None:
    set_delegation(reach(cast.hanna, cast.holding), rights=FULL)

    assert grant_access(offer(cast.petra, cast.holding).reach, to=cast.mio, role=Role.objects.get(preset=Preset.VIEWER))


def test_only_who_decides_is_asked_again_who_they_are(cast: Cast) -> None:
    """Reading needs no proof; changing needs a new one, and what was typed is kept."""
    place = url("organization_delegation", cast.holding.public_id)
    reader = person("reader@ostermann.example", "Reader")
    allow(reader, cast.holding, Scope.USERS)
    owner, looking = signed_in(cast.hanna), signed_in(reader)
    make_old(owner)
    make_old(looking)

    assert looking.get(place).status_code == 200
    assert owner.get(place).status_code == 302
    held = owner.post(place, form("full"))

    assert (held.status_code, delegated_rights(cast.holding)) == (422, {})
    assert "Support" in held.content.decode()
    assert looking.post(place, form("full")).status_code == 403
