"""Somebody has a fiscal document made or voided: proved, asked for once, and an unknown outcome looked for."""

from __future__ import annotations

import re
from datetime import date, time
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from fiscal.choices import ConnectionKind, ConnectionStatus, Outcome
from fiscal.models import Connection, FiscalDocument, Receipt, Register
from organizations.access import grant_everything
from organizations.choices import Level, Scope, Verb
from organizations.models import AuditEntry
from tests.cast import person
from tests.fiscal.connections.conftest import VAT_NUMBER, business, now  # noqa: F401 - fixtures
from tests.fiscal.statistics.books import sale, sell
from tests.portal.sales import only

TODAY = date(2026, 11, 25)
LINES = {
    "line0-name": "Torte", "line0-quantity": "1.5", "line0-price": "8.20", "line0-rate": "10",
    "line1-name": "Kaffee", "line1-quantity": "2", "line1-price": "3.90", "line1-rate": "20",
}  # fmt: skip


@pytest.fixture
def anna(business) -> Client:  # noqa: F811
    grant_everything(business.reach.actor, [business.organization])
    client = Client()
    client.force_login(business.reach.actor)
    return client


@pytest.fixture
def till(business) -> Register:  # noqa: F811
    register = business.register(business.connect_kassandro(ConnectionKind.REGISTER), "only")
    register.payment_methods.create(organization=register.organization, name="BARZAHLUNG")
    return register


@pytest.fixture
def bar(business) -> Register:  # noqa: F811
    return business.register(business.connect_datacash(), VAT_NUMBER)


def address(name: str, register: Register, *more: object) -> str:
    return reverse(f"portal:{name}", args=[register.organization.public_id, *more])


def typed(**changes: str) -> dict[str, str]:
    proof = {"paid-method": "BARZAHLUNG", "typed_name": "Kassa 1", "reason": "forgotten at noon", "once": str(uuid4())}
    return {**LINES, **proof, **changes}


def make(client: Client, register: Register, **changes: str):
    return client.post(address("document_new", register, register.public_id), typed(**changes))


def posts(sandbox, path: str) -> int:
    return len(sandbox.ledger.requests("POST", path))


def read(register: Register, number: str) -> Receipt:
    """As the fill reads it."""
    one = sale(TODAY, 430, key=number, at=time(14), country="ITA")
    return sell(register, TODAY, [one], rolled_up=False)[0]


def test_a_receipt_is_created_with_proof_and_its_outcome_shown(anna, till, sandbox):
    answer = make(anna, till)

    document = FiscalDocument.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == address("document", till, document.public_id)
    assert (document.outcome, document.reason) == (Outcome.DONE, "forgotten at noon")
    page = anna.get(answer["Location"]).content.decode()
    assert document.number in page
    assert "The document exists" in page
    assert posts(sandbox, "/receipts$") == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"typed_name": "Kassa 2"}, "This is not the name"),
        ({"reason": ""}, "Say why"),
        ({"line0-name": "", "line0-price": "", "line1-name": "", "line1-price": ""}, "Give at least one article"),
        ({"line0-price": ""}, "Give this too"),
        ({"line1-name": ""}, "Name the article"),
        ({"line0-rate": "77"}, "valid choice"),
        ({"paid-method": "Muscheln"}, "valid choice"),
    ],
)
def test_without_proof_or_with_gaps_nothing_is_asked_for(anna, till, sandbox, changes, words):
    answer = make(anna, till, **changes)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert not FiscalDocument.objects.exists()
    assert posts(sandbox, "/receipts$") == 0


def test_a_refused_proof_is_on_record(anna, till, sandbox):
    make(anna, till, typed_name="Kassa 2")

    entry = AuditEntry.objects.get(verb=Verb.PROOF_REFUSED)
    assert "Create a receipt on Kassa 1" in str(vars(entry))


def test_the_same_form_sent_twice_makes_one_receipt(anna, till, sandbox):
    once = str(uuid4())
    make(anna, till, once=once)
    answer = make(anna, till, once=once)

    assert answer.status_code == 422
    assert "was sent already" in answer.content.decode()
    assert posts(sandbox, "/receipts$") == 1


