"""What is done at one organization finds, counts and changes nothing of the same kind at another."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from organizations.access import Reach, delegated_rights, reach_at, system_reach
from organizations.audit.verification import verify_record
from organizations.choices import Covers, Level, Preset, Scope, Verb
from organizations.models import (
    AuditChain,
    AuditEntry,
    DashboardUser,
    Delegation,
    DelegationRequest,
    Handover,
    Invitation,
    InvitationGrant,
    Logo,
    TeamMember,
    User,
    in_force,
)
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchHandover,
    NoSuchPerson,
    Offer,
    Terms,
    ask_delegation,
    delegate_everything,
    expire_handovers,
    grant_many,
    grant_to,
    invite,
    keep_verdict,
    make_group,
    make_role,
    make_team,
    offer_ownership,
    prune_record,
    record_ended_delegations,
    remove_logo,
    remove_person,
    retire,
    revoke_invitation,
    set_delegation,
    withdraw_ownership,
)
from tests.cast import Cast, allow, below, person
from tests.portal.canaries import rows_of
from tests.portal.people import grant, role, team

VIEW = {Scope.TSS: Level.VIEW}


def reach(cast: Cast, user: User, place: str) -> Reach:
    return cast.reach(user, getattr(cast, place))


@pytest.fixture
def maker(cast: Cast) -> Reach:
    return reach(cast, cast.petra, "maker")


@pytest.fixture
def holding(cast: Cast) -> Reach:
    return reach(cast, cast.hanna, "holding")


def offered(cast: Cast, name: str, place: str, giver: User) -> Handover:
    """Ownership of the organization, offered to somebody who has access there."""
    taker = person(f"{name}@{place}.example", name)
    allow(taker, getattr(cast, place), Scope.ORGANIZATIONS)
    return offer_ownership(reach(cast, giver, place), to_id=taker.public_id)


# --- granting and ending ---------------------------------------------------------------------------------------------


def test_nobody_is_let_in_whom_the_giver_cannot_know(cast, maker):
    terms = Terms(role(Preset.VIEWER).public_id)
    with pytest.raises(NoSuchPerson):
        grant_to(maker, person_id=cast.stranger.public_id, terms=terms)
    with pytest.raises(NoSuchPerson):
        grant_many(maker, people=[cast.stranger.public_id], terms=terms)


def test_teams_groups_and_roles_of_others_are_refused_like_none_at_all(cast, maker):
    theirs = reach(cast, cast.stranger, "elsewhere")
    doors, group = make_team(theirs, name="Doors"), make_group(theirs, name="Doors")
    clerk = make_role(theirs, name="Clerk", sentence="Looks.", rights=VIEW)
    viewer = role(Preset.VIEWER).public_id
    for field, call in {
        "team": lambda: grant_to(maker, team_id=doors.public_id, terms=Terms(viewer)),
        "group": lambda: grant_to(
            maker, person_id=cast.petra.public_id, terms=Terms(viewer, Covers.GROUP, group.public_id)
        ),
        "role": lambda: grant_to(maker, person_id=cast.petra.public_id, terms=Terms(clerk.public_id)),
    }.items():
        with pytest.raises(RulesBroken) as refused:
            call()
        assert set(refused.value.errors) == {field}


def test_an_invitation_offers_no_role_and_no_group_of_others(cast, maker):
    theirs = reach(cast, cast.stranger, "elsewhere")
    clerk, group = make_role(theirs, name="Clerk", sentence="Looks.", rights=VIEW), make_group(theirs, name="Doors")
    for field, offer in {
        "role": Offer(maker, clerk.public_id),
        "group": Offer(maker, role(Preset.VIEWER).public_id, Covers.GROUP, group.public_id),
    }.items():
        with pytest.raises(RulesBroken) as refused:
            invite([offer], email="nina@neu.example")
        assert set(refused.value.errors) == {field}


def test_what_an_invitation_offers_elsewhere_is_not_judged_here(cast):
    """Whoever made an offer can take it back, although the same mail offers ownership of another organization."""
    now = timezone.now()
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.shop, *Scope, level=Level.MANAGE)
    invitation = Invitation.objects.create(
        organization=cast.shop, email="nina@neu.example", expires_at=now + timedelta(days=1)
    )
    for place, preset in ((cast.shop, Preset.VIEWER), (cast.elsewhere, Preset.OWNER)):
        InvitationGrant.objects.create(invitation=invitation, organization=place, role=role(preset))
    own = reach(cast, clerk, "shop")
    object.__setattr__(own, "owner", False)

    assert revoke_invitation(own, invitation_id=invitation.public_id).revoked_at


def test_names_that_others_gave_are_free(cast, maker):
    theirs = reach(cast, cast.stranger, "elsewhere")
    for there in (theirs, maker):
        make_team(there, name="Night shift")
        make_group(there, name="Night shift")
        make_role(there, name="Night shift", sentence="Looks.", rights=VIEW)


def test_who_is_removed_stays_in_teams_of_others(cast, maker):
    somebody = person("somebody@kassenwerk.example", "Somebody")
    grant(team(cast.maker, "Ours", somebody), cast.maker, Preset.VIEWER)
    team(cast.elsewhere, "Theirs", somebody)

    done = remove_person(maker, person_id=somebody.public_id)

    assert (done.grants, done.teams, done.kept) == (0, 1, 0)
    left = TeamMember.objects.filter(in_force(timezone.now()), user=somebody)
    assert [str(member.team.organization) for member in left] == [str(cast.elsewhere)]


# --- ownership -------------------------------------------------------------------------------------------------------


def test_an_offer_of_ownership_is_no_other_organizations(cast, holding):
    theirs = offered(cast, "Lena", "label", cast.wanda)
    with pytest.raises(NoSuchHandover):
        withdraw_ownership(holding)

    ours = offered(cast, "Nina", "holding", cast.hanna)
    assert withdraw_ownership(holding).pk == ours.pk
    theirs.refresh_from_db()
    assert theirs.settled_at is None


def test_a_role_of_another_organization_is_not_kept_at_a_handover(cast, holding):
    theirs = make_role(reach(cast, cast.stranger, "elsewhere"), name="Clerk", sentence="Looks.", rights=VIEW)
    nina = person("nina@ostermann.example", "Nina")
    allow(nina, cast.holding, Scope.ORGANIZATIONS)

    with pytest.raises(RulesBroken) as refused:
        offer_ownership(holding, to_id=nina.public_id, keeps_id=theirs.public_id)
    assert set(refused.value.errors) == {"keeps"}


def test_an_expired_offer_of_another_organization_is_put_on_record_there(clock, cast):
    offered(cast, "Lena", "label", cast.wanda)
    clock.shift(timedelta(days=8))
    nina = person("nina@ostermann.example", "Nina")
    allow(nina, cast.holding, Scope.ORGANIZATIONS)

    offer_ownership(reach(cast, cast.hanna, "holding"), to_id=nina.public_id)
    assert Handover.objects.filter(organization=cast.label, settled_at=None).exists(), "nobody looked there yet"
    assert expire_handovers() == 1
    entries = AuditEntry.objects.filter(verb=Verb.OWNERSHIP_EXPIRED)
    assert [entry.organization for entry in entries] == [cast.label]


# --- delegation ------------------------------------------------------------------------------------------------------


def delegated(organization) -> set[str]:
    rows = Delegation.objects.filter(in_force(timezone.now()), organization=organization)
    return set(rows.values_list("scope", flat=True))


def test_a_delegation_is_changed_at_its_own_organization(cast, holding):
    for each in (holding, reach(cast, cast.wanda, "label")):
        delegate_everything(each)

    set_delegation(holding, rights=VIEW)

    assert delegated(cast.holding) == {Scope.TSS}
    assert delegated(cast.label) == set(Scope)
    entry = AuditEntry.objects.filter(organization=cast.holding, verb=Verb.DELEGATION_CHANGED).latest("number")
    assert set(entry.after) == {Scope.TSS}


def test_what_one_customer_delegates_opens_no_other(cast, holding):
    set_delegation(holding, rights=VIEW)
    set_delegation(reach(cast, cast.wanda, "label"), rights={Scope.BILLING: Level.MANAGE})

    assert reach_at(cast.petra, cast.holding).grants == {(Scope.TSS, Level.VIEW)}
    assert delegated_rights(cast.label) == {Scope.BILLING: Level.MANAGE}


def test_the_end_of_a_delegation_is_put_on_record_where_it_was(clock, cast, holding):
    until = timezone.now() + timedelta(days=1)
    set_delegation(holding, rights=VIEW, until=until)
    set_delegation(reach(cast, cast.wanda, "label"), rights={Scope.BILLING: Level.VIEW}, until=until)
    clock.shift(timedelta(days=2))

    assert record_ended_delegations() == 2
    for place, scope in ((cast.holding, Scope.TSS), (cast.label, Scope.BILLING)):
        entry = AuditEntry.objects.get(organization=place, verb=Verb.DELEGATION_ENDED)
        assert set(entry.before) == {scope}


def test_a_request_that_waits_elsewhere_is_in_nobodys_way(cast, maker):
    for place in (cast.holding, cast.label):
        ask_delegation(maker, place.public_id, rights=VIEW, reason="To help")

    assert DelegationRequest.objects.filter(settled_at=None).count() == 2


# --- the rest --------------------------------------------------------------------------------------------------------


def test_people_of_others_stay_when_an_organization_is_retired(cast):
    gone = below(cast.petra, cast.maker, "Zu KG")
    gone.api_keys.all().delete()
    for place in (gone, cast.shop):
        DashboardUser.objects.create(organization=place, email="anna@example.example")

    retire(cast.reach(cast.petra, gone))

    assert [row.organization for row in DashboardUser.objects.filter(retired_at=None)] == [cast.shop]


def test_a_logo_is_removed_from_its_own_organization(cast, maker):
    for place in (cast.maker, cast.elsewhere):
        Logo.objects.create(organization=place, content=b"\x89PNG", content_type="image/png", digest="ab" * 32)

    remove_logo(maker)

    assert [row.organization for row in Logo.objects.all()] == [cast.elsewhere]


def test_a_record_is_pruned_and_others_are_not(clock, cast):
    clock.shift(timedelta(days=1))
    other = rows_of(cast.elsewhere)
    mine = AuditEntry.objects.filter(organization=cast.maker).count()

    gone = prune_record(system_reach(cast.maker, reason="old"), before=timezone.now())

    assert gone == mine
    assert rows_of(cast.elsewhere) == other


def test_a_verdict_is_remembered_of_its_own_record(cast):
    keep_verdict(verify_record(cast.maker), cast.maker, now=timezone.now())

    verified = AuditChain.objects.exclude(verified_at=None)
    assert [chain.organization for chain in verified] == [cast.maker]
