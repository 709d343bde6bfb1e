"""What is decided, stored and looked up for one organization changes and uses nothing of another."""

from __future__ import annotations

import pytest
from django.utils import timezone

from billing.services import bill_to_candidates
from fiscal.models import Credential, FiscalDocument, Mirror, Register
from fiscal.services import (
    Wishes,
    add_device,
    adopt_address,
    adopt_person,
    adopt_theirs,
    connect_files,
    document_pdf,
    place_register,
    remove_credential,
    remove_sign_on,
    restore_our_terms,
    restore_ours,
    set_up_sign_on,
    store_credential,
    void_document,
)
from fiscal.services.connections import ConnectionRefused
from fiscal.services.documents import DocumentRefused
from fiscal.services.notices import route_group
from fiscal.services.notices.routing import NoSuchSubscription
from organizations.access import NotAuthorized, access_organization
from organizations.choices import Covers, Level, Scope
from organizations.models import DashboardUser, IdentityProvider, NamedGroup, Organization
from organizations.rules import RulesBroken
from organizations.topics import Channel, Topic
from tests.cast import Cast, allow, person
from tests.fiscal.people.at_fiskaly import people_at_fiskaly
from tests.fiscal.statistics.books import make_connection, make_register, make_shop, sale, sell
from tests.portal.canaries import rows_of
from tests.portal.sales import days_ago, today

VAT_NUMBER, OTHER_VAT_NUMBER = "99000010159", "99000020018"


@pytest.fixture
def maker(cast: Cast):
    return cast.reach(cast.petra, cast.maker)


@pytest.fixture
def theirs(cast: Cast):
    return cast.reach(cast.stranger, cast.elsewhere)


# --- the mirror ------------------------------------------------------------------------------------------------------


def drifted(organization: Organization, kind: str) -> Mirror:
    mirror, _new = Mirror.objects.get_or_create(
        kind=kind, organization=organization, defaults={"subject_id": organization.public_id}
    )
    Mirror.objects.filter(pk=mirror.pk).update(drifted_at=timezone.now())
    return mirror


@pytest.mark.parametrize("decide", [adopt_theirs, restore_ours])
def test_a_difference_of_another_organization_is_not_decided_here(cast, maker, decide):
    drifted(cast.elsewhere, "ORGANIZATION")
    before = rows_of(cast.elsewhere)
    with pytest.raises(Mirror.DoesNotExist):
        decide(maker)
    assert rows_of(cast.elsewhere) == before


def test_nor_are_the_terms_of_another_organization(cast):
    drifted(cast.sibling, "ARRANGEMENT")
    before = rows_of(cast.sibling)
    with pytest.raises(Mirror.DoesNotExist):
        restore_our_terms(cast.reach(cast.petra, cast.shop))
    assert rows_of(cast.sibling) == before


def test_a_new_key_resumes_what_waited_for_this_organization_and_nothing_else(cast, maker, sandbox):
    Mirror.objects.update(error_code="NO_CREDENTIAL")
    credential = Credential.objects.get(organization=cast.maker, mode="TEST")
    remove_credential(maker, credential_id=credential.public_id)
    remote = Mirror.objects.get(kind="ORGANIZATION", organization=cast.maker).remote_id
    key, secret = sandbox.make_api_key(remote, "TEST", "another")

    store_credential(maker, key=key, secret=secret)

    waiting = Mirror.objects.filter(error_code="NO_CREDENTIAL")
    assert set(waiting.values_list("organization", flat=True)) == {cast.elsewhere.pk}


def test_an_address_that_somebody_has_elsewhere_is_free_here(cast, maker):
    mine = DashboardUser.objects.create(organization=cast.maker, email="anna@kassenwerk.example")
    DashboardUser.objects.create(organization=cast.elsewhere, email="anna.berg@kassenwerk.example")
    Mirror.objects.create(
        kind="DASHBOARD_USER",
        organization=cast.maker,
        subject_id=mine.public_id,
        drifted_at=timezone.now(),
        observed={"email": "anna.berg@kassenwerk.example"},
    )

    assert adopt_address(maker, user_id=mine.public_id).email == "anna.berg@kassenwerk.example"


def test_who_is_known_elsewhere_may_be_taken_over_here(cast, maker):
    bert = str(people_at_fiskaly(cast.maker)["remote_id"])
    known = DashboardUser.objects.create(organization=cast.elsewhere, email="bert@example.example")
    Mirror.objects.create(
        kind="DASHBOARD_USER", organization=cast.elsewhere, subject_id=known.public_id, remote_id=bert
    )

    assert adopt_person(maker, remote_id=bert).organization == cast.maker


# --- single sign-on --------------------------------------------------------------------------------------------------


