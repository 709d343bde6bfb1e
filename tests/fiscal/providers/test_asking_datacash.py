"""DataCash: every call that is known, and refusals in all the ways in which they are worded."""

from __future__ import annotations

from datetime import date

import pytest

from fiscal.providers.datacash import DataCash, Issued
from fiscal.providers.datacash.verdicts import judge
from fiscal.providers.errors import (
    Absent,
    CredentialsRefused,
    Garbled,
    LicenceLapsed,
    ProviderError,
    Refused,
    Throttled,
    Unreachable,
)
from fiscal.providers.http import Door

KEY = "datacash-key-0123456789"
CREDENTIALS = "-----BEGIN PGP MESSAGE-----\\n\\n" + "hQEMA" * 12 + "\\n" + "Zk9Qw" * 12 + "\\n-----END PGP MESSAGE-----"
DAY = date(2026, 11, 1)
DONE = {"esito": True, "idtrx": 151085589, "progressivo": "DCW2026/2610-5298", "errori": []}


@pytest.fixture
def client(server) -> DataCash:
    options = {"connect_timeout": 0.3, "read_timeout": 0.4, "deadline": 0.8}
    door = Door(server.url, token_header="Datacash-Key", judge=judge, **options)
    invoices = Door(f"{server.url}/invoiceApi", token_header="Datacash-Key", judge=judge, **options)
    return DataCash(door, invoices, KEY, CREDENTIALS)


CALLS = [
    (lambda one: one.info_user(), "/infoUser/", {}, {"esito": True}),
    (lambda one: one.find_documents(DAY, DAY), "/findDocuments/", {"start": "2026-11-01", "end": "2026-11-01"}, []),
    (lambda one: one.send_document({"a": 1}), "/sendDocument/", {"document": {"a": 1}}, DONE),
    (lambda one: one.void_document("151"), "/voidDocument/151/", {}, DONE),
    (lambda one: one.download_document("151"), "/downloadDocument/151/", {"regalo": False}, b"%PDF-1.4 x"),
    (lambda one: one.reset_password(), "/resetPassword/", {}, {"esito": True}),
    (
        lambda one: one.find_invoices(DAY, DAY, received=True),
        "/invoiceApi/findInvoices/",
        {"tipo": "ricevute", "start": "2026-11-01", "end": "2026-11-01"},
        {"fatture": []},
    ),
    (lambda one: one.send_invoice({"fattura": {}}), "/invoiceApi/sendInvoice/", {"fattura": {}}, {"esito": True}),
    (lambda one: one.detail_invoice("9"), "/invoiceApi/detailInvoices/9/", {}, {"fattura": {}}),
    (lambda one: one.download_invoice("9"), "/invoiceApi/downloadInvoices/9/", {}, b"%PDF-1.4 x"),
]


@pytest.mark.parametrize(("call", "target", "body", "answer"), CALLS)
def test_every_call_is_a_post_with_key_and_credentials(server, client, call, target, body, answer):
    server.queue(server.reply(answer))
    call(client)
    sent = server.requests[0]
    assert (sent.method, sent.target, sent.headers["datacash-key"]) == ("POST", target, KEY)
    assert sent.json == {**body, "ade_credentials_encrypted": CREDENTIALS.replace("\\n", "\n")}


def test_documents_come_bare_or_as_results(server, client):
    server.queue(server.reply([{"idtrx": "1"}]), server.reply({"results": [{"idtrx": "1"}]}))
    assert client.find_documents(DAY, DAY) == client.find_documents(DAY, DAY) == [{"idtrx": "1"}]


@pytest.mark.parametrize("body", [{}, {"documents": []}, {"results": {}}])
def test_any_other_envelope_is_garbled(server, client, body):
    server.queue(server.reply(body))
    with pytest.raises(Garbled):
        client.find_documents(DAY, DAY)


@pytest.mark.parametrize(("start", "end"), [(DAY, date(2026, 12, 2)), (DAY, date(2026, 10, 31))])
def test_more_than_31_days_are_never_asked_for(server, client, start, end):
    with pytest.raises(ValueError, match="31"):
        client.find_documents(start, end)
    assert server.requests == []


def test_a_document_that_was_made_is_told_by_id_and_number(server, client):
    server.queue(server.reply(DONE))
    assert client.send_document({})[:3] == ("151085589", "DCW2026/2610-5298", "")


