"""Asking to be delegated to: the partner asks, withdraws, asks for less; an owner declines, gives, or gives less."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from organizations.access import NoSuchOrganization, NotAuthorized, access_organization, delegated_rights
from organizations.choices import Level, Outcome, Scope, Verb
from organizations.models import AuditEntry, DelegationRequest, Organization, User
from organizations.roles import FULL, READ, WRITE
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchRequest,
    accept_delegation_request,
    ask_delegation,
    decline_delegation_request,
    withdraw_delegation_request,
)
from tests.cast import Cast, allow
from tests.organizations.letters import signed_in


def url(name: str, *ids: object) -> str:
    return reverse(f"portal:{name}", args=ids)


def reach(user: User, organization: Organization):
    return access_organization(user, organization.public_id, scope=Scope.USERS)


def asked(cast: Cast, rights: dict = WRITE, **more: object) -> DelegationRequest:
    return ask_delegation(
        reach(cast.petra, cast.maker), cast.holding.public_id, rights=rights, reason="Support", **more
    )


def test_a_request_waits_on_the_owners_work_list_and_is_given_there(cast: Cast) -> None:
    petra, hanna = signed_in(cast.petra), signed_in(cast.hanna)
    ask = url("delegation_ask", cast.maker.public_id, cast.holding.public_id)
    assert petra.post(ask, {"preset": "write", "until": "", "reason": ""}).status_code == 422
    assert petra.post(ask, {"preset": "write", "until": "", "reason": "Support"}).status_code == 303
    assert "waits for an owner" in petra.get(url("delegations", cast.maker.public_id)).content.decode()
    wish = DelegationRequest.objects.get()
    answer = url("delegation_request", cast.holding.public_id, wish.public_id)
    home = hanna.get("/").content.decode()
    assert answer in home
    assert "asks to be delegated to" in home
    assert answer not in petra.get("/").content.decode()
    assert "Reason: Support" in hanna.get(answer).content.decode()
    proof = {"typed_name": "Modehaus Ostermann AG", "reason": "agreed", "until": ""}

    assert hanna.post(answer, {"preset": "write", **proof}).status_code == 303

    assert delegated_rights(cast.holding) == dict(WRITE)
    wish.refresh_from_db()
    assert (wish.outcome, wish.settled_by) == (Outcome.ACCEPTED, cast.hanna)
    assert hanna.get(answer).status_code == 404
    asked_entry = AuditEntry.objects.get(verb=Verb.DELEGATION_ASKED)
    assert (asked_entry.organization, asked_entry.actor, asked_entry.reason) == (cast.holding, cast.petra, "Support")


def test_an_owner_gives_less_than_was_asked_and_never_more_by_it(cast: Cast) -> None:
    wish = asked(cast, until=timezone.now() + timedelta(days=30))
    owner = reach(cast.hanna, cast.holding)
    for more in (FULL, {Scope.BULK: Level.MANAGE}):
        with pytest.raises(RulesBroken, match="more than was asked"):
            accept_delegation_request(owner, wish.public_id, rights=more, until=wish.until)
    with pytest.raises(RulesBroken, match="longer than"):
        accept_delegation_request(owner, wish.public_id, rights=READ, until=None)
    with pytest.raises(RulesBroken, match="at least one"):
        accept_delegation_request(owner, wish.public_id, rights={}, until=wish.until)

    until = timezone.now() + timedelta(days=7)
    accept_delegation_request(owner, wish.public_id, rights={Scope.TSS: Level.VIEW}, until=until)

    assert delegated_rights(cast.holding) == {Scope.TSS: Level.VIEW}
    with pytest.raises(NoSuchRequest):
        accept_delegation_request(owner, wish.public_id, rights=READ, until=until)


def test_declining_changes_nothing_and_the_partner_can_ask_again(cast: Cast) -> None:
    wish = asked(cast)
    hanna = signed_in(cast.hanna)

    assert (
        hanna.post(url("delegation_request", cast.holding.public_id, wish.public_id), {"decline": "yes"}).status_code
        == 303
    )

    assert not delegated_rights(cast.holding)
    assert AuditEntry.objects.filter(verb=Verb.DELEGATION_DECLINED, actor=cast.hanna).exists()
    with pytest.raises(NoSuchRequest):
        decline_delegation_request(reach(cast.hanna, cast.holding), wish.public_id)
    assert asked(cast, READ)


def test_a_request_can_be_withdrawn_and_narrowed_by_asking_anew(cast: Cast) -> None:
    asked(cast)
    with pytest.raises(RulesBroken, match="withdraw it first"):
        asked(cast, READ)
    petra = signed_in(cast.petra)
    given = url("delegation_given", cast.maker.public_id, cast.holding.public_id)
    assert "Withdraw the request" in petra.get(given).content.decode()

    assert petra.post(url("delegation_withdraw", cast.maker.public_id, cast.holding.public_id)).status_code == 303

    assert asked(cast, READ)
    outcomes = DelegationRequest.objects.order_by("pk").values_list("outcome", flat=True)
    assert list(outcomes) == [Outcome.WITHDRAWN, ""]
    with pytest.raises(NoSuchRequest):
        withdraw_delegation_request(reach(cast.petra, cast.maker), cast.label.public_id)


def test_who_did_not_provision_it_asks_for_nothing(cast: Cast) -> None:
    with pytest.raises(NoSuchOrganization):
        ask_delegation(reach(cast.petra, cast.maker), cast.elsewhere.public_id, rights=READ, reason="why")
    with pytest.raises(NoSuchOrganization):
        ask_delegation(reach(cast.petra, cast.maker), cast.shop.public_id, rights=READ, reason="it is managed")
    allow(cast.viewer, cast.maker, Scope.USERS)
    with pytest.raises(NotAuthorized):
        ask_delegation(reach(cast.viewer, cast.maker), cast.holding.public_id, rights=READ, reason="why")
    foreign = url("delegation_ask", cast.maker.public_id, cast.elsewhere.public_id)
    assert signed_in(cast.petra).get(foreign).status_code == 404


def test_a_white_label_partner_starts_without_and_can_be_asked(cast: Cast) -> None:
    assert not delegated_rights(cast.label)

    ask_delegation(reach(cast.petra, cast.maker), cast.label.public_id, rights=READ, reason="for support")

    assert "asks to be delegated to" in signed_in(cast.wanda).get("/").content.decode()
