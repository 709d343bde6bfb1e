"""The receipts that were synced are verified in the order of their chain, and again from where they changed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from fiscal.models import Chain, Finding, Receipt
from fiscal.services import verify_due
from fiscal.statistics import verification
from fiscal.statistics.ingest import Intake, mark_dirty
from tests.fiscal.statistics.books import make_organization, make_register
from tests.fiscal.statistics.rksv.issuer import AES_KEY_TEXT, OTHER_UNIT, UNIT, b64
from tests.fiscal.statistics.signed import issuer, sync

DAY = date(2026, 5, 4)
ONE = timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def register():
    return make_register(make_organization(), serial="KASSE-A")


def verify_all() -> None:
    """As the clock does, until nothing is due."""
    Chain.objects.update(checked_at=None)
    for _ in range(10):
        verify_due(now=timezone.now())


def open_findings(register) -> list[tuple[str, date, str]]:
    rows = Finding.objects.filter(register=register, settled_at=None)
    return list(rows.values_list("code", "day", "number"))


def three_days(register) -> list[list[str]]:
    """Start and sales on three days, not yet synced."""
    unit, days = issuer(register, DAY), []
    unit.start()
    for n in range(3):
        issuer(register, DAY + n * ONE, before=unit)
        begun = len(unit.receipts) if n else 0
        unit.sale(1999)
        unit.storno(-350)
        unit.training(10_000)
        unit.sale(500)
        days.append(unit.receipts[begun:])
    return days


def synced(register, days) -> None:
    for n, codes in enumerate(days):
        sync(register, DAY + n * ONE, codes, start=not n)


def test_a_sound_register_is_found_sound_and_said_to_be_verified_until_its_last_receipt(register):
    synced(register, three_days(register))

    verify_all()

    chain = Chain.objects.get(register=register)
    assert open_findings(register) == []
    assert chain.verified == 13
    assert chain.dirty_from is None
    assert chain.verified_until == Receipt.objects.filter(register=register).latest("issued_at").issued_at


def test_a_missing_receipt_breaks_the_link_of_the_one_after_it(register):
    days = three_days(register)
    del days[1][1]
    synced(register, days)

    verify_all()

    assert open_findings(register) == [("CHAIN_BROKEN", DAY + ONE, "R-8")]


def test_receipts_of_one_second_are_put_into_the_order_of_the_chain(register):
    days = three_days(register)
    synced(register, days)
    noon = Receipt.objects.filter(register=register, day=DAY).latest("issued_at").issued_at
    Receipt.objects.filter(register=register, day=DAY).update(issued_at=noon)
    ids = list(Receipt.objects.filter(register=register, day=DAY).order_by("pk").values_list("pk", flat=True))
    said = {row.pop("pk"): row for row in Receipt.objects.filter(pk__in=ids).values("pk", "kind", "jws")}
    for pk, other in zip(ids, reversed(ids), strict=True):
        Receipt.objects.filter(pk=pk).update(**said[other])

    verify_all()

    assert not Finding.objects.filter(register=register, code="CHAIN_BROKEN").exists()
    assert Chain.objects.get(register=register).verified == 13


def test_new_receipts_are_verified_from_their_day_on_only(register, monkeypatch):
    days = three_days(register)
    synced(register, days[:2])
    verify_all()
    sync(register, DAY + 2 * ONE, days[2])
    mark_dirty(register.pk, [DAY + 2 * ONE], now=timezone.now())
    looked_at = []
    days_of = verification._days
    monkeypatch.setattr(verification, "_days", lambda *asked: (looked_at.append(day) or day for day in days_of(*asked)))

    verify_all()

    assert looked_at == [DAY + 2 * ONE]
    assert Chain.objects.get(register=register).verified == 13
    assert open_findings(register) == []


def test_a_late_receipt_settles_the_broken_link_that_it_had_left(register):
    days = three_days(register)
    late = days[1].pop(1)
    synced(register, days)
    verify_all()
    assert open_findings(register) == [("CHAIN_BROKEN", DAY + ONE, "R-8")]

    sync(register, DAY + ONE, [late])
    mark_dirty(register.pk, [DAY + ONE], now=timezone.now())
    verify_all()

    assert open_findings(register) == []
    assert Finding.objects.get(register=register).settled_at is not None
    assert Chain.objects.get(register=register).verified == 13


def test_a_removed_receipt_breaks_the_chain_again(register):
    synced(register, three_days(register))
    verify_all()

    Receipt.objects.filter(register=register, number="R-7").update(removed_at=timezone.now())
    mark_dirty(register.pk, [DAY + ONE], now=timezone.now())
    verify_all()

    assert open_findings(register) == [("CHAIN_BROKEN", DAY + ONE, "R-8")]


def test_a_changed_total_of_a_synced_code_is_found(register):
    days = three_days(register)
    days[2][0] = days[2][0][:-4] + "AAAA"
    synced(register, days)
    chain = Chain(register=register, dirty_from=verification.BEGINNING, certificates=[b64(UNIT.certificate)])
    chain.save()

    verify_all()

    codes = {code for code, _day, _number in open_findings(register)}
    assert codes == {"SIGNATURE_INVALID", "CHAIN_BROKEN"}


def test_the_counter_is_checked_once_its_key_is_there(register):
    unit = issuer(register, DAY)
    unit.start()
    unit.sale(1000)
    unit.sale(500, counted=1499)
    sync(register, DAY, unit.receipts, start=True)
    verify_all()
    assert open_findings(register) == []

    chain = Chain.objects.get(register=register)
    chain.hold_key(AES_KEY_TEXT)
    chain.save()
    verification.mark_again(Chain.objects.filter(pk=chain.pk))
    verify_all()

    assert open_findings(register) == [("COUNTER_WRONG", DAY, "R-3")]


def test_a_signature_of_an_unknown_unit_is_not_checked_and_not_called_good(register):
    unit = issuer(register, DAY, unit=OTHER_UNIT)
    unit.start()
    sync(register, DAY, unit.receipts, start=True)
    Chain(register=register, dirty_from=verification.BEGINNING, certificates=[b64(UNIT.certificate)]).save()

    verify_all()

    seen = Chain.objects.get(register=register).state["latest"]["coverage"]
    assert (seen["signatures"], seen["signatures_not_checked"]) == (0, 1)


def test_a_history_that_begins_later_than_the_register_is_taken_on_trust_and_said_so(register):
    days = three_days(register)
    for n in (1, 2):
        sync(register, DAY + n * ONE, days[n])

    verify_all()

    assert open_findings(register) == []
    assert Chain.objects.get(register=register).state["latest"]["start_seen"] is False

    sync(register, DAY, days[0], start=True)
    mark_dirty(register.pk, [DAY], now=timezone.now())
    verify_all()

    assert open_findings(register) == []
    assert Chain.objects.get(register=register).state["latest"]["start_seen"] is True


def test_receipts_of_a_failed_unit_are_kept_as_found_but_are_no_defect_once_restored(register):
    unit = issuer(register, DAY)
    unit.start()
    unit.sale(777, down=True)
    unit.issue()
    unit.sale(100)
    sync(register, DAY, unit.receipts, start=True)

    verify_all()

    assert open_findings(register) == [("UNIT_FAILED", DAY, "R-3")]


def test_a_mark_that_comes_while_a_verification_runs_is_not_lost(register, monkeypatch):
    synced(register, three_days(register))
    run_of = verification._run

    def run_while_something_comes(chain, now):
        run = run_of(chain, now)
        mark_dirty(register.pk, [DAY + ONE], now=now)
        return run

    verification.open_chains()
    monkeypatch.setattr(verification, "_run", run_while_something_comes)
    verify_due(now=timezone.now())

    chain = Chain.objects.get(register=register)
    assert chain.dirty_from == verification.BEGINNING
    assert chain.verified == 0


def test_a_long_history_is_saved_in_stretches_and_found_the_same(register, monkeypatch):
    days = three_days(register)
    del days[1][1]
    synced(register, days)
    monkeypatch.setattr(verification, "CHUNK", 1)

    verify_all()

    assert open_findings(register) == [("CHAIN_BROKEN", DAY + ONE, "R-8")]
    assert Chain.objects.get(register=register).verified == 12


def test_italian_registers_have_no_chain(register):
    make_register(make_organization("Bottega"), country="ITA")

    verify_due(now=timezone.now())

    assert list(Chain.objects.values_list("register", flat=True)) == [register.pk]


def test_what_a_fill_writes_marks_the_chain_in_the_same_transaction(register):
    from tests.fiscal.statistics.books import sale

    Chain.objects.create(register=register)
    Intake(register).write([sale(DAY + ONE, 500), sale(DAY, 100)], now=timezone.now())

    chain = Chain.objects.get(register=register)
    assert (chain.dirty_from, chain.marks) == (DAY, 1)

    Intake(register).write([sale(DAY + ONE, 700)], now=timezone.now())
    chain.refresh_from_db()
    assert (chain.dirty_from, chain.marks) == (DAY, 2)


def test_a_receipt_of_an_impossible_day_is_verified_where_it_continues_the_chain(register):
    synced(register, three_days(register))
    lost = Receipt.objects.filter(register=register, number="R-7")
    lost.update(suspect="FUTURE", day=date(2099, 1, 1), issued_at=timezone.now() + timedelta(days=26_000))

    verify_all()

    assert open_findings(register) == []
    assert Chain.objects.get(register=register).verified == 13


def test_what_was_found_in_receipts_that_are_kept_no_longer_stays(register, settings):
    days = three_days(register)
    del days[1][1]
    synced(register, days)
    verify_all()
    settings.RECEIPT_MONTHS = 1
    Receipt.objects.filter(register=register).delete()

    mark_dirty(register.pk, [DAY], now=timezone.now())
    verify_all()

    assert open_findings(register) == [("CHAIN_BROKEN", DAY + ONE, "R-8")]


def test_of_a_register_whose_numbers_have_no_order_one_state_is_kept(register, monkeypatch):
    monkeypatch.setattr(verification, "MOST_PREFIXES", 0)
    days = three_days(register)
    late = days[0].pop(2)
    synced(register, days)
    verify_all()
    assert list(Chain.objects.get(register=register).state["before"]) == [(DAY + 2 * ONE).isoformat()]

    sync(register, DAY, [late])
    mark_dirty(register.pk, [DAY], now=timezone.now())
    verify_all()

    assert open_findings(register) == []
    assert Chain.objects.get(register=register).verified == 13
