"""A real PDF of one page of text, small enough to be written by hand."""

from __future__ import annotations

from fiscal.sandbox.datacash import days
from fiscal.sandbox.datacash.documents import Document, euros

KINDS = {"V": "Vendita", "A": "Annullo", "R": "Reso", "AX": "Annullo AX", "RX": "Reso RX"}


def receipt(document: Document, vat_number: str, *, gift: bool) -> bytes:
    """The receipt; as a gift receipt (regalo) without prices."""
    lines = ["DOCUMENTO COMMERCIALE", f"Partita IVA {vat_number}", f"{KINDS[document.kind]} {document.number}"]
    lines += [days.stamp(document.at), f"idtrx {document.idtrx}", ""]
    for item in document.lines:
        price = "" if gift else f"   {euros(item.total)} EUR   IVA {item.rate}"
        lines.append(f"{item.quantity / 100:g} x {item.description}{price}")
    if not gift:
        lines += ["", f"Totale {euros(document.total)} EUR"]
        lines += [f"{kind} {euros(cents)} EUR" for kind, cents in document.payments]
    return page([*lines, "", "Sandbox: non è un documento fiscale"])


def page(lines: list[str]) -> bytes:
    """These lines on one page."""
    shown = b"".join(b"(" + _escaped(line) + b") Tj T*\n" for line in lines)
    content = b"BT /F1 10 Tf 14 TL 40 800 Td\n" + shown + b"ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out, places = bytearray(b"%PDF-1.4\n"), []
    for count, body in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (count, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    head = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    tail = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(out))
    return bytes(out) + head + table + tail


def _escaped(line: str) -> bytes:
    safe = line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
    return safe.encode("cp1252", "replace")