def test_a_pending_sale_has_a_temporary_id_only(server, client):
    answer = {"esito": True, "idtrx": None, "progressivo": None, "idTemporaneo": "tmp-1"}
    server.queue(server.reply(answer))
    assert client.send_document({}) == Issued("", "", "tmp-1", answer)


@pytest.mark.parametrize("code", ["01", "03"])
@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize("wording", ["errori", "errore", "message"])
def test_refused_credentials_are_told_in_every_wording(server, client, code, status, wording):
    server.queue(server.reply(worded(wording, code, "Credenziali non valide"), status))
    with pytest.raises(CredentialsRefused) as caught:
        client.find_documents(DAY, DAY)
    assert caught.value.code == code
    assert "Credenziali non valide" in caught.value.message


@pytest.mark.parametrize("wording", ["errori", "errore", "message"])
@pytest.mark.parametrize("status", [200, 400])
def test_other_refusals_are_told_with_their_reason(server, client, wording, status):
    server.queue(server.reply(worded(wording, "02", "Partita IVA diversa"), status))
    with pytest.raises(Refused, match="Partita IVA diversa"):
        client.find_documents(DAY, DAY)


def worded(wording: str, code: str, text: str) -> dict:
    if wording == "errori":
        return {"esito": False, "errori": [{"codice": code, "descrizione": text}]}
    if wording == "errore":
        return {"esito": False, "errore": {"codice": code, "descrizione": text}}
    return {"message": f"{code} - {text}"}


def test_no_success_without_a_word_is_a_refusal_too(server, client):
    server.queue(server.reply({"esito": False}))
    with pytest.raises(Refused):
        client.send_document({})


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, b'{"message": "Datacash-Key non valida"}', LicenceLapsed),
        (403, b'{"message": "Licenza scaduta"}', LicenceLapsed),
        (403, b"<html>", LicenceLapsed),
        (404, b'{"message": "Documento non trovato"}', Absent),
        (404, b"<html>", Garbled),
        (429, b"", Throttled),
        (503, b"", Unreachable),
        (200, b"<html><h1>Manutenzione</h1></html>", Garbled),
        (200, b"", Garbled),
    ],
)
def test_what_a_status_means(server, client, status, body, kind):
    server.queue(server.reply(body, status))
    with pytest.raises(kind):
        client.find_documents(DAY, DAY)


def test_a_page_instead_of_a_pdf_is_garbled(server, client):
    server.queue(server.reply({"esito": True}))
    with pytest.raises(Garbled):
        client.download_document("151")


@pytest.mark.parametrize(
    ("call", "unknown"), [(lambda one: one.find_documents(DAY, DAY), False), (lambda one: one.send_document({}), True)]
)
def test_only_what_makes_a_document_is_ever_of_unknown_outcome(server, client, call, unknown):
    server.queue(server.send(b""))
    with pytest.raises(Unreachable) as caught:
        call(client)
    assert caught.value.outcome_unknown is unknown
    assert len(server.requests) == 1


@pytest.mark.parametrize("idtrx", ["../resetPassword", "1/2", "", ".", "a b"])
def test_an_id_that_would_lead_elsewhere_is_never_sent(server, client, idtrx):
    with pytest.raises(ValueError):
        client.void_document(idtrx)
    assert server.requests == []


@pytest.mark.parametrize("cut", [None, 40, 100])
@pytest.mark.parametrize("status", [200, 400, 500])
def test_no_error_tells_key_or_credentials_though_the_answer_repeats_them(server, client, status, cut):
    """Trap 23, as far as this client goes: whole, cut off, and with line breaks written in either way."""
    real = CREDENTIALS.replace("\\n", "\n")[:cut]
    server.queue(
        server.reply({"message": f"cannot read {real} of {KEY}"}, status),
        server.reply(f"<p>{real} {CREDENTIALS[:cut]} {KEY}".encode(), status),
        server.reply({"esito": False, "errori": [{"codice": KEY, "descrizione": CREDENTIALS[:cut]}]}, status),
    )
    for _ in range(3):
        with pytest.raises(ProviderError) as caught:
            client.find_documents(DAY, DAY)
        told = f"{caught.value} {caught.value!r} {vars(caught.value)}"
        assert "hQEMA" not in told and "Zk9Qw" not in told
        assert KEY not in told


def test_a_printed_client_tells_nothing(client):
    assert KEY not in repr(client) and "hQEMA" not in repr(client)
