"""What waits at other organizations is neither counted nor named on anybody's work list."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from fiscal.choices import ConnectionStatus, CredentialStatus, FillState
from fiscal.models import Connection, Credential, FillDay, Finding, PaymentMethod
from fiscal.queries.chain_work import ChainWork, chain_work
from fiscal.queries.home import work_list
from fiscal.queries.sales_work import sales_work
from organizations.audit import record
from organizations.choices import Mode, Verb
from organizations.services import issue_key
from tests.cast import person
from tests.fiscal.statistics.books import fill_day, make_connection, make_register
from tests.portal.doors_world import uploaded
from tests.portal.sales import days_ago

LONG_AGO = timezone.now() - timedelta(days=30)


@pytest.fixture
def waiting(cast) -> None:
    """The same waits at the shop, beside it, and at a stranger's."""
    for place in (cast.shop, cast.sibling, cast.elsewhere):
        source = make_connection(place, country="ITA")
        bar = make_register(place, country="ITA", connection=source)
        Finding.objects.create(register=bar, code="CHAIN_BROKEN", day=days_ago(2), found_at=LONG_AGO)
        PaymentMethod.objects.create(organization=place, register=bar, name="Voucher")
        fill_day(bar, days_ago(9), state=FillState.INCOMPLETE)
        uploaded(place, source)
    FillDay.objects.update(incomplete_since=LONG_AGO)
    Connection.objects.update(status=ConnectionStatus.STOPPED, licence_ends_on=days_ago(-2))


def test_defects_are_counted_where_one_reaches_them_and_lead_there(cast, waiting):
    assert chain_work(cast.mio) == ChainWork(1, LONG_AGO, cast.shop.public_id, 0)
    assert chain_work(cast.petra) == ChainWork(2, LONG_AGO, cast.maker.public_id, 0)


def test_sales_that_wait_are_counted_where_one_reaches_them_and_lead_there(cast, waiting):
    found = sales_work(cast.mio)
    counts = (found.stopped, found.incomplete_days, found.unmapped, found.licences, found.files)
    assert counts == (1, 1, 1, 1, 1)
    assert (found.mapping_at, found.files_at) == (cast.shop.public_id, cast.shop.public_id)


def test_paused_keys_of_others_are_nobodys_work(cast):
    Credential.objects.filter(organization=cast.elsewhere).update(status=CredentialStatus.PAUSED)
    assert work_list(cast.petra).paused.count == 0
    assert work_list(cast.stranger).paused.count == 2


def test_keys_of_others_wait_for_nobody_else(cast, settle):
    issue_key(cast.reach(cast.stranger, cast.elsewhere), name="till-1", mode=Mode.TEST)
    settle()
    assert work_list(cast.stranger).keys.count == 1
    assert work_list(cast.petra).keys.count == 0


def test_what_somebody_changed_once_and_no_longer_reaches_is_not_shown_as_recent(cast):
    issued = cast.reach(cast.petra, cast.elsewhere)
    with transaction.atomic():
        record(issued, Verb.ORGANIZATION_CHANGED, cast.elsewhere)
    assert str(cast.elsewhere) not in {row.name for row in work_list(cast.petra).recent}


def test_who_reaches_nothing_is_told_so(cast):
    assert not work_list(person("nobody@example.example", "Nobody")).has_organizations
