"""DataCash: every call that the contract knows, one per method (contract "DataCash", heading 3).

All calls are POST, reads as well, and every body carries the encrypted credentials. They are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple

from fiscal.providers.addresses import checked_segment
from fiscal.providers.errors import Garbled, ProviderError
from fiscal.providers.gate import Gate, OpenGate
from fiscal.providers.http import Answer, Door

LONGEST_DAYS = 31
"""Days of one list, both ends included."""
PDF = "application/pdf, application/json"


class Issued(NamedTuple):
    """A document that was made. `temporary_id`: of a sale that waits for the tax agency and is not fiscal yet."""

    idtrx: str
    number: str
    temporary_id: str
    answer: dict[str, Any]


class DataCash:
    """The calls that one key may make, for the partita IVA it is bound to. All raise ProviderError.

    `documents` and `invoices`: the doors of the two instances, which share the key.
    """

    def __init__(self, documents: Door, invoices: Door, key: str, credentials: str, gate: Gate | None = None) -> None:
        self._documents = documents
        self._invoices = invoices
        self._key = key
        # The panel shows the text with its line breaks written out; only what is sent gets real ones.
        self._credentials = credentials.replace("\\r\\n", "\n").replace("\\n", "\n")
        self._gate: Gate = gate or OpenGate()

    # --- receipts --------------------------------------------------------------------------------------------

    def info_user(self) -> dict[str, Any]:
        """Whose key it is. Its fields are not documented."""
        return _object(self._read(self._documents, "/infoUser/"))

    def find_documents(self, start: date, end: date) -> list[Any]:
        """The documents of at most 31 local days, both included: id, number, date, total and kind of each."""
        answer = self._read(self._documents, "/findDocuments/", _window(start, end))
        return _rows(answer, "results")

    def send_document(self, document: Mapping[str, Any]) -> Issued:
        """Issue a receipt: a fiscal document. Never repeated here."""
        return _issued(self._change(self._documents, "/sendDocument/", {"document": dict(document)}))

    def void_document(self, idtrx: str) -> Issued:
        """Void a sale: makes another fiscal document. Never repeated here."""
        return _issued(self._change(self._documents, f"/voidDocument/{checked_segment(idtrx)}/"))

    def download_document(self, idtrx: str, *, gift: bool = False) -> bytes:
        """A receipt as PDF; `gift`: without prices."""
        path = f"/downloadDocument/{checked_segment(idtrx)}/"
        return _pdf(self._read(self._documents, path, {"regalo": gift}, accept=PDF))

    def reset_password(self) -> None:
        """Renew the expired Fisconline password. Only for a person who asks for it, never from a job."""
        self._change(self._documents, "/resetPassword/")

    # --- invoices --------------------------------------------------------------------------------------------

    def find_invoices(self, start: date, end: date, *, received: bool = False) -> list[Any]:
        """The invoices of some days. Amounts are signed text with a comma; customers' names are personal data."""
        body = {"tipo": "ricevute" if received else "emesse", **_window(start, end)}
        return _rows(self._read(self._invoices, "/findInvoices/", body), "fatture")

    def send_invoice(self, invoice: Mapping[str, Any]) -> dict[str, Any]:
        """Send an invoice. The contract knows the call, not its body. Never repeated here."""
        return _object(self._change(self._invoices, "/sendInvoice/", dict(invoice)), mutating=True)

    def detail_invoice(self, invoice_id: str) -> dict[str, Any]:
        """One invoice."""
        return _object(self._read(self._invoices, f"/detailInvoices/{checked_segment(invoice_id)}/"))

    def download_invoice(self, invoice_id: str) -> bytes:
        """One invoice as PDF."""
        return _pdf(self._read(self._invoices, f"/downloadInvoices/{checked_segment(invoice_id)}/", accept=PDF))

    # --- how a call is made ----------------------------------------------------------------------------------

    def _read(
        self, door: Door, path: str, body: Mapping[str, Any] | None = None, *, accept: str = "application/json"
    ) -> Answer:
        return self._call(door, path, body or {}, harmless=True, accept=accept)

    def _change(self, door: Door, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return self._call(door, path, body or {}, harmless=False)

    def _call(
        self, door: Door, path: str, body: Mapping[str, Any], *, harmless: bool, accept: str = "application/json"
    ) -> Answer:
        sent = {**body, "ade_credentials_encrypted": self._credentials}
        self._gate.enter()
        try:
            answer = door.call("POST", path, json=sent, bearer=self._key, harmless=harmless, accept=accept)
        except ProviderError as error:
            self._gate.failed(error)
            raise
        self._gate.passed()
        return answer


def _window(start: date, end: date) -> dict[str, str]:
    if not 1 <= (end - start).days + 1 <= LONGEST_DAYS:
        raise ValueError("DataCash lists 1 to 31 days at a time.")
    return {"start": start.isoformat(), "end": end.isoformat()}


def _object(answer: Answer, *, mutating: bool = False) -> dict[str, Any]:
    if not isinstance(answer.body, dict):
        raise _garbled(answer, "it is no object", mutating=mutating)
    return answer.body


def _rows(answer: Answer, name: str) -> list[Any]:
    body = answer.body
    rows = body.get(name) if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise _garbled(answer, f"a list is neither bare nor under {name}")
    return rows


def _issued(answer: Answer) -> Issued:
    body = _object(answer, mutating=True)
    names = {name: body.get(name) for name in ("idtrx", "progressivo", "idTemporaneo")}
    idtrx, number, temporary = ("" if value is None else str(value) for value in names.values())
    if body.get("esito") is not True or not (idtrx or temporary):
        raise _garbled(answer, "it confirms no document", mutating=True)
    return Issued(idtrx, number, temporary, body)


def _pdf(answer: Answer) -> bytes:
    if not isinstance(answer.body, bytes):
        raise _garbled(answer, "it is no PDF")
    return answer.body


def _garbled(answer: Answer, complaint: str, *, mutating: bool = False) -> Garbled:
    return answer.garbled(f"DataCash's answer is not what Kontor knows: {complaint}.", mutating=mutating)
