"""Two processes at the same moment: an invitation lets in once, ownership changes hands once, and somebody always owns it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.utils import timezone

from organizations.access import access_organization, grant_everything
from organizations.choices import Kind, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, Handover, Invitation, Organization, User, in_force
from organizations.services import offer_ownership, send_due_invitations
from organizations.services.invitation_mail import digest_of
from tests.cast import allow, person
from tests.organizations.letters import invited, link_of
from tests.organizations.racing import race

pytestmark = pytest.mark.processes
NAME = "Eine GmbH"


@pytest.fixture
def owner(shared_database: str) -> User:
    owner = person("owner@eine.example", "Owner")
    facts = {"address_line1": "x", "zip": "1", "town": "y", "country_code": "AUT"}
    grant_everything(owner, [Organization.objects.create(kind=Kind.ORGANIZATION, in_test=True, name=NAME, **facts)])
    return owner


def place() -> Organization:
    return Organization.objects.get(name=NAME)


def owners() -> set[str]:
    rows = Grant.objects.filter(in_force(timezone.now()), organization=place(), role__preset=Preset.OWNER)
    return set(rows.values_list("user__email", flat=True))


def offered(owner: User, nina: User) -> Handover:
    allow(nina, place(), Scope.USERS)
    reach = access_organization(owner, place().public_id, scope=Scope.USERS)
    return offer_ownership(reach, to_id=nina.public_id, reason="why")


def test_an_invitation_redeemed_twice_at_once_lets_in_once(owner: User, shared_database: str, tmp_path: Path) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(owner, place())
    assert send_due_invitations() == 1
    digest = digest_of(link_of(mail.outbox[-1]).strip("/").split("/")[-1])
    task = {"do": "redeem", "user": nina.email, "id": digest}

    outcomes = race(shared_database, tmp_path, [task] * 2)

    assert sorted(outcomes) == ["InvitationGone", "done"]
    assert Grant.objects.filter(user=nina).count() == 1
    assert AuditEntry.objects.filter(verb=Verb.INVITATION_REDEEMED).count() == 1


def test_accepting_and_withdrawing_at_once_end_in_one_of_both(
    owner: User, shared_database: str, tmp_path: Path
) -> None:
    nina = person("nina@neu.example", "Nina")
    handover = offered(owner, nina)
    accept = {"do": "accept", "user": nina.email, "id": str(handover.public_id)}
    withdraw = {"do": "withdraw", "user": owner.email, "at": NAME}

    outcomes = race(shared_database, tmp_path, [accept, withdraw])

    assert outcomes.count("done") == 1
    handover.refresh_from_db()
    assert owners() == ({nina.email} if handover.outcome == "ACCEPTED" else {owner.email})


def test_two_owners_who_hand_over_and_leave_at_once_leave_an_owner(
    owner: User, shared_database: str, tmp_path: Path
) -> None:
    nina, second = person("nina@neu.example", "Nina"), person("second@eine.example", "Second")
    grant_everything(second, [place()])
    handover = offered(owner, nina)
    leave = [
        {"do": "leave", "user": each.email, "at": NAME, "id": str(Grant.objects.get(user=each).public_id)}
        for each in (owner, second)
    ]

    race(shared_database, tmp_path, [{"do": "accept", "user": nina.email, "id": str(handover.public_id)}, *leave])

    assert owners()


def test_three_workers_put_an_end_on_record_once(owner: User, shared_database: str, tmp_path: Path) -> None:
    invited(owner, place())
    Invitation.objects.update(expires_at=timezone.now() - timedelta(hours=1))
    task = {"do": "expire", "user": owner.email, "at": NAME}

    outcomes = race(shared_database, tmp_path, [task] * 3)

    assert sorted(outcomes) == ["expired 0", "expired 0", "expired 1"]
    assert AuditEntry.objects.filter(verb=Verb.INVITATION_EXPIRED).count() == 1