def test_a_provider_for_sign_on_is_stored_changed_and_removed_for_its_own_organization(cast, maker, theirs):
    for there, name in ((theirs, "Theirs"), (maker, "Ours")):
        set_up_sign_on(there, wishes=Wishes(name, f"https://{name.lower()}.example", "kontor", secret="sealed"))

    assert dict(IdentityProvider.objects.values_list("organization", "name")) == {
        cast.elsewhere.pk: "Theirs",
        cast.maker.pk: "Ours",
    }
    remove_sign_on(maker, reason="why")
    with pytest.raises(IdentityProvider.DoesNotExist):
        remove_sign_on(maker, reason="why")
    assert IdentityProvider.objects.get().organization == cast.elsewhere


# --- who is invoiced, and told ---------------------------------------------------------------------------------------


def test_who_provisioned_the_parent_is_not_offered_as_payer_to_its_people(cast):
    hanna = access_organization(cast.hanna, cast.branch.public_id, scope=Scope.BILLING)

    assert bill_to_candidates(hanna) == [cast.holding]


def test_a_named_group_of_another_organization_is_not_routed(cast):
    group = NamedGroup.objects.create(organization=cast.elsewhere, name="Doors")
    with pytest.raises(NoSuchSubscription):
        route_group(cast.petra, group_id=group.public_id, topic=Topic.KEYS, channel=Channel.DIGEST)


def test_a_group_is_routed_only_for_what_may_be_read_there(cast):
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.maker, Scope.ORGANIZATIONS)
    allow(clerk, cast.elsewhere, Scope.BILLING)
    group = NamedGroup.objects.create(organization=cast.maker, name="Doors")
    with pytest.raises(NotAuthorized):
        route_group(clerk, group_id=group.public_id, topic=Topic.BILLING, channel=Channel.DIGEST)


# --- registers and documents -----------------------------------------------------------------------------------------


@pytest.fixture
def till(cast) -> Register:
    """A register of the maker's connection that stands in the shop."""
    return make_register(cast.shop, connection=make_connection(cast.maker), from_day=days_ago(20))


def test_who_reaches_where_a_register_stands_does_not_place_it_beside(cast, till):
    mio = access_organization(cast.mio, cast.shop.public_id, scope=Scope.CLIENTS, level=Level.MANAGE)
    for place in (cast.sibling, cast.maker):
        with pytest.raises(RulesBroken) as refused:
            place_register(mio, till.public_id, organization_id=place.public_id, from_day=today())
        assert set(refused.value.errors) == {"organization"}


def test_a_device_is_not_put_into_a_shop_that_is_out_of_reach(cast):
    clerk = person("clerk@kassenwerk.example", "Clerk")
    allow(clerk, cast.maker, Scope.CLIENTS, level=Level.MANAGE, covers=Covers.HERE)
    reach = access_organization(clerk, cast.maker.public_id, scope=Scope.CLIENTS, level=Level.MANAGE)
    files = make_connection(cast.maker, country="ITA", kind="FILES")
    shop = make_shop(cast.shop)

    with pytest.raises(RulesBroken) as refused:
        add_device(reach, files.public_id, name="Bar", from_day=today(), shop_id=shop.public_id)
    assert set(refused.value.errors) == {"shop"}


def test_documents_of_who_had_the_register_before_are_neither_shown_nor_voided(cast, maker):
    """The key reaches them still: they are of the same account."""
    bar = make_register(cast.sibling, country="ITA", connection=make_connection(cast.maker, country="ITA"))
    sold = sell(bar, days_ago(9), [sale(days_ago(9), 430, key="A-1", country="ITA")], rolled_up=False)
    made = FiscalDocument.objects.create(
        organization=cast.sibling,
        register=bar,
        action="EMIT",
        request={},
        reason="why",
        outcome="DONE",
        remote_id="A-2",
    )
    Register.objects.filter(pk=bar.pk).update(organization=cast.shop)
    mio = cast.reach(cast.mio, cast.shop)

    for remote_id in (sold[0].key, made.remote_id):
        for call in (
            lambda remote_id=remote_id: document_pdf(mio, bar.public_id, remote_id),
            lambda remote_id=remote_id: void_document(mio, bar.public_id, remote_id=remote_id, reason="why"),
        ):
            with pytest.raises(DocumentRefused) as refused:
                call()
            assert set(refused.value.errors) == {"remote_id"}


def test_the_vat_number_of_a_stranger_is_not_taken_for_one_below(cast, maker):
    Organization.objects.filter(pk=cast.maker.pk).update(vat_id=f"IT{VAT_NUMBER}", country_code="ITA")
    Organization.objects.filter(pk=cast.elsewhere.pk).update(vat_id=f"IT{OTHER_VAT_NUMBER}", country_code="ITA")
    maker.organization.refresh_from_db()
    with pytest.raises(ConnectionRefused) as refused:
        connect_files(maker, name="Cloud", vat_number=OTHER_VAT_NUMBER)
    assert set(refused.value.errors) == {"vat_number"}
