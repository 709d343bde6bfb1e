"""The wizard: three models of the guide, drafts, the plan, and never a second creation."""

from __future__ import annotations

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from billing.rules import Terms
from billing.services import SetUp, set_up_organization
from fiscal.choices import CredentialStatus
from fiscal.models import Credential
from fiscal.queries.creation import creation_of
from organizations.access import NotAuthorized, Reach, delegated_rights
from organizations.choices import Kind, Level, Mode, Road, Scope
from organizations.models import ApiKey, Draft, Organization
from organizations.services import discard_draft, issue_key
from tests.cast import Cast, allow, details, person, withdraw
from tests.portal.wizard import FACTS, LATER, answer, answered, at, begin, billed_to, create, url


@pytest.fixture
def petra(cast: Cast, client: Client) -> Client:
    client.force_login(cast.petra)
    return client


def made() -> Organization:
    return Organization.objects.select_related("arrangement__bill_to").get(name=FACTS["name"])


def test_a_single_customer_becomes_a_managed_organization_that_sees_no_invoice(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker, key={"when": "now", "key_name": "till-1"})
    plan = petra.get(url(draft_id, "plan")).content.decode()
    assert "Kontor will create the managed organization “Bäckerei Kornblum” below Kassenwerk GmbH" in plan
    assert "Invoices go to Kassenwerk GmbH; Bäckerei Kornblum sees none." in plan
    assert "It will issue the API key “till-1” in TEST." in plan
    assert not Organization.objects.filter(name=FACTS["name"]).exists(), "the plan creates nothing"
    done = create(petra, draft_id)
    organization = made()
    assert done["Location"] == reverse("portal:wizard_done", args=[organization.public_id])
    assert (organization.kind, organization.parent, organization.modes) == (Kind.MANAGED, cast.maker, [Mode.TEST])
    assert (organization.arrangement.bill_to, organization.arrangement.withhold) == (cast.maker, True)
    assert ApiKey.objects.get(organization=organization).name == "till-1"


def test_a_holding_is_a_second_level_organization_with_the_delegation_that_was_asked(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker, model="holding", place=at(cast.maker, delegation="yes"))
    assert "with the key of Kassenwerk GmbH" in petra.get(url(draft_id, "plan")).content.decode()
    create(petra, draft_id)
    organization = made()
    assert (organization.kind, organization.parent, organization.provisioned_by) == (
        Kind.ORGANIZATION,
        None,
        cast.maker,
    )
    assert delegated_rights(organization) == dict.fromkeys(Scope, Level.MANAGE)
    assert organization.arrangement.withhold


def test_a_holding_is_not_created_before_it_is_said_who_administers_it(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "holding")
    assert "Choose who administers it." in answer(petra, draft_id, "place", at(cast.maker), status=422).content.decode()


def test_a_white_label_partner_is_never_delegated_whatever_the_form_sends(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker, model="white-label", place=at(cast.maker, delegation="yes"))
    create(petra, draft_id)
    organization = made()
    assert (organization.kind, organization.provisioned_by, bool(delegated_rights(organization))) == (
        Kind.ORGANIZATION,
        cast.maker,
        False,
    )


def test_a_further_customer_hangs_below_the_partner_that_exists(client: Client, cast: Cast) -> None:
    client.force_login(cast.wanda)
    draft_id = begin(client, "further")
    page = client.get(url(draft_id, "place")).content.decode()
    assert "Wanda White Label KG" in page
    assert "Kassenwerk" not in page, "Wanda never learns who provisioned her"
    for step, fields in {
        "place": at(cast.label),
        "facts": FACTS,
        "billing": billed_to(cast.label),
        "key": {"when": "later"},
    }.items():
        answer(client, draft_id, step, fields)
    create(client, draft_id)
    assert made().parent == cast.label