def test_an_unknown_outcome_is_said_not_repeated_and_looked_for(anna, till, sandbox):
    sandbox.faults.add("drop_after", path="/receipts$", method="POST")
    page = anna.get(make(anna, till)["Location"]).content.decode()
    document = FiscalDocument.objects.get()

    assert document.outcome == Outcome.UNKNOWN
    assert "Look for it" in page
    assert "It is never sent again" in page
    form = anna.get(address("document_new", till, till.public_id)).content.decode()
    assert "Look for it first" in form
    assert "<fieldset" not in form
    assert posts(sandbox, "/receipts$") == 1

    assert anna.post(address("document_settle", till, document.public_id)).status_code == 303
    document.refresh_from_db()
    assert document.outcome == Outcome.DONE
    assert document.number in anna.get(address("document", till, document.public_id)).content.decode()
    assert posts(sandbox, "/receipts$") == 1


def test_a_refusal_is_shown_in_the_providers_words(anna, till, sandbox):
    sandbox.kassandro.edit_register(1, closed_on="2026-11-20")
    page = anna.get(make(anna, till)["Location"]).content.decode()

    assert FiscalDocument.objects.get().outcome == Outcome.REFUSED
    assert "nothing was made" in page


def test_while_the_connection_is_stopped_the_form_says_so(anna, till, sandbox):
    Connection.objects.update(status=ConnectionStatus.STOPPED)

    page = anna.get(address("document_new", till, till.public_id)).content.decode()

    assert "Mend it first" in page
    assert "<fieldset" not in page


def test_an_italian_document_is_emitted_shown_as_pdf_and_voided_once(anna, bar, sandbox):
    emitted = make(anna, bar, **{"paid-method": "PC", "line0-rate": "10", "line1-rate": "22"})
    document = FiscalDocument.objects.get()
    assert (emitted.status_code, document.outcome) == (303, Outcome.DONE)
    row = read(bar, document.remote_id)

    pdf = anna.post(address("receipt_pdf", bar, row.pk))
    assert (pdf["Content-Type"], pdf.content[:5]) == ("application/pdf", b"%PDF-")

    void = address("receipt_void", bar, row.pk)
    assert "nobody can take the void back" in anna.get(void).content.decode()
    assert anna.post(void, {"typed_name": row.number, "reason": "", "once": "1"}).status_code == 422
    assert anna.post(void, {"typed_name": "other", "reason": "wrong table", "once": "1"}).status_code == 422
    assert posts(sandbox, "voidDocument") == 0
    answer = anna.post(void, {"typed_name": row.number, "reason": "wrong table", "once": "1"})
    assert answer.status_code == 303
    assert "The document exists" in anna.get(answer["Location"]).content.decode()
    again = anna.post(void, {"typed_name": row.number, "reason": "wrong table", "once": "2"})
    assert again.status_code == 422
    assert posts(sandbox, "voidDocument") == 1


def test_a_document_that_datacash_does_not_give_is_said_and_leads_back(anna, bar, sandbox):
    row = read(bar, "idtrx-unknown")
    sandbox.faults.add("status", path="downloadDocument", times=None)

    answer = anna.post(address("receipt_pdf", bar, row.pk), follow=True)

    assert answer.status_code == 200
    assert "did not give the document" in answer.content.decode()


def test_who_may_only_look_makes_nothing(anna, till, bar, sandbox, business):  # noqa: F811
    row = read(bar, "idtrx-1")
    only(business.reach.actor, business.organization, Scope.TRANSACTIONS, Level.VIEW)

    assert make(anna, till).status_code == 403
    assert anna.post(address("receipt_void", bar, row.pk), {"typed_name": row.number}).status_code == 403
    assert not FiscalDocument.objects.exists()


def test_an_attempt_of_another_organization_is_not_there(anna, till, sandbox):
    make(anna, till)
    stranger = person("stranger@fremd.example", "Stranger")
    from tests.fiscal.statistics.books import make_organization

    elsewhere = make_organization("Fremd")
    grant_everything(stranger, [elsewhere])
    client = Client()
    client.force_login(stranger)
    attempt = FiscalDocument.objects.get().public_id

    for name, more in (("document", attempt), ("document_new", till.public_id)):
        assert client.get(reverse(f"portal:{name}", args=[elsewhere.public_id, more])).status_code == 404
    assert client.post(reverse("portal:document_settle", args=[elsewhere.public_id, attempt])).status_code == 404


def test_the_first_line_is_needed_and_only_the_others_are_called_optional(anna, till):
    html = anna.get(address("document_new", till, till.public_id)).content.decode()
    legends = re.findall(r"<legend>(Line \d)(.*?)</legend>", html)
    assert [(line, "optional" in more) for line, more in legends] == [
        ("Line 1", False),
        *((f"Line {n}", True) for n in range(2, 6)),
    ]
    assert html.count("optional") == 4
