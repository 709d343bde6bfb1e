"""Files that are no tables, too large or dangerous are refused in words; what is wrong in rows is told all at once."""

from __future__ import annotations

import io
import time
import zipfile

import pytest
import xlsxwriter

from fiscal.choices import FileLayout, ReceiptKind
from fiscal.statistics.files import workbook as workbook_file
from fiscal.statistics.files.checking import open_file
from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.headers import faults_of
from tests.fiscal.statistics.files.reads import csv_of, read, words

HEAD = "data;documenti;annulli;resi;totale"
ROW = "16/11/2026;3;0;0;12,50"


def workbook(*rows, sheets=1):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"strings_to_formulas": False}) as book:
        for _ in range(sheets):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                for column, cell in enumerate(row):
                    sheet.write_formula(number, column, cell) if str(cell).startswith("=") else sheet.write(
                        number, column, cell
                    )
    return out.getvalue()


def changed(content, name, text):
    """A workbook in which one part has another text."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.infolist():
            new.writestr(part.filename, text if part.filename == name else old.read(part))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
BOMB = b"<?xml version='1.0'?><!DOCTYPE w [<!ENTITY a 'aaaaaaaaaa'>%s]><worksheet>&j;</worksheet>" % b"".join(
    b"<!ENTITY %c '%s'>" % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
)
STRANGER = b"""<?xml version='1.0'?><!DOCTYPE w [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>
<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'>
<c r='A1' t='inlineStr'><is><t>&x;</t></is></c></row></sheetData></worksheet>"""
GOOD = workbook(HEAD.split(";"), ["16/11/2026", 3, 0, 0, 12.5])


CELLS = b"".join(
    (
        b"<?xml version='1.0'?><worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>",
        (b"<row>" + b"<c/>" * 200 + b"</row>") * 10,
        b"</sheetData></worksheet>",
    )
)


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/"), content)
    return out.getvalue()


REFUSED = {
    "nothing": (b"", "empty"),
    "only a mark": (b"\xef\xbb\xbf", "empty"),
    "only separators": (b";;;\r\n;;;\r\n", "empty"),
    "headers alone": (HEAD.encode(), "no rows below"),
    "UTF-16": ("\ufeff".encode("utf-16-le") + HEAD.encode("utf-16-le"), "UTF-16"),
    "UTF-16 without a mark": (HEAD.encode("utf-16-le"), "UTF-16"),
    "UTF-32": (HEAD.encode("utf-32"), "UTF-32"),
    "neither encoding": (HEAD.encode() + b"\r\n\x81\x8d;1;1;1;1", "neither in UTF-8 nor in Windows-1252"),
    "an old workbook": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "Excel 97"),
    "a PDF": (b"%PDF-1.7\n", "PDF"),
    "gzip": (b"\x1f\x8b\x08", "gzip"),
    "a web page (trap 21)": (b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", "web page"),
    "XML": (b"<?xml version='1.0'?><a/>", "web page"),
    "tabs": (HEAD.replace(";", "\t").encode() + b"\r\n1\t2\t3\t4\t5", "tabs"),
    "an open quotation mark": (csv_of(HEAD, '"16/11/2026;3;0;0;12,50'), "quotation mark"),
    "no header": (csv_of("data;;totale", ROW), "no header"),
    "one header twice": (csv_of("data;totale;documenti;totale", ROW), "More than one column"),
    "a cell of a megabyte": (csv_of(HEAD, "x" * 100_000), "more than 1000 characters"),
    "too many columns": (csv_of(";".join(map(str, range(300))), ROW), "columns"),
    "too many rows": (csv_of(HEAD, *["1"] * 100_001), "rows"),
    "too many bytes": (b"0" * 10_000_001, "MB"),
    "a zip": (zipped(**{"a.csv": HEAD}), "not an Excel workbook"),
    "a broken zip": (b"PK\x03\x04" + b"0" * 100, "damaged"),
    "a cut workbook": (GOOD[: len(GOOD) // 2], "damaged"),
    "an empty workbook": (workbook(), "empty"),
    "two sheets": (workbook(HEAD.split(";"), sheets=2), "More than one sheet"),
    "macros": (zipped(xl__workbook_xml="", **{"xl/workbook.xml": "", "xl/vbaProject.bin": ""}), "macros"),
    "a bomb of entities": (changed(GOOD, SHEET, BOMB), "damaged"),
    "entities that read files": (changed(GOOD, SHEET, STRANGER), "damaged"),
    "a bomb of zeros": (changed(GOOD, SHEET, b"0" * 31_000_000), "unpacks to more than 30 MB"),
    "a bomb of texts": (lambda: changed(GOOD, "xl/sharedStrings.xml", b"0" * 16_000_000), "unpacks to more than 30 MB"),
    "many separators": (lambda: b"a;b\n" + (b";" * 150 + b"\n") * 20_000, "more than 2000000 cells"),
    "many parts": (zipped(**{"xl/workbook.xml": "", **{f"p{n}": "" for n in range(600)}}), "unpacks"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_table_is_refused_by_name(name):
    content, reason = REFUSED[name]
    content = content() if callable(content) else content
    began = time.perf_counter()
    with pytest.raises(FileRefused, match=reason):
        open_file(content, FileLayout.DAILY_TOTALS)
    assert time.perf_counter() - began < 20


def test_a_bomb_of_cells_is_not_read_to_its_end(monkeypatch):
    monkeypatch.setattr(workbook_file, "MOST_CELLS", 1_900)
    with pytest.raises(FileRefused, match="more than 1900 cells"):
        open_file(changed(GOOD, SHEET, CELLS), FileLayout.DAILY_TOTALS)


def test_a_sheet_that_says_it_has_a_million_rows_is_read_to_its_last_value():
    huge = GOOD_ROWS.replace(b"A1:E2", b"A1:XFD1048576")
    assert open_file(changed(GOOD, SHEET, huge), FileLayout.DAILY_TOTALS).filled == 1


GOOD_ROWS = zipfile.ZipFile(io.BytesIO(GOOD)).read(SHEET)


def test_a_row_far_away_is_refused_and_not_walked_to():
    far = GOOD_ROWS.replace(b'<row r="2"', b'<row r="999999999"').replace(b'2">', b'999999999">')
    checked = open_file
    with pytest.raises(FileRefused):
        checked(changed(GOOD, SHEET, far), FileLayout.DAILY_TOTALS)


def test_a_formula_is_never_computed_and_never_read():
    checked = read(workbook(HEAD.split(";"), ["16/11/2026", 3, 0, 0, "=1+1"]), FileLayout.DAILY_TOTALS)
    assert words(checked)[0][:2] == (2, "totale")
    assert "formula" in words(checked)[0][2]


def test_a_text_that_looks_like_a_formula_stays_a_text():
    bait = '=HYPERLINK("http://evil.example";"click")'
    quoted = '"' + bait.replace('"', '""') + '"'
    content = csv_of(
        "Quantità venduta per elemento", "elemento;quantità", f"{quoted};1,00", "", "Totale incassato per giornata",
        HEAD, ROW,
    )  # fmt: skip
    checked = read(content, FileLayout.STATISTICS)
    assert list(checked.content.span.articles) == [bait]


def test_all_that_is_wrong_is_told_at_once():
    content = csv_of(
        HEAD, "16/11/2026;drei;0;0;12,50", "31/11/2026;1;0;0;1,00", "17/11/2026;-1;0;0;12,505", ROW,
        "16/11/2026;1;0;0;2,00", "15/11/2026;1;0;0;1,00", "26/11/2026;1;0;0;1,00", "18/11/2026;;0;0;", "a;b;c;d;e;f",
    )  # fmt: skip
    found = words(read(content, FileLayout.DAILY_TOTALS))
    assert [(row, column) for row, column, _ in found] == [
        (2, "documenti"), (3, "data"), (4, "documenti"), (4, "totale"), (5, "data"), (6, "data"), (7, "data"),
        (8, "data"), (9, "documenti"), (9, "totale"), (10, ""),
    ]  # fmt: skip
    told = " ".join(words for _, _, words in found)
    for reason in ("not a whole number", "There is no day", "more than 2 decimals", "row 2 already", "not within",
                   "still to come", "missing", "more cells"):  # fmt: skip
        assert reason in told


@pytest.mark.parametrize(
    ("text", "cents"),
    [
        ("1200,34", 120034),
        ("1.200,34", 120034),
        ("-5,00", -500),
        ("\u22125,00", -500),
        ("€ 7,10", 710),
        ("1.200", 120000),
    ],
)
def test_amounts_with_a_comma(text, cents):
    """Trap 20: in a file that writes commas."""
    rows = [f'"16/11/2026";1;0;0;"{text}"', "17/11/2026;1;0;0;1,20"]
    assert read(csv_of(HEAD, *rows), FileLayout.DAILY_TOTALS).content.days[0].net == cents


@pytest.mark.parametrize(
    ("text", "cents"), [("1200.34", 120034), ("1,200.34", 120034), ("-5.00", -500), ("1,200", 120000)]
)
def test_amounts_with_a_point(text, cents):
    """Trap 20: in a file that writes points."""
    rows = [f'16/11/2026;1;0;0;"{text}"', "17/11/2026;1;0;0;1.20"]
    assert read(csv_of(HEAD, *rows), FileLayout.DAILY_TOTALS).content.days[0].net == cents


def test_an_amount_written_unlike_the_others_is_not_guessed():
    content = csv_of(HEAD, "16/11/2026;1;0;0;1,20", "17/11/2026;1;0;0;2,20", "18/11/2026;1;0;0;1.20")
    assert words(read(content, FileLayout.DAILY_TOTALS))[0][:2] == (4, "totale")


def test_splits_that_do_not_add_up_are_refused():
    content = csv_of(f"{HEAD};contanti;IVA 10%", f"{ROW};12,00;12,50", "17/11/2026;1;0;0;1,00;1,00;0,99")
    found = words(read(content, FileLayout.DAILY_TOTALS))
    assert [row for row, _, _ in found] == [2, 3]
    assert "12.00" in found[0][2]
    assert "0.99" in found[1][2]


@pytest.mark.parametrize("number", [45_000, 45_000.5])
def test_a_number_is_no_date(number):
    checked = read(workbook(HEAD.split(";"), [number, 3, 0, 0, 12.5]), FileLayout.DAILY_TOTALS)
    assert "format the cell as a date" in words(checked)[0][2]


def test_unknown_headers_are_not_guessed():
    opened = open_file(csv_of("data;documenti;incasso", "16/11/2026;1;5,00"), FileLayout.DAILY_TOTALS)
    assert opened.unknown == ["incasso"]
    assert opened.samples()["incasso"] == ["5,00"]
    assert "Net turnover" in faults_of(opened.known, FileLayout.DAILY_TOTALS)[""]
    assert faults_of({**opened.known, "incasso": "net_turnover"}, FileLayout.DAILY_TOTALS) == {}


@pytest.mark.parametrize(
    ("columns", "at", "reason"),
    [
        ({"data": "day", "n": "sales_count", "a": "net_turnover", "b": "net_turnover"}, "a", "cannot both be"),
        ({"data": "day", "n": "sales_count", "a": "net_turnover", "b": "vat"}, "b", "does not name one VAT rate"),
        ({"data": "day", "n": "sales_count", "a": "net_turnover", "b": "__class__"}, "b", "Choose"),
        ({"data": "", "n": "sales_count", "a": "net_turnover"}, "", "Day"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused_in_words(columns, at, reason):
    assert reason in faults_of(columns, FileLayout.DAILY_TOTALS)[at]


def test_a_counter_row_with_an_unknown_kind_is_refused():
    content = csv_of("Data;Tipo;Identificativo", "16/11/2026;Vendita;1", "16/11/2026;Omaggio;2", "16/11/2026;AX;3")
    checked = read(content, FileLayout.COUNTER)
    assert [row for row, _, _ in words(checked)] == [3]
    assert [one.kind for one in checked.content.documents] == [ReceiptKind.SALE, ReceiptKind.UNKNOWN]


def test_a_repeated_document_counts_once_and_a_contradicting_one_is_refused():
    """Trap 14, in the counter's file."""
    same = "16/11/2026;Vendita;1"
    checked = read(csv_of("Data;Tipo;Identificativo", same, same), FileLayout.COUNTER)
    assert len(checked.content.documents) == 1
    checked = read(csv_of("Data;Tipo;Identificativo", same, "16/11/2026;Reso;1"), FileLayout.COUNTER)
    assert "already, with other values" in words(checked)[0][2]
