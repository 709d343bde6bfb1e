"""What each kind decides, as tables: desired and observed state in, one plan out. No provider, no database."""

from __future__ import annotations

from uuid import uuid4

import pytest

from fiscal.mirror.kind import Wanted
from fiscal.mirror.kinds.api_key import ApiKeyKind
from fiscal.mirror.kinds.arrangement import ArrangementKind
from fiscal.mirror.kinds.billing_address import BillingAddressKind
from fiscal.mirror.kinds.organization import OrganizationKind
from fiscal.mirror.plan import Create, DisableOrphan, EnableLive, Keep, Retire, Seen, Update, differences
from fiscal.models import Mirror
from organizations.choices import Mode
from organizations.models import Organization

ID, OTHER = str(uuid4()), str(uuid4())
MIRROR = Mirror(remote_id=ID)
MARK = str(MIRROR.mark)
HELD = {"name": "Mio", "_envs": ["TEST"], "metadata": {"kontor_id": MARK, "kontor_op": "one"}}


def _wanted(*, retired=False, modes=(Mode.TEST,), **values) -> Wanted:
    organization = Organization(name="Mio")
    return Wanted(organization, organization, 1, retired, modes, (), values=values)


def _organization(**options):
    return _wanted(**{"name": "Mio", "metadata": {"kontor_id": MARK}, **options})


@pytest.mark.parametrize(
    ("wanted", "seen", "plan"),
    [
        (_organization(), HELD, Keep()),
        (_organization(state=""), HELD, Keep()),
        (_organization(), {**HELD, "town": "Wien", "x_new": 1}, Keep()),
        (_organization(name="Mia"), HELD, Update({"name": "Mia"})),
        (_organization(state=""), {**HELD, "state": "Wien"}, Update({"state": ""})),
        (_organization(modes=(Mode.TEST, Mode.LIVE)), HELD, EnableLive()),
        (_organization(modes=(Mode.TEST, Mode.LIVE)), {**HELD, "_envs": ["LIVE", "TEST"]}, Keep()),
        (_organization(modes=(Mode.TEST, Mode.LIVE), name="Mia"), HELD, Update({"name": "Mia"})),
        (_organization(retired=True), HELD, Retire()),
        (_organization(retired=True), None, Keep()),
    ],
)
def test_plan_of_an_organization(wanted, seen, plan):
    assert OrganizationKind().plan(wanted, Seen(ID, seen) if seen else None, MIRROR) == plan


def test_a_new_organization_carries_our_mark_and_nothing_empty():
    plan = OrganizationKind().plan(_organization(state="", vat_id=None), None, MIRROR)
    assert isinstance(plan, Create)
    assert set(plan.body) == {"name", "metadata"}
    assert plan.body["metadata"]["kontor_id"] == MARK
    assert plan.body["metadata"]["kontor_op"]


@pytest.mark.parametrize(
    ("wanted", "seen", "plan"),
    [
        (_wanted(status="enabled"), (ID, {"status": "enabled"}), Keep()),
        (_wanted(status="disabled"), (ID, {"status": "enabled"}), Update({"status": "disabled"})),
        (_wanted(status="enabled"), (ID, {"status": "disabled"}), Update({"status": "enabled"})),
        (_wanted(status="enabled", retired=True), (ID, {"status": "enabled"}), Retire()),
        (_wanted(status="enabled", retired=True), None, Keep()),
        (_wanted(status="enabled"), (OTHER, {"status": "enabled"}), DisableOrphan()),
        (_wanted(status="enabled", retired=True), (OTHER, {"status": "enabled"}), DisableOrphan()),
    ],
)
def test_plan_of_a_key(wanted, seen, plan):
    assert ApiKeyKind().plan(wanted, Seen(*seen) if seen else None, MIRROR) == plan


@pytest.mark.parametrize(
    ("wanted", "seen", "plan"),
    [
        (_wanted(recipient="A", vat_id=""), {"recipient": "A"}, Keep()),
        (_wanted(recipient="A", vat_id=""), None, Create({"recipient": "A"})),
        (_wanted(recipient="A", town="Graz"), {"recipient": "A", "town": "Wien"}, Update({"town": "Graz"})),
        (_wanted(recipient="A", retired=True), {"recipient": "A"}, Retire()),
        (_wanted(recipient="A", retired=True), None, Keep()),
    ],
)
def test_plan_of_a_billing_address(wanted, seen, plan):
    assert BillingAddressKind().plan(wanted, Seen(ID, seen) if seen else None, MIRROR) == plan


BILLED = {"bill_to_organization": OTHER, "withhold_billing": True}


@pytest.mark.parametrize(
    ("options", "seen", "plan"),
    [
        (BILLED, {"billing_options": BILLED}, Keep()),
        ({**BILLED, "withhold_billing": False}, {"billing_options": {"bill_to_organization": OTHER}}, Keep()),
        ({}, {}, Keep()),
        ({}, {"billing_options": BILLED}, Update({"billing_options": {}})),
        (BILLED, {}, Update({"billing_options": BILLED})),
    ],
)
def test_plan_of_an_arrangement(options, seen, plan):
    wanted = _wanted(billing_options=options, billing_address_id="")
    assert ArrangementKind().plan(wanted, Seen(ID, seen), MIRROR) == plan


def test_the_arrangement_of_a_retired_organization_is_left_alone():
    wanted = _wanted(billing_options=BILLED, billing_address_id="", retired=True)
    assert ArrangementKind().plan(wanted, Seen(ID, {}), MIRROR) == Keep()


@pytest.mark.parametrize("nothing", [None, "", {}])
def test_absent_null_and_empty_are_the_same(nothing):
    assert differences({"state": ""}, {"state": nothing}) == {}
    assert differences({"state": nothing}, {}) == {}
    assert differences({"state": nothing}, {"state": "Wien"}) == {"state": nothing}
