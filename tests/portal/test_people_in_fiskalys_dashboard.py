"""The page about people in fiskaly's own dashboard: who sees it, what it says, and what can be done there."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from fiscal.models import Mirror
from fiscal.services import ask_for_list
from organizations.choices import Level, Scope
from organizations.models import AuditEntry, DashboardUser
from organizations.services import invite_dashboard_user
from tests.cast import allow, person

ANNA, BERT = "anna@kassenwerk.example", "bert@kassenwerk.example"
HX = {"HX-Request": "true"}


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def petra(cast) -> Client:
    return signed_in(cast.petra)


@pytest.fixture
def reach(cast):
    return cast.reach(cast.petra, cast.maker)


@pytest.fixture
def remote(cast) -> str:
    return Mirror.objects.get(kind="ORGANIZATION", organization=cast.maker).remote_id


def url(cast, name: str = "dashboard_people", *ids) -> str:
    return reverse(f"portal:{name}", args=[cast.maker.public_id, *ids])


def page(client: Client, cast) -> str:
    return client.get(url(cast)).content.decode()


def invite(cast, reach, settle, email: str = ANNA) -> DashboardUser:
    made = invite_dashboard_user(reach, email=email)
    settle()
    return made


def test_the_page_tells_both_kinds_of_people_apart_and_names_what_stays_with_a_person(cast, petra):
    html = page(petra, cast)

    assert "These people sign in at fiskaly, not here." in html
    assert "Roles are given in fiskaly&#x27;s dashboard" in html
    assert "HUB or dashboard" in html
    for role in ("Owner", "Admin", "User Manager", "Billing", "Regular user"):
        assert f'<dt class="k-medium">{role}</dt>' in html
    assert "48 hours to register" in html
    assert "good for five minutes" in html
    assert "Not read yet" in html


def test_the_form_says_what_never_changes_later(cast, petra):
    assert petra.get(url(cast, "dashboard_people_invite")).content.decode().count("cannot be changed later") == 3


def test_inviting_somebody_leads_back_to_a_list_that_follows_by_itself_until_it_is_done(cast, petra, clock, settle):
    answer = petra.post(url(cast, "dashboard_people_invite"), {"email": ANNA, "first_name": "Anna"})
    assert (answer.status_code, answer["Location"]) == (303, url(cast))
    assert 'hx-trigger="every 2s"' in page(petra, cast)
    settle()

    html = petra.get(url(cast), headers=HX).content.decode()
    assert html.lstrip().startswith('<div id="dashboard-people"')
    assert "every 2s" not in html
    assert "Invited, 48 h left" in html
    clock.shift(timedelta(hours=46, minutes=40))
    assert "Invited, 80 min left" in page(petra, cast)


@pytest.mark.parametrize("email", ["", "anna", "a@b", f"{'a' * 250}@kassenwerk.example"])
def test_what_is_no_address_comes_back_with_what_was_typed(cast, petra, email):
    answer = petra.post(url(cast, "dashboard_people_invite"), {"email": email, "first_name": "Änne"})
    assert answer.status_code == 422
    assert 'value="Änne"' in answer.content.decode()
    assert not DashboardUser.objects.exists()


def test_an_address_that_is_on_the_list_is_refused_at_its_field(cast, petra, reach, settle):
    invite(cast, reach, settle)
    answer = petra.post(url(cast, "dashboard_people_invite"), {"email": ANNA.upper()})
    assert answer.status_code == 422
    assert "is on the list already" in answer.content.decode()


def test_removing_asks_in_a_dialog_that_names_person_and_effect(cast, petra, reach, settle, sandbox):
    anna = invite(cast, reach, settle)
    here = url(cast, "dashboard_person_remove", anna.public_id)
    assert here in page(petra, cast)
    question = petra.get(here, headers=HX).content.decode()
    assert question.lstrip().startswith('<form class="k-confirm"')
    assert f"Remove {ANNA}" in question
    assert "invitation is taken back" in question
    assert DashboardUser.objects.get().retired_at is None

    assert petra.post(here).status_code == 303
    assert "Being removed" in page(petra, cast)
    settle()
    assert sandbox.objects("user") == []
    assert ANNA not in page(petra, cast)
    assert petra.get(here).status_code == 404
    assert petra.post(here).status_code == 404


def test_a_lapsed_invitation_is_sent_again_from_the_list(cast, petra, reach, clock, settle):
    anna = invite(cast, reach, settle)
    clock.shift(timedelta(hours=49))
    settle()
    html = page(petra, cast)
    assert "Invitation lapsed" in html
    again = url(cast, "dashboard_person_invite", anna.public_id)
    assert again in html

    assert petra.post(again).status_code == 303
    settle()
    assert "Invited, 48 h left" in page(petra, cast)
    assert "nothing was sent" in petra.post(again, follow=True).content.decode()


def test_a_lapsed_invitation_stands_on_the_page_of_mirror_work_and_of_the_organization(
    cast, petra, reach, clock, settle
):
    invite(cast, reach, settle)
    clock.shift(timedelta(hours=49))
    settle()

    assert ANNA in petra.get(reverse("portal:mirror")).content.decode()
    organization = petra.get(reverse("portal:organization", args=[cast.maker.public_id])).content.decode()
    assert url(cast) in organization
    # Whoever views organizations and not users reads neither address nor event.
    viewer = signed_in(cast.viewer)
    for address in ("portal:mirror", "portal:home"):
        assert ANNA not in viewer.get(reverse(address)).content.decode()
    for name in ("organization", "activity", "organization_progress"):
        assert ANNA not in viewer.get(reverse(f"portal:{name}", args=[cast.maker.public_id])).content.decode()
    assert ANNA in petra.get(reverse("portal:activity", args=[cast.maker.public_id])).content.decode()


def test_who_manages_organizations_and_not_users_cannot_have_somebody_invited_by_trying_again(
    cast, reach, clock, settle
):
    anna = invite(cast, reach, settle)
    clock.shift(timedelta(hours=49))
    settle()
    clerk = person("olga@kassenwerk.example", "Olga")
    allow(clerk, cast.maker, Scope.ORGANIZATIONS, level=Level.MANAGE)
    mirror = Mirror.objects.get(subject_id=anna.public_id)
    retry = reverse("portal:mirror_retry", args=[cast.maker.public_id, mirror.pk])
    assert signed_in(clerk).post(retry).status_code == 404
    allow(clerk, cast.maker, Scope.USERS, level=Level.VIEW)

    client = signed_in(clerk)
    assert client.post(retry).status_code == 404
    for name in ("portal:mirror", "portal:organization"):
        args = [cast.maker.public_id] if name.endswith("organization") else []
        html = client.get(reverse(name, args=args)).content.decode()
        assert ANNA in html
        assert retry not in html
    all_shown = client.post(reverse("portal:mirror_retry_all"), {"understood": "yes", "expected": "1"})
    assert all_shown.status_code == 422
    mirror.refresh_from_db()
    assert mirror.parked_generation == anna.generation


def test_the_list_is_read_on_demand_and_shows_who_is_unknown(cast, petra, sandbox, remote, settle):
    sandbox.make_user(remote, BERT, first_name="Bert", last_name="Fremd")
    assert petra.post(url(cast, "dashboard_people_read")).status_code == 303
    html = page(petra, cast)
    assert "Being read now." in html
    assert "every 2s" in html
    settle()

    html = page(petra, cast)
    assert BERT in html
    assert "Bert Fremd" in html
    assert "list was last read just now" in html
    assert "every 2s" not in html


@pytest.fixture
def bert(cast, sandbox, remote, reach, settle):
    made = sandbox.make_user(remote, BERT)
    ask_for_list(reach)
    settle()
    return made


def test_an_unknown_person_is_adopted_after_a_question(cast, petra, bert):
    here = url(cast, "unknown_person_adopt", bert["_id"])
    assert here in page(petra, cast)
    assert f"Adopt {BERT}" in petra.get(here).content.decode()
    assert petra.post(here).status_code == 303

    assert DashboardUser.objects.get().email == BERT
    assert petra.get(here).status_code == 404
    assert "Everybody whom fiskaly lists is known to Kontor." in page(petra, cast)


def test_an_unknown_person_is_removed_after_a_question(cast, petra, bert, sandbox, settle):
    here = url(cast, "unknown_person_remove", bert["_id"])
    assert "loses access" in petra.get(here).content.decode()
    assert petra.post(here).status_code == 303
    settle()

    assert sandbox.objects("user") == []
    assert AuditEntry.objects.get(verb="DASHBOARD_USER_REMOVED").actor == cast.petra


def test_a_person_gone_at_fiskaly_is_drift_that_leads_here(cast, petra, reach, sandbox, settle, bert):
    anna = invite(cast, reach, settle)
    sandbox.delete(next(user["_id"] for user in sandbox.objects("user") if user["email"] == ANNA))
    ask_for_list(reach)
    settle()

    assert "No longer listed at fiskaly" in page(petra, cast)
    assert url(cast) in petra.get(reverse("portal:mirror")).content.decode()
    petra.post(url(cast, "dashboard_person_invite", anna.public_id))
    settle()
    assert "No longer listed" not in page(petra, cast)


def test_another_address_at_fiskaly_is_taken_over(cast, petra, reach, sandbox, remote, settle):
    anna = invite(cast, reach, settle)
    (there,) = sandbox.objects("user")
    sandbox.delete(there["_id"])
    sandbox.make_user(remote, "anna.berg@kassenwerk.example", _id=there["_id"])
    ask_for_list(reach)
    settle()
    here = url(cast, "dashboard_person_address", anna.public_id)
    html = page(petra, cast)
    assert "Listed as anna.berg@kassenwerk.example" in html
    assert here in html

    assert petra.post(here).status_code == 303
    assert DashboardUser.objects.get().email == "anna.berg@kassenwerk.example"


def test_who_created_the_organization_there_has_no_button_that_removes(cast, petra, bert):
    owner = Mirror.objects.get(kind="ORGANIZATION", organization=cast.maker)
    owner.observed = {**owner.observed, "created_by_user": bert["_id"]}
    owner.save()
    here = url(cast, "unknown_person_remove", bert["_id"])

    html = page(petra, cast)
    assert here not in html
    assert "Only by fiskaly" in html
    assert "ask fiskaly" in petra.post(here, follow=True).content.decode()
    assert not DashboardUser.objects.exists()


def test_who_may_only_view_users_reads_and_changes_nothing(cast, reach, settle, bert):
    anna = invite(cast, reach, settle)
    vera = person("vera@kassenwerk.example", "Vera")
    allow(vera, cast.maker, Scope.USERS, level=Level.VIEW)
    client = signed_in(vera)
    html = page(client, cast)
    assert ANNA in html
    assert BERT in html
    writes = [
        url(cast, "dashboard_people_invite"),
        url(cast, "dashboard_people_read"),
        url(cast, "dashboard_person_remove", anna.public_id),
        url(cast, "dashboard_person_invite", anna.public_id),
        url(cast, "dashboard_person_address", anna.public_id),
        url(cast, "unknown_person_adopt", bert["_id"]),
        url(cast, "unknown_person_remove", bert["_id"]),
    ]
    before = list(DashboardUser.objects.values()), list(Mirror.objects.values())
    for address in writes:
        assert client.post(address, {"email": "neu@kassenwerk.example"}).status_code == 403
        assert address not in html
    assert (list(DashboardUser.objects.values()), list(Mirror.objects.values())) == before


def test_who_may_not_view_users_gets_403_and_who_is_not_of_here_404(cast):
    assert signed_in(cast.viewer).get(url(cast)).status_code == 403
    assert signed_in(cast.mio).get(url(cast)).status_code == 404
    assert signed_in(cast.stranger).get(url(cast)).status_code == 404


def test_a_person_of_another_organization_is_not_found_here(cast, petra, settle):
    theirs = invite_dashboard_user(cast.reach(cast.petra, cast.shop), email="mio@gasthaus.example")
    settle()
    for name in ("dashboard_person_remove", "dashboard_person_invite", "dashboard_person_address"):
        assert petra.post(url(cast, name, theirs.public_id)).status_code == 404
    theirs.refresh_from_db()
    assert theirs.retired_at is None


def test_a_retired_organization_invites_nobody(cast, petra):
    cast.maker.retired_at = timezone.now()
    cast.maker.save()
    assert url(cast, "dashboard_people_invite") not in page(petra, cast)
    assert petra.post(url(cast, "dashboard_people_invite"), {"email": ANNA}).status_code == 422


def test_the_page_costs_the_same_however_many_people_there_are(cast, petra, reach, sandbox, remote, settle, bert):
    invite(cast, reach, settle)
    page(petra, cast)
    with CaptureQueriesContext(connection) as few:
        page(petra, cast)
    for n in range(12):
        invite_dashboard_user(reach, email=f"colleague{n}@kassenwerk.example")
        sandbox.make_user(remote, f"stranger{n}@kassenwerk.example")
    settle()
    ask_for_list(reach)
    settle()
    with CaptureQueriesContext(connection) as many:
        html = page(petra, cast)
    assert html.count("colleague") > 12
    assert html.count("stranger") > 12
    assert len(many) == len(few)
