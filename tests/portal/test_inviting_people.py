"""Inviting by e-mail: who may, to what, and what becomes of it on the list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from organizations.access import NotAuthorized
from organizations.choices import Covers, Level, Preset, Scope, Verb
from organizations.models import AuditEntry, Invitation, InvitationGrant, Role
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchInvitation,
    resend_invitation,
    revoke_invitation,
    send_due_invitations,
    set_delegation,
)
from tests.cast import Cast, allow
from tests.organizations.letters import invited, offer, role_id, sent, signed_in


def url(name: str, *ids: object) -> str:
    return reverse(f"portal:{name}", args=ids)


def answers(**more: object) -> dict[str, object]:
    return {"email": "nina@neu.example", "role": role_id(Preset.VIEWER), "reaches": "BELOW", "until": "", **more}


def test_an_invitation_goes_out_by_mail_and_stands_on_the_list(cast: Cast) -> None:
    petra = signed_in(cast.petra)
    place = cast.maker.public_id
    form = petra.get(url("invitation_new", place)).content.decode()
    assert "Sees organizations, devices, sales and monitoring" in form

    done = petra.post(url("invitation_new", place), answers(email="Nina@Neu.example", message="Welcome, Nina"))

    assert (done.status_code, done["Location"]) == (303, url("invitations", place))
    assert "Waiting to be sent" in petra.get(done["Location"]).content.decode()
    assert send_due_invitations() == 1
    listed = petra.get(done["Location"]).content.decode()
    assert "nina@neu.example" in listed
    assert "Sent" in listed
    assert "48 hours left" in listed
    (message,) = mail.outbox
    html = message.alternatives[0][0]
    for words in ("Petra invites you to Kassenwerk GmbH", "Viewer", "everything below it", "Welcome, Nina"):
        assert words in message.body
        assert words in html
    entry = AuditEntry.objects.get(verb=Verb.INVITATION_SENT)
    assert (entry.actor, entry.subject_name, entry.after["role"]) == (cast.petra, "nina@neu.example", "Viewer")


def test_nobody_is_invited_to_nothing(cast: Cast) -> None:
    petra = signed_in(cast.petra)
    empty = Role.objects.create(organization=cast.maker, name="Empty", sentence="Nothing.")

    no_role = petra.post(url("invitation_new", cast.maker.public_id), answers(role=""))
    no_right = petra.post(url("invitation_new", cast.maker.public_id), answers(role=str(empty.public_id)))

    assert (no_role.status_code, no_right.status_code) == (422, 422)
    assert "nobody is invited to nothing" in no_role.content.decode()
    assert "carries no right at all" in no_right.content.decode()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize("preset", [Preset.OWNER, Preset.ADMIN, Preset.BILLING])
def test_nobody_offers_more_than_they_have(cast: Cast, preset: Preset) -> None:
    views = [scope for scope in Scope if scope not in {Scope.BILLING, Scope.BULK}]
    allow(cast.viewer, cast.maker, *views)
    allow(cast.viewer, cast.maker, Scope.USERS, level=Level.MANAGE)

    refused = signed_in(cast.viewer).post(url("invitation_new", cast.maker.public_id), answers(role=role_id(preset)))

    assert refused.status_code == 422
    assert not Invitation.objects.exists()
    with pytest.raises(RulesBroken):
        invited(cast.viewer, cast.maker, preset=preset)


def test_what_holds_here_alone_is_not_offered_below(cast: Cast) -> None:
    views = [scope for scope in Scope if scope != Scope.BULK]
    allow(cast.viewer, cast.maker, *views, covers=Covers.HERE)
    allow(cast.viewer, cast.maker, Scope.USERS, level=Level.MANAGE, covers=Covers.HERE)

    with pytest.raises(RulesBroken, match="more than you have"):
        invited(cast.viewer, cast.maker, reaches=Covers.BELOW)
    assert invited(cast.viewer, cast.maker, reaches=Covers.HERE)


def test_several_organizations_are_a_bulk_action(cast: Cast) -> None:
    petra = signed_in(cast.petra)
    place = url("invitation_new", cast.maker.public_id)
    found = petra.post(place, answers(find="yes", q="Mio"))
    assert found.status_code == 200
    assert "Gasthaus Mio" in found.content.decode()
    assert "nina@neu.example" in found.content.decode(), "what was typed is kept"
    assert "Café" not in found.content.decode()

    assert petra.post(place, answers(further=[str(cast.shop.public_id)], q="Mio")).status_code == 303

    (invitation,) = Invitation.objects.all()
    covered = dict(InvitationGrant.objects.filter(invitation=invitation).values_list("organization__name", "covers"))
    assert covered == {"Kassenwerk GmbH": Covers.BELOW, "Gasthaus Mio": Covers.HERE}
    views = [scope for scope in Scope if scope != Scope.BULK]
    allow(cast.viewer, cast.maker, *views)
    allow(cast.viewer, cast.maker, Scope.USERS, level=Level.MANAGE)
    with pytest.raises(NotAuthorized):
        invited(cast.viewer, cast.maker, cast.shop, email="other@neu.example")
    assert "To several organizations" not in signed_in(cast.viewer).get(place).content.decode()


def test_an_organization_out_of_reach_cannot_be_added(cast: Cast) -> None:
    petra = signed_in(cast.petra)
    form = answers(further=[str(cast.elsewhere.public_id)], q="Fremde")

    refused = petra.post(url("invitation_new", cast.maker.public_id), form)

    assert refused.status_code == 422
    assert "Fremde Kassen" not in refused.content.decode()
    assert not Invitation.objects.exists()


def test_the_same_address_is_not_invited_twice_at_a_time(cast: Cast) -> None:
    invited(cast.petra, cast.maker)

    refused = signed_in(cast.petra).post(url("invitation_new", cast.maker.public_id), answers())

    assert refused.status_code == 422
    assert "open invitation" in refused.content.decode()


@pytest.mark.parametrize("message", ["see https://evil.example", "www.evil.example", "x" * 501])
def test_a_message_is_short_and_holds_no_other_link(cast: Cast, message: str) -> None:
    refused = signed_in(cast.petra).post(url("invitation_new", cast.maker.public_id), answers(message=message))

    assert refused.status_code == 422
    assert not Invitation.objects.exists()


def test_an_end_date_that_has_passed_is_refused(cast: Cast) -> None:
    with pytest.raises(RulesBroken, match="ahead"):
        invited(cast.petra, cast.maker, until=timezone.now() - timedelta(days=1))


def test_who_invites_is_limited_and_so_is_each_address(cast: Cast) -> None:
    petra = signed_in(cast.petra)
    place = url("invitation_new", cast.maker.public_id)
    for n in range(10):
        assert petra.post(place, answers(email=f"p{n}@neu.example")).status_code == 303
    limited = petra.post(place, answers(email="one-more@neu.example"))
    assert limited.status_code == 422
    assert "Too many invitations" in limited.content.decode()

    send_due_invitations()
    line = Invitation.objects.get(email="p0@neu.example")
    again = url("invitation_resend", cast.maker.public_id, line.public_id)
    for _ in range(6):
        petra.post(again)
        send_due_invitations()
    assert len([message for message in mail.outbox if message.to == ["p0@neu.example"]]) == 5


def test_sending_again_kills_the_old_link(cast: Cast) -> None:
    invitation = invited(cast.petra, cast.maker)
    old = sent()

    done = signed_in(cast.petra).post(url("invitation_resend", cast.maker.public_id, invitation.public_id))

    assert done.status_code == 303
    gone = Client().get(old, follow=True)
    assert gone.status_code == 404
    assert "does not work" in gone.content.decode()
    new = sent()
    assert new != old
    assert Client().get(new, follow=True).status_code == 200
    assert AuditEntry.objects.filter(verb=Verb.INVITATION_RESENT, subject_id=invitation.public_id).exists()


def test_taking_it_back_kills_the_link_and_is_told_by_the_history(cast: Cast) -> None:
    invitation = invited(cast.petra, cast.maker)
    link, petra = sent(), signed_in(cast.petra)
    ask = url("invitation_revoke", cast.maker.public_id, invitation.public_id)
    assert "Take back the invitation of nina@neu.example" in petra.get(ask).content.decode()

    assert petra.post(ask).status_code == 303

    assert Client().get(link, follow=True).status_code == 404
    page = petra.get(url("invitation", cast.maker.public_id, invitation.public_id)).content.decode()
    assert "Taken back" in page
    assert "Petra took back the invitation of" in page
    assert petra.post(ask).status_code == 422, "twice is once"
    with pytest.raises(RulesBroken):
        resend_invitation(offer(cast.petra, cast.maker).reach, invitation_id=invitation.public_id)


def test_who_could_not_have_offered_it_decides_nothing_about_it(cast: Cast) -> None:
    invitation = invited(cast.petra, cast.maker, preset=Preset.OWNER)
    views = [scope for scope in Scope if scope != Scope.BULK]
    allow(cast.viewer, cast.maker, *views)
    allow(cast.viewer, cast.maker, Scope.USERS, level=Level.MANAGE)

    with pytest.raises(RulesBroken, match="Only an owner"):
        revoke_invitation(offer(cast.viewer, cast.maker).reach, invitation_id=invitation.public_id)
    with pytest.raises(NoSuchInvitation):
        revoke_invitation(offer(cast.petra, cast.shop).reach, invitation_id=invitation.public_id)


def test_people_of_a_customer_see_who_was_invited_to_it_and_nothing_of_the_rest(cast: Cast) -> None:
    invited(cast.petra, cast.maker, cast.shop)

    page = signed_in(cast.mio).get(url("invitations", cast.shop.public_id)).content.decode()

    assert "nina@neu.example" in page
    assert "and 1 more organization" in page
    for told in ("Kassenwerk", "Petra", "Take back", "Send again"):
        assert told not in page
    assert signed_in(cast.mio).get(url("invitations", cast.maker.public_id)).status_code == 404


def test_the_list_costs_the_same_however_long_it_is(cast: Cast) -> None:
    petra, place = signed_in(cast.petra), url("invitations", cast.maker.public_id)
    invited(cast.petra, cast.maker, email="first@neu.example")
    petra.get(place)
    with CaptureQueriesContext(connection) as one:
        petra.get(place)
    for n in range(12):
        invited(cast.petra, cast.maker, email=f"p{n}@neu.example")
    with CaptureQueriesContext(connection) as many:
        petra.get(place)

    assert len(many) == len(one) <= 16


def test_by_delegation_one_invites_as_far_as_was_delegated(cast: Cast) -> None:
    owner = offer(cast.hanna, cast.holding).reach
    set_delegation(owner, rights={Scope.USERS: Level.MANAGE, Scope.ORGANIZATIONS: Level.VIEW})

    with pytest.raises(RulesBroken, match="more than you have"):
        invited(cast.petra, cast.holding, preset=Preset.ADMIN)
    with pytest.raises(RulesBroken, match="Only an owner"):
        invited(cast.petra, cast.holding, preset=Preset.OWNER)
