"""What the invited person sees and does: signing up, signing in, accepting; and who learns nothing."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from organizations.choices import Covers, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, Invitation, User
from organizations.roles import FULL
from organizations.services import (
    InvitationForAnother,
    InvitationGone,
    redeem_invitation,
    revoke_access,
    set_delegation,
)
from organizations.services.invitation_mail import digest_of
from tests.cast import PASSWORD, Cast, allow, person, withdraw
from tests.organizations.letters import OPEN, follow, invited, offer, sent, signed_in

SIGN_UP = {"email": "nina@neu.example", "password1": PASSWORD, "password2": PASSWORD, "next": OPEN}


def digest(link: str) -> str:
    return digest_of(link.strip("/").split("/")[-1])


def accept(user: User, link: str) -> object:
    return redeem_invitation(user, digest=digest(link))


def test_signing_up_by_the_link_verifies_the_address_and_lets_in(cast: Cast) -> None:
    until = timezone.now() + timedelta(days=30)
    invited(cast.petra, cast.shop, reaches=Covers.HERE, until=until)
    nina = Client()
    shown = follow(nina, sent()).content.decode()
    for words in (
        "Petra invites you",
        "Gasthaus Mio: Viewer",
        "Sees only: TSS",
        "this organization only",
        "ends by itself",
    ):
        assert words in shown
    assert "nina@neu.example" in nina.get(f"/accounts/signup/?next={OPEN}").content.decode(), "the form is filled in"

    done = nina.post("/accounts/signup/", SIGN_UP)

    assert (done.status_code, done["Location"]) == (302, OPEN), "no mail has to be confirmed once more"
    user = User.objects.get(email="nina@neu.example")
    assert EmailAddress.objects.get(user=user).verified
    assert not Grant.objects.filter(user=user).exists(), "signing up alone accepts nothing"
    accepted = nina.post(OPEN)
    assert accepted["Location"] == reverse("portal:organization", args=[cast.shop.public_id])
    assert nina.get(accepted["Location"]).status_code == 200
    grant = Grant.objects.get(user=user)
    assert (grant.organization, grant.role.preset, grant.covers) == (cast.shop, Preset.VIEWER, Covers.HERE)
    assert (grant.until, grant.granted_by) == (until, cast.petra)
    verbs = AuditEntry.objects.filter(organization=cast.shop, verb__in=[Verb.INVITATION_REDEEMED, Verb.ACCESS_GRANTED])
    told = {entry.verb: entry.actor for entry in verbs}
    assert told == {Verb.INVITATION_REDEEMED: user, Verb.ACCESS_GRANTED: cast.petra}


def test_signing_up_with_another_address_proves_nothing(cast: Cast) -> None:
    invited(cast.petra, cast.shop)
    other = Client()
    follow(other, sent())

    done = other.post("/accounts/signup/", {**SIGN_UP, "email": "somebody@else.example"})

    assert done.status_code == 302
    assert not EmailAddress.objects.filter(email="somebody@else.example", verified=True).exists()


def test_an_invitation_taken_back_while_the_form_was_open_verifies_no_address(cast: Cast) -> None:
    invited(cast.petra, cast.shop)
    nina = Client()
    follow(nina, sent())
    Invitation.objects.update(revoked_at=timezone.now())

    done = nina.post("/accounts/signup/", SIGN_UP)

    assert done["Location"] == reverse("account_email_verification_sent")
    assert not EmailAddress.objects.filter(email="nina@neu.example", verified=True).exists()


def test_an_existing_account_signs_in_and_accepts(cast: Cast) -> None:
    person("nina@neu.example", "Nina")
    invited(cast.petra, cast.maker, cast.shop)
    nina = Client()
    follow(nina, sent())

    signed = nina.post("/accounts/login/", {"login": "nina@neu.example", "password": PASSWORD, "next": OPEN})

    assert signed["Location"] == OPEN
    assert nina.post(OPEN)["Location"] == reverse("portal:organizations"), "they were several"
    assert Grant.objects.filter(user__email="nina@neu.example").count() == 2
    assert nina.get(OPEN).status_code == 404, "it works once"


def test_another_address_is_refused_and_told_nothing(cast: Cast) -> None:
    invited(cast.petra, cast.shop)
    client = signed_in(cast.stranger)

    page = follow(client, sent())
    refused = client.post(OPEN)

    assert (page.status_code, refused.status_code) == (403, 403)
    for answer in (page, refused):
        for told in ("Gasthaus", "Petra", "nina@", "Viewer"):
            assert told not in answer.content.decode()
    assert Invitation.objects.get().redeemed_at is None


def test_an_address_that_was_never_proven_is_another_address(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    EmailAddress.objects.filter(user=nina).update(verified=False)
    invited(cast.petra, cast.shop)

    with pytest.raises(InvitationForAnother):
        accept(nina, sent())


def test_no_page_tells_an_unknown_link_from_a_used_or_revoked_one(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(cast.petra, cast.shop)
    used = sent()
    accept(nina, used)
    invited(cast.petra, cast.maker)
    revoked = sent()
    Invitation.objects.filter(redeemed_at=None).update(revoked_at=timezone.now())

    pages = [Client().get(link, follow=True) for link in (used, revoked, "/invitations/never-was/")]

    assert {page.status_code for page in pages} == {404}
    pages.append(Client().get(OPEN))  # and who came by no link at all is told the same
    assert len({re.sub(rb'(csrf-token" content=")\w+', rb"\1", page.content) for page in pages}) == 1


def test_an_expired_link_says_so_only_where_it_is_genuine(cast: Cast, clock) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(cast.petra, cast.shop)
    link = sent()
    clock.shift(timedelta(hours=48, seconds=1))

    assert "expired" in Client().get(link, follow=True).content.decode()
    assert "expired" not in Client().get(link[:-3] + "xx/", follow=True).content.decode()
    with pytest.raises(InvitationGone):
        accept(nina, link)
    assert not Grant.objects.filter(user=nina).exists()


def test_the_token_leaves_the_address_and_lies_nowhere(cast: Cast, caplog) -> None:
    invited(cast.petra, cast.shop)
    link, nina = sent(), Client()
    token = link.strip("/").split("/")[-1]

    away = nina.get(link)

    assert token not in away["Location"]
    assert away["Referrer-Policy"] == "no-referrer"
    assert "no-store" in away["Cache-Control"]
    assert token not in nina.get(OPEN).content.decode()
    invitation = Invitation.objects.get()
    assert invitation.digest == digest_of(token) != token
    assert token not in str([session.get_decoded() for session in Session.objects.all()])
    assert token not in str(list(AuditEntry.objects.values()))
    assert token not in caplog.text


def test_who_lost_the_right_to_give_it_gives_it_nobody(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    helper = person("helper@kassenwerk.example", "Helper")
    allow(helper, cast.maker, *Scope, level="MANAGE")
    invited(helper, cast.shop)
    link = sent()
    withdraw(helper)

    browser = signed_in(nina)
    follow(browser, link)
    refused = browser.post(OPEN)

    assert refused.status_code == 422
    assert "may no longer let people in" in refused.content.decode()
    assert "Ask for a new one" in refused.content.decode()
    assert not Grant.objects.filter(user=nina).exists()
    assert Invitation.objects.get().redeemed_at is None


def test_who_has_less_now_than_was_offered_gives_it_nobody(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    helper = person("helper@kassenwerk.example", "Helper")
    allow(helper, cast.maker, *Scope, level="MANAGE")
    invited(helper, cast.shop, preset=Preset.ADMIN)
    link = sent()
    withdraw(helper, Scope.TSS)

    browser = signed_in(nina)
    follow(browser, link)

    assert "more than you have" in browser.post(OPEN).content.decode()
    assert not Grant.objects.filter(user=nina).exists()


def test_an_inviter_who_was_deactivated_or_is_gone_lets_nobody_in(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(cast.petra, cast.shop)
    link = sent()
    User.objects.filter(pk=cast.petra.pk).update(is_active=False)
    browser = signed_in(nina)
    follow(browser, link)
    assert browser.post(OPEN).status_code == 422
    Invitation.objects.update(invited_by=None)
    assert browser.post(OPEN).status_code == 422
    assert not Grant.objects.filter(user=nina).exists()


def test_a_retired_organization_lets_nobody_in_and_the_others_neither(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(cast.petra, cast.maker, cast.shop)
    link = sent()
    type(cast.shop).objects.filter(pk=cast.shop.pk).update(retired_at=timezone.now())
    browser = signed_in(nina)
    follow(browser, link)

    refused = browser.post(OPEN)

    assert refused.status_code == 422
    assert "retired" in refused.content.decode()
    assert not Grant.objects.filter(user=nina).exists(), "all of them or none"


def test_a_redemption_that_dies_midway_leaves_nothing(cast: Cast, monkeypatch) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(cast.petra, cast.maker, cast.shop)
    link, calls = sent(), []

    def die(*_arguments: object, **_more: object) -> None:
        calls.append(1)
        if len(calls) == 2:
            raise SystemExit(137)

    monkeypatch.setattr("organizations.services.redeeming.record", die)
    with pytest.raises(SystemExit):
        accept(nina, link)
    monkeypatch.undo()

    assert not Grant.objects.filter(user=nina).exists()
    assert Invitation.objects.get().redeemed_at is None
    assert accept(nina, link)
    assert Grant.objects.filter(user=nina).count() == 2


def test_people_of_the_partner_are_not_let_in_past_the_delegation(cast: Cast) -> None:
    """They act by delegation; a grant of their own would outlive it."""
    colleague = person("colleague@kassenwerk.example", "Colleague")
    allow(colleague, cast.maker, Scope.ORGANIZATIONS)
    set_delegation(offer(cast.hanna, cast.holding).reach, rights=FULL)
    invited(cast.petra, cast.holding, email="colleague@kassenwerk.example")
    browser = signed_in(colleague)
    follow(browser, sent())

    refused = browser.post(OPEN)

    assert refused.status_code == 422
    assert "act here by delegation" in refused.content.decode()
    assert not Grant.objects.filter(user=colleague, organization=cast.holding).exists()
    invited(cast.petra, cast.holding, email="petra@kassenwerk.example")
    own = signed_in(cast.petra)
    follow(own, sent())
    assert own.post(OPEN).status_code == 422


def test_what_was_accepted_can_be_revoked(cast: Cast) -> None:
    nina = person("nina@neu.example", "Nina")
    invited(cast.petra, cast.shop)
    accept(nina, sent())
    grant = Grant.objects.get(user=nina)
    client = signed_in(nina)
    place = reverse("portal:organization", args=[cast.shop.public_id])
    assert client.get(place).status_code == 200

    revoke_access(offer(cast.petra, cast.shop).reach, grant_id=grant.public_id)

    assert client.get(place).status_code == 404, "the page that is open loses its access at the next request"
