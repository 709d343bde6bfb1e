"""Fiscal documents are made once: written before the call, never retried, looked for when nobody knows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from fiscal.choices import ConnectionKind, ConnectionStatus, DocumentAction, Outcome
from fiscal.models import Connection, FiscalDocument, Receipt, Register
from fiscal.services import documents
from fiscal.services.documents import DocumentRefused
from organizations.access import NotAuthorized
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.fiscal.connections.conftest import VAT_NUMBER

CAKE = {
    "items": [
        {"name": "Torte", "quantity": "1.5", "unitPrice": "8.20", "taxRate": 10},
        {"name": "Kaffee", "quantity": 2, "unitPrice": "3.90", "taxRate": 20},
    ],
    "payments": [{"name": "BARZAHLUNG", "amount": "20.10"}],
}
COFFEE = {
    "elementiContabili": [
        {"aliquotaIVA": "10", "descrizioneProdotto": "Caffè", "prezzoLordo": "1.30", "quantita": 2},
        {"aliquotaIVA": "N2", "descrizioneProdotto": "Quotidiano", "prezzoLordo": "1.70", "quantita": 1},
    ],
    "pagamento": "PC",
}
WHY = "asked for by the customer on the phone"


@pytest.fixture(params=[ConnectionKind.ACCOUNT, ConnectionKind.REGISTER])
def till(business, request) -> Register:
    connection = business.connect_kassandro(request.param)
    return business.register(connection, "1" if request.param == ConnectionKind.ACCOUNT else "only")


@pytest.fixture
def bakery(business) -> Register:
    return business.register(business.connect_kassandro())


@pytest.fixture
def bar(business) -> Register:
    return business.register(business.connect_datacash(), VAT_NUMBER)


def create(business, register: Register, request: dict = CAKE) -> FiscalDocument:
    return documents.create_receipt(business.reach, register.public_id, request=request, reason=WHY)


def emit(business, register: Register, request: dict = COFFEE) -> FiscalDocument:
    return documents.emit_document(business.reach, register.public_id, request=request, reason=WHY)


def posts(sandbox, path: str) -> int:
    """How many documents were asked for."""
    return len(sandbox.ledger.requests("POST", path))


def receipts_of_today(business) -> list[dict]:
    return business.sandbox.kassandro.books(1, timezone.localdate())


def test_a_receipt_is_made_and_signed(business, till):
    before = len(receipts_of_today(business))
    document = create(business, till)
    assert (document.outcome, document.action) == (Outcome.DONE, DocumentAction.CREATE)
    assert document.number == document.remote_id and document.answer["signature"]["jws"]
    assert "user" not in document.answer
    (theirs,) = [one for one in receipts_of_today(business) if str(one["number"]) == document.number]
    assert theirs["total"] == 2010
    assert len(receipts_of_today(business)) == before + 1
    entry = AuditEntry.objects.get(verb=Verb.RECEIPT_CREATED)
    assert (entry.reason, entry.subject_id) == (WHY, document.public_id)


def test_what_was_made_is_read_with_the_next_round(business, bakery):
    Connection.objects.update(due_at=timezone.now() + timedelta(minutes=5))
    create(business, bakery)
    assert Connection.objects.get().due_at == timezone.now()


def test_a_document_is_emitted_voided_and_shown(business, bar):
    sale = emit(business, bar)
    assert (sale.outcome, sale.number[:7]) == (Outcome.DONE, "DCW2026")
    pdf = documents.document_pdf(business.reach, bar.public_id, sale.remote_id)
    assert pdf.startswith(b"%PDF-")
    void = documents.void_document(business.reach, bar.public_id, remote_id=sale.remote_id, reason=WHY)
    assert (void.outcome, void.action, void.request) == (Outcome.DONE, DocumentAction.VOID, {"idtrx": sale.remote_id})
    with pytest.raises(DocumentRefused):
        documents.void_document(business.reach, bar.public_id, remote_id=sale.remote_id, reason=WHY)
    kinds = [one["kind"] for one in business.sandbox.datacash.documents(VAT_NUMBER, "2026-11-25", "2026-11-25")]
    assert sorted(kinds) == ["A", "V"]


def test_while_the_agency_is_down_a_sale_has_a_temporary_id(business, bar):
    business.sandbox.datacash.edit_customer(VAT_NUMBER, webhook_url="http://127.0.0.1:9/webhooks/datacash/x/")
    business.sandbox.datacash.agency_goes_down()
    sale = emit(business, bar)
    assert (sale.outcome, sale.number, sale.remote_id[:4]) == (Outcome.DONE, "", "tmp-")


@pytest.mark.parametrize("fault", ["connect_refused", "throttled"])
def test_what_was_never_sent_or_taken_has_failed_and_may_be_asked_for_anew(business, bakery, sandbox, fault):
    sandbox.faults.add(fault, path="/receipts$", method="POST")
    assert create(business, bakery).outcome == Outcome.FAILED
    if fault == "throttled":
        business.now.shift(timedelta(seconds=120))
    assert create(business, bakery).outcome == Outcome.DONE


def test_a_refusal_is_told_in_the_providers_words(business, bakery, bar):
    wrong = {**CAKE, "payments": [{"name": "BARZAHLUNG", "amount": "1.00"}]}
    document = create(business, bakery, wrong)
    assert document.outcome == Outcome.REFUSED and "add up" in document.error_text
    unreadable = emit(business, bar, {"elementiContabili": [{"aliquotaIVA": "99"}], "pagamento": "PC"})
    assert unreadable.outcome == Outcome.REFUSED and unreadable.error_text


LOST = ["drop_after", "timeout_after", "half_body", "html", "fail_after"]


@pytest.mark.parametrize("fault", LOST)
@pytest.mark.parametrize("provider", ["kassandro", "datacash"])
def test_a_document_whose_answer_is_lost_is_found_before_another_is_made(
    business, bakery, bar, sandbox, provider, fault
):
    """The answer is lost, the document exists: it is adopted, and the next one is made once."""
    ask, register, path = (create, bakery, "/receipts$") if provider == "kassandro" else (emit, bar, "sendDocument")
    options = {"after": True} if fault == "html" else {}
    sandbox.faults.add(fault, path=path, method="POST", **options)
    lost = ask(business, register)
    assert (lost.outcome, lost.ended_at) == (Outcome.UNKNOWN, None)
    assert posts(sandbox, path) == 1

    second = ask(business, register)

    lost.refresh_from_db()
    assert (lost.outcome, second.outcome) == (Outcome.DONE, Outcome.DONE)
    assert lost.number and lost.number != second.number
    assert posts(sandbox, path) == 2


@pytest.mark.parametrize("provider", ["kassandro", "datacash"])
def test_a_document_that_was_never_made_blocks_for_two_minutes_only(business, bakery, bar, sandbox, provider):
    ask, register, path = (create, bakery, "/receipts$") if provider == "kassandro" else (emit, bar, "sendDocument")
    sandbox.faults.add("timeout_before", path=path, method="POST")
    lost = ask(business, register)
    assert lost.outcome == Outcome.UNKNOWN
    with pytest.raises(DocumentRefused, match="looked for"):
        ask(business, register)
    business.now.shift(timedelta(minutes=2))

    assert ask(business, register).outcome == Outcome.DONE

    lost.refresh_from_db()
    assert (lost.outcome, lost.number) == (Outcome.NOT_THERE, "")
    assert FiscalDocument.objects.count() == 2


def test_a_crash_in_mid_call_is_looked_for_as_well(business, bakery, sandbox, monkeypatch):
    """STARTED that stays: the process died between the call and writing down what came of it."""
    with monkeypatch.context() as dying:
        dying.setattr(documents, "_ended", lambda document, *_, **__: document)
        started = create(business, bakery)
    started.refresh_from_db()
    assert started.outcome == Outcome.STARTED

    second = create(business, bakery)

    started.refresh_from_db()
    assert (started.outcome, second.outcome) == (Outcome.DONE, Outcome.DONE)
    assert started.number != second.number and posts(sandbox, "/receipts$") == 2


def test_a_void_whose_answer_is_lost_is_found(business, bar, sandbox):
    sale = emit(business, bar)
    sandbox.faults.add("drop_after", path="voidDocument")
    void = documents.void_document(business.reach, bar.public_id, remote_id=sale.remote_id, reason=WHY)
    assert void.outcome == Outcome.UNKNOWN
    settled = documents.settle_document(business.reach, void.public_id)
    assert settled.outcome == Outcome.DONE and settled.remote_id not in ("", sale.remote_id)
    assert posts(sandbox, "voidDocument") == 1


def test_while_the_provider_cannot_be_asked_nothing_else_is_made(business, bakery, sandbox):
    sandbox.faults.add("drop_after", path="/receipts$", method="POST")
    lost = create(business, bakery)
    sandbox.faults.add("status", path="/receipts$", method="GET", times=None)
    with pytest.raises(DocumentRefused):
        create(business, bakery)
    settled = documents.settle_document(business.reach, lost.public_id)
    assert settled.outcome == Outcome.UNKNOWN and "could not be asked" in settled.error_text
    sandbox.faults.clear()
    assert documents.settle_document(business.reach, lost.public_id).outcome == Outcome.DONE
    assert posts(sandbox, "/receipts$") == 1


def twins(business, bakery, sandbox) -> tuple[FiscalDocument, list[str]]:
    """A document whose answer is lost, and the numbers of two receipts that may be it."""
    sandbox.faults.add("drop_after", path="/receipts$", method="POST")
    lost = create(business, bakery)
    sandbox.kassandro.add_receipt(1, items=CAKE["items"], payments=CAKE["payments"])
    numbers = [str(one["number"]) for one in receipts_of_today(business) if one["total"] == 2010]
    assert len(numbers) == 2
    return lost, numbers


def test_of_several_that_may_be_it_a_person_says_which(business, bakery, sandbox):
    lost, numbers = twins(business, bakery, sandbox)
    settled = documents.settle_document(business.reach, lost.public_id)
    assert settled.outcome == Outcome.UNKNOWN and all(number in settled.error_text for number in numbers)
    with pytest.raises(DocumentRefused):
        create(business, bakery)
    settled = documents.settle_document(business.reach, lost.public_id, number=numbers[0])
    assert (settled.outcome, settled.number) == (Outcome.DONE, numbers[0])


def test_a_person_may_say_that_it_is_none_of_them(business, bakery, sandbox):
    lost, _numbers = twins(business, bakery, sandbox)
    assert documents.settle_document(business.reach, lost.public_id, none_of_them=True).outcome == Outcome.UNKNOWN
    business.now.shift(timedelta(minutes=3))
    assert documents.settle_document(business.reach, lost.public_id, none_of_them=True).outcome == Outcome.NOT_THERE


def test_a_receipt_that_was_known_before_is_not_taken_for_it(business, bakery, sandbox):
    """An equal sale of a minute ago, read already, cannot be what is made now."""
    theirs = sandbox.kassandro.add_receipt(1, items=CAKE["items"], payments=CAKE["payments"])
    Receipt.objects.create(
        organization=business.organization,
        register=bakery,
        day=timezone.localdate(),
        key=str(theirs["number"]),
        number=str(theirs["number"]),
        issued_at=timezone.now(),
        kind="SALE",
        total=2010,
        currency="EUR",
        digest="x",
        first_seen_at=timezone.now(),
    )
    business.now.shift(timedelta(seconds=30))
    sandbox.faults.add("timeout_before", path="/receipts$", method="POST")
    lost = create(business, bakery)
    business.now.shift(timedelta(minutes=3))
    assert documents.settle_document(business.reach, lost.public_id).outcome == Outcome.NOT_THERE


@pytest.mark.parametrize(
    ("request_", "reason", "fields"),
    [
        ({}, WHY, {"items", "payments"}),
        ({**CAKE, "items": []}, WHY, {"items"}),
        (CAKE, " ", {"reason"}),
        (CAKE, "x" * 301, {"reason"}),
    ],
)
def test_what_is_missing_is_said_before_anybody_is_asked(business, bakery, sandbox, request_, reason, fields):
    with pytest.raises(DocumentRefused) as caught:
        documents.create_receipt(business.reach, bakery.public_id, request=request_, reason=reason)
    assert set(caught.value.errors) == fields
    assert posts(sandbox, "/receipts$") == 0 and not FiscalDocument.objects.exists()


@pytest.mark.parametrize("level", [None, Level.VIEW])
def test_whoever_may_not_manage_transactions_makes_nothing(business, bakery, bar, sandbox, level):
    grants = frozenset({(Scope.TRANSACTIONS, level)} if level else set())
    reach = replace(business.reach, grants=grants)
    for call in (
        lambda: documents.create_receipt(reach, bakery.public_id, request=CAKE, reason=WHY),
        lambda: documents.emit_document(reach, bar.public_id, request=COFFEE, reason=WHY),
        lambda: documents.void_document(reach, bar.public_id, remote_id="1", reason=WHY),
        lambda: documents.settle_document(reach, bar.public_id),
    ):
        with pytest.raises(NotAuthorized):
            call()
    assert not FiscalDocument.objects.exists()


def test_a_document_of_nobody_here_is_neither_voided_nor_shown(business, bar, sandbox):
    strange = sandbox.datacash.make_document(VAT_NUMBER)["idtrx"]
    with pytest.raises(DocumentRefused):
        documents.void_document(business.reach, bar.public_id, remote_id=strange, reason=WHY)
    with pytest.raises(DocumentRefused):
        documents.document_pdf(business.reach, bar.public_id, strange)
    assert posts(sandbox, "voidDocument") == posts(sandbox, "downloadDocument") == 0


@pytest.mark.parametrize("status", [ConnectionStatus.PAUSED, ConnectionStatus.STOPPED, ConnectionStatus.REVOKED])
def test_a_connection_that_is_not_in_use_makes_nothing(business, bakery, sandbox, status):
    Connection.objects.update(status=status)
    with pytest.raises(DocumentRefused):
        create(business, bakery)
    assert posts(sandbox, "/receipts$") == 0


def test_a_register_of_the_other_country_is_not_found(business, bakery, bar):
    with pytest.raises(Register.DoesNotExist):
        create(business, bar)
    with pytest.raises(Register.DoesNotExist):
        emit(business, bakery)
