"""End dates: what ends stops to count at that very moment, and is put on record once by whoever comes first."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from fiscal import tasks
from organizations.access import access_organization
from organizations.choices import Preset, Scope, Verb
from organizations.models import AuditEntry, Role
from organizations.roles import READ
from organizations.services import grant_access, offer_ownership, set_delegation
from tests.cast import Cast, allow, person
from tests.organizations.letters import invited

ENDED = [Verb.ACCESS_ENDED, Verb.DELEGATION_ENDED, Verb.INVITATION_EXPIRED, Verb.OWNERSHIP_EXPIRED]


def test_all_that_ended_is_put_on_record_once(cast: Cast, clock) -> None:
    nina, soon = person("nina@ostermann.example", "Nina"), timezone.now() + timedelta(days=1)
    owner = access_organization(cast.hanna, cast.holding.public_id, scope=Scope.USERS)
    grant_access(owner, to=cast.mio, role=Role.objects.get(preset=Preset.VIEWER), until=soon)
    set_delegation(owner, rights=READ, until=soon)
    invited(cast.hanna, cast.holding)
    allow(nina, cast.holding, Scope.USERS)
    offer_ownership(owner, to_id=nina.public_id, reason="why")
    tasks.keep_people()
    assert not AuditEntry.objects.filter(verb__in=ENDED).exists(), "nothing has ended yet"

    clock.shift(timedelta(days=8))
    for _ in range(3):
        tasks.keep_people()
        clock.shift(timedelta(minutes=1))

    entries = AuditEntry.objects.filter(verb__in=ENDED)
    assert sorted(entry.verb for entry in entries) == sorted(ENDED)
    assert {(entry.organization, entry.actor, entry.actor_name) for entry in entries} == {
        (cast.holding, None, "Kontor")
    }


def test_what_was_sent_again_expires_again(cast: Cast, clock) -> None:
    from organizations.services import expire_invitations, resend_invitation

    invitation = invited(cast.hanna, cast.holding)
    owner = access_organization(cast.hanna, cast.holding.public_id, scope=Scope.USERS)
    clock.shift(timedelta(hours=49))
    assert expire_invitations() == 1
    resend_invitation(owner, invitation_id=invitation.public_id)
    assert expire_invitations() == 0
    clock.shift(timedelta(hours=49))

    assert (expire_invitations(), expire_invitations()) == (1, 0)


def test_somebody_elses_end_is_told_by_the_system_and_not_by_a_person(cast: Cast, clock) -> None:
    invited(cast.petra, cast.shop)
    clock.shift(timedelta(hours=49))
    tasks.keep_people()

    assert AuditEntry.objects.get(verb=Verb.INVITATION_EXPIRED).reason == "Nobody accepted it within 48 hours."
