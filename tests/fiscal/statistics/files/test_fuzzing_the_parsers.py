"""Whatever is uploaded: either it is read, or it is refused in our own words. Nothing else comes out."""

from __future__ import annotations

import contextlib
import io

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fiscal.choices import FileLayout
from fiscal.statistics.files.amounts import BadCell, cents, thousandths
from fiscal.statistics.files.checking import check, open_file
from fiscal.statistics.files.corrections import rows_to_fix
from fiscal.statistics.files.dates import moment
from fiscal.statistics.files.faults import FileRefused
from fiscal.statistics.files.fields import KNOWN, OFFERED
from tests.fiscal.statistics.files.reads import stated

QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
LAYOUTS = st.sampled_from(list(FileLayout))
WORDS = st.one_of(
    st.sampled_from(
        [
            "16/11/2026", "2026-11-17", "17/11/2026 10:00:00", "1,20", "1.200,50", "-3", "0", "", "V", "Vendita", "giornata",
            "pagamento", "aliquota", "elemento", "IVA 22%", "N1", "Contanti", "SALE", "KIND", "PAYMENT", "VAT", "=1+1", "'=x",
            "missing", "open", "kontor_error", "EUR", "ITA",
        ]
    ),
    st.text(max_size=12),
)  # fmt: skip


def try_to_read(content, layout):
    with contextlib.suppress(FileRefused):
        opened = open_file(content, layout)
        offered = [field.value for field in OFFERED[layout]]
        columns = {name: opened.known.get(name, offered[n % len(offered)]) for n, name in enumerate(opened.names)}
        checked = check(opened, columns, stated())
        list(rows_to_fix(opened.rows, checked.problems.kept))


@QUICK
@given(st.binary(max_size=600), LAYOUTS)
def test_any_bytes(content, layout):
    try_to_read(content, layout)


@QUICK
@given(LAYOUTS, st.data())
def test_any_table(layout, data):
    heads = data.draw(st.lists(st.sampled_from(sorted(KNOWN[layout])) | WORDS, min_size=1, max_size=6, unique=True))
    rows = data.draw(st.lists(st.lists(WORDS, max_size=7), max_size=6))
    text = "\r\n".join(";".join(cell.replace(";", "") for cell in row) for row in [heads, *rows])
    encoding = data.draw(st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]))
    try_to_read(text.encode(encoding, "replace"), layout)


def book():
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as made:
        sheet = made.add_worksheet()
        sheet.write_row(0, 0, ["data", "documenti", "totale"])
        sheet.write_row(1, 0, ["16/11/2026", 1, 2.5])
    return out.getvalue()


BOOK = book()


@QUICK
@given(st.lists(st.tuples(st.integers(0, len(BOOK) - 1), st.integers(0, 255)), min_size=1, max_size=8))
def test_any_damage_to_a_workbook(changes):
    content = bytearray(BOOK)
    for place, value in changes:
        content[place] = value
    try_to_read(bytes(content), FileLayout.DAILY_TOTALS)


@QUICK
@given(st.one_of(st.text(max_size=20), st.floats(), st.integers(), st.dates(), st.booleans()), st.sampled_from(",."))
def test_any_cell(cell, mark):
    for read in (lambda: cents(cell, mark), lambda: thousandths(cell, mark), lambda: moment(cell)):
        with contextlib.suppress(BadCell):
            read()


@QUICK
@given(st.integers(-(10**14), 10**14), st.sampled_from([(",", "."), (",", ""), (".", ","), (".", "")]))
def test_every_amount_comes_back(amount, written):
    mark, thousands = written
    whole, rest = divmod(abs(amount), 100)
    text = f"{'-' if amount < 0 else ''}{f'{whole:,}'.replace(',', thousands)}{mark}{rest:02d}"
    assert cents(text, mark) == amount


@pytest.mark.parametrize(
    "text", ["1,2,3", "1.23.4", "1e5", "٣", "0x10", "--1", "1,", ",5", "NaN", "1_000", "Infinity", "12 E"]
)
def test_what_is_no_amount_is_none(text):
    with pytest.raises(BadCell):
        cents(text, ",")
