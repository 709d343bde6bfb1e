"""DEP7 exports are read and written piece by piece, and what is none is refused in clear words."""

from __future__ import annotations

import io
import json
import tracemalloc

import pytest

from fiscal.statistics.rksv.dep7 import DepGroup, read_dep, write_dep
from fiscal.statistics.rksv.order import in_chain_order
from fiscal.statistics.rksv.unreadable import Unreadable
from tests.fiscal.statistics.rksv.exports import group, write_export
from tests.fiscal.statistics.rksv.issuer import OTHER_UNIT, UNIT, Register, good_register


def written(groups) -> str:
    stream = io.StringIO()
    write_dep(stream, groups)
    return stream.getvalue()


def unreadable(path) -> str:
    with pytest.raises(Unreadable) as refused, read_dep(path):
        pass
    return str(refused.value)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "dep.json"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("key", ["Signaturzertifikat", "Signatur- bzw. Siegelzertifikat"])
def test_both_names_of_the_certificate_are_read_however_the_file_is_laid_out(path, indent, key):
    receipts = good_register().receipts
    write_export(path, group(receipts, key=key, authorities=["QUJD"]), group([], None), indent=indent)
    with read_dep(path) as (first, second):
        assert (first.certificate, first.authorities) == (group([])["Signaturzertifikat"], ("QUJD",))
        assert list(first.receipts) == receipts == list(first.receipts)
        assert len(first.receipts) == 12
        assert (second.certificate, list(second.receipts)) == ("", [])


def test_an_export_goes_there_and_back_without_a_change(path):
    groups = [DepGroup("QUJD", ("REVG", "R0hJ"), ("a.b.c", 'ä".\\n')), DepGroup("", (), ())]
    path.write_text(written(groups))
    with read_dep(path) as back:
        assert [DepGroup(one.certificate, one.authorities, tuple(one.receipts)) for one in back] == groups
        assert written(back) == path.read_text()
    assert json.loads(path.read_text())["Belege-Gruppe"][0]["Belege-kompakt"] == list(groups[0].receipts)


def test_keys_in_any_order_and_keys_nobody_knows_are_read_over(path):
    path.write_text(
        '\ufeff{"Version": [1.5, -2e3, null, {"a": [true]}], "Belege-Gruppe": [{"Belege-kompakt": ["a.b.c"], "x": {},'
        ' "Zertifizierungsstellen": [], "Signaturzertifikat": "QUJD"}], "n": 12}',
        encoding="utf-8",
    )
    with read_dep(path) as (only,):
        assert (only.certificate, list(only.receipts)) == ("QUJD", ["a.b.c"])


@pytest.mark.parametrize("cut", range(40))
def test_a_piece_may_end_anywhere(path, cut):
    before, after = '{"n":', '1234567,"Belege-Gruppe":[{"Belege-kompakt":["a.\\u00e4.c","d"]}]}'
    path.write_text(before + " " * (65536 - len(before) - 20 + cut - 10) + after)
    with read_dep(path) as (only,):
        assert list(only.receipts) == ["a.ä.c", "d"]


def test_the_draft_of_2015_is_refused_by_name(path):
    path.write_text('{"Belege-gruppiert": [{"Signaturzertifikat": "", "Belege-kompakt": []}]}')
    assert "draft of 2015" in unreadable(path)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "not JSON"),
        ("<html>", "not JSON"),
        ("[]", "expected"),
        ("{}", "DEP7"),
        ('{"Belege-Gruppe": {}}', "expected"),
        ('{"Belege-Gruppe": [{"Signaturzertifikat": ""}]}', "Belege-kompakt"),
        ('{"Belege-Gruppe": [{"Belege-kompakt": [1]}]}', "text was expected"),
        ('{"Belege-Gruppe": [{"Belege-kompakt": ["a.b.c" "d"]}]}', "expected"),
        ('{"Belege-Gruppe": [{"Belege-kompakt": ["a.b.c",', "not JSON"),
        ('{"Belege-Gruppe": [{"Belege-kompakt": ["a.b.c", ]}]}', "text was expected"),
        ('{"Belege-Gruppe": [{"Belege-kompakt": ["a\\q"]}]}', "text was expected"),
        ('{"Belege-Gruppe": [{"Belege-kompakt": ["a.b', "not JSON"),
        ('{"Belege-Gruppe" 1}', "expected"),
    ],
)
def test_what_is_no_export_is_refused_in_clear_words(path, text, word):
    path.write_text(text)
    assert word in unreadable(path)


def test_utf16_is_named(path):
    path.write_text('{"Belege-Gruppe": []}', encoding="utf-16")
    assert "UTF-16" in unreadable(path)


def test_a_text_without_an_end_does_not_fill_the_memory(path):
    path.write_bytes(b'{"Belege-Gruppe": "' + b"x" * 5_000_000)
    assert "4 MB" in unreadable(path)


def test_a_large_export_is_read_in_little_memory(path):
    receipts = ["a" * 600] * 20_000  # 12 MB
    write_export(path, group(receipts))
    tracemalloc.start()
    with read_dep(path) as (only,):
        assert sum(1 for _ in only.receipts) == 20_000
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_500_000


def test_several_signature_units_in_turn_are_put_back_into_the_order_of_the_chain(path):
    register = Register()
    units = [UNIT, OTHER_UNIT, UNIT, UNIT, OTHER_UNIT, UNIT]
    for unit in units:
        register.issue(unit=unit)
    by_unit = {unit: [one for one, u in zip(register.receipts, units, strict=True) if u is unit] for unit in units}
    write_export(path, group(by_unit[OTHER_UNIT], OTHER_UNIT), group(by_unit[UNIT]))
    with read_dep(path) as groups:
        assert [compact for _group, compact in in_chain_order(groups)] == register.receipts


def test_a_break_does_not_lose_a_receipt(path):
    register = good_register()
    broken = [*register.receipts[:4], "not a receipt", *register.receipts[6:]]
    write_export(path, group(broken[:6]), group([]), group(broken[6:]))
    with read_dep(path) as groups:
        assert [compact for _group, compact in in_chain_order(groups)] == broken
