"""Comparing: drift is shown, doubles are flagged, absence is believed late, and an unknown key is switched off."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal import services
from fiscal.choices import ErrorCode, KindName, Operation
from fiscal.mirror import compare
from fiscal.models import Mirror, MirrorAttempt
from organizations.choices import Mode
from organizations.models import Organization
from organizations.services import issue_key
from tests.cast import below
from tests.fiscal.mirror import invariants


@pytest.fixture
def comparison(clock):
    """Half a day later, compare everything."""

    def run() -> int:
        clock.shift(timedelta(hours=12))
        return services.compare_due(now=timezone.now())

    return run


def _mirror(organization, kind=KindName.ORGANIZATION):
    return Mirror.objects.get(organization=organization, kind=kind)


def test_what_is_the_same_on_both_sides_stays_in_step_for_few_calls(house, sandbox, comparison, settle):
    for number in range(5):
        below(house.petra, house.maker, f"Filiale {number}")
    settle()
    since = sandbox.ledger.requests()[-1].n

    assert comparison() == 2

    assert not Mirror.objects.exclude(drifted_at=None).exists()
    invariants.check(sandbox, needed=2, since=since)


def test_an_edit_in_the_dashboard_is_shown_and_not_undone(house, sandbox, comparison, settle):
    """F70"""
    sandbox.edit_organization(_mirror(house.shop).remote_id, name="Dashboard war hier")
    comparison()
    settle()

    mirror = _mirror(house.shop)
    assert mirror.drifted_at
    assert mirror.observed["name"] == "Dashboard war hier"
    assert sandbox.ledger.count("PATCH") == 0
    services.restore_ours(house.at_shop())
    settle()
    invariants.check(sandbox)


def test_taking_over_their_values_agrees_without_a_call(house, sandbox, comparison, settle):
    sandbox.edit_organization(_mirror(house.shop).remote_id, name="Dashboard war hier")
    comparison()
    services.adopt_theirs(house.at_shop())
    settle()
    assert Organization.objects.get(pk=house.shop.pk).name == "Dashboard war hier"
    assert sandbox.ledger.count("PATCH") == 0
    invariants.check(sandbox)


def test_an_arrangement_changed_in_the_dashboard_is_shown(house, sandbox, comparison):
    sandbox.edit_organization(_mirror(house.shop).remote_id, billing_options=None)
    comparison()
    assert _mirror(house.shop, KindName.ARRANGEMENT).drifted_at
    assert not _mirror(house.shop).drifted_at


def test_what_was_deleted_there_waits_for_a_person_and_its_siblings_are_untouched(house, sandbox, comparison, settle):
    """F71"""
    sibling = below(house.petra, house.maker, "Café Nebenan")
    settle()
    sandbox.delete(_mirror(house.shop).remote_id)
    comparison()
    settle()

    assert _mirror(house.shop).human_action == "gone"
    assert _mirror(sibling).human_action == ""
    assert sandbox.ledger.count("POST", "/organizations$") == 2
    invariants.check(sandbox)

    services.try_again(house.at_shop(), mirror_id=_mirror(house.shop).pk)
    comparison()
    assert _mirror(house.shop).human_action == "gone", "nobody mended it, so it shows again"


def test_an_empty_list_is_never_a_deletion(house, sandbox, comparison):
    """F71: a credential that suddenly sees nothing."""
    sandbox.faults.add("wrong_type", path="/organizations$", field="data", value=[], times=None)
    comparison()
    assert not Mirror.objects.filter(human_action="gone").exists()


def test_a_list_with_a_broken_item_proves_nothing(house, sandbox, comparison):
    """F71, F36: an incomplete list."""
    below(house.petra, house.maker, "Café Nebenan")
    sandbox.faults.add("missing_field", method="GET", path="/organizations$", field="name", item=0, times=None)
    comparison()
    assert not Mirror.objects.filter(human_action="gone").exists()


def test_a_double_that_arrives_late_is_flagged_and_never_deleted(house, sandbox, settle, comparison, clock):
    """F31"""
    sandbox.faults.add("replay_later", path="/organizations$")
    shop = below(house.petra, house.maker, "Filiale Nord")
    settle()
    clock.shift(timedelta(seconds=100))
    sandbox.run_due()
    comparison()

    mirror = _mirror(shop)
    assert (mirror.human_action, mirror.error_code) == ("duplicate", ErrorCode.DUPLICATE)
    assert sandbox.ledger.count("DELETE") == 0
    invariants.check(sandbox, doubles=1)


@pytest.mark.parametrize("lost", [False, True])
def test_a_second_key_that_arrives_late_is_found_and_switched_off(house, sandbox, settle, comparison, clock, quiet, lost):
    """F31, I3: its secret went to nobody, but it works."""
    sandbox.faults.add("replay_later", path="/api-keys$")
    if lost:
        sandbox.faults.add("drop_after", method="POST", path="/api-keys$")
    issue_key(house.at_shop(), name="till-1", mode=Mode.TEST)
    quiet()
    clock.shift(timedelta(seconds=100))
    sandbox.run_due()
    assert [item["status"] for item in sandbox.objects("api_key")].count("enabled") == 4

    comparison()

    assert [item["status"] for item in sandbox.objects("api_key")].count("enabled") == 3
    assert MirrorAttempt.objects.filter(operation=Operation.DISABLE_ORPHAN, outcome="DONE").exists()
    invariants.nothing_is_due_ever()
    invariants.check(sandbox)


def test_two_orphans_of_one_key_are_both_switched_off_before_a_new_one_is_made(house, sandbox, quiet, clock):
    sandbox.faults.add("replay_later", path="/api-keys$", seconds=1)
    sandbox.faults.add("drop_after", method="POST", path="/api-keys$")
    issue_key(house.at_shop(), name="till-1", mode=Mode.TEST)

    quiet()

    ours = [item["status"] for item in sandbox.objects("api_key") if "kontor_id" in item["metadata"]]
    assert sorted(ours) == ["disabled", "disabled", "enabled"]
    invariants.check(sandbox)


def test_a_key_switched_off_in_the_dashboard_is_shown(house, sandbox, settle, comparison):
    issue_key(house.at_shop(), name="till-1", mode=Mode.TEST)
    settle()
    sandbox.edit_api_key(_mirror(house.shop, KindName.API_KEY).remote_id, status="disabled")
    comparison()
    assert _mirror(house.shop, KindName.API_KEY).drifted_at


def test_a_pass_that_ran_while_the_list_was_under_way_knows_better(house, sandbox):
    old = Mirror.objects.select_related("organization").get(pk=_mirror(house.shop).pk)
    stale = {**old.observed, "name": "Uralt"}
    Mirror.objects.filter(pk=old.pk).update(observed_at=timezone.now() + timedelta(seconds=1))

    compare.note(old, stale, timezone.now(), generation=1)

    assert _mirror(house.shop).observed["name"] == "Gasthaus Mio"
    assert _mirror(house.shop).drifted_at is None
