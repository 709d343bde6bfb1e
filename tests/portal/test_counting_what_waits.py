"""The number beside the work list, which every page shows: whose trouble it counts."""

from __future__ import annotations

from uuid import uuid4

from fiscal.models import Credential, Mirror
from fiscal.queries import attention_count
from fiscal.queries.standing import FEW
from organizations.choices import Scope
from organizations.models import ApiKey, Organization
from tests.cast import withdraw


def park(organization: Organization, kind: str = "ORGANIZATION") -> None:
    assert Mirror.objects.filter(kind=kind, organization=organization).update(applied_generation=0, parked_generation=1)


def test_only_what_waits_in_reach_is_counted(cast):
    park(cast.sibling)

    assert attention_count(cast.petra) == 1
    assert attention_count(cast.mio) == 0


def test_billing_counts_only_for_who_may_view_it(cast):
    park(cast.shop, kind="ARRANGEMENT")
    assert attention_count(cast.petra) == 1

    withdraw(cast.petra, Scope.BILLING)

    assert attention_count(cast.petra) == 0


def test_what_a_paused_credential_holds_up_is_counted(cast):
    mirror = Mirror.objects.get(kind="ORGANIZATION", organization=cast.shop)
    Mirror.objects.filter(pk=mirror.pk).update(applied_generation=0)
    assert attention_count(cast.petra) == 0

    Credential.objects.filter(pk=mirror.credential_id).update(status="PAUSED")

    assert attention_count(cast.petra) == 1


def test_much_trouble_of_others_neither_hides_nor_adds_to_ones_own(cast):
    keys = ApiKey.objects.bulk_create(
        ApiKey(organization=cast.sibling, name=f"till-{n}", mode="TEST") for n in range(FEW + 1)
    )
    Mirror.objects.bulk_create(
        Mirror(kind="API_KEY", subject_id=key.public_id, organization=cast.sibling, mark=uuid4(), parked_generation=1)
        for key in keys
    )
    park(cast.shop)

    assert attention_count(cast.mio) == 1
    assert attention_count(cast.petra) == FEW + 2