def test_everything_arrives_at_fiskaly_and_the_page_stops_asking(petra: Client, cast: Cast, settle, sandbox) -> None:
    done = create(petra, answered(petra, cast.maker, key={"when": "now", "key_name": "till-1"}))["Location"]
    page = petra.get(done).content.decode()
    assert 'hx-trigger="every 2s"' in page
    assert "Waiting" in page
    settle()
    fragment = petra.get(done, headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<section id="creation"')
    assert fragment.count("In step") == 3
    assert "every 2s" not in fragment
    key = ApiKey.objects.get(organization=made())
    assert reverse("portal:key_reveal", args=[made().public_id, key.public_id]) in petra.get(done).content.decode()


def test_pressing_create_again_leads_to_what_was_made_and_makes_nothing(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker)
    first = create(petra, draft_id)
    again, back = create(petra, draft_id), petra.get(url(draft_id, "plan"))
    assert first["Location"] == again["Location"] == back["Location"]
    assert Organization.objects.filter(name=FACTS["name"]).count() == 1


def test_a_second_press_that_overtakes_the_first_creates_nothing(petra: Client, cast: Cast, monkeypatch) -> None:
    draft_id = answered(petra, cast.maker)

    def overtaken(user, public_id):
        discard_draft(user, public_id)
        return discard_draft(user, public_id)

    monkeypatch.setattr("billing.services.discard_draft", overtaken)
    late = create(petra, draft_id)
    assert (late.status_code, late["Location"]) == (303, reverse("portal:organizations"))
    assert not Organization.objects.filter(name=FACTS["name"]).exists()


def test_going_back_keeps_even_what_is_not_right_yet(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    gone = answer(petra, draft_id, "facts", {"name": "ab", "town": "Linz", "metadata": "no pair", "go": "back"})
    assert gone["Location"] == url(draft_id, "place")
    chosen = re.findall(
        r'<input type="radio" name="mode" value="(\w+)"[^>]* checked', petra.get(gone["Location"]).content.decode()
    )
    assert chosen == ["TEST"]
    page = petra.get(url(draft_id, "facts")).content.decode()
    assert 'value="ab"' in page
    assert 'value="Linz"' in page
    assert "no pair" in page


def test_the_draft_is_kept_and_the_tree_grows_while_a_person_types(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    grown = petra.post(
        url(draft_id, "facts"),
        {"name": "Neu am Platz", "country_code": "ITA", "go": "stay", "turn": "1"},
        headers={"HX-Request": "true", "HX-Target": "beside"},
    ).content.decode()
    assert grown.lstrip().startswith('<div id="beside"')
    assert "Neu am Platz · TEST" in grown
    assert "partita IVA" in grown
    assert Draft.objects.get(public_id=draft_id).answers["facts"]["name"] == "Neu am Platz"


def test_what_was_sent_while_typing_never_undoes_what_was_answered_after_it(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    turn = re.search(r'name="turn" value="(\d+)"', petra.get(url(draft_id, "facts")).content.decode()).group(1)

    answer(petra, draft_id, "facts", {**FACTS, "turn": turn})
    overtaken = {**FACTS, "town": "", "go": "stay", "turn": turn}
    petra.post(url(draft_id, "facts"), overtaken, headers={"HX-Request": "true", "HX-Target": "beside"})

    assert Draft.objects.get(public_id=draft_id).answers["facts"]["town"] == "Graz"


def test_the_first_question_draws_the_model_that_is_chosen(petra: Client) -> None:
    drawn = petra.get(
        reverse("portal:wizard_start"), {"model": "holding"}, headers={"HX-Request": "true", "HX-Target": "growing"}
    ).content.decode()
    assert drawn.lstrip().startswith('<div id="growing"')
    assert "Its branches, later" in drawn


def test_another_persons_draft_is_not_there(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker)
    other = Client()
    other.force_login(cast.hanna)
    for step in ("model", "place", "facts", "billing", "key", "plan"):
        assert other.get(url(draft_id, step)).status_code == 404
    for step in ("model", "place", "facts", "billing", "key"):
        assert other.post(url(draft_id, step), FACTS).status_code == 404
    assert create(other, draft_id)["Location"] == reverse("portal:organizations")
    assert other.post(reverse("portal:wizard_discard", args=[draft_id])).status_code == 404
    assert Draft.objects.filter(public_id=draft_id).exists()
    assert not Organization.objects.filter(name=FACTS["name"]).exists()


def test_a_foreign_organization_above_is_not_there(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    for foreign in (str(cast.elsewhere.public_id), str(uuid4()), "not-an-id"):
        answer(petra, draft_id, "place", {"parent": foreign, "mode": "TEST"}, status=404)
        assert petra.get(reverse("portal:wizard_start"), {"parent": foreign}).status_code == 404
        assert petra.post(reverse("portal:wizard_start"), {"model": "single", "parent": foreign}).status_code == 404
    assert "parent" not in Draft.objects.get(public_id=draft_id).answers.get("place", {})


def test_who_may_only_view_there_is_refused(client: Client, cast: Cast) -> None:
    client.force_login(cast.viewer)
    draft_id = begin(client, "single")
    answer(client, draft_id, "place", at(cast.maker), status=403)
    assert "You may not manage organizations" in client.get(url(draft_id, "place")).content.decode()


def test_an_authorization_that_ended_meanwhile_stops_the_creation(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker)
    withdraw(cast.petra)
    assert create(petra, draft_id)["Location"].startswith(url(draft_id, "place"))
    assert not Organization.objects.filter(name=FACTS["name"]).exists()


def test_nobody_can_withhold_invoices_that_nobody_else_gets(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    answer(petra, draft_id, "facts", FACTS)
    page = answer(petra, draft_id, "billing", billed_to(None), status=422).content.decode()
    assert "fiskaly withholds billing only with a bill-to organization" in page


def test_a_live_main_organization_needs_somebody_else_who_is_invoiced(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "holding")
    answer(petra, draft_id, "place", at(cast.maker, "LIVE", delegation="no"))
    answer(petra, draft_id, "facts", FACTS)
    page = answer(petra, draft_id, "billing", billed_to(None, withhold=False), status=422).content.decode()
    assert "fiskaly creates main organizations in LIVE only if somebody else" in page
    answer(petra, draft_id, "billing", billed_to(cast.maker))


@pytest.fixture
def clerk(cast: Cast, client: Client) -> Client:
    """Somebody who manages organizations at the maker, and has nothing to do with billing."""
    clerk = person("clerk@kassenwerk.example", "Clara")
    allow(clerk, cast.maker, Scope.ORGANIZATIONS, level=Level.MANAGE)
    client.force_login(clerk)
    return client


def test_who_does_not_manage_billing_creates_with_what_the_guide_proposes_and_reads_why(
    clerk: Client, cast: Cast
) -> None:
    draft_id = begin(clerk, "single")
    answer(clerk, draft_id, "place", at(cast.maker))
    answer(clerk, draft_id, "facts", FACTS)

    page = clerk.get(url(draft_id, "billing")).content.decode()
    assert "Whoever manages billing at Kassenwerk GmbH decides who is invoiced" in page
    inputs = re.findall(r"<input[^>]+name=\"(?:bill_to|withhold|gln)\"[^>]*>", page)
    assert len(inputs) == 4
    assert all("disabled" in one for one in inputs)

    answer(clerk, draft_id, "billing", {**billed_to(None, withhold=False), "gln": "9006542000004"})
    answer(clerk, draft_id, "key", LATER)
    assert (
        "Invoices go to Kassenwerk GmbH; Bäckerei Kornblum sees none."
        in clerk.get(url(draft_id, "plan")).content.decode()
    )
    create(clerk, draft_id)
    arrangement = made().arrangement
    assert (arrangement.bill_to, arrangement.withhold, arrangement.gln) == (cast.maker, True, "")


def test_a_draft_answered_before_the_person_lost_billing_is_carried_out_by_the_guide(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker, billing=billed_to(None, withhold=False))
    withdraw(cast.petra, Scope.BILLING)

    create(petra, draft_id)

    assert made().arrangement.withhold


def test_no_other_terms_are_taken_from_who_does_not_manage_billing(cast: Cast) -> None:
    grants = frozenset({(Scope.ORGANIZATIONS, Level.MANAGE), (Scope.BILLING, Level.VIEW)})
    reach = Reach(cast.petra, cast.maker, grants, Road.DIRECT)
    plan = SetUp(kind=Kind.MANAGED, details=details(FACTS["name"]), mode=Mode.TEST, terms=Terms())

    with pytest.raises(NotAuthorized) as refused:
        set_up_organization(reach, plan=plan)

    assert refused.value.scope == Scope.BILLING
    assert not Organization.objects.filter(name=FACTS["name"]).exists()


def test_a_foreign_organization_cannot_be_invoiced(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    page = answer(petra, draft_id, "billing", billed_to(cast.elsewhere), status=422).content.decode()
    assert "Choose one of those offered." in page
    assert "Fremde Kassen" not in page


@pytest.mark.parametrize(
    ("status", "words"),
    [(CredentialStatus.REVOKED, "There is no LIVE credential for"), (CredentialStatus.PAUSED, "is paused because")],
)
def test_a_mode_without_a_usable_credential_is_shown_with_the_reason_and_refused(
    petra: Client, cast: Cast, status: str, words: str
) -> None:
    Credential.objects.filter(organization=cast.maker, mode=Mode.LIVE).update(status=status)
    draft_id = begin(petra, "single", parent=str(cast.maker.public_id))
    assert words in petra.get(url(draft_id, "place")).content.decode()
    assert words in answer(petra, draft_id, "place", at(cast.maker, "LIVE"), status=422).content.decode()


def test_a_mode_that_the_organization_above_is_not_in_is_refused(client: Client, cast: Cast) -> None:
    client.force_login(cast.wanda)
    draft_id = begin(client, "further")
    page = answer(client, draft_id, "place", at(cast.label, "LIVE"), status=422).content.decode()
    assert "Wanda White Label KG is not in LIVE." in page


def test_there_is_no_third_level_of_main_organizations(client: Client, cast: Cast) -> None:
    client.force_login(cast.hanna)
    draft_id = begin(client, "holding")
    fields = at(cast.holding, delegation="no")
    assert "no third level" in answer(client, draft_id, "place", fields, status=422).content.decode()


def test_an_unanswered_step_leads_there_instead_of_creating(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")
    answer(petra, draft_id, "place", at(cast.maker))
    assert petra.get(url(draft_id, "plan"))["Location"].startswith(url(draft_id, "facts"))
    assert create(petra, draft_id)["Location"].startswith(url(draft_id, "facts"))


def test_a_draft_can_be_found_again_and_discarded(petra: Client, cast: Cast) -> None:
    draft_id = answered(petra, cast.maker)
    page = petra.get(reverse("portal:wizard_start")).content.decode()
    assert FACTS["name"] in page
    petra.post(reverse("portal:wizard_discard", args=[draft_id]))
    assert FACTS["name"] not in petra.get(reverse("portal:wizard_start")).content.decode()


def test_the_place_step_asks_as_many_queries_for_many_places_as_for_one(petra: Client, cast: Cast) -> None:
    draft_id = begin(petra, "single")

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert petra.get(url(draft_id, "place")).status_code == 200
        return len(captured)

    answer(petra, draft_id, "place", at(cast.maker))
    few = queries()
    more = [Organization(kind=Kind.ORGANIZATION, in_test=True, **{**FACTS, "name": f"Zentrale {n}"}) for n in range(30)]
    Organization.objects.bulk_create(more)
    for organization in Organization.objects.filter(name__startswith="Zentrale"):
        allow(cast.petra, organization, Scope.ORGANIZATIONS, level=Level.MANAGE)
    assert queries() == few
    found = petra.get(
        url(draft_id, "place"), {"q": "Zentrale 29"}, headers={"HX-Request": "true", "HX-Target": "places"}
    )
    assert "Zentrale 29" in found.content.decode()
    assert "Zentrale 28" not in found.content.decode()


def test_what_was_made_shows_no_key_of_others(cast: Cast) -> None:
    issue_key(cast.reach(cast.stranger, cast.elsewhere), name="till-1", mode=Mode.TEST)

    found = creation_of(cast.reach(cast.petra, cast.shop))

    assert (found.key_id, len(found.lines)) == ("", 2), "the organization and its arrangement"
