"""The guide's structure holds twice: in words where people ask for it, and in the database whoever writes to it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError
from django.utils import timezone

from organizations.access import EVERYTHING, Reach
from organizations.choices import Kind, Level, Mode, Road, Scope
from organizations.models import Organization
from organizations.rules import RulesBroken
from organizations.services import add_organization, change_details, enable_live, issue_key, set_delegation
from tests.cast import Cast, below, details, person

FACTS = {"name": "Roh GmbH", "address_line1": "Weg 1", "zip": "1010", "town": "Wien", "country_code": "AUT"}


def main(**fields: object) -> Organization:
    return Organization.objects.create(**{**FACTS, "kind": Kind.ORGANIZATION, "in_test": True, **fields})


def refused(**fields: object) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        main(**fields)


@pytest.fixture
def above(db) -> Organization:
    return main()


@pytest.fixture
def managed(above: Organization) -> Organization:
    return main(kind=Kind.MANAGED, parent=above)


def reach_at(organization: Organization) -> Reach:
    return Reach(person("who@example.example", "Who"), organization, EVERYTHING, Road.DIRECT, owner=True)


def test_a_managed_organization_never_has_children(managed: Organization) -> None:
    with pytest.raises(RulesBroken, match="cannot have organizations below it"):
        add_organization(reach_at(managed), kind=Kind.MANAGED, details=details("Enkel GmbH"), mode=Mode.TEST)
    refused(kind=Kind.MANAGED, parent=managed)


def test_a_managed_organization_provisions_nothing(managed: Organization) -> None:
    with pytest.raises(RulesBroken, match="cannot have organizations below it"):
        add_organization(reach_at(managed), kind=Kind.ORGANIZATION, details=details("Enkel GmbH"), mode=Mode.TEST)
    refused(provisioned_by=managed)


def test_an_organization_with_children_never_becomes_managed(above: Organization, managed: Organization) -> None:
    other = main(name="Andere GmbH")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=above.pk).update(kind=Kind.MANAGED, parent=other)


def test_a_child_never_moves_below_a_managed_organization(above: Organization, managed: Organization) -> None:
    sibling = main(kind=Kind.MANAGED, parent=above, name="Zweite GmbH")
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=sibling.pk).update(parent=managed)


def test_a_managed_organization_has_a_parent(db) -> None:
    refused(kind=Kind.MANAGED)


def test_a_main_organization_has_no_parent(above: Organization) -> None:
    refused(parent=above)


def test_no_organization_is_its_own_parent(managed: Organization) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organization.objects.filter(pk=managed.pk).update(parent=managed.pk)


def test_a_managed_organization_is_not_provisioned_as_well(above: Organization) -> None:
    refused(kind=Kind.MANAGED, parent=above, provisioned_by=above)


def test_delegation_needs_somebody_who_provisioned_it(above: Organization) -> None:
    with pytest.raises(RulesBroken, match="nobody to delegate to"):
        set_delegation(reach_at(above), rights={Scope.TSS: Level.VIEW})


def test_a_managed_organization_is_not_delegated(above: Organization) -> None:
    with pytest.raises(RulesBroken, match="administered through its parent"):
        add_organization(
            reach_at(above), kind=Kind.MANAGED, details=details("Filiale"), mode=Mode.TEST, delegation=True
        )


def test_an_organization_has_at_least_one_mode(db) -> None:
    refused(in_test=False, in_live=False)


def test_nothing_is_created_in_a_mode_that_the_organization_above_is_not_in(above: Organization) -> None:
    with pytest.raises(RulesBroken, match="is not in LIVE"):
        add_organization(reach_at(above), kind=Kind.MANAGED, details=details("Filiale"), mode=Mode.LIVE)


@pytest.mark.parametrize("fields", [{"name": "ab"}, {"country_code": "AT"}, {"country_code": "AUTT"}])
def test_facts_that_fiskaly_refuses_do_not_get_into_the_table(db, fields: dict[str, str]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        main(**fields)


def test_sql_beside_the_orm_meets_the_same_rules(managed: Organization) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE organizations_organization SET parent_id = id WHERE id = %s", [managed.pk])
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE organizations_organization SET provisioned_by_id = %s WHERE id = %s",
            [managed.pk, managed.parent_id],
        )


def test_the_trigger_is_there_after_all_migrations(db) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'organizations_organization'::regclass")
            assert "organizations_above" in {name for (name,) in cursor.fetchall()}
            return
        cursor.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'organizations_organization'"
        )
        assert {"organizations_above_insert", "organizations_above_update"} <= {name for (name,) in cursor.fetchall()}


def test_the_tree_of_the_cast_breaks_no_rule(cast: Cast) -> None:
    assert cast.branch.parent == cast.holding
    assert cast.holding.provisioned_by == cast.maker
    assert cast.shop.is_managed
    assert not cast.shop.children.exists()


def test_there_is_no_third_level_of_main_organizations(cast: Cast) -> None:
    with pytest.raises(RulesBroken, match="no third level"):
        below(cast.hanna, cast.holding, "Dritte Ebene AG", kind=Kind.ORGANIZATION)


def test_nothing_is_added_below_an_organization_retired_since_the_page_was_opened(cast: Cast) -> None:
    Organization.objects.filter(pk=cast.label.pk).update(retired_at=timezone.now())

    with pytest.raises(RulesBroken, match="retired"):
        below(cast.wanda, cast.label, "Zu spät KG")
    with pytest.raises(RulesBroken, match="retired"):
        issue_key(cast.reach(cast.wanda, cast.label), name="till-1", mode=Mode.TEST)


def test_nothing_of_a_retired_organization_is_changed(cast: Cast) -> None:
    reach = cast.reach(cast.petra, cast.shop)
    Organization.objects.filter(pk=cast.shop.pk).update(retired_at=timezone.now())

    with pytest.raises(RulesBroken, match="retired"):
        change_details(reach, details=details("Anderer Name"), generation=cast.shop.generation)
    with pytest.raises(RulesBroken, match="retired"):
        enable_live(reach)
