"""Handing ownership over: both sides confirm, and an organization is never without an owner."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from fiscal.queries.handover import handover_page
from organizations.access import NotAuthorized, access_organization
from organizations.choices import Covers, Level, Outcome, Preset, Scope, Verb
from organizations.models import AuditEntry, Grant, Handover, User, in_force
from organizations.roles import FULL
from organizations.rules import RulesBroken
from organizations.services import (
    NoSuchHandover,
    accept_ownership,
    decline_ownership,
    expire_handovers,
    give_up_access,
    offer_ownership,
    set_delegation,
    withdraw_ownership,
)
from tests.cast import Cast, allow, person, withdraw
from tests.organizations.letters import role_id, signed_in


@pytest.fixture
def nina(cast: Cast) -> User:
    """Somebody with access to the holding."""
    nina = person("nina@ostermann.example", "Nina")
    allow(nina, cast.holding, Scope.ORGANIZATIONS)
    return nina


def reach(user: User, cast: Cast):
    return access_organization(user, cast.holding.public_id, scope=Scope.USERS)


def owners(cast: Cast) -> set[str]:
    rows = Grant.objects.filter(in_force(timezone.now()), organization=cast.holding, role__preset=Preset.OWNER)
    return set(rows.values_list("user__name", flat=True))


def place(cast: Cast) -> str:
    return reverse("portal:handover", args=[cast.holding.public_id])


def form(nina: User, **more: str) -> dict[str, str]:
    proof = {"typed_name": "Modehaus Ostermann AG", "reason": "Retirement"}
    return {"to": str(nina.public_id), "keeps": "nothing", **proof, **more}


def test_the_owner_offers_it_and_the_other_accepts_it_on_their_own_page(cast: Cast, nina: User) -> None:
    hanna, taker = signed_in(cast.hanna), signed_in(nina)
    assert "Nina, nina@ostermann.example" in hanna.get(place(cast)).content.decode()

    assert hanna.post(place(cast), form(nina, keeps=role_id(Preset.VIEWER))).status_code == 303

    assert owners(cast) == {"Hanna"}, "nothing has changed yet"
    assert "Hanna offers you ownership of Modehaus Ostermann AG" in taker.get("/").content.decode()
    page = reverse("portal:take_over", args=[Handover.objects.get().public_id])
    assert "Hanna is its owner no longer" in taker.get(page).content.decode()
    unticked = taker.post(page)
    assert unticked.status_code == 422
    assert owners(cast) == {"Hanna"}

    done = taker.post(page, {"understood": "on"})

    assert done["Location"] == reverse("portal:organization", args=[cast.holding.public_id])
    assert taker.get(done["Location"]).status_code == 200
    assert owners(cast) == {"Nina"}
    kept = reach_or_none(cast)
    assert kept.allows(Scope.TSS)
    assert not kept.allows(Scope.TSS, Level.MANAGE)
    verbs = set(AuditEntry.objects.filter(organization=cast.holding).values_list("verb", flat=True))
    assert {Verb.OWNERSHIP_OFFERED, Verb.OWNERSHIP_ACCEPTED, Verb.ACCESS_GRANTED, Verb.ACCESS_REVOKED} <= verbs
    assert taker.get(page).status_code == 404, "answered once"


def reach_or_none(cast: Cast):
    return access_organization(cast.hanna, cast.holding.public_id, scope=Scope.ORGANIZATIONS)


@pytest.mark.parametrize("missing", ["typed_name", "reason", "to", "keeps"])
def test_without_its_proof_nothing_is_offered(cast: Cast, nina: User, missing: str) -> None:
    answers = form(nina)
    del answers[missing]

    assert signed_in(cast.hanna).post(place(cast), answers).status_code == 422

    assert not Handover.objects.exists()
    refused = AuditEntry.objects.filter(verb=Verb.PROOF_REFUSED).exists()
    assert refused == (missing in {"typed_name", "reason"})


def test_the_giver_keeps_nothing_if_they_said_so(cast: Cast, nina: User) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    accept_ownership(nina, handover_id=offered.public_id)

    client = signed_in(cast.hanna)
    assert client.get(reverse("portal:organization", args=[cast.holding.public_id])).status_code == 404


def test_only_the_person_it_was_offered_to_can_answer(cast: Cast, nina: User) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    page = reverse("portal:take_over", args=[offered.public_id])

    for other in (cast.hanna, cast.petra, cast.stranger):
        client = signed_in(other)
        assert client.get(page).status_code == 404
        assert client.post(page, {"understood": "on"}).status_code == 404
        assert client.post(page, {"decline": "yes"}).status_code == 404
    assert owners(cast) == {"Hanna"}


def test_declining_and_withdrawing_change_nothing(cast: Cast, nina: User) -> None:
    first = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    page = reverse("portal:take_over", args=[first.public_id])
    assert signed_in(nina).post(page, {"decline": "yes"})["Location"] == "/"
    second = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="again")
    hanna = signed_in(cast.hanna)
    assert "Withdraw the offer" in hanna.get(place(cast)).content.decode()
    assert hanna.post(reverse("portal:handover_withdraw", args=[cast.holding.public_id])).status_code == 303

    with pytest.raises(NoSuchHandover):
        accept_ownership(nina, handover_id=second.public_id)
    with pytest.raises(NoSuchHandover):
        decline_ownership(nina, handover_id=first.public_id)
    assert list(Handover.objects.order_by("pk").values_list("outcome", flat=True)) == ["DECLINED", "WITHDRAWN"]
    assert owners(cast) == {"Hanna"}


def test_an_offer_ends_after_seven_days(cast: Cast, nina: User, clock) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    clock.shift(timedelta(days=7, seconds=1))

    with pytest.raises(NoSuchHandover):
        accept_ownership(nina, handover_id=offered.public_id)
    assert (expire_handovers(), expire_handovers()) == (1, 0)
    assert Handover.objects.get().outcome == Outcome.EXPIRED
    assert AuditEntry.objects.filter(verb=Verb.OWNERSHIP_EXPIRED).count() == 1


def test_an_expired_offer_does_not_stand_in_the_way_of_the_next(cast: Cast, nina: User, clock) -> None:
    offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    clock.shift(timedelta(days=8))

    assert offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="again")


def test_one_offer_is_open_at_a_time(cast: Cast, nina: User) -> None:
    offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")

    with pytest.raises(RulesBroken, match="withdraw that offer"):
        offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="again")


def test_whoever_has_no_access_or_owns_it_already_is_not_offered_it(cast: Cast, nina: User) -> None:
    for other in (cast.stranger, cast.hanna, cast.petra):
        with pytest.raises(RulesBroken):
            offer_ownership(reach(cast.hanna, cast), to_id=other.public_id, reason="why")
    Grant.objects.create(user=nina, organization=cast.holding, role=offer_role(), covers=Covers.BELOW)
    with pytest.raises(RulesBroken, match="own it already"):
        offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")


def offer_role():
    from organizations.models import Role

    return Role.objects.get(preset=Preset.OWNER)


def test_nobody_but_an_owner_of_this_very_organization_offers_it(cast: Cast, nina: User) -> None:
    set_delegation(reach(cast.hanna, cast), rights=FULL)
    allow(nina, cast.holding, Scope.USERS, level=Level.MANAGE)

    for other in (cast.petra, nina):
        client = signed_in(other)
        assert client.post(place(cast), form(nina)).status_code == 403
        with pytest.raises(NotAuthorized):
            offer_ownership(reach(other, cast), to_id=nina.public_id, reason="why")
        with pytest.raises(NotAuthorized):
            withdraw_ownership(reach(other, cast))
    branch = access_organization(cast.hanna, cast.branch.public_id, scope=Scope.USERS)
    with pytest.raises(NotAuthorized):
        offer_ownership(branch, to_id=nina.public_id, reason="who owns the parent hands over there")


def test_an_offer_of_somebody_who_is_owner_no_longer_means_nothing(cast: Cast, nina: User) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    Grant.objects.create(user=cast.wanda, organization=cast.holding, role=offer_role(), covers=Covers.BELOW)
    withdraw(cast.hanna, at=cast.holding)
    page = reverse("portal:take_over", args=[offered.public_id])

    refused = signed_in(nina).post(page, {"understood": "on"})

    assert refused.status_code == 422
    assert "owns it no longer" in refused.content.decode()
    assert owners(cast) == {"Wanda"}


def test_who_lost_their_access_meanwhile_cannot_take_it_over(cast: Cast, nina: User) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")
    withdraw(nina)

    with pytest.raises(RulesBroken, match="access to an organization in use"):
        accept_ownership(nina, handover_id=offered.public_id)
    assert owners(cast) == {"Hanna"}


def test_an_acceptance_that_dies_midway_changes_nothing(cast: Cast, nina: User, monkeypatch) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")

    def die(*_arguments: object, **_more: object) -> None:
        raise SystemExit(137)

    monkeypatch.setattr("organizations.services.handover._settle", die)
    with pytest.raises(SystemExit):
        accept_ownership(nina, handover_id=offered.public_id)
    monkeypatch.undo()

    assert owners(cast) == {"Hanna"}
    accept_ownership(nina, handover_id=offered.public_id)
    assert owners(cast) == {"Nina"}


def test_the_last_owner_cannot_leave_in_any_other_way(cast: Cast) -> None:
    grant = Grant.objects.get(user=cast.hanna, organization=cast.holding)

    with pytest.raises(RulesBroken, match="hand ownership over"):
        give_up_access(cast.hanna, grant_id=grant.public_id)


def test_an_anonymous_visitor_is_sent_to_sign_in(cast: Cast, nina: User) -> None:
    offered = offer_ownership(reach(cast.hanna, cast), to_id=nina.public_id, reason="why")

    assert Client().get(reverse("portal:take_over", args=[offered.public_id])).status_code == 302


def test_who_owns_another_organization_does_not_own_this_one(cast: Cast) -> None:
    assert handover_page(cast.reach(cast.hanna, cast.holding)).owns
    assert not handover_page(cast.reach(cast.hanna, cast.label)).owns
