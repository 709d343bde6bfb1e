"""How DataCash words its answers: refusals in four variants, and rows of lists."""

from __future__ import annotations

from typing import Any

from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.documents import Document, euros
from fiscal.sandbox.datacash.rules import DataCashRules
from fiscal.sandbox.web import HTML_TYPE, Reply, json_reply

PDF_TYPE = "application/pdf"


class Declined(Exception):
    """The provider says no. `status` is given where HTTP says it too, whatever the switches are."""

    def __init__(self, code: str, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.status = code, text, status

    def reply(self, rules: DataCashRules) -> Reply:
        """The answer in the wording that the switches ask for."""
        if self.status is not None:
            return json_reply({"message": self.text}, self.status)
        status, error = rules.error_status, {"codice": self.code, "descrizione": self.text}
        if rules.error_style == "html":
            return Reply(status, f"<html><body><h1>{self.text}</h1></body></html>".encode(), HTML_TYPE)
        if rules.error_style == "message":
            return json_reply({"message": f"{self.code} - {self.text}"}, status)
        if rules.error_style == "errore":
            return json_reply({"esito": False, "errore": error}, status)
        return json_reply({"esito": False, "errori": [error]}, status)


def shown_id(idtrx: str, rules: DataCashRules) -> str | int:
    """An idtrx as the switch wants it."""
    return int(idtrx) if rules.idtrx_type == "number" else idtrx


def rows(documents: list[Document], rules: DataCashRules) -> str:
    """The rows of a list as JSON. Written by hand, because a list holds thousands of them."""
    quote = "" if rules.idtrx_type == "number" else '"'
    minus = "-" if rules.sign == "negative" else ""
    written = [
        f'{{"idtrx":{quote}{doc.idtrx}{quote},"numeroProgressivo":"{doc.number}","data":"{days.stamp(doc.at)}",'
        f'"ammontareComplessivo":{"" if doc.kind == "V" else minus}{euros(doc.total)},"tipoOperazione":"{doc.kind}"}}'
        for doc in documents
    ]
    if rules.duplicates:
        written = [
            row
            for place, row in enumerate(written, start=1)
            for row in ([row, row] if place % rules.duplicates == 0 else [row])
        ]
    return f"[{','.join(written)}]"


def row(document: Document, rules: DataCashRules) -> dict[str, Any]:
    """One row as plain data, for the webhook."""
    return {
        "idtrx": shown_id(document.idtrx, rules),
        "numeroProgressivo": document.number,
        "data": days.stamp(document.at),
        "ammontareComplessivo": document.total / 100,
        "tipoOperazione": document.kind,
    }
