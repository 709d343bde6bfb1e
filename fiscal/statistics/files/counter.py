"""The counter's Excel file: date, kind and identifiers of every document, without amounts.

It makes no figures. It is what figures are compared with: how many documents of each kind there were on each day, and
which of them we do not hold.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from fiscal.choices import ReceiptKind
from fiscal.statistics.files.content import Content, CountedDocument
from fiscal.statistics.files.fields import Field
from fiscal.statistics.files.headers import Columns, Table
from fiscal.statistics.files.reading import Line, Reading

KINDS = {
    "v": ReceiptKind.SALE,
    "vendita": ReceiptKind.SALE,
    "a": ReceiptKind.VOID,
    "annullo": ReceiptKind.VOID,
    "r": ReceiptKind.RETURN,
    "reso": ReceiptKind.RETURN,
    "ax": ReceiptKind.UNKNOWN,
    "rx": ReceiptKind.UNKNOWN,
}
"""AX and RX were seen and never explained (contract "Documento commerciale", 1)."""


def read_counter(reading: Reading, table: Table, columns: Columns, content: Content) -> None:
    """Add the documents of a table to the content. One that is repeated word for word counts once (trap 14)."""
    seen: dict[tuple[str, str], tuple[int, CountedDocument]] = {}
    own = reading.stated.vat_number
    for line in reading.rows(table, columns):
        document = _document(line)
        if document is None:
            continue
        if own and document.vat_number and document.vat_number != own:
            content.elsewhere += 1
            continue
        place = document.vat_number, document.key
        number, known = seen.get(place, (0, document))
        if known != document:
            told = {"row": number, "id": document.key}
            line.wrong(Field.DOCUMENT, _("%(id)s stands in row %(row)d already, with other values.") % told)
        elif not number:
            seen[place] = line.number, document
            content.documents.append(document)
    _check_owners(reading, content)


def _document(line: Line) -> CountedDocument | None:
    day = line.day()
    kind = KINDS.get(line.text(Field.KIND).casefold())
    if kind is None:
        told = {"kind": line.text(Field.KIND)[:40], "known": ", ".join(KINDS)}
        line.wrong(Field.KIND, _("“%(kind)s” is no kind of document that is known: %(known)s.") % told)
    key = line.text(Field.DOCUMENT)[:100]
    if not key and line.sound:
        line.wrong(Field.DOCUMENT, _("The identifier is missing."))
    if not line.sound or day is None or kind is None:
        return None
    return CountedDocument(key, line.text(Field.NUMBER)[:100], day, kind, line.text(Field.VAT_NUMBER)[:20])


def _check_owners(reading: Reading, content: Content) -> None:
    numbers = {document.vat_number for document in content.documents if document.vat_number}
    if len(numbers) > 1:
        words = _(
            "The file holds documents of %(n)d partite IVA, and the connection names none: enter its partita IVA first."
        )
        reading.problems.add(0, "", words % {"n": len(numbers)})
    elif not content.documents and content.elsewhere:
        words = _("All %(n)d documents are of other partite IVA than %(own)s, the connection's.")
        reading.problems.add(0, "", words % {"n": content.elsewhere, "own": reading.stated.vat_number})
