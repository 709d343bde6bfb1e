"""The Excel file behind the document counter of the customer area: date, kind and identifiers of every document."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import datetime

import xlsxwriter

from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.documents import Document

HEAD = ("Data", "Tipo", "Numero documento", "Identificativo", "Partita IVA")
KIND_NAMES = {"V": "Vendita", "A": "Annullo", "R": "Reso", "AX": "AX", "RX": "RX"}
WIDTHS = (20, 12, 24, 20, 16)


def counter(documents: Iterable[tuple[str, Document]], *, dates: str) -> bytes:
    """A workbook with one sheet: a row per (partita IVA, receipt). dates: "cells" or "text"."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "constant_memory": True, "strings_to_formulas": False})
    sheet, moment = book.add_worksheet("Documenti"), book.add_format({"num_format": "dd/mm/yyyy hh:mm:ss"})
    for column, width in enumerate(WIDTHS):
        sheet.set_column(column, column, width)
    sheet.write_row(0, 0, HEAD)
    for row, (vat_number, doc) in enumerate(documents, start=1):
        if dates == "cells":
            local = datetime.fromtimestamp(doc.at, days.ROME).replace(tzinfo=None)
            sheet.write_datetime(row, 0, local, moment)
        else:
            sheet.write_string(row, 0, days.stamp(doc.at))
        for column, text in enumerate((KIND_NAMES[doc.kind], doc.number, doc.idtrx, vat_number), start=1):
            sheet.write_string(row, column, text)
    book.close()
    return out.getvalue()
